/** The composition root of the services host: everything it consists of, put together, started and stopped in order. */
import type { Server } from 'node:http'
import { existsSync } from 'node:fs'
import { createAdaptorServer } from '@hono/node-server'
import { createDesktopNotices } from './api/desktop-notices.ts'
import { createApi } from './api/create-api.ts'
import { createHostState } from './api/host-state.ts'
import { createHousekeeping } from './api/housekeeping.ts'
import { listenOn } from './api/listen.ts'
import { createLiveState } from './api/live-state.ts'
import { startRuntimeInstall } from './api/runtime-install.ts'
import { followRuntimeSwitch } from './api/runtime-switch-job.ts'
import { createTaskService } from './api/task-service.ts'
import type { Settings } from './contract/entities.ts'
import { type HostToServices, hostToServices, type InitMessage, type LinkPort, type ServicesToHost } from './contract/host-link.ts'
import { createDelivery } from './delivery/delivery.ts'
import { createNotifier } from './delivery/notifier.ts'
import { createWebhookPost } from './delivery/webhook-post.ts'
import { createWebhookSender } from './delivery/webhook-sender.ts'
import { createExecApprovals } from './gateway/exec-approvals.ts'
import { createGatewayConnection } from './gateway/gateway-connection.ts'
import { createResponsesClient } from './gateway/responses-client.ts'
import { createRecurringScheduler } from './heartbeat/recurring-scheduler.ts'
import { createHeartbeatScheduler } from './heartbeat/scheduler.ts'
import { createHostCommands } from './api/host-commands.ts'
import { seedDemo } from './lifecycle/demo-seed.ts'
import { createGatewayToken } from './lifecycle/gateway-token.ts'
import { createRunMeter } from './lifecycle/run-meter.ts'
import { createAgentLifecycle } from './lifecycle/lifecycle.ts'
import { type Clock, createWallClock, systemClock } from './platform/clock.ts'
import { createLog, errorText } from './platform/log.ts'
import { createLogStore } from './platform/log-store.ts'
import { tuningFrom } from './platform/config.ts'
import { createContentFiles } from './platform/content-files.ts'
import { dataPaths, ensureDataDirs } from './platform/paths.ts'
import { registerSecret, secretHint } from './platform/redact.ts'
import { createSealer } from './platform/sealer.ts'
import { validateConfig } from './openclaw/validate-config.ts'
import { openStore } from './store/store.ts'

/** A turn of an agent may take this long. */
const requestTimeoutMs = 600_000
/** Kept of a deadline for the last answers and for closing the files. */
const lastStepsMs = 700

export interface Services {
  /** Resolves when the API answers. Throws `PortTakenError`, `DatabaseFromFutureError`. */
  start(): Promise<{ port: number }>
  /** Finishes what is under way, at most until `deadlineAt` (ms epoch). Safe to call twice. */
  stop(deadlineAt: number): Promise<void>
  /** A message of the host, checked here. */
  handleHostMessage(message: unknown): void
  /** An unexpected error, for the log, written through at once. */
  crashed(error: unknown): void
}

export function createServices(options: {
  init: InitMessage
  link?: LinkPort
  clock?: Clock
  onShutdown?: (deadlineAt: number) => void
  migrationsDir?: string
}): Services {
  const { init, link } = options
  const clock = createWallClock(options.clock ?? systemClock)
  const paths = dataPaths(init.data_dir)
  ensureDataDirs(paths)
  for (const secret of [init.operator_token, init.install_key, init.gateway.token]) registerSecret(secret)

  const logs = createLogStore({ clock, database: paths.logsDatabase, directory: paths.logs })
  const log = createLog({ scope: 'services' })
  log.listen((entry) => logs.append([{ ...entry, source: 'services' }]))

  const store = openStore({
    file: paths.database,
    clock,
    backups: {
      folder: paths.backups,
      onCopyFailed: (error) => log.error('migration.without_copy', { error: errorText(error) }),
    },
    ...(options.migrationsDir !== undefined && { migrationsDir: options.migrationsDir }),
  })
  const attachmentFiles = createContentFiles(paths.attachments)
  let settings: Settings = store.settings.get()
  let gatewayRow = ensureGateway(init.gateway.port, init.gateway.token)
  const startedAt = clock.now()
  let port = init.port
  let installTried = false

  function ensureGateway(gatewayPort: number, token: string | null) {
    return store.write(() =>
      store.gateways.ensureLocal({
        url: `ws://127.0.0.1:${gatewayPort}`,
        workspace_root: init.gateway.workspace_root,
        token_hint: token === null ? null : secretHint(token),
      }),
    )
  }

  /** Where agents on this machine reach the API. */
  function baseUrl(): string {
    const host = init.host === '0.0.0.0' || init.host === '::' ? '127.0.0.1' : init.host
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  const post = (message: ServicesToHost): void => link?.post(message)
  const commands = createHostCommands({ clock, post: link ? post : null })
  const connection = createGatewayConnection({ clock, log, version: init.version })
  const execApprovals = createExecApprovals({ connection, clock, log })
  const tuning = tuningFrom(process.env)
  const responses = createResponsesClient({ clock, log, requestTimeoutMs: tuning.requestTimeoutMs ?? requestTimeoutMs })
  const live = createLiveState({
    port: init.gateway.port,
    now: () => clock.now(),
    connection: () => connection.state(),
    send: link ? commands.send : null,
  })
  const gatewayTarget: { port: number; token: string | null } = { port: init.gateway.port, token: init.gateway.token }
  function pointToGateway(target: { port: number; token: string | null }): void {
    Object.assign(gatewayTarget, target)
    connection.setTarget(target)
    responses.setTarget(target)
  }
  const gatewayToken = createGatewayToken({
    store,
    clock,
    log,
    gateway: connection,
    target: () => gatewayTarget,
    setTarget: pointToGateway,
    supervised: () => live.gateway(),
    host: (command) => live.command(command),
  })
  const notifier = createNotifier({ store, clock })
  const gatewayRuns = (): boolean => ['running', 'adopted', 'degraded'].includes(live.gateway().state)
  const lifecycle = createAgentLifecycle({
    store,
    clock,
    log,
    gateway: connection,
    baseUrl,
    installKey: init.install_key,
    resourcesDir: init.resources_dir,
    gatewayId: () => gatewayRow.id,
    gatewayReady: gatewayRuns,
    gatewayCredential: {
      token: () => gatewayTarget.token,
      port: () => gatewayTarget.port,
      configPath: init.gateway.config_path,
      busy: () => gatewayToken.busy(),
      reread: () => live.command({ action: 'gateway-token', phase: 'reread' }),
    },
  })
  const runMeter = createRunMeter({ store, clock, log, gateway: connection })
  const delivery = createDelivery({
    seenRun: runMeter.seen,
    store,
    clock,
    log,
    responses,
    gateway: connection,
    notifier,
    settings: () => ({ ...settings, delivery_concurrency: tuning.maxConcurrentSessions ?? settings.delivery_concurrency }),
    ...(tuning.takeAtMost !== undefined && { takeAtMost: tuning.takeAtMost }),
    ...(tuning.fallbackMs !== undefined && { fallbackMs: tuning.fallbackMs }),
    limits: {
      ...(tuning.backoffBaseMs !== undefined && { base_ms: tuning.backoffBaseMs }),
      ...(tuning.backoffMaxMs !== undefined && { max_ms: tuning.backoffMaxMs }),
    },
  })
  const webhookPost = createWebhookPost()
  const webhookSender = createWebhookSender({
    store,
    clock,
    log,
    sealer: createSealer(init.install_key, 'outgoing-webhooks'),
    post: webhookPost.post,
    version: init.version,
  })
  const heartbeat = createHeartbeatScheduler({ store, clock, log, settings: () => settings, gatewayUp: () => connection.state().connected })
  const tasks = createTaskService({ store, clock, notifier })
  const recurring = createRecurringScheduler({
    store,
    clock,
    log,
    createTask: (schedule, board, input) => tasks.create({ kind: 'schedule', ...schedule }, board, input),
  })
  const api = createApi({
    store,
    clock,
    log,
    lifecycle,
    delivery,
    notifier,
    heartbeat,
    recurring,
    connection,
    gatewayToken,
    execApprovals,
    attachmentFiles,
    runMeter,
    live,
    logs,
    settings: () => settings,
    version: init.version,
    demo: init.demo,
    startedAt,
    operatorToken: init.operator_token,
    installKey: init.install_key,
    machine: {
      paths,
      configPath: init.gateway.config_path,
      hostPid: link ? process.ppid : null,
      validateConfig: (openclaw, file) =>
        validateConfig({ ...openclaw, configFile: file ?? init.gateway.config_path, stateDir: paths.openclaw.stateDir }),
    },
    staticDir: init.static_dir !== null && existsSync(init.static_dir) ? init.static_dir : null,
    resourcesDir: init.resources_dir,
    host: init.host,
    port: () => port,
  })
  const server = createAdaptorServer({
    fetch: (request: Request, env: { incoming: { socket: { remoteAddress?: string } } }) =>
      api.fetch(request, env.incoming.socket.remoteAddress ?? 'unknown'),
    overrideGlobalObjects: false,
  } as Parameters<typeof createAdaptorServer>[0]) as Server

  const stops: (() => void)[] = []
  const housekeeping = createHousekeeping({ store, clock, log, attachmentFiles })
  let stopping: Promise<void> | null = null

  const toHost = createHostState({
    store,
    clock,
    live,
    attention: api.attention,
    settings: () => settings,
    gatewayId: () => gatewayRow.id,
    post: link ? post : null,
  })

  store.tasks.setSurroundings(() => {
    const { connected, failure } = connection.state()
    return {
      deliveries_paused: settings.delivery_paused,
      gateway_down: connected ? null : failure === 'unauthorized' ? 'the gateway refuses our token' : 'gateway down',
    }
  })
  let wasConnected = false

  function onSettings(before: Settings): void {
    if (before.delivery_paused !== settings.delivery_paused) store.write(() => store.tasks.touchWaiting())
    if (before.delivery_paused && !settings.delivery_paused) delivery.poke()
    if (before.delivery_concurrency < settings.delivery_concurrency) delivery.poke()
  }

  function watch(): void {
    stops.push(
      store.onCommit((changes) => {
        const seen = new Set(changes.map((change) => change.entity))
        if (seen.has('settings')) {
          const before = settings
          settings = store.settings.get()
          onSettings(before)
        }
        if (seen.has('notification')) delivery.poke()
        if (seen.has('settings') || seen.has('agent') || seen.has('board')) heartbeat.poke()
        if (seen.has('settings') || seen.has('agent')) toHost.soon()
      }),
      connection.onState((state) => {
        live.connectionChanged()
        if (state.connected !== wasConnected) store.write(() => store.tasks.touchWaiting())
        wasConnected = state.connected
        post({ type: 'gateway-connection', connected: state.connected, version: state.version, reason: state.reason })
        if (state.connected) delivery.poke()
      }),
      createDesktopNotices({ store, clock, notify: (message) => post({ type: 'notify', ...message }) }).stop,
    )
    toHost.start()
    housekeeping.start()
  }

  async function start(): Promise<{ port: number }> {
    housekeeping.recover()
    port = await listenOn(server, { host: init.host, port: init.port })
    watch()
    pointToGateway({ port: init.gateway.port, token: init.gateway.token })
    runMeter.start()
    connection.start()
    lifecycle.start()
    delivery.start()
    webhookSender.start()
    heartbeat.start()
    recurring.start()
    api.resume()
    if (init.demo) seedDemo({ store, lifecycle, notifier, gatewayId: gatewayRow.id })
    log.info('services.started', { port, version: init.version, pid: process.pid, demo: init.demo })
    post({ type: 'ready', port, pid: process.pid })
    toHost.send()
    return { port }
  }

  async function shutDown(deadlineAt: number): Promise<void> {
    log.info('services.stopping', { within_ms: deadlineAt - clock.now() })
    housekeeping.stop()
    toHost.stop()
    // Agents that are finishing their turn still call the API, so it goes last.
    const workEnds = deadlineAt - lastStepsMs
    heartbeat.stop()
    recurring.stop()
    await Promise.allSettled([delivery.stop(workEnds), webhookSender.stop(workEnds), lifecycle.stop(workEnds)])
    for (const stop of stops) stop()
    execApprovals.stop()
    runMeter.stop()
    commands.stop()
    await Promise.race([api.stop(), wait(Math.min(300, Math.max(0, deadlineAt - clock.now())))])
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    await Promise.race([
      Promise.allSettled([closed, connection.stop(), responses.stop(), webhookPost.close()]),
      wait(Math.max(50, Math.min(300, deadlineAt - clock.now()))),
    ])
    server.closeAllConnections()
    log.info('services.stopped')
    logs.stop()
    store.close()
  }

  function handle(message: HostToServices): void {
    switch (message.type) {
      case 'init':
        return
      case 'gateway-state':
        return live.setGateway(message.state)
      case 'gateway-token':
        registerSecret(message.token)
        gatewayRow = ensureGateway(message.port, message.token)
        pointToGateway({ port: message.port, token: message.token })
        return
      case 'runtime-state':
        live.setRuntime(message.runtime)
        // The demo is to work without a person: what it needs and does not find, it installs. Once: a failure is shown with its button.
        if (init.demo && !message.runtime.installed && !installTried) {
          installTried = true
          startRuntimeInstall({ store, live })
        }
        return
      case 'model-provider':
        return live.setModelProvider(message.provider)
      case 'install-progress': {
        const job = store.jobs.running().find((running) => running.kind === 'runtime_install')
        if (job) store.write(() => store.jobs.update(job.id, { step: message.step, done: message.done, total: message.total }))
        return
      }
      case 'runtime-switch':
        return followRuntimeSwitch(store, message.state)
      case 'command-result':
        return commands.resolve(message)
      case 'log':
        return logs.append(message.lines)
      case 'power':
        log.info(`power.${message.event}`)
        if (message.event === 'resume') {
          clock.resync()
          delivery.poke()
          webhookSender.poke()
          heartbeat.poke()
          recurring.poke()
        }
        return
      case 'shutdown':
        return options.onShutdown?.(message.deadline_at)
    }
  }

  return {
    start,
    stop: (deadlineAt) => (stopping ??= shutDown(deadlineAt)),
    handleHostMessage(raw) {
      const parsed = hostToServices.safeParse(raw)
      if (!parsed.success)
        return log.warn('host.unknown_message', { error: parsed.error.issues[0]?.message, field: parsed.error.issues[0]?.path.join('.') })
      if (stopping && parsed.data.type !== 'shutdown') return
      try {
        handle(parsed.data)
      } catch (error) {
        log.error('host.message_failed', { type: parsed.data.type, error: errorText(error) })
      }
    },
    crashed(error) {
      log.error('services.crashed', { error: error instanceof Error ? (error.stack ?? error.message) : errorText(error) })
      logs.flush()
    },
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
