/**
 * `/api/*` of the page → the services host on loopback, with the operator token added here, so that the page never holds it.
 *
 * Bodies are read whole before they are sent: request bodies that are streams arrive malformed in some Electron versions
 * (electron/electron#39658 and its kin), and ours are at most 1 MiB; files and long documents have limits of their own (`body-limits.ts`). Answers are streamed, because the event stream never ends.
 */
import { randomUUID } from 'node:crypto'
import { bodyLimit, limitWords, ordinaryBodyBytes } from '../../native-services/contract/body-limits.ts'
import { securityHeaders } from '../../native-services/contract/csp.ts'
import { type ErrorCode, errorStatus } from '../../native-services/contract/errors.ts'
import type { ServicesTrouble } from '../services/services-trouble.ts'

export const maximumBodyBytes = ordinaryBodyBytes

/** Where to send, or why that is not possible just now. */
export type Upstream =
  | { readonly url: string; readonly token: string }
  | { readonly unavailable: 'shutting_down' }
  | { readonly unavailable: 'services'; readonly trouble: ServicesTrouble }

export interface ApiForward {
  handle(request: Request): Promise<Response>
  /** Ends every answer that is still being streamed: the page went away or starts anew. */
  closeStreams(): void
  /** How many answers are being streamed. */
  openStreams(): number
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]
/** Credentials and origin are ours to state; lengths and encodings are fetch's. */
const ours = ['host', 'cookie', 'origin', 'referer', 'authorization', 'x-agent-token', 'forwarded', 'content-length', 'accept-encoding']
const droppedFromAnswers = new Set([...hopByHop, 'set-cookie', 'content-encoding', 'content-length'])

function refuse(code: ErrorCode, detail: string, headers: Record<string, string> = {}): Response {
  const body = { detail, code, request_id: randomUUID() }
  return Response.json(body, { status: errorStatus[code], headers: { ...securityHeaders(), 'cache-control': 'no-store', ...headers } })
}

/** The headers that may go on; a fresh object with the token. */
export function forwardHeaders(incoming: Headers, token: string): Headers {
  const named = (incoming.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...ours, ...named])
  const headers = new Headers()
  incoming.forEach((value, name) => {
    if (!dropped.has(name) && !name.startsWith('sec-') && !name.startsWith('x-forwarded-')) headers.set(name, value)
  })
  headers.set('authorization', `Bearer ${token}`)
  return headers
}

/** `null` when the body is larger than allowed. */
async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  const chunks: Uint8Array[] = []
  let size = 0
  if (request.body) {
    const reader = request.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength
      if (size > limit) {
        await reader.cancel()
        return null
      }
      chunks.push(part.value)
    }
  }
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}

/** The address to call; `null` when it would leave `/api/` (an `app:` URL keeps a backslash that an `http:` URL reads as a slash). */
export function upstreamAddress(base: string, requested: URL): URL | null {
  const target = new URL(base)
  const address = new URL(requested.pathname + requested.search, target)
  return address.origin === target.origin && address.pathname.startsWith('/api/') ? address : null
}

/** @param options.upstream Asked for every request: the port and the token may change when the services host restarts. */
export function createApiForward(options: { upstream: () => Upstream; fetch?: typeof fetch }): ApiForward {
  const send = options.fetch ?? fetch
  const streams = new Set<AbortController>()

  /** Passes the body on, and lets go of the upstream as soon as the reader does. */
  function passOn(body: ReadableStream<Uint8Array>, controller: AbortController): ReadableStream<Uint8Array> {
    const reader = body.getReader()
    const done = (): void => void streams.delete(controller)
    return new ReadableStream<Uint8Array>({
      async pull(out) {
        try {
          const part = await reader.read()
          if (part.done) {
            done()
            out.close()
          } else out.enqueue(part.value)
        } catch (error) {
          done()
          // Ended by us: the page sees an ended stream and reconnects when it is still there.
          if (controller.signal.aborted) out.close()
          else out.error(error)
        }
      },
      cancel() {
        done()
        controller.abort()
      },
    })
  }

  async function handle(request: Request): Promise<Response> {
    if (!methods.has(request.method)) return refuse('method_not_allowed', `${request.method} is not used here.`)
    const target = options.upstream()
    if ('unavailable' in target) {
      if (target.unavailable === 'shutting_down') return refuse('shutting_down', 'The control center is shutting down.')
      const { heals, sentence } = target.trouble
      return heals ? refuse('services_starting', sentence, { 'retry-after': '1' }) : refuse('services_failed', sentence)
    }
    const address = upstreamAddress(target.url, new URL(request.url))
    if (!address) return refuse('not_found', 'There is nothing at this address.')

    const controller = new AbortController()
    const abort = (): void => controller.abort()
    if (request.signal.aborted) abort()
    request.signal.addEventListener('abort', abort, { once: true })
    streams.add(controller)

    const init: RequestInit = {
      method: request.method,
      headers: forwardHeaders(request.headers, target.token),
      redirect: 'manual',
      signal: controller.signal,
    }
    let answer: Response
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const limit = bodyLimit(request.method, address.pathname)
        const body = await readBody(request, limit)
        if (!body) {
          streams.delete(controller)
          return refuse('payload_too_large', `The request is larger than ${limitWords(limit)}. Send less at once.`)
        }
        if (body.byteLength > 0) init.body = body
      }
      answer = await send(address, init)
    } catch {
      streams.delete(controller)
      if (controller.signal.aborted) return new Response(null, { status: 499, headers: securityHeaders() })
      return refuse('services_starting', 'The services of the control center do not answer. They are being restarted.', {
        'retry-after': '1',
      })
    }

    if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      streams.delete(controller)
      await answer.body?.cancel()
      return refuse('gateway_error', 'The services answered with a redirect, which the page may not follow.')
    }
    const headers = new Headers()
    answer.headers.forEach((value, name) => {
      if (!droppedFromAnswers.has(name)) headers.set(name, value)
    })
    // A file of somebody's comes in a sandbox, which is stricter than what a page of ours may do.
    const sandboxed = headers.get('content-security-policy')?.startsWith('sandbox;') ?? false
    for (const [name, value] of Object.entries(securityHeaders()))
      if (name !== 'content-security-policy' || !sandboxed) headers.set(name, value)
    const body = answer.body ? passOn(answer.body, controller) : null
    if (!body) streams.delete(controller)
    return new Response(body, { status: answer.status, statusText: answer.statusText, headers })
  }

  return {
    handle,
    closeStreams() {
      for (const controller of streams) controller.abort()
      streams.clear()
    },
    openStreams: () => streams.size,
  }
}
