/** What the page knows. One zustand store, filled by the live connection, read by every feature. */
import { useMemo } from 'react'
import { create } from 'zustand'
import type {
  Activity,
  Agent,
  Attention,
  Board,
  Comment,
  Gateway,
  GatewayRuntime,
  Job,
  LogLine,
  ModelProvider,
  Notification,
  Overview,
  RuntimeInfo,
  Settings,
  Task,
} from '../../../native-services/contract/entities.ts'
import type { Approval, ExecApproval, Question } from '../../../native-services/contract/approvals.ts'
import type { BoardMemory, Tag } from '../../../native-services/contract/board-work.ts'
import type { GatewayHealth } from '../../../native-services/contract/gateway-health.ts'
import type { ProcessMetrics } from '../../../native-services/contract/process-metrics.ts'
import type { OperatorNotice } from '../../../native-services/contract/threads.ts'
import type { Webhook } from '../../../native-services/contract/webhooks.ts'
import type { ReplyStream } from '../../../native-services/contract/events.ts'
import { taskStatuses, type TaskStatus } from '../../../native-services/contract/states.ts'
import { emptyMaps, type EntityMaps } from './entities.ts'

export type ConnectionState = 'connecting' | 'live' | 'lost'

export type BoardLoad = { readonly state: 'loading' | 'loaded' } | { readonly state: 'failed'; readonly message: string }

export interface LiveState {
  readonly maps: EntityMaps
  /** Whose tasks are here: those of a board are fetched when it is first looked at. */
  readonly boards: Readonly<Record<string, BoardLoad>>
  /** The first snapshot has arrived. */
  readonly ready: boolean
  /** Why the first snapshot could not be had. */
  readonly loadError: string | null
  /** Why the connection does not come back by itself, and what to do; null while it may. */
  readonly connectionProblem: string | null
  readonly session: 'unknown' | 'in' | 'out'
  readonly connection: ConnectionState
  /** When the connection came into its state; milliseconds. */
  readonly connectionSince: number
  readonly version: string | null
  readonly settings: Settings | null
  readonly overview: Overview | null
  readonly attention: readonly Attention[]
  /** Commands that the gateway holds back, oldest first. */
  readonly execApprovals: readonly ExecApproval[]
  readonly gatewayRuntime: GatewayRuntime | null
  readonly runtime: RuntimeInfo | null
  readonly modelProvider: ModelProvider | null
  /** The gateway, layer by layer; as told by the stream, fetched by who shows it. */
  readonly gatewayHealth: GatewayHealth | null
  /** What the processes cost, oldest first; only while somebody looks. */
  readonly processes: ProcessMetrics | null
  /** Replies being written, by notification id. */
  readonly replies: Readonly<Record<string, ReplyStream>>
  /** Newest lines of this page's life, oldest first. */
  readonly logs: readonly LogLine[]
  /** When the stream last began to carry lines; a new value means that there may be a gap before it. */
  readonly logsSince: number
}

export const initialState: LiveState = {
  maps: emptyMaps,
  boards: {},
  ready: false,
  loadError: null,
  connectionProblem: null,
  session: 'unknown',
  connection: 'connecting',
  connectionSince: Date.now(),
  version: null,
  settings: null,
  overview: null,
  attention: [],
  execApprovals: [],
  gatewayRuntime: null,
  runtime: null,
  modelProvider: null,
  gatewayHealth: null,
  processes: null,
  replies: {},
  logs: [],
  logsSince: 0,
}

export const useLive = create<LiveState>(() => initialState)
export type LiveStore = Pick<typeof useLive, 'getState' | 'setState'>

// A collator compares several times faster than `localeCompare`: a thousand agents are put in order at each change of one.
// Agent 2 before Agent 10.
const collator = new Intl.Collator(undefined, { numeric: true })
const byName = (a: { name: string }, b: { name: string }) => collator.compare(a.name, b.name)
const newestFirst = (a: { created_at: string; id: string }, b: { created_at: string; id: string }) =>
  b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id)

export function useBoards(): Board[] {
  const map = useLive((state) => state.maps.board)
  return useMemo(() => Object.values(map).toSorted(byName), [map])
}

export function useBoard(id: string | undefined): Board | undefined {
  return useLive((state) => (id === undefined ? undefined : state.maps.board[id]))
}

const roleOrder = { main: 0, lead: 1, worker: 2 }

/** All agents, or those of one board: leads first, then by name. */
export function useAgents(boardId?: string): Agent[] {
  const map = useLive((state) => state.maps.agent)
  return useMemo(
    () =>
      Object.values(map)
        .filter((agent) => boardId === undefined || agent.board_id === boardId)
        .toSorted((a, b) => roleOrder[a.role] - roleOrder[b.role] || byName(a, b)),
    [map, boardId],
  )
}

export function useAgent(id: string | null | undefined): Agent | undefined {
  return useLive((state) => (id ? state.maps.agent[id] : undefined))
}

/** The tasks that are here, in their order: all of a board that is loaded (`useBoardTasks` sees to that), of others what changed lately. */
export function useTasks(boardId?: string): Task[] {
  const map = useLive((state) => state.maps.task)
  return useMemo(
    () =>
      Object.values(map)
        .filter((task) => boardId === undefined || task.board_id === boardId)
        .toSorted((a, b) => a.position - b.position || a.number - b.number),
    [map, boardId],
  )
}

/** How many tasks there are in each status: of all boards together. */
export function useTaskCounts(): Readonly<Record<TaskStatus, number>> {
  const boards = useLive((state) => state.maps.board)
  return useMemo(
    () =>
      Object.fromEntries(
        taskStatuses.map((status) => [status, Object.values(boards).reduce((sum, board) => sum + (board.task_counts[status] ?? 0), 0)]),
      ) as Record<TaskStatus, number>,
    [boards],
  )
}

export function useTask(id: string | null | undefined): Task | undefined {
  return useLive((state) => (id ? state.maps.task[id] : undefined))
}

export function useComments(taskId: string): Comment[] {
  const map = useLive((state) => state.maps.comment)
  return useMemo(
    () =>
      Object.values(map)
        .filter((comment) => comment.task_id === taskId)
        .toSorted((a, b) => -newestFirst(a, b)),
    [map, taskId],
  )
}

export function useNotifications(where: { task_id?: string; agent_id?: string }): Notification[] {
  const map = useLive((state) => state.maps.notification)
  const { task_id, agent_id } = where
  return useMemo(
    () =>
      Object.values(map)
        .filter((row) => (task_id === undefined || row.task_id === task_id) && (agent_id === undefined || row.agent_id === agent_id))
        .toSorted((a, b) => -newestFirst(a, b)),
    [map, task_id, agent_id],
  )
}

export function useActivity(where: { agent_id?: string; task_id?: string; board_id?: string } = {}): Activity[] {
  const map = useLive((state) => state.maps.activity)
  const { agent_id, task_id, board_id } = where
  return useMemo(
    () =>
      Object.values(map)
        .filter(
          (row) =>
            (agent_id === undefined || row.agent_id === agent_id) &&
            (task_id === undefined || row.task_id === task_id) &&
            (board_id === undefined || row.board_id === board_id),
        )
        .toSorted(newestFirst),
    [map, agent_id, task_id, board_id],
  )
}

export function useJobs(): Job[] {
  const map = useLive((state) => state.maps.job)
  return useMemo(() => Object.values(map).toSorted(newestFirst), [map])
}

/** The gateway the host supervises, or the first one there is. */
export function useLocalGateway(): Gateway | undefined {
  const map = useLive((state) => state.maps.gateway)
  return useMemo(() => {
    const list = Object.values(map)
    return list.find((gateway) => gateway.is_local) ?? list[0]
  }, [map])
}

/** The supervised gateway's present state. */
export function useGatewayRuntime(): GatewayRuntime | null {
  const live = useLive((state) => state.gatewayRuntime)
  const gateway = useLocalGateway()
  return live ?? gateway?.runtime ?? null
}

/** Approvals, newest first; those of one task when it is given. */
export function useApprovals(taskId?: string): Approval[] {
  const map = useLive((state) => state.maps.approval)
  return useMemo(
    () =>
      Object.values(map)
        .filter((row) => taskId === undefined || row.task_id === taskId)
        .toSorted(newestFirst),
    [map, taskId],
  )
}

/** Questions, newest first; those of one task when it is given. */
export function useQuestions(taskId?: string): Question[] {
  const map = useLive((state) => state.maps.question)
  return useMemo(
    () =>
      Object.values(map)
        .filter((row) => taskId === undefined || row.task_id === taskId)
        .toSorted(newestFirst),
    [map, taskId],
  )
}

/** The chat of a board, oldest first. */
export function useBoardChat(boardId: string): BoardMemory[] {
  const map = useLive((state) => state.maps.board_memory)
  return useMemo(
    () =>
      Object.values(map)
        .filter((entry) => entry.board_id === boardId && entry.is_chat)
        .toSorted((a, b) => -newestFirst(a, b)),
    [map, boardId],
  )
}

export function useWebhooks(boardId: string): Webhook[] {
  const map = useLive((state) => state.maps.webhook)
  return useMemo(
    () =>
      Object.values(map)
        .filter((webhook) => webhook.board_id === boardId)
        .toSorted((a, b) => -newestFirst(a, b)),
    [map, boardId],
  )
}

/** The notification centre, what happened last first. */
export function useNotices(): OperatorNotice[] {
  const map = useLive((state) => state.maps.operator_notice)
  return useMemo(() => Object.values(map).toSorted((a, b) => b.updated_at.localeCompare(a.updated_at) || b.id.localeCompare(a.id)), [map])
}

export function useTags(): Tag[] {
  const map = useLive((state) => state.maps.tag)
  return useMemo(() => Object.values(map).toSorted(byName), [map])
}

/** How many requests wait for a person. */
export function useWaitingCount(): number {
  return useLive(
    (state) =>
      state.execApprovals.length +
      Object.values(state.maps.approval).filter((row) => row.status === 'pending').length +
      Object.values(state.maps.question).filter((row) => row.status === 'open').length,
  )
}
