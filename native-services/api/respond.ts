/** Answers: JSON with the headers that every answer has, and errors in the one shape that they have. */
import { securityHeaders } from '../contract/csp.ts'
import { AppError, type ErrorBody, type ErrorCode } from '../contract/errors.ts'
import { errorText, type Log } from '../platform/log.ts'
import { storeTrouble } from '../store/trouble.ts'
import { TooManyRequestsError } from './auth.ts'

/** @param body Already in the wire's shape. */
export function jsonAnswer(status: number, body: unknown, requestId: string, extra?: Headers): Response {
  return textAnswer(status, JSON.stringify(body), requestId, extra)
}

/** @param text JSON. */
export function textAnswer(status: number, text: string, requestId: string, extra?: Headers): Response {
  const own = {
    ...securityHeaders(),
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': requestId,
  }
  const response = new Response(text, { status, headers: own })
  extra?.forEach((value, name) => {
    if (!(name in own)) response.headers.append(name, value)
  })
  return response
}

/** Text that is not JSON. */
export function mediaAnswer(answer: { media: string; text: string; requestId: string; extra: Headers }): Response {
  const response = textAnswer(200, answer.text, answer.requestId, answer.extra)
  response.headers.set('content-type', `${answer.media}; charset=utf-8`)
  return response
}

/** @param response A handler's own, with its type; what every answer has is added. */
export function streamAnswer(response: Response, requestId: string): Response {
  const headers = { ...securityHeaders(), 'cache-control': 'no-store', 'x-request-id': requestId }
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** A file: its headers are the handler's own, and stricter than those of a page. */
export function fileAnswer(response: Response, requestId: string, extra: Headers): Response {
  response.headers.set('x-request-id', requestId)
  extra.forEach((value, name) => response.headers.append(name, value))
  return response
}

/** What a caller cannot be blamed for; whoever looks into it needs all of it. */
const ours: ReadonlySet<ErrorCode> = new Set(['internal', 'database_unavailable', 'disk_full'])

/** Expected errors say what they are; an unexpected one is logged whole and leaves as an id. */
export function errorAnswer(error: unknown, context: { requestId: string; log: Log; method: string; path: string }): Response {
  const { requestId, log } = context
  // Reads are not wrapped by the store.
  const known = error instanceof AppError ? error : storeTrouble(error)
  if (!known || ours.has(known.code)) {
    const whole = known?.cause ?? error
    log.error('request.failed', {
      request_id: requestId,
      method: context.method,
      path: context.path,
      error: whole instanceof Error ? (whole.stack ?? whole.message) : errorText(whole),
    })
  }
  const body: ErrorBody = known
    ? {
        detail: known.message,
        code: known.code,
        request_id: requestId,
        ...(known.field !== undefined && { field: known.field }),
        ...(known.fix !== undefined && { fix: known.fix }),
        ...(known.data !== undefined && { data: known.data }),
      }
    : { detail: `Something went wrong here. It is in the log under ${requestId}.`, code: 'internal', request_id: requestId }
  const extra = new Headers()
  if (error instanceof TooManyRequestsError) extra.set('retry-after', String(error.retryAfterSeconds))
  // What is left of a body that nobody read would be taken for the next request.
  if (known?.code === 'payload_too_large') extra.set('connection', 'close')
  return jsonAnswer(known?.status ?? 500, body, requestId, extra)
}
