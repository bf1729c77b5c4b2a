/** The Doctor: looks at everything once, as a job whose result is a report that grows check by check. */
import { chmod } from 'node:fs/promises'
import { arch, platform, release } from 'node:os'
import type { DoctorCheck, DoctorReport } from '../contract/doctor.ts'
import { worstDoctorState } from '../contract/doctor.ts'
import { checkTokens, checkWorkspaces } from '../domain/doctor-agents.ts'
import { checkBackup, checkDataFolder, checkDatabase, checkLogs, checkWal } from '../domain/doctor-data.ts'
import { checkLayer, checkOtherGateways, checkPort } from '../domain/doctor-gateway.ts'
import { checkClock, checkKeyring, checkLoginItem, checkModes, checkProcesses, checkProxies } from '../domain/doctor-machine.ts'
import { checkConfig, checkModel, checkOpenclaw, checkOpenclawNode } from '../domain/doctor-openclaw.ts'
import { couldNotCheck } from '../domain/doctor-row.ts'
import { compareGatewayVersions, minimumGatewayVersion } from '../domain/gateway-version.ts'
import { portAnswers } from '../platform/free-port.ts'
import { errorText } from '../platform/log.ts'
import { portOwner } from '../platform/process-identity.ts'
import { listProcesses } from '../platform/process-metrics.ts'
import { redact } from '../platform/redact.ts'
import type { JobRow } from '../store/jobs.ts'
import type { ApiDeps } from './deps.ts'
import * as facts from './doctor-facts.ts'
import type { GatewayHealthWatch } from './gateway-health.ts'
import type { ProcessMonitor } from './process-monitor.ts'
import type { Internal } from './wire.ts'

export interface Doctor {
  /** Begins, or answers the job that runs. */
  run(): JobRow
  newest(): JobRow | null
  /** Takes other users' access to files with secrets away. Answers the files that were open. */
  tighten(): Promise<string[]>
  stop(): void
}

const checkWithinMs = 45_000

interface Step {
  readonly id: string
  readonly group: DoctorCheck['group']
  readonly title: string
  look(): Promise<DoctorCheck | DoctorCheck[]>
}

function within<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkWithinMs / 1000} s`)), checkWithinMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

export function createDoctor(
  deps: Pick<ApiDeps, 'store' | 'clock' | 'log' | 'live' | 'connection' | 'lifecycle' | 'machine' | 'version'>,
  parts: { health: GatewayHealthWatch; monitor: ProcessMonitor },
): Doctor {
  const { store, clock, live, connection, lifecycle, machine } = deps
  const { paths } = machine
  const log = deps.log.scope('doctor')
  let stopped = false

  const gatewayId = (): string | null => store.gateways.local()?.id ?? null
  const localAgents = () => store.agents.all().filter((agent) => agent.gateway_id === gatewayId())
  const up = (): boolean => ['running', 'adopted', 'degraded'].includes(live.gateway().state)
  const one = (id: string, group: DoctorCheck['group'], title: string, look: Step['look']): Step => ({ id, group, title, look })

  async function gatewaySkew(): Promise<number | null> {
    if (!up()) return null
    const begun = Date.now()
    const answer = await fetch(`http://127.0.0.1:${live.gateway().port}/healthz`, { signal: AbortSignal.timeout(3000) }).catch(() => null)
    await answer?.arrayBuffer()
    const told = Date.parse(answer?.headers.get('date') ?? '')
    // The header has whole seconds, and the answer took its time.
    if (Number.isNaN(told)) return null
    const skew = told - (begun + Date.now()) / 2
    return Math.abs(skew) < 2000 ? 0 : Math.round(skew)
  }

  async function config(): Promise<DoctorCheck> {
    const readable = await facts.configReadable(machine.configPath)
    const runtime = live.runtime()
    const cli =
      readable === 'ok' && runtime.path !== null && runtime.node_path !== null && machine.validateConfig
        ? await machine.validateConfig({ entry: runtime.path, nodePath: runtime.node_path })
        : null
    return checkConfig({ file: machine.configPath, readable, cli })
  }

  async function port(): Promise<DoctorCheck> {
    const { port: number, pid } = live.gateway()
    const answers = await portAnswers(number)
    const owner = answers ? await portOwner(number) : null
    const ours = connection.state().connected || (pid !== null && owner?.pid === pid)
    return checkPort({ port: number, answers, owner, ours, gatewayId: gatewayId() })
  }

  async function layers(): Promise<DoctorCheck[]> {
    const health = await parts.health.check()
    const stopped = live.gateway().state === 'stopped'
    return health.layers.map((layer) => checkLayer({ ...layer, stopped, gatewayId: gatewayId() }))
  }

  function tokens(what: 'gateway' | 'agents'): DoctorCheck[] {
    const id = gatewayId()
    const rows = id === null ? [] : lifecycle.credentials.report(id).filter((row) => (row.subject === 'gateway') === (what === 'gateway'))
    // An agent that has not been provisioned has nothing that could drift.
    const known = new Set(localAgents().flatMap((agent) => (agent.token_hash === null ? [] : [agent.id])))
    const relevant = rows.filter((row) =>
      what === 'gateway' ? live.gateway().state !== 'stopped' || row.status === 'drifted' : known.has(row.subject),
    )
    const bySubject = new Map(
      relevant
        .filter((row) => row.status !== 'in_sync')
        .map(({ subject, subject_name, status, message }) => [subject, { subject, subject_name, status, message }]),
    )
    return checkTokens({ total: what === 'gateway' ? 1 : known.size, drifted: [...bySubject.values()], what })
  }

  const newestEntry = (): number | null => store.db.prepare('SELECT max(at) FROM changes').pluck().get() as number | null

  const steps: readonly Step[] = [
    one('data-folder', 'data', 'Data folder and free space', async () => checkDataFolder(await facts.dataFolderFacts(paths))),
    one('database', 'data', 'Database integrity', async () => {
      const [found, backup] = await Promise.all([facts.databaseFacts(paths.database), facts.newestBackup(paths.backups)])
      return [
        checkDatabase({ ...found, file: paths.database, newestBackup: backup?.file ?? null }),
        checkWal({ walBytes: await facts.walBytes(paths.database) }),
        checkBackup({ newestAt: backup?.at ?? null, now: clock.now(), folder: paths.backups }),
      ]
    }),
    one('logs', 'data', 'Size of the logs', async () => checkLogs({ sizeBytes: await facts.folderSize(paths.logs), folder: paths.logs })),
    one('openclaw', 'openclaw', 'OpenClaw', async () => {
      const { installed, version, path, source, problem, node_version, node_path } = live.runtime()
      const order = version === null ? null : compareGatewayVersions(version, minimumGatewayVersion)
      const supported = (order === null || order >= 0) && live.unsupported() === null
      return [
        checkOpenclaw({ installed, version, path, source, problem, supported, minimum: minimumGatewayVersion, gatewayUp: up() }),
        checkOpenclawNode({ version: node_version, path: node_path, engines: await facts.wantedEngines(path), problem }),
      ]
    }),
    one('config', 'openclaw', 'Configuration of OpenClaw', config),
    one('model', 'openclaw', 'Model provider', () => Promise.resolve(checkModel(live.modelProvider()))),
    one('port', 'gateway', 'Port of the gateway', port),
    one('layers', 'gateway', 'Health of the gateway', layers),
    one('other-gateways', 'gateway', 'Other gateways', async () =>
      checkOtherGateways({ others: facts.otherGateways(await listProcesses(), live.gateway().pid) }),
    ),
    one('tokens-gateway', 'gateway', 'Token of the gateway', () => Promise.resolve(tokens('gateway'))),
    one('tokens-agents', 'agents', 'Tokens of agents', () => Promise.resolve(tokens('agents'))),
    one('workspaces', 'agents', 'Workspaces and their `mc` command', async () =>
      checkWorkspaces({ workspaces: await facts.workspaceFacts(localAgents()) }),
    ),
    one('file-modes', 'security', 'Files with secrets', async () =>
      checkModes(await facts.modeFacts(facts.secretFiles(paths, machine.configPath, localAgents()))),
    ),
    one('keyring', 'security', 'Keyring', () => Promise.resolve(checkKeyring({ linux: process.platform === 'linux' }))),
    one('login-item', 'system', 'Start at login', () => Promise.resolve(checkLoginItem())),
    one('clock', 'system', 'Clock', async () =>
      checkClock({ now: clock.now(), newestAt: newestEntry(), gatewaySkewMs: await gatewaySkew() }),
    ),
    one('proxies', 'system', 'Proxies', () => Promise.resolve(checkProxies({ env: process.env }))),
    one('processes', 'system', 'Memory and CPU', async () => {
      await parts.monitor.sample()
      const states = parts.monitor.states().map((state) => ({ ...state, hot: state.hot_since_at !== null }))
      return checkProcesses({ parts: states, lag_ms: parts.monitor.metrics().samples.at(-1)?.lag_ms ?? null, gatewayId: gatewayId() })
    }),
  ]

  async function look(step: Step): Promise<DoctorCheck[]> {
    try {
      const found = await within(Promise.resolve().then(() => step.look()))
      return Array.isArray(found) ? found : [found]
    } catch (error) {
      log.warn('doctor.check_failed', { check: step.id, error: errorText(error) })
      return [
        couldNotCheck({ id: step.id, group: step.group, title: step.title, why: 'The Doctor looks at it.' }, redact(errorText(error))),
      ]
    }
  }

  /** What leaves for a screen or a clipboard carries no secret. */
  const clean = (row: DoctorCheck): DoctorCheck => ({
    ...row,
    found: redact(row.found),
    remedy: row.remedy === null ? null : redact(row.remedy),
  })

  async function work(id: string): Promise<void> {
    const report: Internal<DoctorReport> = {
      version: deps.version,
      platform: `${platform()} ${release()} ${arch()}, Node ${process.versions.node}`,
      started_at: clock.now(),
      checks: [],
    }
    for (const [index, step] of steps.entries()) {
      if (stopped) return
      store.write(() => store.jobs.update(id, { step: step.title, done: index, total: steps.length, result: report }))
      report.checks = [...report.checks, ...(await look(step)).map(clean)]
    }
    if (stopped) return
    const worst = worstDoctorState(report.checks)
    const troubled = report.checks.filter((row) => row.state === 'bad' || row.state === 'warning')
    store.write(() => {
      store.jobs.update(id, { state: 'succeeded', step: null, done: steps.length, total: steps.length, result: report })
      store.activity.record({
        event_type: 'doctor.finished',
        message:
          troubled.length === 0 ? 'The Doctor found nothing wrong' : `The Doctor found: ${troubled.map((row) => row.title).join(', ')}`,
        level: worst === 'bad' ? 'error' : worst === 'warning' ? 'warning' : 'info',
        data: { job_id: id },
      })
    })
  }

  // A run that a restart ended half-way: its report so far stays readable.
  const left = store.jobs.running().filter((job) => job.kind === 'doctor')
  if (left.length > 0)
    store.write(() => {
      for (const job of left)
        store.jobs.update(job.id, { state: 'cancelled', step: null, error: 'The services were restarted while it ran. Run it again.' })
    })

  return {
    run() {
      const running = store.jobs.running().find((job) => job.kind === 'doctor')
      if (running) return running
      const id = store.write(() => store.jobs.create({ kind: 'doctor', title: 'Doctor', total: steps.length, input: {} }))
      void work(id).catch((error: unknown) => {
        log.error('doctor.failed', { error: errorText(error) })
        if (!stopped) store.write(() => store.jobs.update(id, { state: 'failed', step: null, error: errorText(error) }))
      })
      return store.jobs.get(id) as JobRow
    },
    newest: () => store.jobs.newestOf('doctor') ?? null,
    async tighten() {
      const { open } = await facts.modeFacts(facts.secretFiles(paths, machine.configPath, localAgents()))
      for (const { file } of open) await chmod(file, 0o600)
      return open.map(({ file }) => file)
    },
    stop() {
      stopped = true
    },
  }
}
