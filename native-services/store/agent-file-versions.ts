/** What stood in an agent's files, so that every edit can be compared and undone. A content that is there already is not kept twice in a row. */
import { createHash } from 'node:crypto'
import type { AgentFileName, AgentFileVersion, AgentFileVersionInfo } from '../contract/agent-files.ts'
import { createId } from '../platform/ids.ts'
import type { Listed, Paging, Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

/** Per file; the oldest go first. */
const versionsKept = 200

export type AgentFileVersionRow = Stored<AgentFileVersion>

export const contentHash = (content: string): string => createHash('sha256').update(content, 'utf8').digest('hex')

export function agentFileVersionsRepository({ db, clock }: RepositoryContext) {
  const columns = 'id, agent_id, name, hash, length(CAST(content AS BLOB)) AS size, author_name, reason, created_at'
  const newest = db.prepare('SELECT hash FROM agent_file_versions WHERE agent_id = ? AND name = ? ORDER BY id DESC LIMIT 1')
  const insert = db.prepare(
    'INSERT INTO agent_file_versions (id, agent_id, name, content, hash, author_name, reason, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const prune = db.prepare(
    `DELETE FROM agent_file_versions WHERE agent_id = ? AND name = ? AND id NOT IN
       (SELECT id FROM agent_file_versions WHERE agent_id = ? AND name = ? ORDER BY id DESC LIMIT ${versionsKept})`,
  )
  const newestHash = (agentId: string, name: AgentFileName): string | null =>
    (newest.get(agentId, name) as { hash: string } | undefined)?.hash ?? null

  return {
    /** Hash of the newest version; null when none was kept yet. */
    newestHash,
    /** Keeps a content as the newest version. Returns false when it is the newest already. */
    keep(version: { agent_id: string; name: AgentFileName; content: string; author_name: string; reason: string | null }): boolean {
      const { agent_id: agentId, name, content } = version
      const hash = contentHash(content)
      if (newestHash(agentId, name) === hash) return false
      const now = clock.now()
      insert.run(createId(now), agentId, name, content, hash, version.author_name, version.reason, now)
      prune.run(agentId, name, agentId, name)
      return true
    },
    list(filter: { agent_id: string; name: AgentFileName } & Paging): Listed<Stored<AgentFileVersionInfo>> {
      const { n } = db
        .prepare('SELECT count(*) AS n FROM agent_file_versions WHERE agent_id = ? AND name = ?')
        .get(filter.agent_id, filter.name) as { n: number }
      const items = db
        .prepare(`SELECT ${columns} FROM agent_file_versions WHERE agent_id = ? AND name = ? ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(filter.agent_id, filter.name, filter.limit, filter.offset) as Stored<AgentFileVersionInfo>[]
      return { items, total: n }
    },
    get: (id: string): AgentFileVersionRow | undefined =>
      db.prepare(`SELECT ${columns}, content FROM agent_file_versions WHERE id = ?`).get(id) as AgentFileVersionRow | undefined,
  }
}
