/** The proof that a token works: a real authenticated call, with what really stands in the workspace. */
import { errorText } from '../platform/log.ts'

export type TokenCheck = { ok: true } | { ok: false; reason: 'refused' | 'unreachable'; message: string }
export type CheckToken = (credentials: { base_url: string; auth_token: string }) => Promise<TokenCheck>

const limitMs = 5000

export const checkTokenByHttp: CheckToken = async ({ base_url, auth_token }) => {
  try {
    const answer = await fetch(`${base_url}/api/v1/agent/healthz`, {
      headers: { 'x-agent-token': auth_token, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    })
    await answer.arrayBuffer()
    if (answer.ok) return { ok: true }
    if (answer.status === 401 || answer.status === 403)
      return { ok: false, reason: 'refused', message: `The API refused the token in the workspace (${answer.status}).` }
    return { ok: false, reason: 'unreachable', message: `The API at ${base_url} answered ${answer.status}.` }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return { ok: false, reason: 'unreachable', message: `The API at ${base_url} does not answer: ${errorText(cause)}` }
  }
}
