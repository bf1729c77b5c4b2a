/**
 * One request of a webhook. Redirects are not followed and at most 4 KB of the answer are read. Unless the webhook may call private addresses,
 * each address that the name stands for is looked at where the connection is made, so that a name cannot mean one thing to the check and another to the socket.
 */
import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { isPrivateAddress, type OutgoingResult } from '../domain/webhook-out-rules.ts'

export interface WebhookPost {
  url: string
  allow_private: boolean
  headers: Readonly<Record<string, string>>
  body: string
  signal: AbortSignal
}
export type PostWebhook = (post: WebhookPost) => Promise<{ result: OutgoingResult; answer: string | null }>

const longestAnswer = 4096
export const postTimeoutMs = 10_000

class PrivateAddressError extends Error {}
const forbidden = 'Its address belongs to this machine or to a private network. Allow private addresses for this webhook if that is meant.'

const publicOnly: LookupFunction = (hostname, options, callback) =>
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(new PrivateAddressError(forbidden), '')
    if (options.all) return callback(null, addresses)
    const [first] = addresses
    callback(first ? null : new Error('no address'), first?.address ?? '', first?.family ?? 0)
  })

/** The sentence for a failure of the network. */
function unreachable(error: unknown): string {
  const code = (error as { code?: unknown }).code
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Its name is not known (DNS).'
    case 'ECONNREFUSED':
      return 'Nothing listens at its address.'
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'ABORT_ERR':
      return 'It did not answer within 10 s.'
    default:
      return `The connection failed${typeof code === 'string' ? ` (${code})` : ''}.`
  }
}

function causedBy(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof PrivateAddressError) return true
  return error instanceof AggregateError && error.errors.some(causedBy)
}

function retryAfterMs(value: string | string[] | undefined): number | null {
  const seconds = Number(Array.isArray(value) ? value[0] : value)
  return Number.isFinite(seconds) && seconds >= 0 && value !== undefined ? seconds * 1000 : null
}

export function createWebhookPost(timeoutMs = postTimeoutMs): { post: PostWebhook; close(): Promise<void> } {
  const options = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, keepAliveTimeout: 4000, connections: 4 }
  const open = new Agent({ ...options, connect: { timeout: timeoutMs } })
  const guarded = new Agent({ ...options, connect: { timeout: timeoutMs, lookup: publicOnly } })

  async function beginning(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
    const parts: Buffer[] = []
    let size = 0
    try {
      for await (const part of body) {
        parts.push(part)
        size += part.length
        if (size >= longestAnswer) break
      }
    } finally {
      body.destroy()
    }
    return Buffer.concat(parts).subarray(0, longestAnswer).toString('utf8').replaceAll('\0', '�')
  }

  return {
    async post({ url, allow_private: allowPrivate, headers, body, signal }) {
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
      // A literal address is never looked up.
      if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host))
        return { result: { kind: 'forbidden', error: forbidden }, answer: null }
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      try {
        const response = await request(url, {
          dispatcher: allowPrivate ? open : guarded,
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
          body,
          signal: limit,
        })
        // The status counts; an answer that breaks off in the middle is an answer.
        const answer = await beginning(response.body as never).catch(() => '')
        const retry_after_ms = retryAfterMs(response.headers['retry-after'])
        return { result: { kind: 'answered', status: response.statusCode, retry_after_ms }, answer }
      } catch (error) {
        if (causedBy(error)) return { result: { kind: 'forbidden', error: forbidden }, answer: null }
        if (signal.aborted) throw error
        const timedOut = limit.aborted ? { code: 'ABORT_ERR' } : error
        return { result: { kind: 'unreachable', error: unreachable(timedOut) }, answer: null }
      }
    },
    close: async () => void (await Promise.all([open.destroy(), guarded.destroy()])),
  }
}
