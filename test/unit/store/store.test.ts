import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseFromFutureError, migrate, openDatabase, readMigrations } from '../../../native-services/store/open.ts'
import { type Change, openStore, type Store } from '../../../native-services/store/store.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const migrationsDir = fileURLToPath(new URL('../../../native-services/store/migrations', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mc-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('migrations', () => {
  it('a database from the future is refused and left as it is', () => {
    const file = path.join(folder, 'a.sqlite')
    openDatabase({ file, migrationsDir }).close()
    const db = new Database(file)
    db.pragma('user_version = 4711')
    db.close()
    expect(() => openDatabase({ file, migrationsDir })).toThrow(DatabaseFromFutureError)
    const again = new Database(file)
    expect(again.pragma('user_version', { simple: true })).toBe(4711)
    again.close()
  })

  it('one that fails in the middle leaves nothing behind, and the ones before it stand', () => {
    const directory = path.join(folder, 'migrations')
    cpSync(migrationsDir, directory, { recursive: true })
    const { length } = readMigrations(directory)
    const number = String(length + 1).padStart(4, '0')
    writeFileSync(path.join(directory, `${number}-broken.sql`), 'CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1);')
    const db = new Database(path.join(folder, 'b.sqlite'))
    expect(() => migrate(db, readMigrations(directory))).toThrow(/nowhere/)
    expect(db.pragma('user_version', { simple: true })).toBe(length)
    expect(db.prepare(`SELECT count(*) AS n FROM sqlite_master WHERE name = 'half'`).get()).toEqual({ n: 0 })
    writeFileSync(path.join(directory, `${number}-broken.sql`), 'CREATE TABLE half (id TEXT);')
    expect(migrate(db, readMigrations(directory))).toBe(length + 1)
    db.close()
  })

  it('a gap in the numbers is refused', () => {
    const directory = path.join(folder, 'gap')
    cpSync(migrationsDir, directory, { recursive: true })
    writeFileSync(path.join(directory, '0999-late.sql'), 'SELECT 1;')
    expect(() => readMigrations(directory)).toThrow(/expected/)
  })
})

describe('with a board', () => {
  let store: Store
  let clock: ManualClock
  let ids: { board: string; task: string; agents: string[] }

  beforeEach(() => {
    clock = createManualClock()
    store = openStore({ file: path.join(folder, 'store.sqlite'), clock })
    ids = store.write(() => {
      const gateway = store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/w', token_hint: null })
      const board = store.boards.create({ gateway_id: gateway.id, name: 'Board', slug: 'board' })
      const agents = ['Max', 'Ivy'].map(
        (name) =>
          store.agents.create({
            gateway_id: gateway.id,
            board_id: board.id,
            name,
            role: 'worker',
            gateway_agent_id: `mc-${name}`,
            openclaw_session_id: `agent:mc-${name}:main`,
            workspace_path: '/w',
            status: 'online',
            status_reason: null,
            heartbeat_config: { every: '10m', target: 'none' },
            heartbeat_every_ms: 600_000,
            identity_profile: {},
          }).id,
      )
      const task = store.tasks.create({
        board_id: board.id,
        number: store.boards.takeTaskNumber(board.id),
        title: 'T',
        description: '',
        status: 'inbox',
        priority: 'medium',
        due_at: null,
        created_by: 'me',
      })
      return { board: board.id, task, agents }
    })
  })
  afterEach(() => store.close())

  const enqueue = (agent: number, session: string) =>
    store.notifications.enqueue({
      type: 'assignment',
      agent_id: ids.agents[agent] ?? '',
      board_id: ids.board,
      task_id: ids.task,
      comment_id: null,
      title: 't',
      body: 'b',
      session_key: session,
    })

  it('what throws is undone whole: rows, changes and the word to listeners', () => {
    const told: (readonly Change[])[] = []
    store.onCommit((changes) => told.push(changes))
    const before = store.revision()
    expect(() =>
      store.write(() => {
        store.tasks.update(ids.task, { title: 'Other' })
        store.write(() => store.boards.update(ids.board, { name: 'Other' }))
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(store.tasks.get(ids.task)?.title).toBe('T')
    expect(store.boards.get(ids.board)?.name).toBe('Board')
    expect(store.revision()).toBe(before)
    expect(told).toEqual([])

    store.write(() => {
      store.tasks.update(ids.task, { title: 'Kept' })
      try {
        store.write(() => {
          store.boards.update(ids.board, { name: 'Lost' })
          throw new Error('inner')
        })
      } catch {
        // Only the inner part is undone.
      }
    })
    expect(told).toHaveLength(1)
    expect(told[0]?.map((change) => change.entity)).toEqual(['task'])
    expect(store.boards.get(ids.board)?.name).toBe('Board')
  })

  it('a list is kept until something changes: by us, undone again, or through another connection', () => {
    const filter = { board_id: ids.board, limit: 50, offset: 0 }
    const titles = (): string[] => store.tasks.list(filter).items.map((task) => task.title)
    const before = titles()
    expect(store.tasks.list(filter).items).toBe(store.tasks.list({ ...filter }).items)

    store.write(() => store.tasks.update(ids.task, { title: 'Renamed' }))
    expect(titles()).toContain('Renamed')

    expect(() =>
      store.write(() => {
        store.tasks.update(ids.task, { title: 'Never so' })
        expect(titles()).toContain('Never so')
        throw new Error('undone')
      }),
    ).toThrow('undone')
    expect(titles()).toContain('Renamed')

    const other = new Database(path.join(folder, 'store.sqlite'))
    other.prepare('UPDATE tasks SET title = ? WHERE id = ?').run('From elsewhere', ids.task)
    other.close()
    expect(titles()).toContain('From elsewhere')
    expect(titles()).toHaveLength(before.length)
  })

  it('changes since a revision: each entity once, in its last state, in order; a gap when pruned or from elsewhere', () => {
    const start = store.revision()
    store.write(() => store.tasks.update(ids.task, { title: 'A' }))
    store.write(() => store.boards.update(ids.board, { name: 'B' }))
    store.write(() => store.tasks.remove(ids.task))
    const { gap, changes } = store.changesSince(start)
    expect(gap).toBe(false)
    expect(changes.map((change) => [change.entity, change.deleted])).toEqual([
      ['task', 1],
      ['board', 0],
    ])
    expect(store.changesSince(store.revision())).toEqual({ gap: false, changes: [] })
    expect(store.changesSince(store.revision() + 1).gap).toBe(true)
    store.db.prepare('DELETE FROM changes WHERE rev <= ?').run(start + 1)
    expect(store.changesSince(start).gap).toBe(true)
    expect(store.changesSince(start + 1).gap).toBe(false)
  })

  it('pages of changes lose nothing', () => {
    const start = store.revision()
    for (let n = 0; n < 30; n += 1) store.write(() => store.activity.record({ event_type: 'x', message: String(n) }))
    const seen: number[] = []
    let rev = start
    for (;;) {
      const { changes } = store.changesSince(rev, 7)
      seen.push(...changes.map((change) => change.rev))
      rev = changes.at(-1)?.rev ?? rev
      if (changes.length < 7) break
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => start + 1 + n))
  })

  it('one reply per message, whatever is retried', () => {
    const message = store.write(() => enqueue(0, 's'))
    const reply = () =>
      store.write(() =>
        store.messages.add({
          board_id: ids.board,
          task_id: ids.task,
          author_type: 'agent',
          agent_id: ids.agents[0] ?? '',
          author_name: 'Max',
          message: 'done',
          mentions: [],
          source_notification_id: message.id,
        }),
      )
    const first = reply()
    const second = reply()
    expect([first.created, second.created]).toEqual([true, false])
    expect(second.comment.id).toBe(first.comment.id)
    expect(store.tasks.get(ids.task)?.comment_count).toBe(1)
  })

  it('the outbox keeps the order within a session, whatever happens to the messages', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('enqueue' as const), session: fc.integer({ min: 0, max: 2 }) }),
      fc.record({
        kind: fc.constantFrom('lease' as const, 'deliver' as const, 'retry' as const, 'dead' as const, 'release' as const, 'tick' as const),
      }),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        store.db.prepare('DELETE FROM notifications').run()
        const leased: string[] = []
        const finished = new Map<string, number>()
        const finish = (state: 'delivered' | 'dead'): void => {
          const id = leased.shift()
          if (id === undefined) return
          const row = store.notifications.get(id)
          if (!row) throw new Error('gone')
          // Never before an older one of its session.
          expect(row.seq).toBeGreaterThan(finished.get(row.session_key) ?? 0)
          finished.set(row.session_key, row.seq)
          store.notifications.finish(id, { state })
        }
        for (const step of commands) {
          store.write(() => {
            switch (step.kind) {
              case 'enqueue':
                return void enqueue(step.session % 2, `s${step.session}`)
              case 'lease': {
                const due = store.notifications.due(clock.now(), 10)
                expect(new Set(due.map((row) => row.session_key)).size).toBe(due.length)
                for (const row of due) {
                  expect(leased.map((id) => store.notifications.get(id)?.session_key)).not.toContain(row.session_key)
                  expect(store.notifications.lease(row.id, clock.now() + 1000)).toBe(true)
                  expect(store.notifications.lease(row.id, clock.now() + 1000)).toBe(false)
                  leased.push(row.id)
                }
                return
              }
              case 'deliver':
                return finish('delivered')
              case 'dead':
                return finish('dead')
              case 'retry': {
                const id = leased.shift()
                if (id !== undefined) store.notifications.retry(id, { at: clock.now() + 500, error_code: 'x', error: 'x' })
                return
              }
              case 'release':
                store.notifications.releaseLeases('all')
                leased.length = 0
                return
              case 'tick':
                clock.skip(1000)
            }
          })
        }
      }),
      { numRuns: 150 },
    )
  })

  it('settings: stored ones come back, invalid ones fall back, private values stay apart', () => {
    store.write(() => store.settings.update({ max_wake_attempts: 7 }))
    store.write(() => store.settings.writePrivate('api.x', { a: 1 }))
    store.db.prepare(`UPDATE settings SET value_json = '"many"' WHERE key = 'max_wake_attempts'`).run()
    expect(store.settings.get().max_wake_attempts).toBe(3)
    expect(store.settings.get()).not.toHaveProperty('api.x')
    expect(store.settings.readPrivate('api.x')).toEqual({ a: 1 })
    expect(store.settings.readPrivate('api.y')).toBeUndefined()
  })
})
