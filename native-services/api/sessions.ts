/**
 * Browser sessions: a one-time code, exchanged for a signed cookie. The cookie carries its own expiry and an HMAC under a key derived from the
 * install key, so that it survives a restart of the services host without being stored.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '../contract/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/store.ts'

const codeLifetimeMs = 10 * 60_000
const sessionLifetimeMs = 30 * 24 * 3_600_000
const codesAtOnce = 50
const revokedKey = 'api.revoked_sessions'

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Equal, in a time that tells nothing about where they differ. */
export function sameSecret(given: string, known: string): boolean {
  return timingSafeEqual(sha256(given), sha256(known))
}

export interface Sessions {
  /** Cookies are shared by every port of a host name, so the name carries ours: two installations do not sign each other out. */
  cookieName(): string
  createCode(): { code: string; expires_at: number }
  /** Returns the `Set-Cookie` value. Throws `unauthorized` for a code that is unknown, used or too old. */
  exchange(code: string): string
  verify(cookie: string): boolean
  /** Makes this cookie worthless and returns the `Set-Cookie` value that removes it. */
  end(cookie: string | null): string
}

export function createSessions(options: {
  clock: Clock
  installKey: string
  port: () => number
  store: Pick<Store, 'settings'>
}): Sessions {
  const { clock, store } = options
  const key = createHmac('sha256', options.installKey).update('mission-control browser session v1').digest()
  /** Hash of the code → when it expires. */
  const codes = new Map<string, number>()
  const revoked = new Map(Object.entries(revokedFrom(store.settings.readPrivate(revokedKey))))

  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  const cookieName = (): string => `mc_session_${options.port()}`
  const attributes = 'Path=/; HttpOnly; SameSite=Strict'

  function parse(cookie: string): { nonce: string; expires: number } | null {
    const [nonce = '', expires = '', signature = '', ...rest] = cookie.split('.')
    if (rest.length > 0 || signature === '' || !/^\d+$/.test(expires)) return null
    return sameSecret(signature, sign(`${nonce}.${expires}`)) ? { nonce, expires: Number(expires) } : null
  }

  return {
    cookieName,
    createCode() {
      const now = clock.now()
      for (const [hash, expires] of codes) if (expires <= now || codes.size >= codesAtOnce) codes.delete(hash)
      const code = randomBytes(24).toString('base64url')
      const expires_at = now + codeLifetimeMs
      codes.set(sha256(code).toString('hex'), expires_at)
      return { code, expires_at }
    },
    exchange(code) {
      const hash = sha256(code).toString('hex')
      const expires = codes.get(hash)
      codes.delete(hash)
      if (expires === undefined || expires <= clock.now()) {
        throw new AppError(
          'unauthorized',
          'This link has been used already or is too old. Ask for a new one with `mission-control open`.',
          { field: 'body.code' },
        )
      }
      const text = `${randomBytes(18).toString('base64url')}.${clock.now() + sessionLifetimeMs}`
      return `${cookieName()}=${text}.${sign(text)}; ${attributes}; Max-Age=${sessionLifetimeMs / 1000}`
    },
    verify(cookie) {
      const session = parse(cookie)
      return session !== null && session.expires > clock.now() && !revoked.has(session.nonce)
    },
    end(cookie) {
      const session = cookie === null ? null : parse(cookie)
      if (session) {
        for (const [nonce, expires] of revoked) if (expires <= clock.now()) revoked.delete(nonce)
        revoked.set(session.nonce, session.expires)
        store.settings.writePrivate(revokedKey, Object.fromEntries(revoked))
      }
      return `${cookieName()}=; ${attributes}; Max-Age=0`
    },
  }
}

function revokedFrom(stored: unknown): Record<string, number> {
  if (typeof stored !== 'object' || stored === null) return {}
  return Object.fromEntries(Object.entries(stored).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}
