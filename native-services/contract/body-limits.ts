/** How large a request may be. No schemas in here: the desktop's forwarder needs it before it has loaded anything else. */

export const ordinaryBodyBytes = 1024 * 1024
const mib = 1024 * 1024

/** A document's 1,000,000 characters are up to six bytes each once they are escaped as JSON. */
const exceptions: readonly { method: string; path: RegExp; bytes: number }[] = [
  { method: 'POST', path: /^\/api\/v1\/(?:agent\/)?boards\/[^/]+\/documents$/, bytes: 8 * mib },
  { method: 'PATCH', path: /^\/api\/v1\/documents\/[^/]+$/, bytes: 8 * mib },
  { method: 'PATCH', path: /^\/api\/v1\/agent\/boards\/[^/]+\/documents\/[^/]+$/, bytes: 8 * mib },
  // One byte more than a file may have, so that the refusal can name the file's limit.
  { method: 'POST', path: /^\/api\/v1\/(?:agent\/)?boards\/[^/]+\/tasks\/[^/]+\/attachments$/, bytes: 20 * mib + 1 },
  { method: 'POST', path: /^\/api\/v1\/boards\/import$/, bytes: 16 * mib },
  { method: 'POST', path: /^\/api\/v1\/boards\/[^/]+\/tasks\/import$/, bytes: 16 * mib },
]

/** Bytes that the body of this request may have. */
export function bodyLimit(method: string, path: string): number {
  return exceptions.find((each) => each.method === method && each.path.test(path))?.bytes ?? ordinaryBodyBytes
}

/** `1 MiB`, for refusals. */
export const limitWords = (bytes: number): string => `${Math.floor(bytes / mib)} MiB`
