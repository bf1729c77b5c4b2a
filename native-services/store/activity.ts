import type { Activity } from '../contract/entities.ts'
import { noticeOf } from '../domain/notice-rules.ts'
import { outgoingEventOf } from '../domain/webhook-out-rules.ts'
import { createId } from '../platform/ids.ts'
import { redact } from '../platform/redact.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type ActivityRow = Stored<Activity>

export interface NewActivity {
  event_type: string
  message: string
  level?: Activity['level']
  /** Absent: the program itself. */
  actor_type?: Activity['actor_type']
  actor_name?: string
  agent_id?: string | null
  task_id?: string | null
  board_id?: string | null
  gateway_id?: string | null
  data?: Record<string, unknown>
}

export function activityRepository({ db, clock, touch, announce, notice }: RepositoryContext) {
  const insert = db.prepare(
    'INSERT INTO activity (id, event_type, message, level, actor_type, actor_name, agent_id, task_id, board_id, gateway_id, data_json, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )

  function shape(row: unknown): ActivityRow {
    const { data_json: data, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as ActivityRow), data: JSON.parse(data as string) as Record<string, unknown> }
  }

  return {
    get(id: string): ActivityRow | undefined {
      const row = db.prepare('SELECT * FROM activity WHERE id = ?').get(id)
      return row === undefined ? undefined : shape(row)
    },

    /** Records what happened. Texts are redacted here, so that no error message can carry a secret into the database. */
    record(event: NewActivity): string {
      const now = clock.now()
      const id = createId(now)
      insert.run(
        id,
        event.event_type,
        redact(event.message),
        event.level ?? 'info',
        event.actor_type ?? 'system',
        event.actor_name ?? 'Mission Control',
        event.agent_id ?? null,
        event.task_id ?? null,
        event.board_id ?? null,
        event.gateway_id ?? null,
        redact(JSON.stringify(event.data ?? {})),
        now,
      )
      touch('activity', id)
      const news = noticeOf({
        event_type: event.event_type,
        message: event.message,
        actor_type: event.actor_type ?? 'system',
        agent_id: event.agent_id ?? null,
        task_id: event.task_id ?? null,
        board_id: event.board_id ?? null,
        data: event.data ?? {},
      })
      if (news) notice(news)
      const told = outgoingEventOf(event.event_type)
      if (told !== null)
        announce({
          type: told,
          message: event.message,
          board_id: event.board_id ?? null,
          task_id: event.task_id ?? null,
          agent_id: event.agent_id ?? null,
          actor: { type: event.actor_type ?? 'system', name: event.actor_name ?? 'Mission Control' },
          data: event.data ?? {},
        })
      return id
    },

    /** Newest first. */
    list(
      filter: {
        board_id?: string | undefined
        agent_id?: string | undefined
        task_id?: string | undefined
        event_type?: string | undefined
        level?: Activity['level'] | undefined
      } & Paging,
    ): Listed<ActivityRow> {
      const condition = where([
        filter.board_id !== undefined && ['board_id = ?', filter.board_id],
        filter.agent_id !== undefined && ['agent_id = ?', filter.agent_id],
        filter.task_id !== undefined && ['task_id = ?', filter.task_id],
        filter.event_type !== undefined && ['substr(event_type, 1, ?) = ?', filter.event_type.length, filter.event_type],
        filter.level !== undefined && ['level = ?', filter.level],
      ])
      const rows = db
        .prepare(`SELECT * FROM activity ${condition.sql} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM activity ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(shape), total: n }
    },
  }
}
