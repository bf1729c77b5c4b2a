/** Which OpenClaw the gateway runs with: found, installed, chosen among the versions on this machine, and never changed under somebody else's gateway. */
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import type { LinkedRuntimeVersion, RuntimeSwitchState } from '../contract/gateway-config.ts'
import { installUnderWay } from '../contract/host-link.ts'
import { enginesAccept } from '../openclaw/engines.ts'
import { type FoundRuntime, findRuntime, nodeAt, nodeFits } from '../openclaw/find.ts'
import { listRuntimeVersions, managedPointers, managedProgram, removeManaged } from '../openclaw/runtime-versions.ts'
import { validateConfig } from '../openclaw/validate-config.ts'
import { verifyGateway } from '../openclaw/verify-gateway.ts'
import type { HostConfig } from '../platform/config.ts'
import type { Log } from '../platform/log.ts'
import type { Supervisor } from '../supervision/supervisor.ts'
import { type CommandResult, done, refused } from './host-types.ts'
import { createRuntimeSwitch } from './runtime-switch.ts'

interface InstallProgress {
  step: string
  done: number
  total: number
}

export interface RuntimeControl {
  readonly found: FoundRuntime
  /** Before the first look nothing is missing. */
  readonly looked: boolean
  readonly switching: boolean
  readonly switchState: RuntimeSwitchState | null
  look(): Promise<void>
  /** Puts back what a killed host left half switched; true when there was something. Before anything is started. */
  recover(): boolean
  /** After such a recovery: what runs may still be the other version. */
  leaveOtherVersion(): Promise<void>
  list(): Promise<CommandResult>
  askNewest(): Promise<CommandResult>
  install(version?: string): Promise<CommandResult>
  remove(id: string): Promise<CommandResult>
  /** Answers when it has begun; the rest is told by `onSwitch`. */
  switchTo(id: string, jobId: string): Promise<CommandResult>
}

export function createRuntimeControl(options: {
  config: HostConfig
  log: Log
  now: () => number
  gateway: {
    supervisor: Supervisor
    version: () => string | null
    port: () => number
    token: () => string | null
  }
  onFound: () => void
  onInstall: (progress: InstallProgress) => void
  onSwitch: (state: RuntimeSwitchState) => void
}): RuntimeControl {
  const { config, log } = options
  const { paths } = config
  const { supervisor, ...gateway } = options.gateway
  let found: FoundRuntime = { source: 'none', entry: null, version: null, node: null, problem: 'Not looked for yet.' }
  let looked = false
  let installing = false

  const change = createRuntimeSwitch({
    runtimeDir: paths.runtime,
    markerFile: path.join(paths.root, 'runtime-switch.pending'),
    configFile: paths.openclaw.configFile,
    stateDir: paths.openclaw.stateDir,
    backups: paths.backups,
    now: options.now,
    log: log.scope('switch'),
    gateway: {
      wanted: () => supervisor.snapshot.status !== 'stopped' && supervisor.snapshot.status !== 'failed',
      stop: () => supervisor.stop(),
      start: startForSwitch,
      verify: (version) => verifyGateway({ port: gateway.port(), token: gateway.token() ?? '' }, version),
    },
    async refresh() {
      await look()
      return { version: found.version, problem: found.problem }
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
    onState: options.onSwitch,
  })

  async function look(): Promise<void> {
    found = await findRuntime({ openclawPath: config.openclawPath, runtimeDir: paths.runtime, openclawDir: config.openclawDir })
    looked = true
    log.info('runtime.found', {
      source: found.source,
      version: found.version,
      node: found.node?.version ?? null,
      problem: found.problem,
    })
    options.onFound()
  }

  const versions = (): Promise<LinkedRuntimeVersion[]> =>
    listRuntimeVersions({
      runtimeDir: paths.runtime,
      openclawPath: config.openclawPath,
      openclawDir: config.openclawDir,
      found,
      running: supervisor.snapshot.owned ? gateway.version() : null,
    })

  /** Null when another version can be chosen here. */
  function whyLocked(): string | null {
    if (config.gateway.external) return 'The gateway is set by OPENCLAW_GATEWAY_URL, so its version is chosen where it runs.'
    if (config.openclawPath) return 'openclaw_path in config.json says which OpenClaw is used. Remove it there to choose here.'
    const { status, owned } = supervisor.snapshot
    if ((status === 'adopted' || status === 'degraded' || status === 'running') && !owned)
      return 'We did not start this gateway, so we do not change its version.'
    return null
  }

  function nodeOf(target: LinkedRuntimeVersion): string | null {
    if (target.source !== 'managed') return found.node?.path ?? null
    const pointer = managedPointers(paths.runtime).find((each) => each.openclaw === target.id)
    return pointer ? managedProgram(paths.runtime, pointer).nodePath : null
  }

  async function startForSwitch(): Promise<{ ok: boolean; reason: string | null }> {
    supervisor.start()
    const { status, reason } = await supervisor.waitFor((snapshot) =>
      ['running', 'degraded', 'adopted', 'failed', 'backing-off', 'stopped'].includes(snapshot.status),
    )
    const up = status === 'running' || status === 'degraded'
    return { ok: up, reason: up ? null : (reason ?? `It is ${status}.`) }
  }

  return {
    get found() {
      return found
    },
    get looked() {
      return looked
    },
    get switching() {
      return change.running
    },
    get switchState() {
      return change.state
    },
    look,
    recover: () => change.recover(),
    async leaveOtherVersion() {
      const { owned } = await supervisor.waitFor(({ status }) => ['running', 'degraded', 'failed', 'stopped'].includes(status))
      const running = gateway.version()
      if (owned && running !== null && found.version !== null && running !== found.version) supervisor.restart()
    },
    async list() {
      const free = await statfs(paths.root).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      )
      return { ...done, data: { items: await versions(), locked: whyLocked(), free_bytes: free } }
    },
    async askNewest() {
      const { askNewest } = await import('../openclaw/install.ts')
      return { ...done, data: await askNewest() }
    },
    async install(version) {
      if (installing) return refused(installUnderWay)
      installing = true
      try {
        const { installRuntime } = await import('../openclaw/install.ts')
        await installRuntime({
          runtimeDir: paths.runtime,
          // One that is asked for by name is switched to by itself, with its checks.
          ...(version !== undefined && { version, activate: false }),
          log: log.scope('install'),
          onProgress: options.onInstall,
        })
        await look()
        if (version !== undefined) return done
        const { status, owned } = supervisor.snapshot
        if (status === 'failed' || status === 'backing-off') supervisor.start()
        // The running one would go on with the old version's files.
        else if (status === 'running' && owned) supervisor.restart()
        return done
      } finally {
        installing = false
      }
    },
    async remove(id) {
      if ((await versions()).some((each) => each.id === id && each.running)) return refused('The gateway runs with this version.')
      removeManaged(paths.runtime, id)
      return done
    },
    async switchTo(id, jobId) {
      const locked = whyLocked()
      if (locked !== null) return refused(locked)
      if (change.running || installing) return refused('OpenClaw is being installed or switched already. Wait until that is done.')
      const target = (await versions()).find((each) => each.id === id)
      if (!target) return refused('There is no such version on this machine.')
      if (target.current) return refused('This version is in use already.')
      void change.run(target, jobId)
      return done
    },
  }
}
