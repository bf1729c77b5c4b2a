/** The one API client of the page, and what happens when it is refused. */
import { ApiError, createApiClient } from '../../../native-services/contract/client.ts'

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
