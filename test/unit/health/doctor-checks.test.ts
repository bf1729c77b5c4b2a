import { describe, expect, it } from 'vitest'
import { doctorCheck, doctorLines, worstDoctorState } from '../../../native-services/contract/doctor.ts'
import { otherGateways } from '../../../native-services/api/doctor-facts.ts'
import { checkTokens, checkWorkspaces, type Drifted } from '../../../native-services/domain/doctor-agents.ts'
import { checkBackup, checkDataFolder, checkDatabase, checkLogs, checkWal } from '../../../native-services/domain/doctor-data.ts'
import { checkLayer, checkOtherGateways, checkPort } from '../../../native-services/domain/doctor-gateway.ts'
import {
  checkClock,
  checkKeyring,
  checkLoginItem,
  checkModes,
  checkProcesses,
  checkProxies,
} from '../../../native-services/domain/doctor-machine.ts'
import { checkConfig, checkModel, checkOpenclaw, checkOpenclawNode } from '../../../native-services/domain/doctor-openclaw.ts'
import { couldNotCheck } from '../../../native-services/domain/doctor-row.ts'
import { readVerdict } from '../../../native-services/openclaw/validate-config.ts'

const layer = { layer: 'request', detail: null, error: null, latency_ms: null, stopped: false, gatewayId: 'g' } as const
const openclaw = {
  installed: true,
  version: '2026.9.6',
  path: '/o',
  source: 'path',
  problem: null,
  supported: true,
  minimum: '2026.5.12',
  gatewayUp: false,
}

describe('the checks of the Doctor', () => {
  // oxfmt-ignore
  const table: [what: string, found: ReturnType<typeof checkPort>, state: string][] = [
    ['a writable folder with room', checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 9e9 }), 'ok'],
    ['a folder with little room', checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 9e8 }), 'warning'],
    ['a full disk', checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 1e6 }), 'bad'],
    ['a folder that cannot be written', checkDataFolder({ folder: '/d', unwritable: ['/d/logs'], freeBytes: 9e9 }), 'bad'],
    ['a disk that does not tell', checkDataFolder({ folder: '/d', unwritable: [], freeBytes: null }), 'ok'],
    ['a sound database', checkDatabase({ problems: [], sizeBytes: 1, file: '/f', newestBackup: null }), 'ok'],
    ['a damaged database', checkDatabase({ problems: ['tasks: malformed'], sizeBytes: 1, file: '/f', newestBackup: '/b' }), 'bad'],
    ['no write-ahead log', checkWal({ walBytes: null }), 'ok'],
    ['a large write-ahead log', checkWal({ walBytes: 9e8 }), 'warning'],
    ['no backup', checkBackup({ newestAt: null, now: 0, folder: '/b' }), 'warning'],
    ['a fresh backup', checkBackup({ newestAt: 0, now: 86_400_000, folder: '/b' }), 'ok'],
    ['an old backup', checkBackup({ newestAt: 0, now: 30 * 86_400_000, folder: '/b' }), 'warning'],
    ['small logs', checkLogs({ sizeBytes: 1e6, folder: '/l' }), 'ok'],
    ['large logs', checkLogs({ sizeBytes: 5e9, folder: '/l' }), 'warning'],
    ['OpenClaw', checkOpenclaw(openclaw), 'ok'],
    ['no OpenClaw', checkOpenclaw({ ...openclaw, path: null }), 'bad'],
    ['no OpenClaw of ours while a gateway runs', checkOpenclaw({ ...openclaw, path: null, gatewayUp: true }), 'warning'],
    ['an OpenClaw that is too old', checkOpenclaw({ ...openclaw, supported: false }), 'bad'],
    ['an OpenClaw that cannot be used', checkOpenclaw({ ...openclaw, problem: 'torn' }), 'bad'],
    ['its Node', checkOpenclawNode({ version: 'v24.21.0', path: '/n', engines: '>=24', problem: null }), 'ok'],
    ['no Node', checkOpenclawNode({ version: null, path: null, engines: '>=24', problem: null }), 'bad'],
    ['no configuration yet', checkConfig({ file: '/c', readable: 'missing', cli: null }), 'ok'],
    ['a configuration nobody asked OpenClaw about', checkConfig({ file: '/c', readable: 'ok', cli: null }), 'ok'],
    ['a configuration that OpenClaw takes', checkConfig({ file: '/c', readable: 'ok', cli: { ok: true, output: '' } }), 'ok'],
    ['a configuration that OpenClaw refuses', checkConfig({ file: '/c', readable: 'ok', cli: { ok: false, output: 'no' } }), 'bad'],
    ['a configuration that cannot be read', checkConfig({ file: '/c', readable: { error: 'EACCES' }, cli: null }), 'bad'],
    ['no model', checkModel({ kind: 'none', model: null }), 'warning'],
    ['a model', checkModel({ kind: 'demo', model: 'x' }), 'ok'],
    ['a free port', checkPort({ port: 1, answers: false, owner: null, ours: false, gatewayId: null }), 'ok'],
    ['our port', checkPort({ port: 1, answers: true, owner: { pid: 5, program: 'openclaw' }, ours: true, gatewayId: null }), 'ok'],
    ['a taken port', checkPort({ port: 1, answers: true, owner: { pid: 5, program: 'nginx' }, ours: false, gatewayId: null }), 'bad'],
    ['a layer that works', checkLayer({ ...layer, state: 'ok', latency_ms: 2 }), 'ok'],
    ['a layer that fails', checkLayer({ ...layer, state: 'failing', error: 'refused' }), 'bad'],
    ['a run that failed', checkLayer({ ...layer, layer: 'run', state: 'failing', error: 'quota' }), 'warning'],
    ['a gateway that was stopped', checkLayer({ ...layer, layer: 'process', state: 'failing', stopped: true }), 'warning'],
    ['a gateway that failed', checkLayer({ ...layer, layer: 'process', state: 'failing' }), 'bad'],
    ['a layer above a stopped gateway', checkLayer({ ...layer, state: 'failing', stopped: true }), 'skipped'],
    ['a layer that is not known', checkLayer({ ...layer, state: 'unknown' }), 'skipped'],
    ['no other gateway', checkOtherGateways({ others: [] }), 'ok'],
    ['another gateway', checkOtherGateways({ others: [{ pid: 7, command: 'openclaw gateway run', orphan: true }] }), 'warning'],
    ['closed files', checkModes({ supported: true, open: [], seen: 3 }), 'ok'],
    ['open files', checkModes({ supported: true, open: [{ file: '/t', mode: 0o644 }], seen: 3 }), 'bad'],
    ['files on Windows', checkModes({ supported: false, open: [], seen: 0 }), 'skipped'],
    ['the keyring on Linux', checkKeyring({ linux: true }), 'ok'],
    ['the keyring elsewhere', checkKeyring({ linux: false }), 'skipped'],
    ['start at login without a desktop', checkLoginItem(), 'skipped'],
    ['clocks that agree', checkClock({ now: 1000, newestAt: 900, gatewaySkewMs: 0 }), 'ok'],
    ['a clock that was set back', checkClock({ now: 1000, newestAt: 9_000_000, gatewaySkewMs: null }), 'bad'],
    ['a gateway in another time', checkClock({ now: 1000, newestAt: null, gatewaySkewMs: -60_000 }), 'warning'],
    ['no proxy', checkProxies({ env: {} }), 'ok'],
    ['a proxy that takes loopback', checkProxies({ env: { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'localhost' } }), 'warning'],
    ['a proxy that leaves loopback alone', checkProxies({ env: { http_proxy: 'http://p:1', no_proxy: 'localhost, 127.0.0.1' } }), 'ok'],
    ['calm processes', checkProcesses({ parts: [{ part: 'gateway', rss: 4e8, cpu: 0.01, trend_mb_h: 0, hot: false, leaking: false }], lag_ms: 3, gatewayId: 'g' }), 'ok'],
    ['a gateway that grows', checkProcesses({ parts: [{ part: 'gateway', rss: 4e8, cpu: 0.01, trend_mb_h: 300, hot: false, leaking: true }], lag_ms: 3, gatewayId: 'g' }), 'warning'],
    ['services that are held up', checkProcesses({ parts: [], lag_ms: 900, gatewayId: 'g' }), 'warning'],
    ['a check that broke', couldNotCheck({ id: 'x', group: 'data', title: 'X', why: 'Y' }, 'boom'), 'warning'],
  ]
  it.each(table)('%s', (_, found, state) => {
    expect(doctorCheck.parse(found)).toEqual(found)
    expect(found.state).toBe(state)
    expect(found.found).not.toBe('')
    expect(found.why).not.toBe('')
    // State, reason, remedy: what is wrong says what to do.
    if (state === 'warning' || state === 'bad') expect(found.remedy).not.toBeNull()
    else expect(found.fix).toBeNull()
  })

  it('tells of every agent whose token drifted, and once when none did', () => {
    const drifted = [
      { subject: 'a', subject_name: 'Ada', status: 'drifted', message: 'Another token.' },
      { subject: 'b', subject_name: 'Bo', status: 'unknown', message: null },
    ]
    const rows = checkTokens({ total: 3, drifted, what: 'agents' })
    expect(rows.map(({ id, state, fix }) => [id, state, fix?.target_id])).toEqual([
      ['token:a', 'bad', 'a'],
      ['token:b', 'warning', 'b'],
    ])
    expect(checkTokens({ total: 3, drifted: [], what: 'agents' })).toMatchObject([{ id: 'tokens-agents', state: 'ok' }])
    const gateway = checkTokens({ total: 1, drifted: [{ ...drifted[0], subject: 'gateway' } as Drifted], what: 'gateway' })
    expect(gateway).toMatchObject([{ id: 'tokens-gateway', state: 'bad', fix: { action: 'mend_credential', target_id: 'gateway' } }])
  })

  it('does not offer to provision where we may not write', () => {
    const facts = (['none', 'missing', 'unwritable', 'mc_missing', 'mc_not_executable'] as const).map((problem) => ({
      agent_id: problem,
      name: problem,
      folder: '/w',
      problem,
    }))
    const rows = checkWorkspaces({ workspaces: facts })
    expect(rows.map((row) => [row.id, row.fix?.action ?? null])).toEqual([
      ['workspace:missing', 'provision_agent'],
      ['workspace:unwritable', null],
      ['workspace:mc_missing', 'provision_agent'],
      ['workspace:mc_not_executable', 'provision_agent'],
    ])
    expect(checkWorkspaces({ workspaces: facts.slice(0, 1) })).toMatchObject([{ state: 'ok' }])
  })

  it('makes one text of a report, remedies only where something is wrong', () => {
    const checks = [checkWal({ walBytes: 0 }), checkBackup({ newestAt: null, now: 0, folder: '/b' })]
    const lines = doctorLines({ version: '1.0.0', platform: 'linux', checks })
    expect(lines).toEqual([
      'Mission Control 1.0.0, linux',
      '',
      'Data folder',
      '  OK      Write-ahead log: Empty',
      '  WARNING Backup: There is no backup yet',
      '          → Make a backup of the data folder; backups are kept in /b.',
    ])
    expect(worstDoctorState(checks)).toBe('warning')
    expect(worstDoctorState([])).toBe('ok')
  })
})

describe('gateways that are not ours', () => {
  const use = (pid: number, ppid: number, command: string) => ({ pid, ppid, rss: 1, cpu_ms: 1, command })
  it('finds them by their command line, and takes what ours started for ours', () => {
    const table = [
      use(10, 1, '/opt/node /x/openclaw.mjs gateway run'),
      use(11, 10, 'openclaw-gateway'),
      use(20, 1, '/usr/bin/node /y/node_modules/openclaw/openclaw.mjs gateway run'),
      use(21, 20, 'openclaw-gateway'),
      use(30, 5, 'openclaw-gateway'),
      use(40, 1, 'vim notes-on-openclaw gateway.md'),
      use(41, 1, 'node openclaw.mjs gateway call health'),
      use(42, 1, 'node openclaw.mjs doctor'),
    ]
    expect(otherGateways(table, 10)).toEqual([
      { pid: 20, command: '/usr/bin/node /y/node_modules/openclaw/openclaw.mjs gateway run', orphan: true },
      { pid: 30, command: 'openclaw-gateway', orphan: false },
    ])
    expect(otherGateways(table, null).map(({ pid }) => pid)).toEqual([10, 20, 30])
  })
})

describe('what OpenClaw says of its configuration', () => {
  it('is read from its JSON, else shown as it is', () => {
    expect(readVerdict(0, '{"valid":true,"issues":[]}', '')).toEqual({ ok: true, output: '' })
    expect(readVerdict(1, '{"valid":false,"issues":[{"path":"gateway.port","message":"expected number"}]}', '')).toEqual({
      ok: false,
      output: 'gateway.port: expected number',
    })
    expect(readVerdict(0, '{"ok":false,"error":"cannot be read"}', '')).toEqual({ ok: false, output: 'cannot be read' })
    // As OpenClaw 2026.9.6 writes it.
    const error = '"error":{"type":"cli_error","message":"OpenClaw config is invalid: /c"}'
    expect(
      readVerdict(1, `{"ok":false,${error},"valid":false,"path":"/c","issues":[{"path":"gateway.port","message":"Invalid input"}]}`, ''),
    ).toEqual({
      ok: false,
      output: 'gateway.port: Invalid input',
    })
    expect(readVerdict(1, `{"ok":false,${error}}`, '')).toEqual({ ok: false, output: 'OpenClaw config is invalid: /c' })
    expect(readVerdict(78, '', 'Invalid config at /c')).toEqual({ ok: false, output: 'Invalid config at /c' })
    expect(readVerdict(1, '', 'token=abcdef123456789')).toEqual({ ok: false, output: 'token=••••6789' })
  })
})
