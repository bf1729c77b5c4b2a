/** Sends a file with its progress. `fetch` cannot say how much of a body has left; XMLHttpRequest can. */
import { type Attachment, attachment, attachmentBytesMax, fileNameHeader } from '../../../../native-services/contract/documents.ts'
import { ApiError, UnreachableError } from '../../../../native-services/contract/client.ts'
import { errorBody } from '../../../../native-services/contract/errors.ts'
import { strings } from './strings.ts'

/** What a file dialog offers; dropping and pasting are decided by the server. */
export const acceptedFiles = 'image/*,.pdf,.doc,.docx,.txt,.csv,.json,.md'

export interface Upload {
  readonly done: Promise<Attachment>
  cancel(): void
}

/** Files that a paste means. A spreadsheet puts a picture of the cells beside their text: then the text is meant. */
export function pastedFiles(data: DataTransfer | null): File[] {
  return data && !data.types.includes('text/plain') ? [...data.files] : []
}

/** A picture from the clipboard has no name of its own. */
export function nameOf(file: File, now: Date): string {
  if (file.name !== '' && file.name !== 'image.png') return file.name
  const stamp = now.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-')
  return `Pasted ${stamp}.${file.type.split('/')[1]?.split('+')[0] ?? 'png'}`
}

/** @param onProgress from 0 to 1. Rejects with `ApiError`, `UnreachableError`, or an `AbortError` after `cancel`. */
export function startUpload(options: {
  boardId: string
  taskId: string
  file: File
  name: string
  onProgress: (share: number) => void
}): Upload {
  const { boardId, taskId, file } = options
  const request = new XMLHttpRequest()
  const done = new Promise<Attachment>((resolve, reject) => {
    // Refused here as well: the server ends the connection while the file is still being sent.
    if (file.size > attachmentBytesMax) {
      reject(new Error(strings.tooLarge))
      return
    }
    request.open('POST', `/api/v1/boards/${encodeURIComponent(boardId)}/tasks/${encodeURIComponent(taskId)}/attachments`)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.setRequestHeader(fileNameHeader, encodeURIComponent(options.name))
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) options.onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // Not ours; the status says enough.
      }
      const saved = request.status === 201 ? attachment.safeParse(body) : null
      if (saved?.success) return resolve(saved.data)
      const refused = errorBody.safeParse(body)
      reject(new ApiError(request.status, refused.success ? refused.data : null))
    }
    request.onerror = () => reject(new UnreachableError(new Error(strings.uploadLost)))
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
    request.send(file)
  })
  return { done, cancel: () => request.abort() }
}
