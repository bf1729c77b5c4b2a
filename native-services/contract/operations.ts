/**
 * Every operation of the HTTP API, once. The server registers its handlers from this table (a missing handler does not
 * compile), OpenAPI is generated from it, and the typed client calls through it. `{name}` in a path is a parameter.
 *
 * `auth`: `operator` = Bearer token or session cookie; `agent` = `X-Agent-Token`; `none` = open on loopback.
 */
import { z } from 'zod'
import * as entity from './entities.ts'
import { id, ok, page, pageQuery, timestamp } from './primitives.ts'
import type { ApiScope } from './api-tokens.ts'
import { apiTokenOperations } from './operations-api-tokens.ts'
import { backupOperations } from './operations-backups.ts'
import { diagnosticsOperations } from './operations-diagnostics.ts'
import { boardGroupOperations } from './operations-board-groups.ts'
import { boardOnboardingOperations } from './operations-board-onboarding.ts'
import { boardWorkOperations } from './operations-board-work.ts'
import { demoOperations } from './operations-demo.ts'
import { documentOperations } from './operations-documents.ts'
import { commentWithReach } from './threads.ts'
import { threadOperations } from './operations-threads.ts'
import { logOperations } from './operations-logs.ts'
import { searchOperations } from './operations-search.ts'
import { usageOperations } from './operations-usage.ts'
import { webhookOperations } from './operations-webhooks.ts'
import { webhookOutOperations } from './operations-webhooks-out.ts'
import { coordinationOperations } from './operations-coordination.ts'
import * as request from './requests.ts'
import { planningOperations } from './operations-planning.ts'
import { approvalOperations } from './operations-approvals.ts'
import { agentFileOperations } from './operations-agent-files.ts'
import { modelProviderInput } from './host-link.ts'
import { doctorOperations } from './operations-doctor.ts'
import { healthOperations } from './operations-health.ts'
import { heartbeatOperations } from './operations-heartbeats.ts'
import { sessionOperations } from './operations-sessions.ts'
import { gatewayConfigOperations } from './operations-gateway-config.ts'
import { gatewaySecurityOperations } from './operations-gateway-security.ts'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/api/v1`. */
  readonly path: string
  readonly auth: 'operator' | 'agent' | 'none'
  readonly summary: string
  /** What a token for scripts needs, where it does not follow from method and tags (`neededScope`). */
  readonly scope?: ApiScope
  /** Groups in the OpenAPI document; `agent-*` are the roles that may call an agent operation. */
  readonly tags: readonly string[]
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Status of success; 200 unless said otherwise. */
  readonly status?: 200 | 201 | 202 | 204
  readonly response: z.ZodType
  /** The handler reads the body itself, byte by byte. */
  readonly raw?: true
  /** The handler answers with a `Response` of its own: a file. */
  readonly binary?: true
  /** The handler answers with a `Response` of its own, piece by piece. */
  readonly streams?: true
  /** The answer is text of this type, not JSON. */
  readonly media?: 'text/csv'
}

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const gatewayAction = z.object({ accepted: z.literal(true), message: z.string() })

// A table: one operation per line.
// oxfmt-ignore
export const operations = {
  // — overview, settings, runtime —
  getOverview: { method: 'GET', path: '/overview', auth: 'operator', tags: ['overview'], summary: 'Is everything all right, and what needs a person', response: entity.overview },
  getSettings: { method: 'GET', path: '/settings', auth: 'operator', tags: ['settings'], summary: 'Settings', response: entity.settings },
  updateSettings: { method: 'PATCH', path: '/settings', auth: 'operator', tags: ['settings'], summary: 'Change settings', body: request.settingsUpdate, response: entity.settings },
  getRuntime: { method: 'GET', path: '/runtime', auth: 'operator', tags: ['runtime'], summary: 'OpenClaw on this machine', response: entity.runtimeInfo },
  installRuntime: { method: 'POST', path: '/runtime/install', auth: 'operator', tags: ['runtime'], summary: 'Install OpenClaw and its Node from the npm registry', status: 202, response: entity.job },
  getModelProvider: { method: 'GET', path: '/model-provider', auth: 'operator', tags: ['runtime'], summary: 'Where the model comes from', response: entity.modelProvider },
  setModelProvider: { method: 'PUT', path: '/model-provider', auth: 'operator', tags: ['runtime'], summary: 'Choose the model provider', body: modelProviderInput, response: entity.modelProvider },
  listJobs: { method: 'GET', path: '/jobs', auth: 'operator', tags: ['jobs'], summary: 'Long work and its results, newest first', query: pageQuery, response: page(entity.job) },
  getJob: { method: 'GET', path: '/jobs/{job_id}', auth: 'operator', tags: ['jobs'], summary: 'One job', response: entity.job },

  ...logOperations,
  ...demoOperations,

  // — browser session: one-time code → cookie —
  createSessionCode: { method: 'POST', path: '/session/codes', auth: 'operator', tags: ['session'], summary: 'A one-time code that signs a browser in; good for ten minutes, once', status: 201, response: z.object({ code: z.string(), expires_at: timestamp }) },
  createSession: { method: 'POST', path: '/session', auth: 'none', tags: ['session'], summary: 'Exchange a one-time code for a session cookie', body: request.sessionExchange, response: ok },
  deleteSession: { method: 'DELETE', path: '/session', auth: 'operator', tags: ['session'], summary: 'Sign this browser out', response: ok },

  // — gateways —
  listGateways: { method: 'GET', path: '/gateways', auth: 'operator', tags: ['gateways'], summary: 'Gateways', query: pageQuery, response: page(entity.gateway) },
  getGateway: { method: 'GET', path: '/gateways/{gateway_id}', auth: 'operator', tags: ['gateways'], summary: 'One gateway', response: entity.gateway },
  updateGateway: { method: 'PATCH', path: '/gateways/{gateway_id}', auth: 'operator', tags: ['gateways'], summary: 'Rename a gateway', body: request.gatewayUpdate, response: entity.gateway },
  startGateway: { method: 'POST', path: '/gateways/{gateway_id}/start', auth: 'operator', tags: ['gateways'], summary: 'Start it, or adopt one that already runs', status: 202, response: gatewayAction },
  stopGateway: { method: 'POST', path: '/gateways/{gateway_id}/stop', auth: 'operator', tags: ['gateways'], summary: 'Stop it, when it is ours', status: 202, response: gatewayAction },
  restartGateway: { method: 'POST', path: '/gateways/{gateway_id}/restart', auth: 'operator', tags: ['gateways'], summary: 'Restart it, when it is ours', status: 202, response: gatewayAction },
  useGatewayPort: { method: 'POST', path: '/gateways/{gateway_id}/use-port', auth: 'operator', tags: ['gateways'], summary: 'Run our gateway on another port', body: request.usePort, status: 202, response: gatewayAction },
  syncTemplates: { method: 'POST', path: '/gateways/{gateway_id}/templates/sync', auth: 'operator', tags: ['gateways'], summary: 'Write the agents\' files again; with rotate_tokens=true mint new tokens', query: request.syncQuery, response: z.union([entity.syncResult, entity.job]) },
  ...gatewaySecurityOperations,
  ...gatewayConfigOperations,
  ...sessionOperations,

  // — boards —
  listBoards: { method: 'GET', path: '/boards', auth: 'operator', tags: ['boards'], summary: 'Boards', query: pageQuery.extend({ gateway_id: id.optional() }), response: page(entity.board) },
  createBoard: { method: 'POST', path: '/boards', auth: 'operator', tags: ['boards'], summary: 'Create a board', body: request.boardCreate, status: 201, response: entity.board },
  getBoard: { method: 'GET', path: '/boards/{board_id}', auth: 'operator', tags: ['boards'], summary: 'One board', response: entity.board },
  updateBoard: { method: 'PATCH', path: '/boards/{board_id}', auth: 'operator', tags: ['boards'], summary: 'Change a board', body: request.boardUpdate, response: entity.board },
  deleteBoard: { method: 'DELETE', path: '/boards/{board_id}', auth: 'operator', tags: ['boards'], summary: 'Delete a board, its tasks and threads; its agents must be gone', response: ok },
  getBoardSnapshot: { method: 'GET', path: '/boards/{board_id}/snapshot', auth: 'operator', tags: ['boards'], summary: 'A board with its agents and all of its tasks, up to 50,000, as of one revision', query: request.snapshotQuery, response: z.object({ board: entity.board, tasks: z.array(entity.task), agents: z.array(entity.agent), total: z.number().int(), rev: z.number().int() }) },

  // — tasks —
  listTasks: { method: 'GET', path: '/boards/{board_id}/tasks', auth: 'operator', tags: ['tasks'], summary: 'Tasks of a board', query: request.tasksQuery, response: page(entity.task) },
  createTask: { method: 'POST', path: '/boards/{board_id}/tasks', auth: 'operator', tags: ['tasks'], summary: 'Create a task', body: request.taskCreate, status: 201, response: entity.task },
  getTask: { method: 'GET', path: '/boards/{board_id}/tasks/{task_id}', auth: 'operator', tags: ['tasks'], summary: 'One task', response: entity.task },
  updateTask: { method: 'PATCH', path: '/boards/{board_id}/tasks/{task_id}', auth: 'operator', tags: ['tasks'], summary: 'Change a task', body: request.taskUpdate, response: entity.task },
  deleteTask: { method: 'DELETE', path: '/boards/{board_id}/tasks/{task_id}', auth: 'operator', tags: ['tasks'], summary: 'Delete a task and its thread', response: ok },
  listComments: { method: 'GET', path: '/boards/{board_id}/tasks/{task_id}/comments', auth: 'operator', tags: ['tasks'], summary: 'The thread, oldest first', query: pageQuery, response: page(entity.comment) },
  createComment: { method: 'POST', path: '/boards/{board_id}/tasks/{task_id}/comments', auth: 'operator', tags: ['tasks'], summary: 'Write in the thread; @name reaches an agent', body: request.commentCreate, status: 201, response: commentWithReach },

  // — agents —
  listAgents: { method: 'GET', path: '/agents', auth: 'operator', tags: ['agents'], summary: 'Agents', query: request.agentsQuery, response: page(entity.agent) },
  createAgent: { method: 'POST', path: '/agents', auth: 'operator', tags: ['agents'], summary: 'Create an agent, provision it and wake it', body: request.agentCreate, status: 201, response: entity.agent },
  getAgent: { method: 'GET', path: '/agents/{agent_id}', auth: 'operator', tags: ['agents'], summary: 'One agent', response: entity.agent },
  updateAgent: { method: 'PATCH', path: '/agents/{agent_id}', auth: 'operator', tags: ['agents'], summary: 'Rename or adjust; token and session stay', body: request.agentUpdate, response: entity.agent },
  deleteAgent: { method: 'DELETE', path: '/agents/{agent_id}', auth: 'operator', tags: ['agents'], summary: 'Remove an agent from the gateway and from here', response: ok },
  provisionAgent: { method: 'POST', path: '/agents/{agent_id}/provision', auth: 'operator', tags: ['agents'], summary: 'Write its workspace again, then wake it', status: 202, response: entity.agent },
  wakeAgent: { method: 'POST', path: '/agents/{agent_id}/wake', auth: 'operator', tags: ['agents'], summary: 'Wake it: a new cycle of attempts', status: 202, response: entity.agent },
  pauseAgent: { method: 'POST', path: '/agents/{agent_id}/pause', auth: 'operator', tags: ['agents'], summary: 'No wakes, no deliveries, no heartbeats', response: entity.agent },
  resumeAgent: { method: 'POST', path: '/agents/{agent_id}/resume', auth: 'operator', tags: ['agents'], summary: 'Back to work', response: entity.agent },

  // — activity, outbox —
  listActivity: { method: 'GET', path: '/activity', auth: 'operator', tags: ['activity'], summary: 'What happened, newest first', query: request.activityQuery, response: page(entity.activity) },
  listNotifications: { method: 'GET', path: '/notifications', auth: 'operator', tags: ['delivery'], summary: 'The outbox, newest first', query: request.notificationsQuery, response: page(entity.notification) },
  replayNotification: { method: 'POST', path: '/notifications/{notification_id}/replay', auth: 'operator', tags: ['delivery'], summary: 'Send a failed message again', response: entity.notification },
  discardNotification: { method: 'POST', path: '/notifications/{notification_id}/discard', auth: 'operator', tags: ['delivery'], summary: 'Give a waiting or failed message up, or stop the run of one that is under way', response: entity.notification },

  // — agents' own API —
  agentHealthz: { method: 'GET', path: '/agent/healthz', auth: 'agent', tags: anyAgent, summary: 'Who you are, and whether your token works', response: z.object({ ok: z.literal(true), agent_id: id, board_id: id.nullable(), gateway_id: id, status: entity.agent.shape.status, is_board_lead: z.boolean() }) },
  agentHeartbeat: { method: 'POST', path: '/agent/heartbeat', auth: 'agent', tags: anyAgent, summary: 'Check in', response: entity.agent },
  agentBoards: { method: 'GET', path: '/agent/boards', auth: 'agent', tags: anyAgent, summary: 'Boards you may see', query: pageQuery, response: page(entity.board) },
  agentBoard: { method: 'GET', path: '/agent/boards/{board_id}', auth: 'agent', tags: anyAgent, summary: 'One board', response: entity.board },
  agentAgents: { method: 'GET', path: '/agent/agents', auth: 'agent', tags: anyAgent, summary: 'Agents you work with', query: pageQuery, response: page(entity.agent) },
  agentTasks: { method: 'GET', path: '/agent/boards/{board_id}/tasks', auth: 'agent', tags: anyAgent, summary: 'Tasks of your board', query: request.tasksQuery, response: page(entity.task) },
  agentCreateTask: { method: 'POST', path: '/agent/boards/{board_id}/tasks', auth: 'agent', tags: ['agent-lead'], summary: 'Create a task (leads)', body: request.taskCreate, status: 201, response: entity.task },
  agentTask: { method: 'GET', path: '/agent/boards/{board_id}/tasks/{task_id}', auth: 'agent', tags: anyAgent, summary: 'One task', response: entity.task },
  agentUpdateTask: { method: 'PATCH', path: '/agent/boards/{board_id}/tasks/{task_id}', auth: 'agent', tags: ['agent-lead', 'agent-worker'], summary: 'Claim it, or change its status', body: request.taskUpdate, response: entity.task },
  agentComments: { method: 'GET', path: '/agent/boards/{board_id}/tasks/{task_id}/comments', auth: 'agent', tags: anyAgent, summary: 'The thread of a task, oldest first', query: request.threadQuery, response: page(entity.comment) },
  agentTaskActivity: { method: 'GET', path: '/agent/boards/{board_id}/tasks/{task_id}/activity', auth: 'agent', tags: anyAgent, summary: 'What happened to a task, newest first', query: pageQuery, response: page(entity.activity) },
  agentCreateComment: { method: 'POST', path: '/agent/boards/{board_id}/tasks/{task_id}/comments', auth: 'agent', tags: ['agent-lead', 'agent-worker'], summary: 'Write in the thread', body: request.commentCreate, status: 201, response: entity.comment },

  ...approvalOperations,
  ...coordinationOperations,

  ...agentFileOperations,

  ...boardWorkOperations,
  ...documentOperations,

  ...boardGroupOperations,

  ...boardOnboardingOperations,

  ...webhookOperations,
  ...webhookOutOperations,

  ...planningOperations,

  ...searchOperations,

  ...threadOperations,

  ...heartbeatOperations,

  ...healthOperations,
  ...doctorOperations,

  ...usageOperations,

  ...apiTokenOperations,
  ...backupOperations,
  ...diagnosticsOperations,
} as const satisfies Record<string, Operation>

export type Operations = typeof operations
export type OperationId = keyof Operations

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest> : never
/** Path parameters of an operation. */
export type ParamsOf<Id extends OperationId> = { [Name in ParamNames<Operations[Id]['path']>]: string }
/** Query as a handler sees it, after parsing. */
export type QueryOf<Id extends OperationId> = Operations[Id] extends { query: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined
/** Query as a caller writes it. */
export type QueryInputOf<Id extends OperationId> = Operations[Id] extends { query: infer Schema extends z.ZodType }
  ? { [Key in keyof z.output<Schema>]?: z.output<Schema>[Key] | string | undefined }
  : undefined
export type BodyOf<Id extends OperationId> = Operations[Id] extends { body: infer Schema extends z.ZodType } ? z.output<Schema> : undefined
export type BodyInputOf<Id extends OperationId> = Operations[Id] extends { body: infer Schema extends z.ZodType }
  ? z.input<Schema>
  : undefined
export type ResponseOf<Id extends OperationId> = z.output<Operations[Id]['response']>
