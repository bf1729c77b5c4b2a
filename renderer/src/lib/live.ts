/**
 * The live connection: one snapshot, then one event stream, for ever.
 *
 * Reconnecting is done by hand because the browser's own retry would resume from the URL it was opened with; here every
 * attempt carries `since=<last revision applied>`. Frames that arrive while a snapshot is being fetched are kept and
 * applied on top of it, so nothing falls between the two.
 */
import type { ApiClient } from '../../../native-services/contract/client.ts'
import { ApiError } from '../../../native-services/contract/client.ts'
import type { Page } from '../../../native-services/contract/primitives.ts'
import type { Task } from '../../../native-services/contract/entities.ts'
import type { ChangeFrame, EventFrames, EventName } from '../../../native-services/contract/events.ts'
import type { SessionFrame } from '../../../native-services/contract/sessions.ts'
import { applyChanges, replaceEntities } from './entities.ts'
import { explain } from './api.ts'
import { addSample } from './process-samples.ts'
import type { LiveStore } from './store.ts'

/** As much of `EventSource` as is used. */
export interface EventStream {
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void
  close(): void
}

export interface LiveConnection {
  start(): void
  stop(): void
  /** Ask for log lines in the stream, and hear of each batch. Returns the release. */
  wantLogs(listener?: (frame: EventFrames['log']) => void): () => void
  /** All tasks of a board, from now on: fetched once, kept true by the stream, fetched again after a gap. */
  wantBoard(boardId: string): Promise<void>
  /** Ask for the runs of one session in the stream; the last who asks is heard. Returns the release. */
  wantSession(key: string, listener: (frame: SessionFrame) => void): () => void
  /** Fetch everything again. */
  reload(): Promise<void>
  /** Try at once instead of waiting for the next attempt (the network came back, the window was shown). */
  nudge(): void
}

/** Pings come every 15 s; two missed and a margin mean that nobody is there. */
export const deadAfterMs = 35_000
/** The Logs page keeps its own; these are for the glimpses elsewhere. */
const maxLogLines = 2000
const frameNames: EventName[] = [
  'hello',
  'change',
  'reset',
  'gateway',
  'runtime',
  'reply',
  'attention',
  'exec_approvals',
  'session',
  'processes',
  'gateway_health',
  'log',
  'ping',
]

/** Waits 0.5 s, 1 s, 2 s … 15 s, with a little randomness so that many pages do not return at once. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(Math.min(15_000, 500 * 2 ** attempt) * (0.75 + random * 0.5))
}

/** Reads a list to its end, page by page. */
export async function fetchAll<Item>(
  read: (query: { limit: number; offset: number }) => Promise<Page<Item>>,
  most = 5000,
): Promise<Item[]> {
  const items: Item[] = []
  for (;;) {
    const page = await read({ limit: 200, offset: items.length })
    items.push(...page.items)
    if (page.items.length === 0 || items.length >= page.total || items.length >= most) return items
  }
}

export function createLiveConnection(options: {
  api: ApiClient
  store: LiveStore
  open: (url: string) => EventStream
  random?: () => number
}): LiveConnection {
  const { api, store } = options
  const random = options.random ?? Math.random
  let stream: EventStream | null = null
  let stopped = true
  /** Last revision applied; null until the first snapshot. */
  let rev: number | null = null
  let attempt = 0
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let deadTimer: ReturnType<typeof setTimeout> | undefined
  let logsWanted = 0
  const logListeners = new Set<(frame: EventFrames['log']) => void>()
  let openedWithLogs = false
  let session: { key: string; listener: (frame: SessionFrame) => void } | null = null
  let sessionTimer: ReturnType<typeof setTimeout> | undefined
  let openedWithSession: string | null = null
  let logsTimer: ReturnType<typeof setTimeout> | undefined
  /** Boards whose tasks are here or on their way. */
  const boardLoads = new Map<string, Promise<void>>()
  /** The revision that a board was read at. */
  const readAt = new Map<string, number>()
  /** Boards to be fetched again with the next snapshot, whatever was read. */
  let reopen: string[] = []
  /** The stream carries what came after this; anything read earlier has to be read again. */
  let leastRev = 0
  /** Fetches under way, each with the frames that came meanwhile. */
  const missedBy = new Set<ChangeFrame[]>()
  /** Non-null while a snapshot is being fetched: frames wait here. */
  let held: ChangeFrame[] | null = null
  let snapshot: Promise<void> | null = null
  let queue: ChangeFrame[] = []
  let flushTimer: ReturnType<typeof setTimeout> | undefined
  /** How long the last changes took to be applied and rendered. */
  let applyMs = 0

  const setConnection = (connection: 'connecting' | 'live' | 'lost') => {
    if (store.getState().connection !== connection) store.setState({ connection, connectionSince: Date.now() })
  }

  async function fetchSnapshot(): Promise<void> {
    const [
      settings,
      overview,
      runtime,
      modelProvider,
      gateways,
      boards,
      agents,
      jobs,
      activity,
      approvals,
      questions,
      tags,
      customFields,
      taskTemplates,
      boardGroups,
      notices,
    ] = await Promise.all([
      api.call('getSettings'),
      api.call('getOverview'),
      api.call('getRuntime'),
      // Not essential: the page must open when the host cannot answer this one yet.
      api.call('getModelProvider').catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) throw error
        return null
      }),
      fetchAll((query) => api.call('listGateways', { query })),
      fetchAll((query) => api.call('listBoards', { query })),
      fetchAll((query) => api.call('listAgents', { query })),
      api.call('listJobs', { query: { limit: 50 } }),
      api.call('listActivity', { query: { limit: 200 } }),
      fetchAll((query) => api.call('listAllApprovals', { query: { ...query, status: 'pending' } })),
      fetchAll((query) => api.call('listQuestions', { query: { ...query, status: 'open' } })),
      api.call('listTags'),
      // Not essential: boards open without them.
      api.call('listCustomFields').catch(() => ({ items: [] })),
      api.call('listTaskTemplates').catch(() => ({ items: [] })),
      fetchAll((query) => api.call('listBoardGroups', { query })),
      api.call('listNotices', { query: { limit: 200 } }),
    ])
    // Boards that were opened before are opened again, unless they were read late enough; tasks of the others were of the moment.
    const wanted = [...boardLoads.keys(), ...reopen].filter((id) => boards.some((board) => board.id === id))
    for (const id of boardLoads.keys()) if ((readAt.get(id) ?? Infinity) < leastRev || !wanted.includes(id)) boardLoads.delete(id)
    store.setState((state) => {
      let maps = replaceEntities(state.maps, 'gateway', gateways)
      maps = replaceEntities(maps, 'board', boards)
      maps = replaceEntities(maps, 'agent', agents)
      maps = replaceEntities(maps, 'job', jobs.items)
      maps = replaceEntities(maps, 'activity', activity.items)
      // What was decided is fetched by the page that shows it.
      maps = replaceEntities(maps, 'approval', approvals)
      maps = replaceEntities(maps, 'question', questions)
      maps = replaceEntities(maps, 'tag', tags.items)
      maps = replaceEntities(maps, 'custom_field', customFields.items)
      maps = replaceEntities(maps, 'task_template', taskTemplates.items)
      maps = replaceEntities(maps, 'board_group', boardGroups)
      maps = replaceEntities(maps, 'operator_notice', notices.items)
      // Threads and deliveries are fetched by the task that shows them; what is here may be out of date.
      const task = Object.fromEntries(Object.entries(maps.task).filter(([, each]) => boardLoads.has(each.board_id)))
      maps = { ...maps, task, comment: {}, notification: {}, board_memory: {}, webhook: {}, group_memory: {} }
      return {
        maps,
        boards: Object.fromEntries(Object.entries(state.boards).filter(([id]) => boardLoads.has(id))),
        settings,
        overview,
        runtime,
        modelProvider,
        attention: overview.attention,
        gatewayRuntime: overview.gateway,
        gatewayHealth: overview.gateway_health ?? null,
        version: overview.version,
        ready: true,
        loadError: null,
        session: 'in',
      }
    })
    reopen = []
    for (const id of wanted) void loadBoard(id)
  }

  /** Never rejects: what went wrong stands in the store. */
  function loadBoard(id: string): Promise<void> {
    const known = boardLoads.get(id)
    if (known) return known
    // Everything is fetched anew after a gap: what was asked for before it must not come in late.
    const isCurrent = (): boolean => boardLoads.get(id) === load
    const load: Promise<void> = fetchBoard(id, isCurrent).catch((error: unknown) => {
      if (!isCurrent()) return
      boardLoads.delete(id)
      store.setState((state) => ({ boards: { ...state.boards, [id]: { state: 'failed', message: explain(error) } } }))
    })
    boardLoads.set(id, load)
    return load
  }

  async function fetchBoard(id: string, isCurrent: () => boolean, again = false): Promise<void> {
    store.setState((state) => ({ boards: { ...state.boards, [id]: { state: 'loading' } } }))
    const missed: ChangeFrame[] = []
    missedBy.add(missed)
    try {
      const { tasks, rev: read } = await api.call('getBoardSnapshot', { params: { board_id: id }, query: { include_archived: 'true' } })
      if (!isCurrent()) return
      // Asked for before the stream began: what changed in between would never come.
      if (read < leastRev && !again) return await fetchBoard(id, isCurrent, true)
      readAt.set(id, read)
      store.setState((state) => {
        const task: Record<string, Task> = {}
        for (const other of Object.values(state.maps.task)) if (other.board_id !== id) task[other.id] = other
        for (const own of tasks) task[own.id] = own
        // What came in meanwhile, and is newer than what was read.
        const newer = missed.filter((frame) => frame.entity === 'task' && frame.rev > read)
        return { maps: applyChanges({ ...state.maps, task }, newer), boards: { ...state.boards, [id]: { state: 'loaded' } } }
      })
    } finally {
      missedBy.delete(missed)
    }
  }

  function load(): Promise<void> {
    if (snapshot) return snapshot
    held = []
    snapshot = fetchSnapshot()
      .then(() => {
        const waiting = held ?? []
        held = null
        apply(waiting)
      })
      .catch((error: unknown) => {
        held = null
        if (!store.getState().ready) store.setState({ loadError: explain(error) })
        throw error
      })
      .finally(() => {
        snapshot = null
      })
    return snapshot
  }

  function apply(frames: readonly ChangeFrame[]): void {
    if (frames.length === 0) return
    const settings = frames.findLast((frame) => frame.entity === 'settings' && frame.data !== null)
    store.setState((state) => {
      const maps = applyChanges(state.maps, frames)
      let replies = state.replies
      for (const frame of frames) {
        const source = frame.entity === 'comment' ? frame.data?.source_notification_id : null
        if (source && replies[source]) {
          const { [source]: _gone, ...rest } = replies
          replies = rest
        }
      }
      return { maps, replies, ...(settings?.entity === 'settings' && settings.data ? { settings: settings.data } : {}) }
    })
    if (frames.some((frame) => frame.entity === 'notification')) overviewSoon()
  }

  let overviewTimer: ReturnType<typeof setTimeout> | undefined
  /** Figures that only the server can count are fetched again shortly after something moved. */
  function overviewSoon(): void {
    overviewTimer ??= setTimeout(() => {
      overviewTimer = undefined
      void api.call('getOverview').then(
        (overview) => store.setState({ overview }),
        () => undefined,
      )
    }, 1500)
  }

  function flush(): void {
    flushTimer = undefined
    const frames = queue
    queue = []
    const began = performance.now()
    if (held) held.push(...frames)
    else apply(frames)
    applyMs = performance.now() - began
  }

  function onChange(frame: ChangeFrame): void {
    if (rev !== null && frame.rev <= rev) return
    rev = frame.rev
    queue.push(frame)
    for (const missed of missedBy) missed.push(frame)
    // A change that costs much to show is shown less often, yet within a tenth of a second.
    flushTimer ??= setTimeout(flush, Math.min(90, Math.max(16, 3 * applyMs)))
  }

  const handlers: { [Name in EventName]: (data: EventFrames[Name]) => void } = {
    hello(data) {
      attempt = 0
      store.setState({ version: data.version, ...(openedWithLogs ? { logs: [], logsSince: Date.now() } : {}) })
      // A smaller revision than ours: the database is another one (restored, or a new data folder).
      const needsSnapshot = rev === null || data.rev < rev || !store.getState().ready
      if (rev !== null && data.rev < rev) {
        // What was read of the other database is worth nothing.
        reopen = [...boardLoads.keys()]
        boardLoads.clear()
        readAt.clear()
      }
      if (rev === null || data.rev < rev) rev = data.rev
      if (needsSnapshot) {
        leastRev = data.rev
        void load().then(
          () => setConnection('live'),
          () => lost(),
        )
      } else setConnection('live')
    },
    change: onChange,
    reset(data) {
      rev = data.rev
      leastRev = data.rev
      queue = []
      void load().catch(() => lost())
    },
    gateway: (data) => store.setState({ gatewayRuntime: data }),
    runtime: (data) => store.setState({ runtime: data }),
    attention: (data) => store.setState({ attention: data.items }),
    processes: (data) => store.setState(({ processes }) => ({ processes: processes && addSample(processes, data) })),
    gateway_health: (data) => store.setState({ gatewayHealth: data }),
    exec_approvals: (data) => store.setState({ execApprovals: data.items }),
    reply(data) {
      store.setState((state) => {
        if (!data.done) return { replies: { ...state.replies, [data.notification_id]: data } }
        const { [data.notification_id]: _gone, ...replies } = state.replies
        return { replies }
      })
    },
    log(data) {
      for (const listener of logListeners) listener(data)
      // Who listens keeps its own lines.
      if (logListeners.size === logsWanted) return
      store.setState((state) => {
        const logs = [...state.logs, ...data.lines]
        return { logs: logs.length > maxLogLines ? logs.slice(-maxLogLines) : logs }
      })
    },
    session(data) {
      if (data.session_key === session?.key) session.listener(data)
    },
    ping: () => undefined,
  }

  function heard(): void {
    clearTimeout(deadTimer)
    deadTimer = setTimeout(() => lost(), deadAfterMs)
  }

  function closeStream(): void {
    clearTimeout(deadTimer)
    stream?.close()
    stream = null
  }

  function lost(): void {
    closeStream()
    if (stopped) return
    // Half-written replies would stand still for ever; their text arrives as a comment.
    store.setState({ replies: {} })
    setConnection('lost')
    // The first attempt may just not be signed in: an ordinary request tells at once.
    const delay = attempt === 0 && !store.getState().ready ? 0 : backoffMs(attempt, random())
    attempt += 1
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => {
      void probe()
    }, delay)
  }

  /** An event source does not tell why it failed; an ordinary request does (401 ends the session). */
  async function probe(): Promise<void> {
    try {
      await api.call('getSettings')
    } catch (error) {
      if (stopped) return
      if (error instanceof ApiError && error.status === 401) return signOut()
      return lost()
    }
    if (!stopped) connect()
  }

  function connect(): void {
    clearTimeout(retryTimer)
    closeStream()
    openedWithLogs = logsWanted > 0
    const since = rev === null ? '' : `&since=${rev}`
    openedWithSession = session?.key ?? null
    const following = openedWithSession === null ? '' : `&session=${encodeURIComponent(openedWithSession)}`
    const current = options.open(`/api/v1/events?logs=${openedWithLogs}${following}${since}`)
    stream = current
    heard()
    for (const name of frameNames) {
      current.addEventListener(name, (event) => {
        if (stream !== current || typeof event.data !== 'string') return
        heard()
        const handler = handlers[name] as (data: unknown) => void
        handler(JSON.parse(event.data))
      })
    }
    current.addEventListener('error', () => {
      if (stream === current) lost()
    })
  }

  function signOut(): void {
    stopped = true
    clearTimeout(retryTimer)
    closeStream()
    store.setState({ session: 'out', replies: {} })
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      attempt = 0
      store.setState({ loadError: null })
      setConnection('connecting')
      connect()
    },
    stop() {
      stopped = true
      clearTimeout(retryTimer)
      clearTimeout(flushTimer)
      flushTimer = undefined
      clearTimeout(logsTimer)
      clearTimeout(sessionTimer)
      clearTimeout(overviewTimer)
      overviewTimer = undefined
      closeStream()
    },
    wantLogs(listener) {
      logsWanted += 1
      if (listener) logListeners.add(listener)
      clearTimeout(logsTimer)
      if (!openedWithLogs && stream) connect()
      let released = false
      return () => {
        if (released) return
        released = true
        if (listener) logListeners.delete(listener)
        logsWanted -= 1
        clearTimeout(logsTimer)
        // Going back and forth between pages should not reopen the stream each time.
        logsTimer = setTimeout(() => {
          if (logsWanted === 0 && openedWithLogs && stream) {
            store.setState({ logs: [] })
            connect()
          }
        }, 20_000)
      }
    },
    wantBoard: loadBoard,
    wantSession(key, listener) {
      const mine = { key, listener }
      session = mine
      clearTimeout(sessionTimer)
      if (openedWithSession !== key && stream) connect()
      return () => {
        if (session !== mine) return
        session = null
        // As with the lines of the log: the stream is not opened anew for every look.
        sessionTimer = setTimeout(() => {
          if (session === null && openedWithSession !== null && stream) connect()
        }, 20_000)
      }
    },
    reload: load,
    nudge() {
      if (!stopped && stream === null) {
        attempt = 0
        clearTimeout(retryTimer)
        void probe()
      }
    },
  }
}
