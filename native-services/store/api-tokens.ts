/** Tokens for scripts: rows without the token itself. */
import type { ApiScope, ApiToken } from '../contract/api-tokens.ts'
import { createId } from '../platform/ids.ts'
import type { Listed, Paging, Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type ApiTokenRow = Stored<ApiToken> & { prefix: string; hash: string }

/** A use is written down at most this often. */
const noteEveryMs = 60_000
/** Revoked and expired ones stay this long. */
const keptMs = 30 * 86_400_000

export function apiTokensRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM api_tokens WHERE id = ?')
  const byPrefix = db.prepare('SELECT * FROM api_tokens WHERE prefix = ?')
  const noteUse = db.prepare('UPDATE api_tokens SET last_used_at = ? WHERE id = ?')

  return {
    get: (id: string) => byId.get(id) as ApiTokenRow | undefined,
    byPrefix: (prefix: string) => byPrefix.get(prefix) as ApiTokenRow | undefined,
    /** Newest first. */
    list(paging: Paging): Listed<ApiTokenRow> {
      const { n } = db.prepare('SELECT count(*) AS n FROM api_tokens').get() as { n: number }
      return {
        items: db.prepare('SELECT * FROM api_tokens ORDER BY id DESC LIMIT ? OFFSET ?').all(paging.limit, paging.offset) as ApiTokenRow[],
        total: n,
      }
    },
    create(token: { name: string; scope: ApiScope; prefix: string; hash: string; hint: string; expires_at: number | null }): ApiTokenRow {
      const now = clock.now()
      const id = createId(now)
      db.prepare(
        'INSERT INTO api_tokens (id, name, scope, prefix, hash, hint, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ).run(id, token.name, token.scope, token.prefix, token.hash, token.hint, token.expires_at, now)
      touch('api_token', id)
      return byId.get(id) as ApiTokenRow
    },
    revoke(id: string): void {
      db.prepare('UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(clock.now(), id)
      touch('api_token', id)
    },
    /** True when it is time to write the use of this token down. */
    useIsNews: (row: ApiTokenRow): boolean => row.last_used_at === null || clock.now() - row.last_used_at >= noteEveryMs,
    noteUse(id: string): void {
      noteUse.run(clock.now(), id)
      touch('api_token', id)
    },
    forgetOld(): void {
      const before = clock.now() - keptMs
      const old = db.prepare('SELECT id FROM api_tokens WHERE revoked_at < ? OR expires_at < ?').all(before, before) as { id: string }[]
      for (const { id } of old) {
        db.prepare('DELETE FROM api_tokens WHERE id = ?').run(id)
        touch('api_token', id, true)
      }
    },
  }
}
