/**
 * The host: supervises the services host and the OpenClaw gateway, owns the secrets, and carries commands and states between the two.
 * Used by the desktop (which brings its own `forkServices`) and by `mission-control serve`.
 */
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { LinkedRuntimeVersion } from '../contract/gateway-config.ts'
import {
  type GatewayState,
  type HostCommand,
  type HostToServices,
  installUnderWay,
  type ServicesState,
  type ServicesToHost,
} from '../contract/host-link.ts'
import { systemClock } from '../platform/clock.ts'
import { acquireDataDirLock, type DataDirLock } from '../platform/data-dir-lock.ts'
import { createLog, errorText } from '../platform/log.ts'
import { ensureDataDirs } from '../platform/paths.ts'
import { applyStagedRestore } from '../platform/staged-restore.ts'
import { updateConfigFile } from '../platform/config.ts'
import { registerSecret } from '../platform/redact.ts'
import {
  configureGateway,
  configureModelProvider,
  leaveDemoModel,
  readDefaultModel,
  readGatewayToken,
  readModelProvider,
  writeGatewayToken,
} from '../openclaw/configure.ts'
import { enginesAccept } from '../openclaw/engines.ts'
import { type FoundRuntime, findRuntime, nodeAt, nodeFits, runtimeInfoOf } from '../openclaw/find.ts'
import { listRuntimeVersions, managedPointers, managedProgram, removeManaged } from '../openclaw/runtime-versions.ts'
import { validateConfig } from '../openclaw/validate-config.ts'
import { verifyGateway } from '../openclaw/verify-gateway.ts'
import type { DemoModel } from '../openclaw/demo-model.ts'
import { Supervisor } from '../supervision/supervisor.ts'
import { createForkServices } from './fork-services.ts'
import { createGatewayProgram } from './gateway-program.ts'
import { openHostSettings } from './host-settings.ts'
import type { CommandResult, Host, HostOptions, HostView } from './host-types.ts'
import { createLogBatches } from './log-batches.ts'
import { secretFile } from './secrets.ts'
import { createPendingToken } from './pending-token.ts'
import { createRuntimeSwitch } from './runtime-switch.ts'
import { createServicesProgram } from './services-program.ts'

const servicesStopMs = 6000
const gatewayStartDeadlineMs = 120_000
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

const ok: CommandResult = { ok: true, message: null }
const refused = (message: string): CommandResult => ({ ok: false, message })

/** Creates the folders and the secrets. Nothing runs and no lock is held before `start()`. */
export function createHost(options: HostOptions): Host {
  const { config, hooks = {} } = options
  const { paths } = config
  const clock = systemClock
  ensureDataDirs(paths)
  const settings = openHostSettings(paths.hostSettings)
  const operatorToken = secretFile(paths.operatorToken)

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
  let gatewayToken: string | null = config.gateway.external?.token ?? tokenOnDisk()
  registerSecret(gatewayToken)
  let runtime: FoundRuntime = { source: 'none', entry: null, version: null, node: null, problem: 'Not looked for yet.' }
  let servicesState: ServicesState | null = null
  let demoModel: DemoModel | null = null
  let lock: DataDirLock | null = null
  let stopping: Promise<void> | null = null
  let installing = false
  let lookedForRuntime = false
  const timers: NodeJS.Timeout[] = []
  const pendingToken = createPendingToken({
    file: path.join(paths.root, 'gateway-token.pending'),
    configFile: paths.openclaw.configFile,
    log,
  })

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
    runtime: () => Promise.resolve(runtime),
    onLine: (line) => batches.add({ ...line, source: 'gateway' }),
  })
  const servicesSupervisor = new Supervisor({
    program: services,
    clock,
    log: log.scope('services'),
    readyEveryMs: 50,
    // It is our own program: when it hangs, nothing is gained by waiting.
    limits: { drainMs: servicesStopMs, killAfterMs: 2000, restartDegradedMs: 30_000 },
  })
  const gatewaySupervisor = new Supervisor({
    program: gateway,
    clock,
    log: log.scope('gateway'),
    limits: { startDeadlineMs: gatewayStartDeadlineMs, drainMs: 4000, killAfterMs: 5000 },
  })

  const runtimeSwitch = createRuntimeSwitch({
    runtimeDir: paths.runtime,
    markerFile: path.join(paths.root, 'runtime-switch.pending'),
    configFile: paths.openclaw.configFile,
    stateDir: paths.openclaw.stateDir,
    backups: paths.backups,
    now: () => clock.now(),
    log: log.scope('switch'),
    gateway: {
      wanted: () => gatewaySupervisor.snapshot.status !== 'stopped' && gatewaySupervisor.snapshot.status !== 'failed',
      stop: () => gatewaySupervisor.stop(),
      start: startForSwitch,
      verify: (version) => verifyGateway({ port: gatewayPort, token: gatewayToken ?? '' }, version),
    },
    async refresh() {
      await lookForRuntime()
      return { version: runtime.version, problem: runtime.problem }
    },
    async checkNode(target) {
      const node = await nodeAt(nodeOf(target) ?? '')
      if (!node) return { ok: false, message: 'Its Node cannot be run.' }
      const { engines } = JSON.parse(readFileSync(path.join(path.dirname(target.path), 'package.json'), 'utf8')) as {
        engines?: { node?: string }
      }
      const fits = engines?.node === undefined ? nodeFits(node.version) : enginesAccept(engines.node, node.version)
      return fits ? { ok: true, message: '' } : { ok: false, message: `It wants Node ${engines?.node ?? ''}, and has ${node.version}.` }
    },
    async validate(target) {
      const nodePath = nodeOf(target)
      if (nodePath === null) return null
      return validateConfig({ entry: target.path, nodePath, configFile: paths.openclaw.configFile, stateDir: paths.openclaw.stateDir })
    },
    async freeBytes() {
      const { bavail, bsize } = await statfs(paths.root)
      return bavail * bsize
    },
    onState: (state) => services.post({ type: 'runtime-switch', state }),
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
    if (snapshot.status === 'running' || snapshot.status === 'adopted') publishToken()
    changed()
  })

  function changed(): void {
    hooks.onChange?.(view())
  }

  function tokenOnDisk(): string | null {
    try {
      return readGatewayToken(paths.openclaw.configFile)
    } catch {
      return null
    }
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
        token: gatewayToken,
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
      runtime: runtimeInfoOf(runtime),
      apiUrl: apiUrl(),
      servicesState,
    }
  }

  function publishToken(): void {
    const token = config.gateway.external?.token ?? tokenOnDisk()
    if (token === gatewayToken) return
    gatewayToken = token
    registerSecret(token)
    if (token !== null) gateway.useToken(token)
    services.post({ type: 'gateway-token', token, port: gatewayPort })
  }

  /** Before each start of the gateway: demo model up, configuration complete. */
  async function prepareGateway(): Promise<{ token: string; workDir: string }> {
    if (config.gateway.external) return { token: config.gateway.external.token, workDir: paths.openclaw.root }
    await pendingToken.settle(gatewayPort)
    const { token } = configureGateway({
      file: paths.openclaw.configFile,
      port: gatewayPort,
      workspaces: paths.openclaw.workspaces,
      logFile: path.join(paths.logs, 'openclaw.log'),
    })
    if (config.demo || readModelProvider(paths.openclaw.configFile).kind === 'demo') await prepareDemoModel()
    publishToken()
    publishProvider()
    return { token, workDir: paths.openclaw.root }
  }

  async function runDemoModel(): Promise<DemoModel> {
    if (!demoModel) {
      const { createDemoModel } = await import('../openclaw/demo-model.ts')
      const wanted = settings.get().demo_model_port
      demoModel = await createDemoModel(wanted === null ? {} : { port: wanted }).catch(() => createDemoModel({}))
      settings.update({ demo_model_port: demoModel.port })
      log.info('demo_model.ready', { port: demoModel.port })
    }
    return demoModel
  }

  async function prepareDemoModel(): Promise<void> {
    const { url } = await runDemoModel()
    const { kind } = readModelProvider(paths.openclaw.configFile)
    if (kind === 'none' || kind === 'demo')
      configureModelProvider({ file: paths.openclaw.configFile, provider: { kind: 'demo' }, demoUrl: url })
  }

  async function settleToken(): Promise<void> {
    try {
      await pendingToken.settle(gatewayPort)
      publishToken()
    } catch (error) {
      log.warn('gateway_token.unsettled', { error: errorText(error) })
    }
  }

  function publishProvider(): void {
    try {
      services.post({ type: 'model-provider', provider: readModelProvider(paths.openclaw.configFile) })
    } catch (error) {
      log.warn('model_provider.unreadable', { error: errorText(error) })
    }
  }

  async function lookForRuntime(): Promise<void> {
    runtime = await findRuntime({ openclawPath: config.openclawPath, runtimeDir: paths.runtime, openclawDir: config.openclawDir })
    lookedForRuntime = true
    log.info('runtime.found', {
      source: runtime.source,
      version: runtime.version,
      node: runtime.node?.version ?? null,
      problem: runtime.problem,
    })
    services.post({ type: 'runtime-state', runtime: runtimeInfoOf(runtime) })
    changed()
  }

  function fromServices(message: ServicesToHost): void {
    switch (message.type) {
      case 'ready':
        log.info('services.ready', { port: message.port, pid: message.pid })
        services.post({ type: 'gateway-state', state: gatewayState() })
        services.post({ type: 'gateway-token', token: gatewayToken, port: gatewayPort })
        // What was not looked for yet is not missing.
        if (lookedForRuntime) services.post({ type: 'runtime-state', runtime: runtimeInfoOf(runtime) })
        publishProvider()
        services.post({ type: 'runtime-switch', state: runtimeSwitch.state })
        // The services may have died in the middle of a rotation: which token counts is found out now.
        if (!config.gateway.external) void settleToken()
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
    if (runtimeSwitch.running && movesGateway.has(wanted.action))
      return refused('OpenClaw is being switched to another version. Wait until that is done.')
    switch (wanted.action) {
      case 'start':
        if (runtime.problem !== null) await lookForRuntime()
        gatewaySupervisor.start()
        return ok
      case 'stop':
        if (notOurs) return refused('We did not start this gateway, so we do not stop it.')
        void gatewaySupervisor.stop()
        return ok
      case 'restart':
        if (notOurs) return refused('We did not start this gateway, so we do not restart it.')
        gatewaySupervisor.restart()
        return ok
      case 'restart-services':
        servicesSupervisor.restart()
        return ok
      case 'use-port':
        if (config.gateway.external) return refused('The gateway is set by OPENCLAW_GATEWAY_URL. Change it there.')
        updateConfigFile(paths, { gateway_port: wanted.port })
        await gatewaySupervisor.stop()
        gatewayPort = wanted.port
        services.post({ type: 'gateway-token', token: gatewayToken, port: gatewayPort })
        gatewaySupervisor.start()
        return ok
      case 'set-model-provider':
        return setModelProvider(wanted.provider)
      case 'leave-demo-model':
        return putModelBack()
      case 'leave-demo':
        return leaveDemo()
      case 'install-runtime':
        return installRuntime(wanted.version)
      case 'list-runtimes': {
        const free = await statfs(paths.root).then(
          ({ bavail, bsize }) => bavail * bsize,
          () => null,
        )
        return { ...ok, data: { items: await versions(), locked: whySwitchLocked(), free_bytes: free } }
      }
      case 'ask-registry': {
        const { askNewest } = await import('../openclaw/install.ts')
        return { ...ok, data: await askNewest() }
      }
      case 'remove-runtime':
        if ((await versions()).some((each) => each.id === wanted.id && each.running)) return refused('The gateway runs with this version.')
        removeManaged(paths.runtime, wanted.id)
        return ok
      case 'switch-runtime':
        return switchRuntime(wanted)
      case 'gateway-token':
        return changeToken(wanted)
    }
  }

  /** The phases of a rotation: see the host link. */
  function changeToken({ phase, token }: Extract<HostCommand, { action: 'gateway-token' }>): CommandResult {
    if (config.gateway.external) return refused('The gateway is set by OPENCLAW_GATEWAY_URL: change its token there.')
    const file = paths.openclaw.configFile
    if (phase === 'remember' || phase === 'commit') {
      if (token === undefined) return refused('No token was given.')
      if (tokenOnDisk() === null)
        return refused(`There is no token in ${file}, or it refers to one that is kept elsewhere. Change it there.`)
      registerSecret(token)
      if (phase === 'remember') pendingToken.remember(token)
      // The gateway has written it already when it was running.
      else if (readGatewayToken(file) !== token) writeGatewayToken(file, token)
    }
    if (phase === 'commit' || phase === 'reread') publishToken()
    if (phase === 'commit' || phase === 'forget') pendingToken.forget()
    return ok
  }

  async function setModelProvider(provider: Extract<HostCommand, { action: 'set-model-provider' }>['provider']): Promise<CommandResult> {
    if (config.gateway.external) return refused('The gateway is set by OPENCLAW_GATEWAY_URL: choose the model in its own configuration.')
    if (provider.kind !== 'demo') registerSecret(provider.api_key)
    configureGateway({
      file: paths.openclaw.configFile,
      port: gatewayPort,
      workspaces: paths.openclaw.workspaces,
      logFile: path.join(paths.logs, 'openclaw.log'),
    })
    if (provider.kind === 'demo') {
      await runDemoModel()
      // Before the change: a crash between the two leaves the present one as the former.
      if (readModelProvider(paths.openclaw.configFile).kind !== 'demo')
        settings.update({ before_demo: { model: readDefaultModel(paths.openclaw.configFile) } })
    } else settings.update({ before_demo: null })
    configureModelProvider({ file: paths.openclaw.configFile, provider, demoUrl: demoModel?.url ?? null })
    takeUpModel()
    return ok
  }

  async function putModelBack(): Promise<CommandResult> {
    if (config.gateway.external || config.demo) return refused('The model is not changed here.')
    leaveDemoModel(paths.openclaw.configFile, settings.get().before_demo?.model ?? null)
    settings.update({ before_demo: null })
    takeUpModel()
    // Last: the gateway that goes down may still ask it.
    const former = demoModel
    demoModel = null
    await former?.stop()
    return ok
  }

  function leaveDemo(): CommandResult {
    if (!config.demo || !hooks.onLeaveDemo) return refused('Stop this program by hand.')
    // The answer goes out first.
    setTimeout(() => hooks.onLeaveDemo?.(), 500)
    return ok
  }

  function takeUpModel(): void {
    publishToken()
    publishProvider()
    const { status, owned } = gatewaySupervisor.snapshot
    if (owned) gatewaySupervisor.restart()
    else if (status === 'failed' || status === 'backing-off') gatewaySupervisor.start()
  }

  const versions = (): Promise<LinkedRuntimeVersion[]> =>
    listRuntimeVersions({
      runtimeDir: paths.runtime,
      openclawPath: config.openclawPath,
      openclawDir: config.openclawDir,
      found: runtime,
      running: gatewaySupervisor.snapshot.owned ? gateway.version : null,
    })

  /** Null when another version can be chosen here. */
  function whySwitchLocked(): string | null {
    if (config.gateway.external) return 'The gateway is set by OPENCLAW_GATEWAY_URL, so its version is chosen where it runs.'
    if (config.openclawPath) return 'openclaw_path in config.json says which OpenClaw is used. Remove it there to choose here.'
    const { status, owned } = gatewaySupervisor.snapshot
    if ((status === 'adopted' || status === 'degraded' || status === 'running') && !owned)
      return 'We did not start this gateway, so we do not change its version.'
    return null
  }

  function nodeOf(target: LinkedRuntimeVersion): string | null {
    if (target.source !== 'managed') return runtime.node?.path ?? null
    const pointer = managedPointers(paths.runtime).find((each) => each.openclaw === target.id)
    return pointer ? managedProgram(paths.runtime, pointer).nodePath : null
  }

  async function startForSwitch(): Promise<{ ok: boolean; reason: string | null }> {
    gatewaySupervisor.start()
    const { status, reason } = await gatewaySupervisor.waitFor((snapshot) =>
      ['running', 'degraded', 'adopted', 'failed', 'backing-off', 'stopped'].includes(snapshot.status),
    )
    const up = status === 'running' || status === 'degraded'
    return { ok: up, reason: up ? null : (reason ?? `It is ${status}.`) }
  }

  async function switchRuntime({ id, job_id }: Extract<HostCommand, { action: 'switch-runtime' }>): Promise<CommandResult> {
    const locked = whySwitchLocked()
    if (locked !== null) return refused(locked)
    if (runtimeSwitch.running || installing) return refused('OpenClaw is being installed or switched already. Wait until that is done.')
    const target = (await versions()).find((each) => each.id === id)
    if (!target) return refused('There is no such version on this machine.')
    if (target.current) return refused('This version is in use already.')
    void runtimeSwitch.run(target, job_id)
    return ok
  }

  /** After a switch was cut off: what runs may still be the other version. */
  async function leaveOtherVersion(): Promise<void> {
    const { owned } = await gatewaySupervisor.waitFor(({ status }) => ['running', 'degraded', 'failed', 'stopped'].includes(status))
    if (owned && gateway.version !== null && runtime.version !== null && gateway.version !== runtime.version) gatewaySupervisor.restart()
  }

  async function installRuntime(version?: string): Promise<CommandResult> {
    if (installing) return refused(installUnderWay)
    installing = true
    try {
      const { installRuntime: install } = await import('../openclaw/install.ts')
      await install({
        runtimeDir: paths.runtime,
        // One that is asked for by name is switched to by itself, with its checks.
        ...(version !== undefined && { version, activate: false }),
        log: log.scope('install'),
        onProgress(progress) {
          services.post({ type: 'install-progress', ...progress })
          hooks.onInstall?.(progress)
        },
      })
      await lookForRuntime()
      if (version !== undefined) return ok
      const { status, owned } = gatewaySupervisor.snapshot
      if (status === 'failed' || status === 'backing-off') gatewaySupervisor.start()
      // The running one would go on with the old version's files.
      else if (status === 'running' && owned) gatewaySupervisor.restart()
      return ok
    } finally {
      installing = false
    }
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
    await demoModel?.stop()
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
      const cutOff = runtimeSwitch.recover()
      servicesSupervisor.start()
      watchClock()
      await lookForRuntime()
      if (settings.get().gateway_autostart) {
        gatewaySupervisor.start()
        if (cutOff) void leaveOtherVersion()
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
