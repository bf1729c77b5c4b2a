/** The one API client of the page, and what happens when it is refused. */
import { undoHeader } from '../../../native-services/contract/board-work.ts'
import { ApiError, type ApiClient, type CallInput, createApiClient } from '../../../native-services/contract/client.ts'

let onUnauthorized: () => void = () => undefined

/** Called once by the live connection: any 401 ends the session of this page. */
export function setUnauthorizedHandler(handler: () => void): void {
  onUnauthorized = handler
}

const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (response.status === 401) onUnauthorized()
  return response
}

const client = createApiClient({ baseUrl: '', fetch: watchedFetch })
const undoTokens = new WeakMap<object, string>()

export const api: ApiClient = {
  async call(id, ...rest) {
    const [input] = rest
    let token: string | null = null
    const answer = await client.call(id, {
      ...(input as CallInput<typeof id>),
      onHeaders(headers: Headers) {
        token = headers.get(undoHeader)
        input?.onHeaders?.(headers)
      },
    } as CallInput<typeof id>)
    if (token !== null && typeof answer === 'object' && answer !== null) undoTokens.set(answer, token)
    return answer
  },
}

/** What takes the change back that this answer tells of; undefined when nothing does. */
export const undoTokenOf = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null ? undoTokens.get(answer) : undefined

/** Not watched: a wrong code is the login page's own affair. */
const signIn = createApiClient({ baseUrl: '' })

/** Exchanges a one-time code for the session cookie. Throws `ApiError` when the code is old, used or wrong. */
export async function exchangeCode(code: string): Promise<void> {
  await signIn.call('createSession', { body: { code } })
}

/** One sentence for a person, from whatever was thrown. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return error.body?.detail ?? error.message
  if (error instanceof Error) return error.message
  return 'Something went wrong.'
}
