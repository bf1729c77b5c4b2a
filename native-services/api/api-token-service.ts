/**
 * Tokens for scripts: `mct_` and 32 random bytes, of which a keyed hash is stored. A fast hash for the same reason as with agents' tokens
 * (`lifecycle/agent-token.ts`): nobody guesses 256 bits.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiScope } from '../contract/api-tokens.ts'
import type { Clock } from '../platform/clock.ts'
import { registerSecret, secretHint } from '../platform/redact.ts'
import type { ApiTokenRow } from '../store/api-tokens.ts'
import type { Store } from '../store/store.ts'

const prefixLength = 12
const shape = /^mct_[A-Za-z0-9_-]{43}$/
const dayMs = 86_400_000

export type TokenVerdict =
  | { readonly kind: 'good'; readonly row: ApiTokenRow }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked' | 'expired'; readonly row: ApiTokenRow }

export interface ApiTokenService {
  create(input: { name: string; scope: ApiScope; expires_in_days: number | null }): ApiTokenRow & { token: string }
  revoke(row: ApiTokenRow): ApiTokenRow
  /** Null when the text does not have the form of such a token. Compares in constant time. */
  verify(token: string): TokenVerdict | null
  /** Notes that it was used. */
  used(row: ApiTokenRow): void
}

export function createApiTokenService(options: { store: Store; clock: Clock; installKey: string }): ApiTokenService {
  const { store, clock } = options
  const key = Buffer.from(hkdfSync('sha256', options.installKey, 'mission-control', 'api-tokens', 32))
  const hash = (token: string): Buffer => createHmac('sha256', key).update(token, 'utf8').digest()

  function record(event: string, message: string, row: ApiTokenRow): void {
    store.activity.record({
      event_type: event,
      message,
      actor_type: 'user',
      actor_name: 'Operator',
      data: { api_token_id: row.id, name: row.name, scope: row.scope },
    })
  }

  return {
    create({ name, scope, expires_in_days }) {
      const token = `mct_${randomBytes(32).toString('base64url')}`
      registerSecret(token)
      const row = store.write(() => {
        const made = store.apiTokens.create({
          name,
          scope,
          prefix: token.slice(0, prefixLength),
          hash: hash(token).toString('hex'),
          hint: secretHint(token),
          expires_at: expires_in_days === null ? null : clock.now() + expires_in_days * dayMs,
        })
        record('api_token.created', `Operator made the API token ${name} (${scope})`, made)
        return made
      })
      return { ...row, token }
    },
    revoke: (row) =>
      store.write(() => {
        if (row.revoked_at === null) {
          store.apiTokens.revoke(row.id)
          record('api_token.revoked', `Operator revoked the API token ${row.name}`, row)
        }
        return store.apiTokens.get(row.id) ?? row
      }),
    verify(token) {
      if (!shape.test(token)) return null
      const given = hash(token)
      const row = store.apiTokens.byPrefix(token.slice(0, prefixLength))
      const known = Buffer.from(row?.hash ?? '', 'hex')
      if (!row || known.length !== given.length || !timingSafeEqual(known, given)) return { kind: 'unknown' }
      if (row.revoked_at !== null) return { kind: 'revoked', row }
      if (row.expires_at !== null && row.expires_at <= clock.now()) return { kind: 'expired', row }
      return { kind: 'good', row }
    },
    used(row) {
      if (store.apiTokens.useIsNews(row)) store.write(() => store.apiTokens.noteUse(row.id))
    },
  }
}
