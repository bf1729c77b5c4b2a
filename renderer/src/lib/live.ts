/**
 * The live connection: one snapshot, then one event stream, for ever. Every attempt to open the stream carries `since=<last revision
 * applied>`; frames that arrive while a snapshot is being fetched are kept and applied on top of it, so nothing falls between the two.
 */
import { type ApiClient, ApiError } from '../../../native-services/contract/client.ts'
import type { EventFrames } from '../../../native-services/contract/events.ts'
import type { SessionFrame } from '../../../native-services/contract/sessions.ts'
import { explain } from './api.ts'
import { createBoardLoads } from './live-boards.ts'
import { createChangeQueue } from './live-changes.ts'
import { fetchSnapshot, withSnapshot } from './live-snapshot.ts'
import { createReconnectingStream, type EventStream, type FrameHandlers } from './live-stream.ts'
import { createWants } from './live-wants.ts'
import { addSample } from './process-samples.ts'
import type { LiveStore } from './store.ts'

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

/** Attempts of a page that has shown nothing yet, about four seconds, before it says why. */
const patience = 4

/** Figures that only the server can count are fetched again shortly after something moved. */
const overviewSoonMs = 1500

export function createLiveConnection(options: {
  api: ApiClient
  store: LiveStore
  open: (url: string) => EventStream
  random?: () => number
}): LiveConnection {
  const { api, store } = options
  /** Last revision applied; null until the first snapshot. */
  let rev: number | null = null
  let snapshot: Promise<void> | null = null
  let overviewTimer: ReturnType<typeof setTimeout> | undefined
  const boards = createBoardLoads({ api, store })
  const wants = createWants(store, () => stream.reopen())
  const changes = createChangeQueue(store, (frames) => {
    if (!frames.some((frame) => frame.entity === 'notification')) return
    overviewTimer ??= setTimeout(() => {
      overviewTimer = undefined
      void api.call('getOverview').then(
        (overview) => store.setState({ overview }),
        () => undefined,
      )
    }, overviewSoonMs)
  })

  const setConnection = (connection: 'connecting' | 'live' | 'lost') => {
    if (store.getState().connection !== connection) store.setState({ connection, connectionSince: Date.now() })
    if (connection === 'live') store.setState({ connectionProblem: null })
  }

  async function readSnapshot(): Promise<void> {
    const read = await fetchSnapshot(api)
    const again = boards.renew(read.boards)
    store.setState((state) => withSnapshot(state, read, boards.isLoaded))
    for (const id of again) void boards.load(id)
  }

  function load(): Promise<void> {
    if (snapshot) return snapshot
    changes.hold()
    snapshot = readSnapshot()
      .then(() => changes.release())
      .catch((error: unknown) => {
        changes.drop()
        if (!store.getState().ready) store.setState({ loadError: explain(error) })
        throw error
      })
      .finally(() => {
        snapshot = null
      })
    return snapshot
  }

  const handlers: FrameHandlers = {
    hello(data) {
      stream.works()
      store.setState({ version: data.version, ...wants.begun() })
      // A smaller revision than ours: the database is another one (restored, or a new data folder).
      const another = rev !== null && data.rev < rev
      const needsSnapshot = rev === null || another || !store.getState().ready
      if (another) boards.forget()
      if (rev === null || another) rev = data.rev
      if (needsSnapshot) {
        boards.begin(data.rev)
        void load().then(
          () => setConnection('live'),
          () => stream.lost(),
        )
      } else setConnection('live')
    },
    change(frame) {
      if (rev !== null && frame.rev <= rev) return
      rev = frame.rev
      changes.add(frame)
      boards.note(frame)
    },
    reset(data) {
      rev = data.rev
      boards.begin(data.rev)
      changes.clear()
      void load().catch(() => stream.lost())
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
    log: wants.onLog,
    session: wants.onSession,
    ping: () => undefined,
  }

  const stream = createReconnectingStream({
    open: options.open,
    url: () => `/api/v1/events?${wants.query()}${rev === null ? '' : `&since=${rev}`}`,
    handlers,
    probe: () => api.call('getSettings'),
    isFirst: () => !store.getState().ready,
    onLost() {
      // Half-written replies would stand still for ever; their text arrives as a comment.
      store.setState({ replies: {} })
      setConnection('lost')
    },
    onFailed(error, attempts) {
      const failed = error instanceof ApiError && error.body?.code === 'services_failed'
      store.setState({ connectionProblem: failed ? explain(error) : null })
      // A start takes its seconds; what will not heal is said at once.
      if (!store.getState().ready && (failed || attempts >= patience))
        store.setState({ loadError: error instanceof ApiError ? explain(error) : 'Nobody answers. This page goes on trying.' })
    },
    onSignedOut: () => store.setState({ session: 'out', replies: {} }),
    random: options.random ?? Math.random,
  })

  return {
    start() {
      if (!stream.start()) return
      store.setState({ loadError: null })
      setConnection('connecting')
      stream.connect()
    },
    stop() {
      stream.stop()
      changes.stop()
      wants.stop()
      clearTimeout(overviewTimer)
      overviewTimer = undefined
    },
    wantLogs: wants.logs,
    wantBoard: boards.load,
    wantSession: wants.session,
    reload: load,
    nudge: stream.nudge,
  }
}
