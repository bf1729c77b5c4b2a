/** Who follows a thread and what of it was read. What has been read and whether the operator watches stand on the task's own row. */
import type { DeliveryStatus } from '../contract/states.ts'
import type { subscriptionReasons } from '../contract/threads.ts'
import type { RepositoryContext } from './store.ts'

type Reason = (typeof subscriptionReasons)[number]

export function threadsRepository({ db, clock, touch }: RepositoryContext) {
  const markRead = db.prepare('UPDATE tasks SET unread_count = 0, last_read_at = ? WHERE id = ?')
  // Only when the operator has not said what he wants.
  const follow = db.prepare('UPDATE tasks SET watching = 1 WHERE id = ? AND watching IS NULL')
  const followers = db.prepare(`
    SELECT s.agent_id, s.manual,
      EXISTS (SELECT 1 FROM assignments a WHERE a.task_id = s.task_id AND a.agent_id = s.agent_id) AS assigned,
      EXISTS (SELECT 1 FROM messages m WHERE m.task_id = s.task_id AND m.agent_id = s.agent_id) AS wrote
    FROM subscriptions s WHERE s.task_id = ? ORDER BY s.created_at, s.agent_id`)
  const upsert = db.prepare(
    'INSERT INTO subscriptions (task_id, agent_id, created_at, manual) VALUES (?, ?, ?, 1) ON CONFLICT (task_id, agent_id) DO UPDATE SET manual = 1',
  )
  const unsubscribe = db.prepare('DELETE FROM subscriptions WHERE task_id = ? AND agent_id = ?')
  const manual = db.prepare('SELECT agent_id FROM subscriptions WHERE task_id = ? AND manual = 1')

  const lastRequest = db.prepare(`
    SELECT state, ifnull(delivered_at, updated_at) AS ended_at,
      EXISTS (SELECT 1 FROM messages m WHERE m.task_id = n.task_id AND m.agent_id = n.agent_id AND m.id > n.id) AS answered
    FROM notifications n INDEXED BY notifications_task WHERE task_id = ? AND agent_id = ? AND type = 'response_request' ORDER BY seq DESC LIMIT 1`)

  return {
    /** The newest request for an answer to an agent on a task, and whether the agent has written there since; ids grow with time. */
    lastRequest(taskId: string, agentId: string): { state: DeliveryStatus; ended_at: number; answered: boolean } | null {
      const row = lastRequest.get(taskId, agentId) as { state: DeliveryStatus; ended_at: number; answered: 0 | 1 } | undefined
      return row ? { ...row, answered: row.answered === 1 } : null
    },
    markRead(taskId: string): void {
      markRead.run(clock.now(), taskId)
      touch('task', taskId)
    },
    /** Returns how many tasks had something unread. */
    markAllRead(boardId: string | null): number {
      const rows = db.prepare('SELECT id FROM tasks WHERE unread_count > 0 AND (? IS NULL OR board_id = ?)').all(boardId, boardId) as {
        id: string
      }[]
      for (const { id } of rows) {
        markRead.run(clock.now(), id)
        touch('task', id)
      }
      return rows.length
    },

    /** The operator takes part, and watches from now on unless he said that he does not want to. */
    follow(taskId: string): void {
      if (follow.run(taskId).changes > 0) touch('task', taskId)
    },
    watch(taskId: string, watching: boolean): void {
      db.prepare('UPDATE tasks SET watching = ? WHERE id = ?').run(Number(watching), taskId)
      touch('task', taskId)
    },

    followers: (taskId: string): { agent_id: string; reasons: Reason[] }[] =>
      (followers.all(taskId) as { agent_id: string; manual: 0 | 1; assigned: 0 | 1; wrote: 0 | 1 }[]).map((row) => {
        const reasons: Reason[] = [
          ...(row.assigned ? (['assignee'] as const) : []),
          ...(row.wrote ? (['author'] as const) : []),
          ...(row.manual ? (['manual'] as const) : []),
        ]
        return { agent_id: row.agent_id, reasons: reasons.length > 0 ? reasons : ['mentioned'] }
      }),
    /** Those that were subscribed by hand: they hear of every comment by a person. */
    manualSubscribers: (taskId: string): string[] => (manual.all(taskId) as { agent_id: string }[]).map((row) => row.agent_id),
    subscribe(taskId: string, agentId: string): void {
      upsert.run(taskId, agentId, clock.now())
      touch('task', taskId)
    },
    unsubscribe(taskId: string, agentId: string): void {
      unsubscribe.run(taskId, agentId)
      touch('task', taskId)
    },
  }
}
