/** A board's memory; its chat is the part of it with the tag `chat`. */
import type { BoardMemory } from '../contract/board-work.ts'
import { createId } from '../platform/ids.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type MemoryRow = Stored<BoardMemory>

export function boardMemoryRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM board_memory WHERE id = ?')
  const bySource = db.prepare('SELECT * FROM board_memory WHERE source_notification_id = ?')
  const tail = db.prepare('SELECT * FROM board_memory WHERE board_id = ? AND is_chat = 1 ORDER BY id DESC LIMIT ?')
  const insert = db.prepare(`INSERT INTO board_memory
    (id, board_id, content, tags_json, is_chat, source, author_type, author_name, agent_id, source_notification_id, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_notification_id) WHERE source_notification_id IS NOT NULL DO NOTHING`)

  function shape(row: unknown): MemoryRow {
    const { tags_json: tags, is_chat: chat, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as MemoryRow), tags: JSON.parse(tags as string) as string[], is_chat: Boolean(chat) }
  }

  return {
    get(id: string): MemoryRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },

    /** Newest first. */
    list(filter: { board_id: string; is_chat?: boolean | undefined } & Paging): Listed<MemoryRow> {
      const condition = where([['board_id = ?', filter.board_id], filter.is_chat !== undefined && ['is_chat = ?', Number(filter.is_chat)]])
      const rows = db
        .prepare(`SELECT * FROM board_memory ${condition.sql} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM board_memory ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(shape), total: n }
    },

    /** The last messages of the chat, oldest first. */
    chatTail: (boardId: string, count: number): MemoryRow[] => tail.all(boardId, count).map(shape).reverse(),

    /** Adds an entry. With a `source_notification_id` that already has its answer, that one comes back and nothing is written. */
    add(entry: Omit<MemoryRow, 'id' | 'created_at'>): { memory: MemoryRow; created: boolean } {
      const now = clock.now()
      const id = createId(now)
      const { changes } = insert.run(
        id,
        entry.board_id,
        entry.content,
        JSON.stringify(entry.tags),
        Number(entry.is_chat),
        entry.source,
        entry.author_type,
        entry.author_name,
        entry.agent_id,
        entry.source_notification_id,
        now,
      )
      if (changes === 0) return { memory: shape(bySource.get(entry.source_notification_id)), created: false }
      touch('board_memory', id)
      return { memory: shape(byId.get(id)), created: true }
    },
  }
}
