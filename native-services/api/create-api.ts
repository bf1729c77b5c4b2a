/**
 * The HTTP application: a plain function from `Request` to `Response`. Routes come from the operations table; what every request goes through
 * stands here in order: id, host name, route, who it is, what was sent, the handler, the answer's schema.
 */
import { type Context, Hono } from 'hono'
import { AppError } from '../contract/errors.ts'
import { type Operation, type OperationId, operations } from '../contract/operations.ts'
import { queryBoolean } from '../contract/primitives.ts'
import { securityHeaders } from '../contract/csp.ts'
import { createId } from '../platform/ids.ts'
import { createFileServer } from '../platform/static-files.ts'
import { createBackupService } from './backup-service.ts'
import { neededScope } from '../contract/api-tokens.ts'
import { createApiTokenService } from './api-token-service.ts'
import { createApprovalService } from './approval-service.ts'
import { createAttention, type Attention } from './attention.ts'
import { type AuthLimits, checkHost, checkOrigin, createAuth, isFromPage } from './auth.ts'
import type { ApiDeps, ApiRequest, Handlers } from './deps.ts'
import { createDemoService } from './demo-service.ts'
import { createEntities } from './entities.ts'
import { createEventHub, type EventHub } from './event-hub.ts'
import { agentApiHandlers } from './handlers/agent-api.ts'
import { agentFileHandlers } from './handlers/agent-files.ts'
import { agentHandlers } from './handlers/agents.ts'
import { apiTokenHandlers } from './handlers/api-tokens.ts'
import { approvalHandlers } from './handlers/approvals.ts'
import { backupHandlers } from './handlers/backups.ts'
import { boardGroupHandlers } from './handlers/board-groups.ts'
import { boardFileHandlers } from './handlers/board-files.ts'
import { boardOnboardingHandlers } from './handlers/board-onboarding.ts'
import { boardHandlers } from './handlers/boards.ts'
import { boardWorkHandlers } from './handlers/board-work.ts'
import { demoHandlers } from './handlers/demo.ts'
import { documentHandlers } from './handlers/documents.ts'
import { diagnosticsHandlers } from './handlers/diagnostics.ts'
import { coordinationHandlers } from './handlers/coordination.ts'
import { gatewayHandlers } from './handlers/gateways.ts'
import { gatewayConfigHandlers } from './handlers/gateway-config.ts'
import { gatewaySecurityHandlers } from './handlers/gateway-security.ts'
import { heartbeatHandlers } from './handlers/heartbeats.ts'
import { logHandlers } from './handlers/logs.ts'
import { operatorHandlers } from './handlers/operator.ts'
import { planningHandlers } from './handlers/planning.ts'
import { sessionOfAgentHandlers } from './handlers/sessions-of-agents.ts'
import { searchHandlers } from './handlers/search.ts'
import { usageHandlers } from './handlers/usage.ts'
import { threadHandlers } from './handlers/threads.ts'
import { webhookHandlers } from './handlers/webhooks.ts'
import { webhookOutHandlers } from './handlers/webhooks-out.ts'
import { createConfigRows } from './config-rows.ts'
import { createDiskRows } from './disk-rows.ts'
import { createDoctor } from './doctor.ts'
import { createGatewayHealth } from './gateway-health.ts'
import { healthHandlers } from './handlers/health.ts'
import { readHealth, readReadiness } from './health.ts'
import { createIdleRestart } from './idle-restart.ts'
import { createProcessMonitor } from './process-monitor.ts'
import { processRows } from './process-rows.ts'
import { createOnboardingService } from './onboarding-service.ts'
import { buildOpenApi } from './openapi.ts'
import { errorAnswer, fileAnswer, jsonAnswer, mediaAnswer, streamAnswer, textAnswer } from './respond.ts'
import { createSessions } from './sessions.ts'
import { createThreadService } from './thread-service.ts'
import { createTaskService } from './task-service.ts'
import { createUndoService } from './undo-service.ts'
import { withUndo } from './undoable.ts'
import { readBody, readParams, readQuery } from './validate.ts'
import { toWire } from './wire.ts'

export interface Api {
  /** @param address The caller's, for the limits. */
  fetch(request: Request, address?: string): Promise<Response>
  readonly attention: Attention
  readonly events: EventHub
  /** Goes on with jobs that a restart cut off; for when everything runs. */
  resume(): void
  /** New requests are refused with `shutting_down`, streams end; requests under way finish. Returns when the last has. */
  stop(): Promise<void>
}

/** What travels with a request. */
interface Env {
  Bindings: { requestId: string; address: string }
}
type AnyHandler = (request: never) => unknown

const slowRequestMs = 1000

function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && /^[\w.:-]{1,100}$/.test(given) ? given : createId()
}

export function createApi(deps: ApiDeps & { limits?: Partial<AuthLimits> }): Api {
  const log = deps.log.scope('api')
  const backups = createBackupService(deps)
  const entities = createEntities({ ...deps, backups })
  const monitor = createProcessMonitor({
    clock: deps.clock,
    log: deps.log,
    pids: () => ({ gateway: deps.live.gateway().pid, host: deps.machine.hostPid }),
  })
  const gatewayHealth = createGatewayHealth({ ...deps, lastError: () => deps.delivery.stats().last_error_message })
  const doctor = createDoctor(deps, { health: gatewayHealth, monitor })
  const idleRestart = createIdleRestart(deps)
  const disk = createDiskRows({ ...deps, folder: deps.machine.paths.root })
  const configRows = createConfigRows({ ...deps, configPath: deps.machine.configPath })
  const attention = createAttention({
    ...deps,
    more: () => [
      ...disk.rows(),
      ...configRows(),
      ...processRows(monitor.states(), deps.store.gateways.local()?.id ?? null),
      ...backups.attentionRows(),
    ],
  })
  const sessions = createSessions(deps)
  const tokens = createApiTokenService(deps)
  const auth = createAuth({
    operatorToken: deps.operatorToken,
    sessions,
    tokens,
    lifecycle: deps.lifecycle,
    ...(deps.limits && { limits: deps.limits }),
  })
  const tasks = createTaskService(deps)
  const undo = createUndoService(deps)
  const threads = createThreadService(deps)
  const approvals = createApprovalService(deps)
  const onboarding = createOnboardingService(deps)
  const demo = createDemoService(deps, { backups })
  const events = createEventHub(deps, { entities, attention, approvals, monitor, health: gatewayHealth })
  const plain: Handlers = {
    ...logHandlers(deps),
    ...operatorHandlers(deps, { entities, attention, sessions, auth, health: gatewayHealth }),
    ...gatewayHandlers(deps, { entities }),
    ...gatewaySecurityHandlers(deps, { entities }),
    ...gatewayConfigHandlers(deps, { entities }),
    ...boardHandlers(deps, { entities, tasks, threads }),
    ...boardWorkHandlers(deps, { entities, tasks, undo }),
    ...documentHandlers(deps, { entities }),
    ...boardGroupHandlers(deps, { entities }),
    ...boardOnboardingHandlers(deps, { entities, onboarding }),
    ...threadHandlers(deps, { entities, threads }),
    ...planningHandlers(deps, { entities }),
    ...boardFileHandlers(deps, { entities }),
    ...webhookHandlers(deps, { entities }),
    ...webhookOutHandlers(deps, { entities }),
    ...searchHandlers(deps, { entities }),
    ...usageHandlers(deps, { entities }),
    ...backupHandlers(backups),
    ...demoHandlers(demo),
    ...diagnosticsHandlers(deps, { doctor, monitor, backups, overview: () => plain.getOverview({} as ApiRequest<'getOverview'>) }),
    ...apiTokenHandlers(deps, { entities, tokens }),
    ...agentHandlers(deps, { entities }),
    ...agentFileHandlers(deps, { entities }),
    ...agentApiHandlers(deps, { entities, tasks }),
    ...approvalHandlers(deps, { entities, approvals }),
    ...coordinationHandlers(deps, { entities, tasks }),
    ...heartbeatHandlers(deps, { entities }),
    ...healthHandlers(deps, { entities, monitor, health: gatewayHealth, doctor, idleRestart }),
    ...sessionOfAgentHandlers(deps, { entities }),
  }
  const handlers = withUndo(deps, plain, undo)
  const openApi = JSON.stringify(buildOpenApi(deps.version))
  const files = deps.staticDir === null ? null : createFileServer(deps.staticDir)

  const app = new Hono<Env>({ strict: true })
  const methodsOf = new Map<string, string[]>()
  const listTexts = new WeakMap<readonly unknown[], string>()

  function caller(context: Context<Env>): { headers: Headers; method: string; address: string } {
    return { headers: context.req.raw.headers, method: context.req.method, address: context.env.address }
  }

  /** The schema is the projection: a field that is not in the contract does not leave. */
  function textOf(id: OperationId, operation: Operation, result: unknown): string {
    // The store hands out the same array for the same list until something changes, so that its text can be kept with it.
    const items =
      id === 'listTasks' || id === 'agentTasks'
        ? (result as { items: readonly unknown[] }).items
        : id === 'getBoardSnapshot'
          ? (result as { tasks: readonly unknown[] }).tasks
          : null
    const known = items && listTexts.get(items)
    if (known) return known
    const text = JSON.stringify(operation.response.parse(toWire(result)))
    if (items) listTexts.set(items, text)
    return text
  }

  async function answer(context: Context<Env>, id: OperationId, operation: Operation): Promise<Response> {
    const requestId = context.env.requestId
    const agent = operation.auth === 'agent' ? await auth.agent(caller(context)) : null
    if (operation.auth === 'operator') await auth.operator(caller(context), neededScope(operation))
    // Nobody is signed in by a form on another site.
    if (operation.auth === 'none' && isFromPage(context.req.raw.headers)) checkOrigin(context.req.raw.headers)

    const params = readParams(operation, context.req.param())
    const query = readQuery(operation, new URL(context.req.url))
    const body = await readBody(operation, context.req.raw)
    const headers = new Headers()
    const handler = handlers[id] as AnyHandler
    const result: unknown = await handler({
      params,
      query,
      body,
      agent,
      requestId,
      address: context.env.address,
      cookie: auth.sessionCookie(context.req.raw.headers),
      raw: context.req.raw,
      signal: context.req.raw.signal,
      setHeader: (name: string, value: string) => headers.append(name, value),
    } as never)
    // Only now: a request that is refused writes nothing, not even that somebody was seen.
    if (agent) deps.lifecycle.touch(agent.id)
    if (operation.binary) return fileAnswer(result as Response, requestId, headers)
    if (operation.media) return mediaAnswer({ media: operation.media, text: String(result), requestId, extra: headers })
    if (result instanceof Response) return streamAnswer(result, requestId)
    return textAnswer(operation.status ?? 200, textOf(id, operation, result), requestId, headers)
  }

  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const path = `/api/v1${operation.path.replace(/\{(\w+)\}/g, ':$1')}`
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), operation.method])
    app.on(operation.method, path, (context) => answer(context, id, operation))
  }

  /** Only conversations of our own agents can be followed. */
  function followed(key: string): { key: string; agent_id: string } {
    const agent = deps.store.agents.all().find((each) => key.startsWith(`agent:${each.gateway_agent_id}:`))
    if (!agent) throw new AppError('forbidden', 'This is not a session of an agent that is known here.', { field: 'query.session' })
    return { key, agent_id: agent.id }
  }

  app.get('/api/v1/events', async (context) => {
    await auth.operator(caller(context), 'read')
    const { since, logs, session, ...unknown } = context.req.query()
    const stranger = Object.keys(unknown)[0]
    if (stranger !== undefined) throw new AppError('invalid_request', `Unknown field ${stranger}.`, { field: `query.${stranger}` })
    const given = context.req.header('last-event-id') || since
    if (given !== undefined && !/^\d{1,15}$/.test(given))
      throw new AppError('invalid_request', 'since is a revision: a whole number.', { field: 'query.since' })
    const wantsLogs = logs === undefined ? { success: true as const, data: false } : queryBoolean.safeParse(logs)
    if (!wantsLogs.success) throw new AppError('invalid_request', 'logs is true or false.', { field: 'query.logs' })
    const stream = events.open({
      since: given === undefined ? null : Number(given),
      logs: wantsLogs.data,
      session: session === undefined ? null : followed(session),
      signal: context.req.raw.signal,
    })
    return new Response(stream, {
      headers: {
        ...securityHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': context.env.requestId,
      },
    })
  })
  methodsOf.set('/api/v1/events', ['GET'])

  const open: Record<string, (requestId: string) => Response> = {
    '/healthz': (requestId) => jsonAnswer(200, { ok: true }, requestId),
    '/readyz'(requestId) {
      const readiness = readReadiness(deps)
      return jsonAnswer(readiness.ready ? 200 : 503, readiness, requestId)
    },
    '/health'(requestId) {
      const health = readHealth(deps)
      return jsonAnswer(health.status === 'healthy' ? 200 : 503, health, requestId)
    },
    '/version': (requestId) =>
      jsonAnswer(
        200,
        {
          runtimeServiceVersion: deps.version,
          openclawVersion: deps.live.gateway().version ?? deps.live.runtime().version,
          node: process.versions.node,
        },
        requestId,
      ),
    '/openapi.json': (requestId) =>
      new Response(openApi, {
        headers: {
          ...securityHeaders(),
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-cache',
          'x-request-id': requestId,
        },
      }),
  }
  for (const [path, respond] of Object.entries(open)) {
    app.get(path, (context) => respond(context.env.requestId))
    methodsOf.set(path, ['GET'])
  }

  // What is left: a known path with another verb, a file of the page, or nothing.
  const patterns = [...methodsOf].map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`),
    methods,
  }))
  app.notFound(async (context) => {
    const requestId = context.env.requestId
    const { path, method } = context.req
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).flatMap((known) => known.methods)
    if (methods.length > 0) {
      const response = errorAnswer(
        new AppError('method_not_allowed', `${method} is not used here; ${methods.join(', ')} ${methods.length === 1 ? 'is' : 'are'}.`),
        { requestId, log, method, path },
      )
      response.headers.set('allow', methods.join(', '))
      return response
    }
    if (files && !path.startsWith('/api/')) {
      if (method !== 'GET' && method !== 'HEAD') throw new AppError('method_not_allowed', 'Files can only be read.')
      const file = await files(path)
      if (file) return file
    }
    throw new AppError('not_found', 'There is nothing at this address. /openapi.json lists what there is.')
  })
  app.onError((error, context) =>
    errorAnswer(error, { requestId: context.env.requestId, log, method: context.req.method, path: context.req.path }),
  )

  let stopping = false
  let underWay = 0
  let idle: (() => void) | null = null

  async function handle(request: Request, address: string, requestId: string): Promise<Response> {
    try {
      if (stopping) throw new AppError('shutting_down', 'The control center is shutting down.')
      checkHost(request.headers, { host: deps.host, port: deps.port() })
    } catch (error) {
      return errorAnswer(error, { requestId, log, method: request.method, path: new URL(request.url).pathname })
    }
    if (request.method !== 'HEAD') return app.fetch(request, { requestId, address })
    // The router would answer as for GET and drop the body unread: the file behind it would stay open, the event stream subscribed.
    const asked = new Request(request.url, { headers: request.headers, signal: request.signal })
    const { body, status, headers } = await app.fetch(asked, { requestId, address })
    await body?.cancel()
    return new Response(null, { status, headers })
  }

  monitor.start()
  backups.start()
  return {
    attention,
    events,
    resume: () => demo.resume(),
    async fetch(request, address = 'local') {
      const requestId = requestIdOf(request)
      const began = deps.clock.now()
      underWay += 1
      try {
        const response = await handle(request, address, requestId)
        const took = deps.clock.now() - began
        const fields = {
          request_id: requestId,
          method: request.method,
          path: new URL(request.url).pathname,
          status: response.status,
          took_ms: took,
        }
        if (took >= slowRequestMs) log.warn('request.slow', fields)
        else log.debug('request', fields)
        return response
      } finally {
        underWay -= 1
        if (underWay === 0) idle?.()
      }
    },
    async stop() {
      stopping = true
      events.stop()
      attention.stop()
      disk.stop()
      monitor.stop()
      gatewayHealth.stop()
      doctor.stop()
      idleRestart.stop()
      approvals.stop()
      onboarding.stop()
      await demo.stop()
      await backups.stop()
      if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve))
    },
  }
}
