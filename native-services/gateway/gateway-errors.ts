/** From what the official client throws, and from HTTP, to the classes that decide what happens next. */
import { redact } from '../platform/redact.ts'
import { GatewayError, type GatewayFailure } from './types.ts'

interface Shape {
  name?: unknown
  message?: unknown
  code?: unknown
  gatewayCode?: unknown
  details?: unknown
  retryAfterMs?: unknown
}

function detailCode(details: unknown): string | null {
  const code = typeof details === 'object' && details !== null ? (details as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : null
}

/** Close codes: 1008 policy (wrong token among others), 4001 our token was changed, 1012 restart, 1013 starting. */
export function failureOfClose(code: number, reason: string): GatewayFailure {
  if (code === 4001) return 'unauthorized'
  if (code === 1008 && /token|auth|unauthori[sz]ed|pairing/i.test(reason)) return 'unauthorized'
  return 'unavailable'
}

function classify(error: Shape, message: string): GatewayFailure {
  const detail = detailCode(error.details)
  const code = typeof error.gatewayCode === 'string' ? error.gatewayCode : typeof error.code === 'string' ? error.code : ''
  if (error.name === 'AbortError' || code === 'CLIENT_ABORTED') return 'aborted'
  if (code === 'CLIENT_TIMEOUT') return 'timeout'
  if (detail && /^AUTH_|DEVICE_|PAIRING_/.test(detail)) return detail === 'AUTH_RATE_LIMITED' ? 'rate_limited' : 'unauthorized'
  if (code === 'NOT_PAIRED' || code === 'FORBIDDEN' || detail === 'MISSING_SCOPE') return 'unauthorized'
  if (code === 'UNAVAILABLE') return /rate limit|retry after \d+s/i.test(message) ? 'rate_limited' : 'unavailable'
  if (code === 'INVALID_REQUEST' || code === 'NOT_FOUND' || code === 'CONFLICT') return 'rejected'
  if (code !== '' && typeof error.gatewayCode === 'string') return 'failed'
  // Everything that the client builds itself means that the connection went away under the request.
  return 'unavailable'
}

/** Any error of an RPC call as a `GatewayError`; the message is redacted. */
export function toGatewayError(error: unknown, what: string): GatewayError {
  if (error instanceof GatewayError) return error
  const shape = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Shape
  const message = redact(typeof shape.message === 'string' && shape.message !== '' ? shape.message : String(error))
  const failure = classify(shape, message)
  const detail =
    detailCode(shape.details) ??
    (typeof shape.gatewayCode === 'string' ? shape.gatewayCode : typeof shape.code === 'string' ? shape.code : null)
  return new GatewayError(failure, `${what}: ${message}`, {
    detail,
    retryAfterMs: typeof shape.retryAfterMs === 'number' ? shape.retryAfterMs : null,
    cause: error,
  })
}

/** Seconds or an HTTP date. */
function retryAfter(header: string | null, now: number): number | null {
  if (!header) return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** An HTTP answer that is not a success. */
export function httpGatewayError(answer: { status: number; message: string; retryAfter: string | null; now: number }): GatewayError {
  const { status } = answer
  const failure: GatewayFailure =
    status === 401
      ? 'unauthorized'
      : status === 429
        ? 'rate_limited'
        : status === 408 || status === 504
          ? 'timeout'
          : status === 503
            ? 'unavailable'
            : status >= 500
              ? 'failed'
              : 'rejected'
  const hint = status === 404 ? ' (is the responses endpoint switched on in the gateway?)' : ''
  return new GatewayError(failure, redact(`The gateway answered ${status}: ${answer.message}${hint}`), {
    detail: String(status),
    retryAfterMs: retryAfter(answer.retryAfter, answer.now),
  })
}
