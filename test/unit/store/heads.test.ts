import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskStatus } from '../../../native-services/contract/states.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
})
afterEach(() => world.close())

/** The definition, without the help of `head`. */
const dueByDefinition = `
  SELECT n.id FROM notifications n
  JOIN (SELECT session_key, min(seq) AS seq FROM notifications WHERE state IN ('queued', 'leased') AND held = 0 GROUP BY session_key) h ON h.seq = n.seq
  WHERE n.state = 'queued' AND n.next_attempt_at <= ? ORDER BY n.seq`
const waiting = `SELECT min(n.next_attempt_at) AS at FROM notifications n
  JOIN (SELECT session_key, min(seq) AS seq FROM notifications WHERE state IN ('queued', 'leased') AND held = 0 GROUP BY session_key) h ON h.seq = n.seq
  WHERE n.state = 'queued' AND n.next_attempt_at > ?`

describe('the head of each session', () => {
  it('is the oldest waiting message, whatever happened before', () => {
    const agents = ['A', 'B'].map((name) => world.agent(name))
    const op = fc.record({
      what: fc.constantFrom(
        'add',
        'add',
        'add',
        'lease',
        'deliver',
        'die',
        'retry',
        'replay',
        'release',
        'remove',
        'remove_task',
        'hold',
        'unhold',
      ),
      pick: fc.nat(1000),
      session: fc.nat(3),
    })
    const { store, clock } = world
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
        store.write(() => store.db.prepare('DELETE FROM notifications').run())
        let task = world.task('T')
        for (const { what, pick, session } of ops) {
          const rows = store.db.prepare('SELECT id, state FROM notifications ORDER BY seq').all() as { id: string; state: string }[]
          const chosen = (...states: string[]): string | undefined => {
            const fitting = rows.filter((row) => states.includes(row.state))
            return fitting[pick % Math.max(1, fitting.length)]?.id
          }
          store.write(() => {
            const agent = agents[session % 2]
            if (what === 'add' && agent)
              store.notifications.enqueue({
                type: 'mention',
                agent_id: agent.id,
                board_id: world.board.id,
                task_id: pick % 2 ? task.id : null,
                comment_id: null,
                title: 't',
                body: 'b',
                session_key: `s${session}`,
              })
            const queued = chosen('queued')
            const leased = chosen('leased')
            const ended = chosen('delivered', 'dead', 'skipped')
            if (what === 'lease' && queued !== undefined) store.notifications.lease(queued, clock.now() + 1000)
            if (what === 'deliver' && leased !== undefined) store.notifications.finish(leased, { state: 'delivered' })
            if (what === 'die' && queued !== undefined) store.notifications.finish(queued, { state: 'dead', error_code: 'x', error: 'x' })
            if (what === 'retry' && leased !== undefined)
              store.notifications.retry(leased, { at: clock.now() + pick, error_code: 'x', error: 'x' })
            if (what === 'replay' && ended !== undefined) store.notifications.replay(ended)
            if (what === 'release') store.notifications.releaseLeases('all')
            // A daily cap takes messages out of their line, and puts them back.
            if (what === 'hold' && queued !== undefined)
              store.notifications.hold(queued, { until: clock.now() + 1 + pick, error_code: 'daily_cap', error: 'x' })
            if (what === 'unhold') store.notifications.releaseHeld('all')
            if (what === 'remove' && rows.length > 0)
              store.db.prepare('DELETE FROM notifications WHERE id = ?').run(rows[pick % rows.length]?.id)
            if (what === 'remove_task') store.tasks.remove(task.id)
          })
          if (what === 'remove_task') task = world.task('T')
          const expected = (store.db.prepare(dueByDefinition).all(clock.now()) as { id: string }[]).map((row) => row.id)
          expect(store.notifications.due(clock.now(), 100).map((row) => row.id)).toEqual(expected)
          expect(store.notifications.nextDueAt(clock.now())).toBe((store.db.prepare(waiting).get(clock.now()) as { at: number | null }).at)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is found without looking at the messages behind it', () => {
    const plan = (sql: string): string =>
      (world.store.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map((row) => row.detail).join('\n')
    expect(
      plan(
        `SELECT min(next_attempt_at) FROM notifications INDEXED BY notifications_heads_due WHERE head = 1 AND state = 'queued' AND next_attempt_at > 5`,
      ),
    ).toContain('notifications_heads_due')
  })
})

describe('tasks per status', () => {
  it('are counted as they come, move and go', () => {
    const statuses: TaskStatus[] = ['inbox', 'assigned', 'in_progress', 'review', 'blocked', 'done', 'archived']
    const { store } = world
    fc.assert(
      fc.property(
        fc.array(fc.record({ what: fc.constantFrom('add', 'move', 'remove'), pick: fc.nat(1000), status: fc.constantFrom(...statuses) }), {
          maxLength: 30,
        }),
        (ops) => {
          for (const { what, pick, status } of ops) {
            const ids = (store.db.prepare('SELECT id FROM tasks').all() as { id: string }[]).map((row) => row.id)
            const id = ids[pick % Math.max(1, ids.length)]
            if (what === 'add') world.task('T', { status })
            if (what === 'move' && id !== undefined) store.write(() => store.tasks.update(id, { status }))
            if (what === 'remove' && id !== undefined) store.write(() => store.tasks.remove(id))
          }
          const counted = store.db
            .prepare('SELECT status, n FROM task_counts WHERE board_id = ? AND n <> 0 ORDER BY status')
            .all(world.board.id)
          expect(counted).toEqual(
            store.db
              .prepare('SELECT status, count(*) AS n FROM tasks WHERE board_id = ? GROUP BY status ORDER BY status')
              .all(world.board.id),
          )
        },
      ),
      { numRuns: 30 },
    )
  })
})
