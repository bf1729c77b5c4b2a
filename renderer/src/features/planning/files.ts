/** Boards and tasks as files: what the typed client cannot do, because a file is no JSON. */
import { ApiError } from '../../../../native-services/contract/client.ts'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { errorBody } from '../../../../native-services/contract/errors.ts'
import { remember } from '../../lib/actions.ts'
import { toastError } from '../../lib/toast.ts'
import { strings } from './strings.ts'

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`/api/v1${path}`, init)
  if (response.ok) return response
  const parsed = errorBody.safeParse(await response.json().catch(() => null))
  throw new ApiError(response.status, parsed.success ? parsed.data : null)
}

/** Fetches and hands it to the browser as a download, under the name that the server gives it. */
async function download(path: string): Promise<void> {
  try {
    const response = await ask(path)
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export'
    const address = URL.createObjectURL(await response.blob())
    const link = document.createElement('a')
    link.href = address
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  } catch (error) {
    toastError(strings.files.notExported, error)
  }
}
export const downloadBoard = (boardId: string): Promise<void> => download(`/boards/${boardId}/export`)
export const downloadTasks = (boardId: string): Promise<void> => download(`/boards/${boardId}/tasks.csv`)

/** Begins an import; its progress arrives as changes of the job. Null when it was refused, which is said. */
export async function beginImport(path: string, file: File, type: string): Promise<Job | null> {
  try {
    const response = await ask(path, { method: 'POST', headers: { 'content-type': type }, body: await file.text() })
    const job = (await response.json()) as Job
    remember('job', job)
    return job
  } catch (error) {
    toastError(strings.files.failed, error)
    return null
  }
}
