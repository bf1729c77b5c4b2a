import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GatewayCredential, gatewayFindings } from '../../../native-services/lifecycle/credential-report.ts'
import { credentialsFile, readCredentials } from '../../../native-services/lifecycle/workspace-files.ts'
import { createLifecycleBench, type LifecycleBench } from '../../support/lifecycle-bench.ts'

const second = 1000

describe('drift of credentials', () => {
  let bench: LifecycleBench
  let id: string
  const credential = (source: string, subject = id) =>
    bench
      .lifecycle()
      .credentials.report(bench.local.id)
      .find((row) => row.subject === subject && row.source === source)
  const file = (): string => credentialsFile(bench.agent(id).workspace_path)
  const spoil = (): void => writeFileSync(file(), readFileSync(file(), 'utf8').replace(/AUTH_TOKEN=.*/, `AUTH_TOKEN=mca_${'x'.repeat(43)}`))
  const tokenOf = (): string | undefined => readCredentials(bench.agent(id).workspace_path)?.auth_token

  beforeEach(async () => {
    bench = createLifecycleBench()
    bench.gateway.up()
    id = bench.newAgent('Ada').id
    bench.lifecycle().provision(id)
    await bench.clock.advance(30 * second)
    expect(bench.agent(id)).toMatchObject({ status: 'online', token_status: 'in_sync' })
  })
  afterEach(() => bench.stop())

  it('in step: three copies, two with the same fingerprint, none with a token', () => {
    const rows = bench.lifecycle().credentials.report(bench.local.id)
    expect(rows.map((row) => [row.source, row.status])).toEqual([
      ['ours', 'in_sync'],
      ['workspace_file', 'in_sync'],
      ['agents_block', 'in_sync'],
    ])
    expect(rows[0]?.fingerprint).toMatch(/^[0-9a-f]{8}$/)
    expect(rows[1]?.fingerprint).toBe(rows[0]?.fingerprint)
    expect(JSON.stringify(rows)).not.toContain(tokenOf()?.slice(4, 16))
  })

  it('a hand-edited file shows within two seconds, with the gateway stopped, and since then', async () => {
    bench.gateway.down()
    await bench.clock.advance(10 * second)
    const at = bench.clock.now()
    spoil()
    await bench.clock.advance(2 * second)
    expect(bench.agent(id).token_status).toBe('drifted')
    const row = credential('workspace_file')
    expect(row).toMatchObject({ status: 'drifted', message: expect.stringContaining('not the one we know') })
    expect(row?.fingerprint).not.toBe(credential('ours')?.fingerprint)
    expect(row?.since_at).toBeGreaterThanOrEqual(at)
    expect(row?.since_at).toBeLessThanOrEqual(at + 2 * second)
    await bench.clock.advance(60 * second)
    expect(credential('workspace_file')).toMatchObject({ since_at: row?.since_at, checked_at: bench.clock.now() })
    // After a restart it is still old trouble.
    bench.restart()
    await bench.clock.advance(5 * second)
    expect(credential('workspace_file')?.since_at).toBe(row?.since_at)
  })

  it('one click mends it, with the gateway stopped too', async () => {
    bench.gateway.down()
    spoil()
    await bench.clock.advance(2 * second)
    const mending = bench.lifecycle().credentials.mend(id)
    await bench.clock.advance(second)
    expect(await mending).toMatchObject({ mended: true })
    expect(bench.agent(id).token_status).toBe('in_sync')
    expect(bench.checkIn(id)).toBe(true)
    expect(credential('workspace_file')).toMatchObject({ status: 'in_sync' })
    expect(bench.store.activity.list({ agent_id: id, limit: 50, offset: 0 }).items.map((row) => row.event_type)).toContain(
      'agent.token.mended',
    )
  })

  it('by itself only when asked to, and as soon as the gateway is back', async () => {
    spoil()
    await bench.clock.advance(60 * second)
    expect(bench.agent(id).token_status).toBe('drifted')
    bench.gateway.down()
    bench.store.write(() => bench.store.settings.update({ auto_mend_tokens: true }))
    await bench.clock.advance(20 * second)
    expect(bench.agent(id).token_status).toBe('drifted')
    bench.gateway.up()
    await bench.clock.advance(5 * second)
    expect(bench.agent(id).token_status).toBe('in_sync')
    expect(bench.checkIn(id)).toBe(true)
  })

  it('a file that is gone, a block that was edited or taken out', async () => {
    const agentsMd = join(bench.agent(id).workspace_path, 'AGENTS.md')
    writeFileSync(agentsMd, readFileSync(agentsMd, 'utf8').replace('Ada', 'Eve'))
    expect(credential('agents_block')).toMatchObject({ status: 'drifted' })
    writeFileSync(agentsMd, 'my own words\n')
    rmSync(file())
    expect(credential('agents_block')).toMatchObject({ status: 'missing' })
    expect(credential('workspace_file')).toMatchObject({ status: 'missing', fingerprint: null })
    const mending = bench.lifecycle().credentials.mend(id)
    await bench.clock.advance(second)
    expect((await mending).mended).toBe(true)
    expect(readFileSync(agentsMd, 'utf8')).toContain('my own words')
    for (const source of ['workspace_file', 'agents_block']) expect(credential(source)).toMatchObject({ status: 'in_sync' })
  })
})

describe("the gateway's own token, wherever it stands", () => {
  const token = 'gateway-token-0123456789abcdef0123456789'
  let folder: string
  let credential: GatewayCredential
  const fingerprint = (text: string): string => `f${text.length}${text.at(-1)}`
  const found = () => gatewayFindings(credential, fingerprint, folder).map((row) => [row.source, row.status])
  const config = (value: unknown): void => writeFileSync(credential.configPath, typeof value === 'string' ? value : JSON.stringify(value))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mc-drift-'))
    credential = { token: () => token, port: () => 18789, configPath: join(folder, 'openclaw.json') }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('in the configuration: the same, another, none, a reference, not JSON', () => {
    config({ gateway: { auth: { token } } })
    expect(found()).toEqual([
      ['ours', 'in_sync'],
      ['gateway_config', 'in_sync'],
    ])
    config({ gateway: { auth: { token: 'another' } } })
    expect(found()[1]).toEqual(['gateway_config', 'drifted'])
    config({ gateway: {} })
    expect(found()[1]).toEqual(['gateway_config', 'missing'])
    config({ gateway: { auth: { token: '${OPENCLAW_GATEWAY_TOKEN}' } } })
    expect(found()[1]).toEqual(['gateway_config', 'unknown'])
    config('{ gateway: ')
    expect(found()[1]).toEqual(['gateway_config', 'unknown'])
    rmSync(credential.configPath)
    expect(found()[1]).toEqual(['gateway_config', 'missing'])
  })

  it('in service definitions: systemd and launchd, only those of our gateway', () => {
    config({ gateway: { auth: { token } } })
    const units = join(folder, '.config', 'systemd', 'user')
    const agents = join(folder, 'Library', 'LaunchAgents')
    for (const each of [units, agents]) mkdirSync(each, { recursive: true })
    writeFileSync(
      join(units, 'openclaw-gateway.service'),
      `[Service]\nExecStart=node openclaw.mjs gateway --port 18789\nEnvironment=OPENCLAW_GATEWAY_TOKEN=stale-token\n`,
    )
    writeFileSync(
      join(units, 'openclaw-other.service'),
      `[Service]\nExecStart=node openclaw.mjs gateway --port 19001\nEnvironment=OPENCLAW_GATEWAY_TOKEN=somebody-elses\n`,
    )
    writeFileSync(
      join(agents, 'ai.openclaw.gateway.plist'),
      `<dict><key>OPENCLAW_CONFIG_PATH</key><string>${credential.configPath}</string><key>OPENCLAW_GATEWAY_TOKEN</key>\n<string>${token}</string></dict>`,
    )
    expect(found().slice(2)).toEqual([
      ['service_definition', 'drifted'],
      ['service_definition', 'in_sync'],
    ])
  })
})
