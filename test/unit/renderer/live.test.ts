import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { ApiError, type ApiClient } from '../../../native-services/contract/client.ts'
import { defaultSettings, type Task } from '../../../native-services/contract/entities.ts'
import { fetchAll } from '../../../renderer/src/lib/fetch-all.ts'
import { backoffMs, deadAfterMs, type EventStream } from '../../../renderer/src/lib/live-stream.ts'
import { createLiveConnection } from '../../../renderer/src/lib/live.ts'
import { initialState, type LiveState, type LiveStore } from '../../../renderer/src/lib/store.ts'

const boardId = '019a0000-0000-7000-8000-00000000b0a4'
function task(number: number, patch: Partial<Task> = {}): Task {
  return {
    id: `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    board_id: boardId,
    number,
    title: `Task ${number}`,
    description: '',
    status: 'inbox',
    priority: 'medium',
    position: number * 1000,
    assigned_agent_id: null,
    assigned_agent_ids: [],
    blocked_reason: null,
    due_at: null,
    in_progress_at: null,
    created_by: 'Operator',
    auto_created: false,
    comment_count: 0,
    depends_on_task_ids: [],
    blocked_by_task_ids: [],
    is_blocked: false,
    tag_ids: [],
    custom_field_values: {},
    last_message_at: null,
    watching: false,
    last_read_at: null,
    unread_count: 0,
    waiting_for: null,
    waiting_until_at: null,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    ...patch,
  }
}

/** An API that answers lists, and a stream that the test speaks through. */
function setUp(options: { tasks?: Task[]; revs?: number[] } = {}) {
  const tasks = options.tasks ?? [task(1)]
  let refused: Error | null = null
  const revs = [...(options.revs ?? [])]
  let gate: Promise<void> = Promise.resolve()
  const calls: string[] = []
  const api: ApiClient = {
    call: (async (operation: string) => {
      calls.push(operation)
      if (refused) throw refused
      await gate
      const list = (items: unknown[]) => ({ items, total: items.length, limit: 200, offset: 0 })
      switch (operation) {
        case 'getSettings':
          return defaultSettings
        case 'getOverview':
          return { gateway: null, attention: [], version: '1', deliveries: { queued: 0, leased: 0, dead: 0, per_minute: [] } }
        case 'getRuntime':
        case 'getModelProvider':
          return null
        case 'listBoards':
          return list([{ id: boardId, name: 'Board' }])
        case 'getBoardSnapshot':
          return { board: { id: boardId }, agents: [], tasks, total: tasks.length, rev: revs.shift() ?? 0 }
        default:
          return list([])
      }
    }) as never,
  }
  const store = createStore<LiveState>(() => ({ ...initialState })) as unknown as LiveStore
  const opened: { url: string; closed: boolean; say: (name: string, data: unknown) => void }[] = []
  const live = createLiveConnection({
    api,
    store,
    random: () => 0.5,
    open: (url): EventStream => {
      const listeners = new Map<string, (event: { data?: unknown }) => void>()
      const entry = {
        url,
        closed: false,
        say: (name: string, data: unknown) => listeners.get(name)?.(name === 'error' ? {} : { data: JSON.stringify(data) }),
      }
      opened.push(entry)
      return {
        addEventListener: (name, listener) => void listeners.set(name, listener),
        close: () => {
          entry.closed = true
        },
      }
    },
  })
  return {
    live,
    store,
    opened,
    calls,
    last: () => opened.at(-1) ?? expect.unreachable('no stream was opened'),
    refuse: (error: Error | null) => {
      refused = error
    },
    hold: () => {
      let release = () => {}
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
}

const settle = () => vi.advanceTimersByTimeAsync(20)
const change = (rev: number, data: Task | null, id = task(1).id) => ({ rev, entity: 'task', id: data?.id ?? id, data })

describe('the live connection', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('fetches a snapshot after the first hello and applies changes to it', async () => {
    const { live, store, last } = setUp()
    live.start()
    await settle()
    expect(last().url).toBe('/api/v1/events?logs=false')
    last().say('hello', { rev: 10, version: '1' })
    await settle()
    expect(store.getState().connection).toBe('live')
    expect(store.getState().maps.task).toEqual({})
    await live.wantBoard(boardId)
    expect(store.getState().boards[boardId]).toEqual({ state: 'loaded' })
    expect(store.getState().maps.task[task(1).id]?.title).toBe('Task 1')

    last().say('change', change(11, task(1, { title: 'Renamed' })))
    last().say('change', change(12, task(2)))
    await settle()
    expect(store.getState().maps.task[task(1).id]?.title).toBe('Renamed')
    expect(Object.keys(store.getState().maps.task)).toHaveLength(2)

    last().say('change', change(13, null, task(2).id))
    await settle()
    expect(Object.keys(store.getState().maps.task)).toHaveLength(1)
    live.stop()
  })

  it('keeps changes that arrive while the snapshot is fetched and applies them on top', async () => {
    const { live, store, last, hold } = setUp()
    live.start()
    await settle()
    const release = hold()
    last().say('hello', { rev: 10, version: '1' })
    last().say('change', change(11, task(1, { title: 'Newer than the snapshot' })))
    await settle()
    expect(store.getState().ready).toBe(false)
    release()
    await settle()
    expect(store.getState().maps.task[task(1).id]?.title).toBe('Newer than the snapshot')
    live.stop()
  })

  it('a board that is being fetched: what came meanwhile and is newer wins, what it contains already does not', async () => {
    const { live, store, last, hold } = setUp({ revs: [20], tasks: [task(1), task(2)] })
    live.start()
    await settle()
    last().say('hello', { rev: 10, version: '1' })
    await settle()
    const release = hold()
    const loaded = live.wantBoard(boardId)
    last().say('change', change(15, task(1, { title: 'Older than what was read' })))
    last().say('change', change(25, task(2, { title: 'Newer' })))
    last().say('change', change(26, task(3)))
    await settle()
    release()
    await loaded
    const titles = Object.values(store.getState().maps.task).map((each) => each.title)
    expect(titles.toSorted()).toEqual(['Newer', 'Task 1', 'Task 3'])
    live.stop()
  })

  it('a board that was asked for before the stream began is read again when something changed in between', async () => {
    const count = (calls: readonly string[]) => calls.filter((name) => name === 'getBoardSnapshot').length
    for (const [read, fetches] of [
      [10, 1],
      [9, 2],
    ] as const) {
      const { live, store, last, calls, hold } = setUp({ revs: [read, 10] })
      const release = hold()
      live.start()
      const loaded = live.wantBoard(boardId)
      await settle()
      release()
      await loaded
      await settle()
      last().say('hello', { rev: 10, version: '1' })
      await settle()
      await live.wantBoard(boardId)
      expect(count(calls)).toBe(fetches)
      expect(store.getState().maps.task[task(1).id]?.title).toBe('Task 1')
      expect(store.getState().boards[boardId]).toEqual({ state: 'loaded' })
      live.stop()
    }
  })

  it('a board that could not be fetched says why, and can be fetched again', async () => {
    const { live, store, last, refuse } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 10, version: '1' })
    await settle()
    refuse(new ApiError(500, { detail: 'The disk is full.', code: 'internal', request_id: 'r' }))
    await live.wantBoard(boardId)
    expect(store.getState().boards[boardId]).toMatchObject({ state: 'failed' })
    refuse(null)
    await live.wantBoard(boardId)
    expect(store.getState().boards[boardId]).toEqual({ state: 'loaded' })
    live.stop()
  })

  it('says why when nothing was shown yet and nobody answers: at once when it will not heal, after a while when it may', async () => {
    const down = (code: 'services_failed' | 'services_starting', detail: string) => new ApiError(503, { detail, code, request_id: 'r' })
    const { live, store, last, refuse } = setUp()
    refuse(down('services_starting', 'It is starting.'))
    live.start()
    last().say('error', null)
    await vi.advanceTimersByTimeAsync(2000)
    expect(store.getState()).toMatchObject({ loadError: null, connectionProblem: null })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(store.getState()).toMatchObject({ loadError: 'It is starting.', connectionProblem: null })
    refuse(down('services_failed', 'The database is damaged.'))
    live.nudge()
    await settle()
    expect(store.getState()).toMatchObject({ loadError: 'The database is damaged.', connectionProblem: 'The database is damaged.' })
    refuse(null)
    live.nudge()
    await settle()
    last().say('hello', { rev: 1, version: '1' })
    await settle()
    expect(store.getState()).toMatchObject({ ready: true, loadError: null, connectionProblem: null, connection: 'live' })
    live.stop()
  })

  it('resumes after the last revision it applied, without a new snapshot', async () => {
    const { live, store, last, opened, calls } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 10, version: '1' })
    await settle()
    await live.wantBoard(boardId)
    last().say('change', change(42, task(1, { title: 'At 42' })))
    await settle()
    const snapshots = calls.filter((name) => name === 'getBoardSnapshot').length

    last().say('error', null)
    expect(store.getState().connection).toBe('lost')
    expect(opened[0]?.closed).toBe(true)
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().url).toBe('/api/v1/events?logs=false&since=42')
    last().say('hello', { rev: 44, version: '1' })
    expect(store.getState().connection).toBe('live')
    // Replayed frames that were applied before are left out, in whatever order they come.
    last().say('change', change(42, task(1, { title: 'Stale' })))
    last().say('change', change(43, task(1, { title: 'At 43' })))
    await settle()
    expect(store.getState().maps.task[task(1).id]?.title).toBe('At 43')
    expect(calls.filter((name) => name === 'getBoardSnapshot')).toHaveLength(snapshots)
    live.stop()
  })

  it('fetches everything again on reset, and when the database has become another one', async () => {
    const { live, last, calls } = setUp({ revs: [100, 500, 3] })
    live.start()
    await settle()
    last().say('hello', { rev: 100, version: '1' })
    await settle()
    await live.wantBoard(boardId)
    const count = () => calls.filter((name) => name === 'getBoardSnapshot').length
    const first = count()
    last().say('reset', { rev: 500 })
    await settle()
    expect(count()).toBe(first + 1)
    last().say('error', null)
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().url).toContain('since=500')
    last().say('hello', { rev: 3, version: '1' })
    await settle()
    expect(count()).toBe(first + 2)
    last().say('error', null)
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().url).toContain('since=3')
    live.stop()
  })

  it('drops a reply in progress when its comment arrives', async () => {
    const { live, store, last } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 1, version: '1' })
    await settle()
    last().say('reply', { notification_id: 'n1', task_id: task(1).id, agent_id: 'a', text: 'Hel', done: false })
    last().say('reply', { notification_id: 'n1', task_id: task(1).id, agent_id: 'a', text: 'Hello', done: false })
    expect(store.getState().replies['n1']?.text).toBe('Hello')
    last().say('change', {
      rev: 2,
      entity: 'comment',
      id: 'c1',
      data: { id: 'c1', task_id: task(1).id, source_notification_id: 'n1', message: 'Hello.', created_at: '' },
    })
    await settle()
    expect(store.getState().replies['n1']).toBeUndefined()
    expect(store.getState().maps.comment['c1']?.message).toBe('Hello.')
    live.stop()
  })

  it('notices a stream that has gone silent', async () => {
    const { live, store, last, opened } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 1, version: '1' })
    await settle()
    await vi.advanceTimersByTimeAsync(deadAfterMs - 1000)
    last().say('ping', { at: '' })
    await vi.advanceTimersByTimeAsync(deadAfterMs - 1000)
    expect(store.getState().connection).toBe('live')
    await vi.advanceTimersByTimeAsync(2000)
    expect(store.getState().connection).toBe('lost')
    expect(opened[0]?.closed).toBe(true)
    live.stop()
  })

  it('ends the session on 401 and stops trying', async () => {
    const { live, store, last, opened, refuse } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 1, version: '1' })
    await settle()
    refuse(new ApiError(401, null))
    last().say('error', null)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(store.getState().session).toBe('out')
    expect(opened).toHaveLength(1)
  })

  it('opens the stream again when log lines are wanted, from where it was', async () => {
    const { live, store, last, opened } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 7, version: '1' })
    await settle()
    const release = live.wantLogs()
    expect(last().url).toBe('/api/v1/events?logs=true&since=7')
    last().say('hello', { rev: 7, version: '1' })
    last().say('log', {
      lines: [{ seq: 1, at: '', level: 'info', source: 'host', scope: 's', message: 'm', agent_id: null, request_id: null }],
    })
    expect(store.getState().logs).toHaveLength(1)
    release()
    await vi.advanceTimersByTimeAsync(21_000)
    expect(last().url).toBe('/api/v1/events?logs=false&since=7')
    expect(opened).toHaveLength(3)
    live.stop()
  })

  it('follows one session at a time, and lets go of it when nobody looks', async () => {
    const { live, last, opened } = setUp()
    live.start()
    await settle()
    last().say('hello', { rev: 7, version: '1' })
    await settle()
    const heard: string[] = []
    const frame = (session_key: string, text: string) => ({ agent_id: boardId, session_key, run_id: null, state: 'delta', text })
    const first = live.wantSession('agent:a:main', (each) => heard.push(each.text))
    expect(last().url).toBe('/api/v1/events?logs=false&session=agent%3Aa%3Amain&since=7')
    last().say('session', frame('agent:a:main', 'one'))
    last().say('session', frame('agent:b:main', 'of another'))
    const second = live.wantSession('agent:b:main', (each) => heard.push(each.text))
    first()
    last().say('session', frame('agent:b:main', 'two'))
    expect(heard).toEqual(['one', 'two'])
    second()
    await vi.advanceTimersByTimeAsync(21_000)
    expect(last().url).toBe('/api/v1/events?logs=false&since=7')
    expect(opened).toHaveLength(4)
    live.stop()
  })
})

describe('backoffMs', () => {
  it('grows to fifteen seconds and no further', () => {
    expect([0, 1, 2, 3, 10].map((attempt) => backoffMs(attempt, 0.5))).toEqual([500, 1000, 2000, 4000, 15_000])
    expect(backoffMs(0, 0)).toBeGreaterThan(0)
  })
})

describe('fetchAll', () => {
  it('reads page by page to the end', async () => {
    const all = Array.from({ length: 450 }, (_, index) => index)
    const offsets: number[] = []
    const items = await fetchAll(async ({ limit, offset }) => {
      offsets.push(offset)
      return { items: all.slice(offset, offset + limit), total: all.length, limit, offset }
    })
    expect(items).toEqual(all)
    expect(offsets).toEqual([0, 200, 400])
  })
})
