import type { Gateway } from '../contract/entities.ts'
import { createId } from '../platform/ids.ts'
import type { Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

/** A gateway as stored; its live runtime is the host's to tell and is added at the API. */
export type GatewayRow = Omit<Stored<Gateway>, 'runtime'>

export function gatewaysRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM gateways WHERE id = ?')
  const local = db.prepare('SELECT * FROM gateways WHERE is_local = 1')
  const all = db.prepare('SELECT * FROM gateways ORDER BY is_local DESC, id')
  const insert = db.prepare(
    'INSERT INTO gateways (id, name, url, workspace_root, is_local, token_hint, created_at, updated_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?)',
  )
  const update = db.prepare('UPDATE gateways SET name = ?, url = ?, workspace_root = ?, token_hint = ?, updated_at = ? WHERE id = ?')

  function shape(row: unknown): GatewayRow | undefined {
    return row === undefined ? undefined : { ...(row as GatewayRow), is_local: Boolean((row as GatewayRow).is_local) }
  }

  return {
    get: (id: string): GatewayRow | undefined => shape(byId.get(id)),
    local: (): GatewayRow | undefined => shape(local.get()),
    list: (): GatewayRow[] => all.all().map((row) => shape(row) as GatewayRow),

    /** Creates the row of our own gateway, or brings its address up to date. */
    ensureLocal(facts: { url: string; workspace_root: string; token_hint: string | null }): GatewayRow {
      const now = clock.now()
      const found = shape(local.get())
      if (!found) {
        const id = createId(now)
        insert.run(id, 'Local gateway', facts.url, facts.workspace_root, facts.token_hint, now, now)
        touch('gateway', id)
        return shape(byId.get(id)) as GatewayRow
      }
      if (found.url !== facts.url || found.workspace_root !== facts.workspace_root || found.token_hint !== facts.token_hint) {
        update.run(found.name, facts.url, facts.workspace_root, facts.token_hint, now, found.id)
        touch('gateway', found.id)
      }
      return shape(byId.get(found.id)) as GatewayRow
    },

    rename(id: string, name: string): void {
      db.prepare('UPDATE gateways SET name = ?, updated_at = ? WHERE id = ?').run(name, clock.now(), id)
      touch('gateway', id)
    },
  }
}
