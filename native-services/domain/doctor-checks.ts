/** What the Doctor makes of what it found: one pure function per check, from facts to a row with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type HealthLayerName, healthLayerWords } from '../contract/gateway-health.ts'

/** What of a finding is the same however it ends. */
type Base = Pick<DoctorCheck, 'id' | 'group' | 'title' | 'why'>
type Outcome = Pick<DoctorCheck, 'state' | 'found'> & Partial<Pick<DoctorCheck, 'remedy' | 'link' | 'fix'>>

function row(base: Base, outcome: Outcome): DoctorCheck {
  return { remedy: null, link: null, fix: null, ...base, ...outcome }
}

/** `1.4 GB`, `312 MB`, `18 kB` */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`
  return value >= 1e6 ? `${Math.round(value / 1e6)} MB` : `${Math.ceil(value / 1000)} kB`
}

/** `3 days`, `5 hours`, `12 minutes` */
export function age(ms: number): string {
  const [value, unit] =
    ms >= 172_800_000 ? [ms / 86_400_000, 'day'] : ms >= 7_200_000 ? [ms / 3_600_000, 'hour'] : [Math.max(0, ms) / 60_000, 'minute']
  const whole = Math.floor(value as number)
  return `${whole} ${unit as string}${whole === 1 ? '' : 's'}`
}

/** A check that could not be made: that is a finding, too. */
export function couldNotCheck(base: Base, error: string): DoctorCheck {
  return row(base, { state: 'warning', found: `This could not be checked: ${error}`, remedy: 'Run the Doctor again; the log says more.' })
}

export function skipped(base: Base, found: string): DoctorCheck {
  return row(base, { state: 'skipped', found })
}

// — data folder —

const leastFreeBytes = 500_000_000
const wantedFreeBytes = 1_500_000_000

export function checkDataFolder(facts: { folder: string; unwritable: readonly string[]; freeBytes: number | null }): DoctorCheck {
  const base: Base = {
    id: 'data-folder',
    group: 'data',
    title: 'Data folder and free space',
    why: 'Everything is kept there: without room or the right to write, nothing that happens is kept.',
  }
  if (facts.unwritable.length > 0)
    return row(base, {
      state: 'bad',
      found: `Not writable: ${facts.unwritable.join(', ')}`,
      remedy: `Make ${facts.unwritable[0] ?? facts.folder} writable for the user that runs Mission Control.`,
    })
  if (facts.freeBytes === null) return row(base, { state: 'ok', found: `${facts.folder} is writable` })
  const found = `${facts.folder} is writable, ${bytes(facts.freeBytes)} free`
  const remedy = 'Make room on this disk: OpenClaw alone takes about 900 MB, and logs and sessions grow.'
  if (facts.freeBytes < leastFreeBytes) return row(base, { state: 'bad', found, remedy })
  return row(base, facts.freeBytes < wantedFreeBytes ? { state: 'warning', found, remedy } : { state: 'ok', found })
}

export function checkDatabase(facts: {
  problems: readonly string[]
  sizeBytes: number
  file: string
  newestBackup: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'database',
    group: 'data',
    title: 'Database integrity',
    why: 'A damaged page makes single tasks, threads or messages unreadable, and grows.',
  }
  if (facts.problems.length === 0) return row(base, { state: 'ok', found: `quick_check found nothing wrong in ${bytes(facts.sizeBytes)}` })
  return row(base, {
    state: 'bad',
    found: facts.problems.slice(0, 3).join('; '),
    remedy: facts.newestBackup
      ? `Stop Mission Control, keep a copy of ${facts.file}, and put the newest backup in its place: ${facts.newestBackup}.`
      : `Stop Mission Control, keep a copy of ${facts.file}, and recover what can be read with: sqlite3 FILE .recover`,
  })
}

const bigWalBytes = 64 * 1024 * 1024

export function checkWal(facts: { walBytes: number | null }): DoctorCheck {
  const base: Base = {
    id: 'database-wal',
    group: 'data',
    title: 'Write-ahead log',
    why: 'It is folded into the database now and then. When it only grows, something keeps an old state open, and reading gets slow.',
  }
  const size = facts.walBytes ?? 0
  return size > bigWalBytes
    ? row(base, {
        state: 'warning',
        found: `${bytes(size)} wait to be folded in`,
        remedy: 'Close other programs that have the database open, then restart Mission Control.',
      })
    : row(base, { state: 'ok', found: size === 0 ? 'Empty' : bytes(size) })
}

const oldBackupMs = 7 * 86_400_000

export function checkBackup(facts: { newestAt: number | null; now: number; folder: string }): DoctorCheck {
  const base: Base = {
    id: 'backup',
    group: 'data',
    title: 'Backup',
    why: 'A backup is what is left when the disk or the database breaks.',
  }
  const remedy = `Make a backup of the data folder; backups are kept in ${facts.folder}.`
  if (facts.newestAt === null) return row(base, { state: 'warning', found: 'There is no backup yet', remedy })
  const old = facts.now - facts.newestAt
  const found = `The newest is ${age(old)} old`
  return row(base, old > oldBackupMs ? { state: 'warning', found, remedy, link: '/settings' } : { state: 'ok', found })
}

const bigLogsBytes = 1_000_000_000

export function checkLogs(facts: { sizeBytes: number; folder: string }): DoctorCheck {
  const base: Base = { id: 'logs', group: 'data', title: 'Size of the logs', why: 'Logs that are not thrown away fill the disk.' }
  const found = `${bytes(facts.sizeBytes)} in ${facts.folder}`
  return facts.sizeBytes > bigLogsBytes
    ? row(base, { state: 'warning', found, remedy: `Delete old files in ${facts.folder}.`, link: '/logs' })
    : row(base, { state: 'ok', found })
}

// — OpenClaw —

export function checkOpenclaw(facts: {
  installed: boolean
  version: string | null
  path: string | null
  source: string
  problem: string | null
  supported: boolean
  minimum: string
  gatewayUp: boolean
}): DoctorCheck {
  const base: Base = { id: 'openclaw', group: 'openclaw', title: 'OpenClaw', why: 'It is the program that agents run in.' }
  const install = { label: 'Install OpenClaw', action: 'install_runtime', target_id: null } as const
  if (facts.path === null)
    return row(base, {
      state: facts.gatewayUp ? 'warning' : 'bad',
      found: facts.problem ?? 'None was found on this machine.',
      remedy: 'Install OpenClaw; it takes about a minute.',
      link: '/gateway',
      fix: install,
    })
  const found = `OpenClaw ${facts.version ?? 'of unknown version'} (${facts.source}) at ${facts.path}`
  if (!facts.supported)
    return row(base, {
      state: 'bad',
      found: `${found} is older than ${facts.minimum}`,
      remedy: 'Install the version that Mission Control brings.',
      fix: install,
    })
  return facts.problem !== null
    ? row(base, { state: 'bad', found: `${found}: ${facts.problem}`, remedy: 'Install OpenClaw anew.', link: '/gateway', fix: install })
    : row(base, { state: 'ok', found })
}

export function checkOpenclawNode(facts: {
  version: string | null
  path: string | null
  engines: string | null
  problem: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'openclaw-node',
    group: 'openclaw',
    title: 'Node for OpenClaw',
    why: 'OpenClaw refuses to start on a Node that is too old or too new.',
  }
  const wants = facts.engines === null ? '' : `; it wants ${facts.engines}`
  if (facts.version === null)
    return row(base, {
      state: 'bad',
      found: facts.problem ?? `No usable Node was found${wants}.`,
      remedy: 'Install OpenClaw: that brings its Node, too.',
      fix: { label: 'Install OpenClaw', action: 'install_runtime', target_id: null },
    })
  return row(base, { state: 'ok', found: `Node ${facts.version} at ${facts.path ?? 'an unknown place'}${wants}` })
}

/** @param facts.cli What OpenClaw's own check said; null when it could not be asked. */
export function checkConfig(facts: {
  file: string
  readable: 'ok' | 'missing' | { error: string }
  cli: { ok: boolean; output: string } | null
}): DoctorCheck {
  const base: Base = {
    id: 'config',
    group: 'openclaw',
    title: 'Configuration of OpenClaw',
    why: 'With a configuration that it does not accept, the gateway ends at once (exit code 78).',
  }
  if (facts.readable === 'missing') return row(base, { state: 'ok', found: `${facts.file} is written at the first start` })
  if (facts.readable !== 'ok')
    return row(base, {
      state: 'bad',
      found: `${facts.file}: ${facts.readable.error}`,
      remedy: `Mend ${facts.file}, or move it away to get a new one at the next start.`,
    })
  if (facts.cli === null) return row(base, { state: 'ok', found: `${facts.file} can be read; OpenClaw itself was not asked` })
  return facts.cli.ok
    ? row(base, { state: 'ok', found: `OpenClaw says that ${facts.file} is valid` })
    : row(base, {
        state: 'bad',
        found: facts.cli.output.slice(0, 600) || 'OpenClaw refuses it and says nothing.',
        remedy: `Mend ${facts.file}.`,
      })
}

export function checkModel(facts: { kind: string; model: string | null }): DoctorCheck {
  const base: Base = {
    id: 'model',
    group: 'openclaw',
    title: 'Model provider',
    why: 'Without a model the gateway runs, and its agents cannot think.',
  }
  return facts.kind === 'none'
    ? row(base, { state: 'warning', found: 'None is chosen.', remedy: 'Choose a model provider on the Gateway page.', link: '/gateway' })
    : row(base, { state: 'ok', found: `${facts.kind}, ${facts.model ?? 'no model named'}` })
}

// — gateway —

export function checkPort(facts: {
  port: number
  answers: boolean
  owner: { pid: number | null; program: string | null } | null
  ours: boolean
  gatewayId: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'port',
    group: 'gateway',
    title: `Port ${facts.port}`,
    why: 'The gateway can only start on a port that nobody else has.',
  }
  if (!facts.answers) return row(base, { state: 'ok', found: 'It is free.' })
  const { owner } = facts
  const who = owner?.program ? `${owner.program} (process ${owner.pid ?? 'unknown'})` : 'a program that cannot be named'
  return facts.ours
    ? row(base, { state: 'ok', found: `Our gateway has it: ${who}` })
    : row(base, {
        state: 'bad',
        found: `It is taken by ${who}.`,
        remedy: 'End that program, or run the gateway on another port.',
        link: '/gateway',
        fix: { label: 'Use another port', action: 'use_port', target_id: null },
      })
}

export function checkLayer(facts: {
  layer: HealthLayerName
  state: 'ok' | 'failing' | 'unknown'
  detail: string | null
  error: string | null
  latency_ms: number | null
  /** Nobody asked it to run. */
  stopped: boolean
  gatewayId: string | null
}): DoctorCheck {
  const words = healthLayerWords[facts.layer]
  const base: Base = { id: `layer-${facts.layer}`, group: 'gateway', title: words.label, why: words.asks }
  const timing = facts.latency_ms === null ? '' : ` (${Math.round(facts.latency_ms)} ms)`
  if (facts.state === 'ok') return row(base, { state: 'ok', found: `${facts.detail ?? 'Answers'}${timing}`, link: '/gateway' })
  if (facts.layer === 'process' && facts.stopped)
    return row(base, {
      state: 'warning',
      found: facts.error ?? 'The gateway is stopped.',
      remedy: 'Start it.',
      link: '/gateway',
      fix: { label: 'Start', action: 'start_gateway', target_id: facts.gatewayId },
    })
  if (facts.stopped || facts.state === 'unknown')
    return row(base, { state: 'skipped', found: facts.stopped ? 'The gateway is stopped.' : (facts.detail ?? 'Not known yet.') })
  if (facts.layer === 'run')
    return row(base, {
      state: 'warning',
      found: `${facts.detail ?? 'The last run failed'}: ${facts.error ?? 'no reason was given'}`,
      remedy: 'Read the error; most often it is the model provider: its key, its quota, or its address.',
      link: '/activity',
    })
  return row(base, {
    state: 'bad',
    found: facts.error ?? 'It does not answer.',
    remedy:
      facts.layer === 'process'
        ? 'Read the reason, mend it, start the gateway.'
        : 'Restart the gateway; its last lines on the Gateway page say more.',
    link: '/gateway',
    fix:
      facts.layer === 'process'
        ? { label: 'Start', action: 'start_gateway', target_id: facts.gatewayId }
        : { label: 'Restart', action: 'restart_gateway', target_id: facts.gatewayId },
  })
}

export function checkOtherGateways(facts: { others: readonly { pid: number; command: string; orphan: boolean }[] }): DoctorCheck {
  const base: Base = {
    id: 'other-gateways',
    group: 'gateway',
    title: 'Other gateways',
    why: 'A second gateway takes memory, may hold a port, and may answer agents in our place.',
  }
  if (facts.others.length === 0) return row(base, { state: 'ok', found: 'No other OpenClaw gateway runs here.' })
  const shown = facts.others
    .slice(0, 5)
    .map(({ pid, command, orphan }) => `${pid}${orphan ? ' (its parent is gone)' : ''}: ${command.slice(0, 120)}`)
  return row(base, {
    state: 'warning',
    found: `${facts.others.length} more: ${shown.join('; ')}`,
    remedy: 'If nobody needs them, end them. Mission Control never ends what it did not start.',
  })
}

// — agents —

export interface Drifted {
  readonly subject: string
  readonly subject_name: string
  readonly status: string
  readonly message: string | null
}

/** One row when all is well; otherwise one for each that is not. */
export function checkTokens(facts: { total: number; drifted: readonly Drifted[]; what: 'gateway' | 'agents' }): DoctorCheck[] {
  const gateway = facts.what === 'gateway'
  const base: Base = {
    id: `tokens-${facts.what}`,
    group: gateway ? 'gateway' : 'agents',
    title: gateway ? 'Token of the gateway' : 'Tokens of agents',
    why: gateway
      ? 'With another token than ours the gateway does not let us in.'
      : 'An agent whose token is not the one we know cannot check in.',
  }
  if (facts.drifted.length === 0)
    return [
      row(base, {
        state: 'ok',
        found: gateway ? 'Every copy is the same' : facts.total === 0 ? 'There are no agents' : `All copies of ${facts.total} agree`,
      }),
    ]
  return facts.drifted.slice(0, 50).map((each) =>
    row(
      { ...base, id: gateway ? base.id : `token:${each.subject}`, title: gateway ? base.title : `Token of ${each.subject_name}` },
      {
        state: each.status === 'unknown' ? 'warning' : 'bad',
        found: each.message ?? `It is ${each.status}.`,
        remedy: 'Bring the copies together again.',
        link: gateway ? '/gateway' : `/agents/${each.subject}`,
        fix: { label: 'Bring together', action: 'mend_credential', target_id: each.subject },
      },
    ),
  )
}

export interface WorkspaceFact {
  readonly agent_id: string
  readonly name: string
  readonly folder: string
  readonly problem: 'none' | 'missing' | 'unwritable' | 'mc_missing' | 'mc_not_executable'
}

export function checkWorkspaces(facts: { workspaces: readonly WorkspaceFact[] }): DoctorCheck[] {
  const base: Base = {
    id: 'workspaces',
    group: 'agents',
    title: 'Workspaces and their `mc` command',
    why: 'Agents read who they are in their workspace, and report with the command `mc` that lies in it.',
  }
  const bad = facts.workspaces.filter((each) => each.problem !== 'none')
  if (bad.length === 0)
    return [
      row(base, {
        state: 'ok',
        found:
          facts.workspaces.length === 0
            ? 'There are no provisioned agents'
            : `All ${facts.workspaces.length} are writable, each with its mc`,
      }),
    ]
  const found = {
    none: '',
    missing: 'The folder is not there',
    unwritable: 'We may not write in it',
    mc_missing: 'The command mc is missing',
    mc_not_executable: 'The command mc is not executable',
  }
  return bad.slice(0, 50).map((each) =>
    row(
      { ...base, id: `workspace:${each.agent_id}`, title: `Workspace of ${each.name}` },
      {
        state: 'bad',
        found: `${found[each.problem]}: ${each.folder}`,
        remedy:
          each.problem === 'unwritable'
            ? `Make ${each.folder} writable for the user that runs Mission Control.`
            : 'Provision the agent again: that writes its workspace anew.',
        link: `/agents/${each.agent_id}`,
        fix: each.problem === 'unwritable' ? null : { label: 'Provision again', action: 'provision_agent', target_id: each.agent_id },
      },
    ),
  )
}

// — secrets —

export function checkModes(facts: { supported: boolean; open: readonly { file: string; mode: number }[]; seen: number }): DoctorCheck {
  const base: Base = {
    id: 'file-modes',
    group: 'security',
    title: 'Files with secrets',
    why: 'Who can read them can act as the operator, as the gateway, or as an agent.',
  }
  if (!facts.supported) return skipped(base, 'Windows has no file modes; the folder is in your own profile.')
  if (facts.open.length === 0) return row(base, { state: 'ok', found: `${facts.seen} files, readable by their owner only` })
  return row(base, {
    state: 'bad',
    found: facts.open
      .slice(0, 5)
      .map(({ file, mode }) => `${file} (${mode.toString(8)})`)
      .join(', '),
    remedy: "Take other users' access away (chmod 600).",
    fix: { label: 'Take access away', action: 'tighten_files', target_id: null },
  })
}

export function checkKeyring(facts: { linux: boolean }): DoctorCheck {
  const base: Base = {
    id: 'keyring',
    group: 'security',
    title: 'Keyring',
    why: 'Where the tokens are kept when Mission Control does not run.',
  }
  return facts.linux
    ? row(base, {
        state: 'ok',
        found: 'Tokens are kept in files of the data folder (0600), not in a keyring: they work without a desktop session.',
      })
    : skipped(base, 'This note is about Linux.')
}

// — this machine —

export function checkLoginItem(): DoctorCheck {
  return skipped(
    { id: 'login-item', group: 'system', title: 'Start at login', why: 'So that agents are looked after from the moment you sign in.' },
    'Only the desktop app starts at login; its Settings page shows whether it does.',
  )
}

/** @param facts.newestAt the newest time that stands in the database; @param facts.gatewaySkewMs the gateway's clock minus ours. */
export function checkClock(facts: { now: number; newestAt: number | null; gatewaySkewMs: number | null }): DoctorCheck {
  const base: Base = {
    id: 'clock',
    group: 'system',
    title: 'Clock',
    why: 'Deadlines, retries and heartbeats are moments on the clock: one that jumps fires them late or all at once.',
  }
  const remedy = 'Let the system set its clock from the network, then restart Mission Control.'
  const back = facts.newestAt === null ? 0 : facts.newestAt - facts.now
  if (back > 60_000)
    return row(base, { state: 'bad', found: `It was set back by ${age(back)}: the database has entries from the future.`, remedy })
  const skew = facts.gatewaySkewMs
  if (skew !== null && Math.abs(skew) > 5000)
    return row(base, {
      state: 'warning',
      found: `The gateway's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}.`,
      remedy,
    })
  return row(base, {
    state: 'ok',
    found: skew === null ? 'Nothing in the database lies in the future' : 'Ours, the gateway and the database agree',
  })
}

/** Loopback must never go through a proxy: agents call us there. */
export function checkProxies(facts: { env: Readonly<Record<string, string | undefined>> }): DoctorCheck {
  const base: Base = {
    id: 'proxies',
    group: 'system',
    title: 'Proxies',
    why: 'The gateway and its agents inherit these variables: a proxy that is used for 127.0.0.1, too, keeps agents from checking in.',
  }
  const value = (name: string): string => facts.env[name] ?? facts.env[name.toUpperCase()] ?? ''
  const set = ['http_proxy', 'https_proxy', 'all_proxy'].filter((name) => value(name) !== '')
  if (set.length === 0) return row(base, { state: 'ok', found: 'No proxy is set in the environment' })
  const excepted = value('no_proxy')
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
  const names = set.map((name) => name.toUpperCase()).join(', ')
  return excepted.some((entry) => ['*', '127.0.0.1', '127.0.0.0/8'].includes(entry))
    ? row(base, { state: 'ok', found: `${names} set, 127.0.0.1 excepted` })
    : row(base, {
        state: 'warning',
        found: `${names} set, and NO_PROXY does not name 127.0.0.1`,
        remedy: 'Set NO_PROXY=127.0.0.1,localhost and restart.',
      })
}

const stallMs = 250

export function checkProcesses(facts: {
  parts: readonly { part: string; rss: number | null; cpu: number | null; trend_mb_h: number | null; hot: boolean; leaking: boolean }[]
  lag_ms: number | null
  gatewayId: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'processes',
    group: 'system',
    title: 'Memory and CPU',
    why: 'A process that only grows, or never rests, makes the whole machine slow.',
  }
  const words = facts.parts
    .filter((part) => part.rss !== null)
    .map((part) => `${part.part} ${bytes(part.rss ?? 0)}${part.cpu === null ? '' : `, ${(part.cpu * 100).toFixed(1)} % of a core`}`)
  const troubled = facts.parts.find((part) => part.hot || part.leaking)
  const found = words.join('; ') || 'Not measured yet'
  if (troubled)
    return row(base, {
      state: 'warning',
      found: `${found}. ${troubled.part} ${troubled.hot ? 'has used most of a core for minutes' : `grows by ${Math.round(troubled.trend_mb_h ?? 0)} MB an hour`}.`,
      remedy: troubled.part === 'gateway' ? 'Restart it as soon as nothing runs.' : 'Restart Mission Control.',
      fix:
        troubled.part === 'gateway'
          ? { label: 'Restart when idle', action: 'restart_gateway_when_idle', target_id: facts.gatewayId }
          : null,
    })
  if ((facts.lag_ms ?? 0) > stallMs)
    return row(base, {
      state: 'warning',
      found: `${found}. The services were held up for ${Math.round(facts.lag_ms ?? 0)} ms.`,
      remedy: 'If this lasts, the machine has too much to do.',
    })
  return row(base, { state: 'ok', found })
}
