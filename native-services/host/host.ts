/**
 * The host: supervises the services host and the OpenClaw gateway, owns the secrets, and carries commands and states between the two.
 * Used by the desktop (which brings its own `forkServices`) and by `mission-control serve`.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { GatewayState, HostCommand, HostToServices, ServicesState, ServicesToHost } from '../contract/host-link.ts'
import { systemClock } from '../platform/clock.ts'
import { updateConfigFile } from '../platform/config.ts'
import { configSnapshotsFolder, createConfigSnapshots } from '../platform/config-snapshots.ts'
import { acquireDataDirLock, type DataDirLock } from '../platform/data-dir-lock.ts'
import { createLog, errorText } from '../platform/log.ts'
import { ensureDataDirs } from '../platform/paths.ts'
import { applyStagedRestore } from '../platform/staged-restore.ts'
import { configureGateway, readModelProvider } from '../openclaw/configure.ts'
import { runtimeInfoOf } from '../openclaw/find.ts'
import { Supervisor } from '../supervision/supervisor.ts'
import { createForkServices } from './fork-services.ts'
import { createGatewayModel } from './gateway-model.ts'
import { createGatewayProgram } from './gateway-program.ts'
import { openHostSettings } from './host-settings.ts'
import { type CommandResult, done, type Host, type HostOptions, type HostView, refused } from './host-types.ts'
import { createLogBatches } from './log-batches.ts'
import { createRuntimeControl } from './runtime-control.ts'
import { secretFile } from './secrets.ts'
import { createServicesProgram } from './services-program.ts'
import { createSharedToken } from './shared-token.ts'

const servicesStopMs = 6000
const gatewayStartDeadlineMs = 120_000
/** Alive and without an answer for this long: it will not come back by itself. Stalls of half a minute are known and pass. */
const gatewayHungMs = 300_000
/** Without a power monitor, a tick that comes this much too late means that the machine slept. */
const tickMs = 15_000

/** What would get in the way of a switch of versions. */
const movesGateway = new Set<HostCommand['action']>([
  'start',
  'stop',
  'restart',
  'use-port',
  'install-runtime',
  'remove-runtime',
  'set-model-provider',
  'leave-demo-model',
  'gateway-token',
])

/** Creates the folders and the secrets. Nothing runs and no lock is held before `start()`. */
export function createHost(options: HostOptions): Host {
  const { config, hooks = {} } = options
  const { paths } = config
  const clock = systemClock
  ensureDataDirs(paths)
  const settings = openHostSettings(paths.hostSettings)
  const operatorToken = secretFile(paths.operatorToken)
  const snapshots = createConfigSnapshots(configSnapshotsFolder(paths.backups))

  const log = createLog({
    scope: 'host',
    level: config.logLevel,
    file: path.join(paths.logs, 'host.log'),
    console: options.consoleLog ?? false,
  })
  const batches = createLogBatches({ clock, send: (lines) => services.post({ type: 'log', lines }) })
  const stopListening = log.listen((entry) =>
    batches.add({ at: entry.at, level: entry.level, source: 'host', scope: entry.scope, message: entry.message }),
  )

  let gatewayPort = config.gateway.external ? Number(new URL(config.gateway.external.url).port) : config.gateway.port
  let servicesState: ServicesState | null = null
  /** The configuration as it was at the last start of the gateway, until that start has succeeded. */
  let startsWith: string | null = null
  let lock: DataDirLock | null = null
  let stopping: Promise<void> | null = null
  const timers: NodeJS.Timeout[] = []
  const token = createSharedToken({
    external: config.gateway.external?.token ?? null,
    pendingFile: path.join(paths.root, 'gateway-token.pending'),
    configFile: paths.openclaw.configFile,
    port: () => gatewayPort,
    log,
    onChange(next) {
      if (next !== null) gateway.useToken(next)
      tellToken()
    },
  })
  const model = createGatewayModel({ configFile: paths.openclaw.configFile, demo: config.demo, settings, log })

  const services = createServicesProgram({
    fork: options.forkServices ?? createForkServices(),
    clock,
    log: log.scope('services'),
    host: config.api.host,
    port: config.api.port,
    stopWithinMs: servicesStopMs,
    init: initMessage,
    onMessage: fromServices,
    onLine: (line) => (line.level === 'error' || line.level === 'warn' ? log.scope('services')[line.level](line.message) : undefined),
  })
  const gateway = createGatewayProgram({
    paths,
    clock,
    log: log.scope('gateway'),
    port: () => gatewayPort,
    external: config.gateway.external !== null,
    configure: prepareGateway,
    runtime: () => Promise.resolve(runtime.found),
    onLine: (line) => batches.add({ ...line, source: 'gateway' }),
  })
  const servicesSupervisor = new Supervisor({
    program: services,
    clock,
    log: log.scope('services'),
    readyEveryMs: 50,
    // It is our own program: when it hangs, nothing is gained by waiting.
    limits: { drainMs: servicesStopMs, killAfterMs: 2000, restartSilentMs: 30_000 },
  })
  const gatewaySupervisor = new Supervisor({
    program: gateway,
    clock,
    log: log.scope('gateway'),
    limits: { startDeadlineMs: gatewayStartDeadlineMs, drainMs: 4000, killAfterMs: 5000, restartSilentMs: gatewayHungMs },
  })

  const runtime = createRuntimeControl({
    config,
    log,
    now: () => clock.now(),
    gateway: {
      supervisor: gatewaySupervisor,
      version: () => gateway.version,
      port: () => gatewayPort,
      token: () => token.current,
    },
    onFound() {
      tellRuntime()
      changed()
    },
    onInstall(progress) {
      services.post({ type: 'install-progress', ...progress })
      hooks.onInstall?.(progress)
    },
    onSwitch: (state) => services.post({ type: 'runtime-switch', state }),
  })

  servicesSupervisor.onChange((snapshot) => {
    const url = apiUrl()
    batches.setOpen(url !== null)
    if (snapshot.status !== 'stopped') lock?.setUrl(url)
    changed()
  })
  gatewaySupervisor.onChange((snapshot) => {
    services.post({ type: 'gateway-state', state: gatewayState() })
    // It may have rewritten its configuration while it started.
    if (snapshot.status === 'running' || snapshot.status === 'adopted') token.publish()
    if (snapshot.status === 'running' && snapshot.owned) keepConfig()
    changed()
  })

  function changed(): void {
    hooks.onChange?.(view())
  }

  function initMessage(): HostToServices {
    const restore = applyStagedRestore(paths)
    if (restore !== 'none') log.info('restore.applied', { result: restore })
    return {
      type: 'init',
      version: config.version,
      data_dir: paths.root,
      static_dir: config.staticDir,
      resources_dir: config.resourcesDir,
      host: config.api.host,
      port: config.api.port,
      demo: config.demo,
      operator_token: operatorToken,
      // A restore may have brought another one.
      install_key: secretFile(paths.installKey),
      gateway: {
        port: gatewayPort,
        token: token.current,
        workspace_root: paths.openclaw.workspaces,
        config_path: paths.openclaw.configFile,
      },
    }
  }

  function apiUrl(): string | null {
    if (services.apiPort === null || services.apiPort === undefined) return null
    const { host } = config.api
    return `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${services.apiPort}`
  }

  function gatewayState(): GatewayState {
    const snapshot = gatewaySupervisor.snapshot
    return {
      state: snapshot.status,
      reason: snapshot.reason,
      remedy: snapshot.remedy,
      pid: snapshot.pid,
      port: gatewayPort,
      owned: snapshot.owned,
      version: gateway.version,
      since_at: snapshot.sinceAt,
      retry_at: snapshot.retryAt,
      restarts: snapshot.restarts,
      port_owner: snapshot.status === 'failed' ? gateway.portOwner : null,
      suggested_port: snapshot.status === 'failed' ? gateway.suggestedPort : null,
      last_lines: gateway.lastLines(),
    }
  }

  function view(): HostView {
    const { status, pid, reason, remedy } = servicesSupervisor.snapshot
    return {
      services: { status, pid, reason, remedy },
      gateway: gatewayState(),
      runtime: runtimeInfoOf(runtime.found),
      apiUrl: apiUrl(),
      servicesState,
    }
  }

  /** What the gateway started with is known to work: a restore point, unless the newest one is the same. Not what stands in the file later. */
  function keepConfig(): void {
    const text = startsWith
    startsWith = null
    if (text === null) return
    try {
      if (snapshots.list()[0]?.text === text) return
      snapshots.add({ reason: 'The gateway started with it', valid: true, openclaw_version: gateway.version, text }, clock.now())
    } catch (error) {
      log.warn('config.not_kept', { error: errorText(error) })
    }
  }

  const tellToken = (): void => services.post({ type: 'gateway-token', token: token.current, port: gatewayPort })
  const tellRuntime = (): void => services.post({ type: 'runtime-state', runtime: runtimeInfoOf(runtime.found) })

  /** Our part of the gateway's configuration; answers the token in it. */
  function configure(): { token: string } {
    return configureGateway({
      file: paths.openclaw.configFile,
      port: gatewayPort,
      workspaces: paths.openclaw.workspaces,
      logFile: path.join(paths.logs, 'openclaw.log'),
    })
  }

  /** Before each start of the gateway: configuration complete, demo model up. */
  async function prepareGateway(): Promise<{ token: string; workDir: string }> {
    if (config.gateway.external) return { token: config.gateway.external.token, workDir: paths.openclaw.root }
    await token.settle()
    const configured = configure()
    await model.prepare()
    startsWith = readFileSync(paths.openclaw.configFile, 'utf8')
    token.publish()
    publishProvider()
    return { token: configured.token, workDir: paths.openclaw.root }
  }

  function publishProvider(): void {
    try {
      services.post({ type: 'model-provider', provider: readModelProvider(paths.openclaw.configFile) })
    } catch (error) {
      log.warn('model_provider.unreadable', { error: errorText(error) })
    }
  }

  function fromServices(message: ServicesToHost): void {
    switch (message.type) {
      case 'ready':
        log.info('services.ready', { port: message.port, pid: message.pid })
        services.post({ type: 'gateway-state', state: gatewayState() })
        tellToken()
        // What was not looked for yet is not missing.
        if (runtime.looked) tellRuntime()
        publishProvider()
        services.post({ type: 'runtime-switch', state: runtime.switchState })
        // The services may have died in the middle of a rotation: which token counts is found out now.
        token.settleLater()
        return
      case 'state':
        servicesState = message.state
        settings.update({ gateway_autostart: message.state.gateway_autostart, stop_gateway_on_quit: message.state.stop_gateway_on_quit })
        changed()
        return
      case 'gateway-command':
        void command(message.command).then((result) => services.post({ type: 'command-result', command_id: message.command_id, ...result }))
        return
      case 'gateway-connection':
        // Lost although we think it runs: look now, not at the next regular time.
        if (!message.connected) gatewaySupervisor.probeNow()
        return
      case 'notify':
        hooks.onNotify?.({ title: message.title, body: message.body, link: message.link })
        return
      case 'log':
    }
  }

  async function command(wanted: HostCommand): Promise<CommandResult> {
    log.info('command', { action: wanted.action })
    try {
      return await perform(wanted)
    } catch (error) {
      log.error('command.failed', { action: wanted.action, error: errorText(error) })
      return refused(error instanceof AppError ? error.message : `It did not work: ${errorText(error)}`)
    }
  }

  async function perform(wanted: HostCommand): Promise<CommandResult> {
    if (stopping) return refused('The control center is shutting down.')
    const { status, owned } = gatewaySupervisor.snapshot
    const notOurs = (status === 'adopted' || status === 'degraded') && !owned
    if (runtime.switching && movesGateway.has(wanted.action))
      return refused('OpenClaw is being switched to another version. Wait until that is done.')
    switch (wanted.action) {
      case 'start':
        if (runtime.found.problem !== null) await runtime.look()
        gatewaySupervisor.start()
        return done
      case 'stop':
        if (notOurs) return refused('We did not start this gateway, so we do not stop it.')
        void gatewaySupervisor.stop()
        return done
      case 'restart':
        if (notOurs) return refused('We did not start this gateway, so we do not restart it.')
        gatewaySupervisor.restart()
        return done
      case 'restart-services':
        servicesSupervisor.restart()
        return done
      case 'use-port':
        if (config.gateway.external) return refused('The gateway is set by OPENCLAW_GATEWAY_URL. Change it there.')
        updateConfigFile(paths, { gateway_port: wanted.port })
        await gatewaySupervisor.stop()
        gatewayPort = wanted.port
        tellToken()
        gatewaySupervisor.start()
        return done
      case 'set-model-provider':
        return setModelProvider(wanted.provider)
      case 'leave-demo-model':
        return putModelBack()
      case 'leave-demo':
        return leaveDemo()
      case 'install-runtime':
        return runtime.install(wanted.version)
      case 'list-runtimes':
        return runtime.list()
      case 'ask-registry':
        return runtime.askNewest()
      case 'remove-runtime':
        return runtime.remove(wanted.id)
      case 'switch-runtime':
        return runtime.switchTo(wanted.id, wanted.job_id)
      case 'gateway-token':
        return token.change(wanted)
    }
  }

  async function setModelProvider(provider: Extract<HostCommand, { action: 'set-model-provider' }>['provider']): Promise<CommandResult> {
    if (config.gateway.external) return refused('The gateway is set by OPENCLAW_GATEWAY_URL: choose the model in its own configuration.')
    configure()
    await model.use(provider)
    takeUpModel()
    return done
  }

  async function putModelBack(): Promise<CommandResult> {
    if (config.gateway.external || config.demo) return refused('The model is not changed here.')
    model.putBack()
    takeUpModel()
    // Last: the gateway that goes down may still ask it.
    await model.stopDemo()
    return done
  }

  function takeUpModel(): void {
    token.publish()
    publishProvider()
    const { status, owned } = gatewaySupervisor.snapshot
    if (owned) gatewaySupervisor.restart()
    else if (status === 'failed' || status === 'backing-off') gatewaySupervisor.start()
  }

  function leaveDemo(): CommandResult {
    if (!config.demo || !hooks.leaveDemo) return refused('Stop this program by hand.')
    const { restarts, leave } = hooks.leaveDemo
    // The answer goes out first.
    setTimeout(leave, 500)
    return { ...done, data: { restarts } }
  }

  function power(event: 'suspend' | 'resume'): void {
    log.info(`power.${event}`)
    services.post({ type: 'power', event })
    for (const supervisor of [servicesSupervisor, gatewaySupervisor]) supervisor[event]()
  }

  function watchClock(): void {
    let expected = clock.now() + tickMs
    timers.push(
      setInterval(() => {
        const late = clock.now() - expected
        expected = clock.now() + tickMs
        if (late > tickMs * 2) power('resume')
      }, tickMs),
    )
  }

  async function shutDown(deadlineMs: number): Promise<void> {
    const deadline = clock.now() + deadlineMs
    log.info('host.stopping')
    for (const timer of timers) clearInterval(timer)
    const within = (work: Promise<void>): Promise<void> => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(500, deadline - clock.now()))
      })
      return Promise.race([work, late]).finally(() => clearTimeout(timer))
    }
    // First those who send work, then the one who does it.
    await within(servicesSupervisor.stop())
    const { owned } = gatewaySupervisor.snapshot
    if (!owned || settings.get().stop_gateway_on_quit) await within(gatewaySupervisor.stop())
    else log.info('gateway.left_running', { pid: gatewaySupervisor.snapshot.pid })
    await model.stopDemo()
    gateway.stop()
    batches.stop()
    stopListening()
    lock?.release()
  }

  return {
    operatorToken,
    async start() {
      lock = await acquireDataDirLock({ file: paths.lock, folder: paths.root, program: options.program })
      log.info('host.start', { version: config.version, demo: config.demo, pid: process.pid })
      const cutOff = runtime.recover()
      servicesSupervisor.start()
      watchClock()
      await runtime.look()
      if (settings.get().gateway_autostart) {
        gatewaySupervisor.start()
        if (cutOff) void runtime.leaveOtherVersion()
      }
    },
    async whenReady() {
      const snapshot = await servicesSupervisor.waitFor(
        ({ status }) => status === 'running' || status === 'failed' || (stopping !== null && status === 'stopped'),
      )
      const url = apiUrl()
      if (snapshot.status === 'running' && url) return url
      throw new AppError('internal', [snapshot.reason, snapshot.remedy].filter(Boolean).join(' ') || 'The control center was stopped.')
    },
    stop(deadlineMs = 10_000) {
      stopping ??= shutDown(deadlineMs)
      return stopping
    },
    view,
    command,
    power,
    log: (level, scope, message) => batches.add({ at: clock.now(), level, source: 'desktop', scope, message }),
  }
}
