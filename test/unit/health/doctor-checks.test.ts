import { describe, expect, it } from 'vitest'
import { doctorCheck, doctorLines, worstDoctorState } from '../../../native-services/contract/doctor.ts'
import { otherGateways } from '../../../native-services/api/doctor-facts.ts'
import * as check from '../../../native-services/domain/doctor-checks.ts'
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
  const table: [what: string, found: ReturnType<typeof check.checkPort>, state: string][] = [
    ['a writable folder with room', check.checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 9e9 }), 'ok'],
    ['a folder with little room', check.checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 9e8 }), 'warning'],
    ['a full disk', check.checkDataFolder({ folder: '/d', unwritable: [], freeBytes: 1e6 }), 'bad'],
    ['a folder that cannot be written', check.checkDataFolder({ folder: '/d', unwritable: ['/d/logs'], freeBytes: 9e9 }), 'bad'],
    ['a disk that does not tell', check.checkDataFolder({ folder: '/d', unwritable: [], freeBytes: null }), 'ok'],
    ['a sound database', check.checkDatabase({ problems: [], sizeBytes: 1, file: '/f', newestBackup: null }), 'ok'],
    ['a damaged database', check.checkDatabase({ problems: ['tasks: malformed'], sizeBytes: 1, file: '/f', newestBackup: '/b' }), 'bad'],
    ['no write-ahead log', check.checkWal({ walBytes: null }), 'ok'],
    ['a large write-ahead log', check.checkWal({ walBytes: 9e8 }), 'warning'],
    ['no backup', check.checkBackup({ newestAt: null, now: 0, folder: '/b' }), 'warning'],
    ['a fresh backup', check.checkBackup({ newestAt: 0, now: 86_400_000, folder: '/b' }), 'ok'],
    ['an old backup', check.checkBackup({ newestAt: 0, now: 30 * 86_400_000, folder: '/b' }), 'warning'],
    ['small logs', check.checkLogs({ sizeBytes: 1e6, folder: '/l' }), 'ok'],
    ['large logs', check.checkLogs({ sizeBytes: 5e9, folder: '/l' }), 'warning'],
    ['OpenClaw', check.checkOpenclaw(openclaw), 'ok'],
    ['no OpenClaw', check.checkOpenclaw({ ...openclaw, path: null }), 'bad'],
    ['no OpenClaw of ours while a gateway runs', check.checkOpenclaw({ ...openclaw, path: null, gatewayUp: true }), 'warning'],
    ['an OpenClaw that is too old', check.checkOpenclaw({ ...openclaw, supported: false }), 'bad'],
    ['an OpenClaw that cannot be used', check.checkOpenclaw({ ...openclaw, problem: 'torn' }), 'bad'],
    ['its Node', check.checkOpenclawNode({ version: 'v24.21.0', path: '/n', engines: '>=24', problem: null }), 'ok'],
    ['no Node', check.checkOpenclawNode({ version: null, path: null, engines: '>=24', problem: null }), 'bad'],
    ['no configuration yet', check.checkConfig({ file: '/c', readable: 'missing', cli: null }), 'ok'],
    ['a configuration nobody asked OpenClaw about', check.checkConfig({ file: '/c', readable: 'ok', cli: null }), 'ok'],
    ['a configuration that OpenClaw takes', check.checkConfig({ file: '/c', readable: 'ok', cli: { ok: true, output: '' } }), 'ok'],
    ['a configuration that OpenClaw refuses', check.checkConfig({ file: '/c', readable: 'ok', cli: { ok: false, output: 'no' } }), 'bad'],
    ['a configuration that cannot be read', check.checkConfig({ file: '/c', readable: { error: 'EACCES' }, cli: null }), 'bad'],
    ['no model', check.checkModel({ kind: 'none', model: null }), 'warning'],
    ['a model', check.checkModel({ kind: 'demo', model: 'x' }), 'ok'],
    ['a free port', check.checkPort({ port: 1, answers: false, owner: null, ours: false, gatewayId: null }), 'ok'],
    ['our port', check.checkPort({ port: 1, answers: true, owner: { pid: 5, program: 'openclaw' }, ours: true, gatewayId: null }), 'ok'],
    ['a taken port', check.checkPort({ port: 1, answers: true, owner: { pid: 5, program: 'nginx' }, ours: false, gatewayId: null }), 'bad'],
    ['a layer that works', check.checkLayer({ ...layer, state: 'ok', latency_ms: 2 }), 'ok'],
    ['a layer that fails', check.checkLayer({ ...layer, state: 'failing', error: 'refused' }), 'bad'],
    ['a run that failed', check.checkLayer({ ...layer, layer: 'run', state: 'failing', error: 'quota' }), 'warning'],
    ['a gateway that was stopped', check.checkLayer({ ...layer, layer: 'process', state: 'failing', stopped: true }), 'warning'],
    ['a gateway that failed', check.checkLayer({ ...layer, layer: 'process', state: 'failing' }), 'bad'],
    ['a layer above a stopped gateway', check.checkLayer({ ...layer, state: 'failing', stopped: true }), 'skipped'],
    ['a layer that is not known', check.checkLayer({ ...layer, state: 'unknown' }), 'skipped'],
    ['no other gateway', check.checkOtherGateways({ others: [] }), 'ok'],
    ['another gateway', check.checkOtherGateways({ others: [{ pid: 7, command: 'openclaw gateway run', orphan: true }] }), 'warning'],
    ['closed files', check.checkModes({ supported: true, open: [], seen: 3 }), 'ok'],
    ['open files', check.checkModes({ supported: true, open: [{ file: '/t', mode: 0o644 }], seen: 3 }), 'bad'],
    ['files on Windows', check.checkModes({ supported: false, open: [], seen: 0 }), 'skipped'],
    ['the keyring on Linux', check.checkKeyring({ linux: true }), 'ok'],
    ['the keyring elsewhere', check.checkKeyring({ linux: false }), 'skipped'],
    ['start at login without a desktop', check.checkLoginItem(), 'skipped'],
    ['clocks that agree', check.checkClock({ now: 1000, newestAt: 900, gatewaySkewMs: 0 }), 'ok'],
    ['a clock that was set back', check.checkClock({ now: 1000, newestAt: 9_000_000, gatewaySkewMs: null }), 'bad'],
    ['a gateway in another time', check.checkClock({ now: 1000, newestAt: null, gatewaySkewMs: -60_000 }), 'warning'],
    ['no proxy', check.checkProxies({ env: {} }), 'ok'],
    ['a proxy that takes loopback', check.checkProxies({ env: { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'localhost' } }), 'warning'],
    ['a proxy that leaves loopback alone', check.checkProxies({ env: { http_proxy: 'http://p:1', no_proxy: 'localhost, 127.0.0.1' } }), 'ok'],
    ['calm processes', check.checkProcesses({ parts: [{ part: 'gateway', rss: 4e8, cpu: 0.01, trend_mb_h: 0, hot: false, leaking: false }], lag_ms: 3, gatewayId: 'g' }), 'ok'],
    ['a gateway that grows', check.checkProcesses({ parts: [{ part: 'gateway', rss: 4e8, cpu: 0.01, trend_mb_h: 300, hot: false, leaking: true }], lag_ms: 3, gatewayId: 'g' }), 'warning'],
    ['services that are held up', check.checkProcesses({ parts: [], lag_ms: 900, gatewayId: 'g' }), 'warning'],
    ['a check that broke', check.couldNotCheck({ id: 'x', group: 'data', title: 'X', why: 'Y' }, 'boom'), 'warning'],
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
    const rows = check.checkTokens({ total: 3, drifted, what: 'agents' })
    expect(rows.map(({ id, state, fix }) => [id, state, fix?.target_id])).toEqual([
      ['token:a', 'bad', 'a'],
      ['token:b', 'warning', 'b'],
    ])
    expect(check.checkTokens({ total: 3, drifted: [], what: 'agents' })).toMatchObject([{ id: 'tokens-agents', state: 'ok' }])
    const gateway = check.checkTokens({ total: 1, drifted: [{ ...drifted[0], subject: 'gateway' } as check.Drifted], what: 'gateway' })
    expect(gateway).toMatchObject([{ id: 'tokens-gateway', state: 'bad', fix: { action: 'mend_credential', target_id: 'gateway' } }])
  })

  it('does not offer to provision where we may not write', () => {
    const facts = (['none', 'missing', 'unwritable', 'mc_missing', 'mc_not_executable'] as const).map((problem) => ({
      agent_id: problem,
      name: problem,
      folder: '/w',
      problem,
    }))
    const rows = check.checkWorkspaces({ workspaces: facts })
    expect(rows.map((row) => [row.id, row.fix?.action ?? null])).toEqual([
      ['workspace:missing', 'provision_agent'],
      ['workspace:unwritable', null],
      ['workspace:mc_missing', 'provision_agent'],
      ['workspace:mc_not_executable', 'provision_agent'],
    ])
    expect(check.checkWorkspaces({ workspaces: facts.slice(0, 1) })).toMatchObject([{ state: 'ok' }])
  })

  it('makes one text of a report, remedies only where something is wrong', () => {
    const checks = [check.checkWal({ walBytes: 0 }), check.checkBackup({ newestAt: null, now: 0, folder: '/b' })]
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
