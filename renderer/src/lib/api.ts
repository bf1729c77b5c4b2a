/** The one API client of the page, and what happens when it is refused. */
import { ApiError, createApiClient, UnreachableError } from '../../../native-services/contract/client.ts'

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

export const api = createApiClient({ baseUrl: '', fetch: watchedFetch })

/** Exchanges a one-time code for the session cookie. Throws `ApiError` when the code is old, used or wrong. */
export async function exchangeCode(code: string): Promise<void> {
  let response: Response
  try {
    response = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
  } catch (cause) {
    throw new UnreachableError(cause)
  }
  if (!response.ok) throw new ApiError(response.status, null)
}

/** One sentence for a person, from whatever was thrown. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return error.body?.detail ?? error.message
  if (error instanceof Error) return error.message
  return 'Something went wrong.'
}
