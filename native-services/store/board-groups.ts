/** Groups of boards, and their memory; a group's chat is the part of it with the tag `chat`. */
import type { BoardGroup, GroupMemory } from '../contract/board-groups.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type BoardGroupRow = Stored<BoardGroup>
export type GroupMemoryRow = Stored<GroupMemory>

export function boardGroupsRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM board_groups WHERE id = ?')
  const bySlug = db.prepare('SELECT * FROM board_groups WHERE slug = ?')
  const byName = db.prepare('SELECT * FROM board_groups WHERE name = ? COLLATE NOCASE')
  const page = db.prepare('SELECT * FROM board_groups ORDER BY name COLLATE NOCASE, id LIMIT ? OFFSET ?')
  const count = db.prepare('SELECT count(*) AS n FROM board_groups')
  const members = db.prepare('SELECT id FROM boards WHERE board_group_id = ? ORDER BY id')
  const waiting = db.prepare(`SELECT n.id FROM notifications n JOIN group_memory m ON m.id = n.comment_id
    WHERE n.type = 'group_chat' AND n.state = 'queued' AND m.board_group_id = ?`)
  const pressing = db.prepare(`SELECT id FROM tasks WHERE board_id = ? AND status <> 'archived' AND (? OR status <> 'done')
    ORDER BY CASE status WHEN 'blocked' THEN 0 WHEN 'review' THEN 1 WHEN 'in_progress' THEN 2 WHEN 'assigned' THEN 3 WHEN 'inbox' THEN 4 ELSE 5 END,
      CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, position LIMIT ?`)

  return {
    get: (id: string): BoardGroupRow | undefined => byId.get(id) as BoardGroupRow | undefined,
    slugTaken: (slug: string): boolean => bySlug.get(slug) !== undefined,
    byName: (name: string): BoardGroupRow | undefined => byName.get(name) as BoardGroupRow | undefined,
    list: ({ limit, offset }: Paging): Listed<BoardGroupRow> => ({
      items: page.all(limit, offset) as BoardGroupRow[],
      total: (count.get() as { n: number }).n,
    }),
    boardIds: (id: string): string[] => (members.all(id) as { id: string }[]).map((board) => board.id),
    /** What presses most on a board: what is stuck or waits for a look, then what is under way, then what is new; the most urgent first. */
    pressingTaskIds: (boardId: string, want: { done: boolean; limit: number }): string[] =>
      (pressing.all(boardId, Number(want.done), want.limit) as { id: string }[]).map((task) => task.id),
    /** Messages of its chat that were not sent yet. */
    waitingMessages: (id: string): string[] => (waiting.all(id) as { id: string }[]).map((row) => row.id),

    create(fields: Pick<BoardGroupRow, 'name' | 'slug' | 'description'>): BoardGroupRow {
      const now = clock.now()
      const id = createId(now)
      db.prepare('INSERT INTO board_groups (id, name, slug, description, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)').run(
        id,
        fields.name,
        fields.slug,
        fields.description,
        now,
        now,
      )
      touch('board_group', id)
      return byId.get(id) as BoardGroupRow
    },

    update(id: string, patch: { name?: string | undefined; description?: string | undefined }): void {
      const { sql, values } = assignments({ ...patch, updated_at: clock.now() })
      db.prepare(`UPDATE board_groups SET ${sql} WHERE id = ?`).run(...values, id)
      touch('board_group', id)
    },

    /** Removes the group with its memory; its boards stay and belong to none. */
    remove(id: string): void {
      const boards = members.all(id) as { id: string }[]
      db.prepare('DELETE FROM board_groups WHERE id = ?').run(id)
      for (const board of boards) touch('board', board.id)
      touch('board_group', id, true)
    },
  }
}

export function groupMemoryRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM group_memory WHERE id = ?')
  const bySource = db.prepare('SELECT * FROM group_memory WHERE source_notification_id = ?')
  const tail = db.prepare('SELECT * FROM group_memory WHERE board_group_id = ? AND is_chat = 1 ORDER BY id DESC LIMIT ?')
  const turns =
    db.prepare(`SELECT count(*) AS n FROM group_memory WHERE board_group_id = ? AND is_chat = 1 AND author_type = 'agent' AND told_count > 0
    AND id > ifnull((SELECT max(id) FROM group_memory WHERE board_group_id = ? AND is_chat = 1 AND author_type = 'user'), '')`)
  const insert = db.prepare(`INSERT INTO group_memory
    (id, board_group_id, board_id, content, tags_json, is_chat, source, author_type, author_name, agent_id, source_notification_id, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_notification_id) WHERE source_notification_id IS NOT NULL DO NOTHING`)

  function shape(row: unknown): GroupMemoryRow {
    const { tags_json: tags, is_chat: chat, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as GroupMemoryRow), tags: JSON.parse(tags as string) as string[], is_chat: Boolean(chat) }
  }

  return {
    get(id: string): GroupMemoryRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },

    /** Newest first. */
    list(filter: { board_group_id: string; is_chat?: boolean | undefined } & Paging): Listed<GroupMemoryRow> {
      const condition = where([
        ['board_group_id = ?', filter.board_group_id],
        filter.is_chat !== undefined && ['is_chat = ?', Number(filter.is_chat)],
      ])
      const rows = db
        .prepare(`SELECT * FROM group_memory ${condition.sql} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM group_memory ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(shape), total: n }
    },

    /** The last messages of the chat, oldest first. */
    chatTail: (groupId: string, most: number): GroupMemoryRow[] => tail.all(groupId, most).map(shape).reverse(),

    /** Messages by agents since a person last wrote that woke somebody other than who had asked. */
    agentTurns: (groupId: string): number => (turns.get(groupId, groupId) as { n: number }).n,

    /** Adds an entry. With a `source_notification_id` that already has its answer, that one comes back and nothing is written. */
    add(entry: Omit<GroupMemoryRow, 'id' | 'created_at' | 'told_count'>): { memory: GroupMemoryRow; created: boolean } {
      const now = clock.now()
      const id = createId(now)
      const { changes } = insert.run(
        id,
        entry.board_group_id,
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
      touch('group_memory', id)
      return { memory: shape(byId.get(id)), created: true }
    },

    /** Says how many agents were told of it. */
    told(id: string, agents: number): void {
      db.prepare('UPDATE group_memory SET told_count = ? WHERE id = ?').run(agents, id)
      touch('group_memory', id)
    },
  }
}
