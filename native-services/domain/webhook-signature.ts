/** Signatures of webhooks: HMAC-SHA256 over the raw body, in hexadecimal, with or without `sha256=` before it. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Where a signature stands when the webhook names no header of its own. */
export const defaultSignatureHeaders = ['x-hub-signature-256', 'x-webhook-signature'] as const

export function signBody(secret: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

/** Compares in constant time. A missing signature is a wrong one. */
export function signatureMatches(given: string | null, secret: string, body: Uint8Array): boolean {
  const hex = (given ?? '')
    .trim()
    .replace(/^sha256=/i, '')
    .toLowerCase()
  const wanted = Buffer.from(signBody(secret, body), 'hex')
  const offered = /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(wanted.length)
  return timingSafeEqual(wanted, offered) && hex !== ''
}

/** The header that counts: the webhook's own, or the first of the usual ones that is there. */
export function findSignature(headers: { get(name: string): string | null }, own: string | null): string | null {
  if (own !== null) return headers.get(own)
  return defaultSignatureHeaders.map((name) => headers.get(name)).find((value) => value !== null) ?? null
}

const neverKept = /signature|authorization|auth|token|secret|cookie|api-?key/i

/** What is kept of the headers: `content-type`, `user-agent` and `x-*`, nothing that signs or authorises. */
export function keptHeaders(headers: Iterable<[string, string]>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of headers) {
    const wanted = name === 'content-type' || name === 'user-agent' || name.startsWith('x-')
    if (wanted && !neverKept.test(name)) kept[name] = value.slice(0, 500)
  }
  return kept
}
