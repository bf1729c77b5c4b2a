import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { credentialsFile } from '../../native-services/lifecycle/workspace-files.ts'
import { gatewayHello } from '../../native-services/openclaw/probe.ts'
import { readGatewayToken } from '../../native-services/openclaw/configure.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openclawAvailable } from '../support/real-gateway.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

describe.skipIf(!openclawAvailable)("the real gateway's own token", { timeout: 180_000 }, () => {
  let host: RealHost
  let gatewayId: string
  const api = () => createApiClient({ baseUrl: host.url, headers: () => ({ authorization: `Bearer ${host.operatorToken}` }) })
  const configFile = (): string => dataPaths(host.dataDir).openclaw.configFile
  const pendingFile = (): string => path.join(host.dataDir, 'gateway-token.pending')
  const accepts = async (token: string): Promise<boolean> => (await gatewayHello({ port: host.gatewayPort, token })).ok
  const current = (): string => readGatewayToken(configFile()) ?? ''
  /** Waits through a restart of the services, too: connections that were kept from before it are dead. */
  const connected = async () => {
    const gateway = await until(
      () =>
        api()
          .call('getGateway', { params: { gateway_id: gatewayId } })
          .catch(() => null),
      (each) => each?.runtime?.connected === true,
      60_000,
    )
    if (!gateway) throw new Error('no gateway')
    return gateway
  }

  beforeAll(async () => {
    host = await startHost()
    await host.gatewayRunning()
    gatewayId = (await api().call('listGateways')).items[0]?.id ?? ''
    await connected()
  }, 180_000)
  afterAll(() => host?.stop(), 60_000)

  it('says what it can do', async () => {
    const capabilities = await until(
      () => api().call('getGatewayCapabilities', { params: { gateway_id: gatewayId } }),
      (each) => each.allowed_files.length > 0,
    )
    expect(capabilities).toMatchObject({
      version: '2026.9.6',
      protocol: 4,
      supported: true,
      config_shape: 'entries',
      responses_tools: 'flat',
    })
    expect(capabilities.allowed_files).toEqual(['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md'])
    expect(capabilities.methods_count).toBeGreaterThan(400)
  })

  it('is rotated while it runs: same process, old one dead, new one in use, nothing left behind', async () => {
    const before = current()
    const pid = host.gatewayPid()
    const result = await api().call('rotateGatewayToken', { params: { gateway_id: gatewayId } })
    expect(result, result.message).toMatchObject({ rotated: true, applied: 'live' })
    expect(result.steps.map(({ step, outcome }) => `${step}:${outcome}`)).toEqual([
      'mint:done',
      'remember:done',
      'apply:done',
      'close:done',
      'reconnect:done',
      'commit:done',
    ])
    const after = current()
    expect(after).not.toBe(before)
    expect(await accepts(before)).toBe(false)
    expect(await accepts(after)).toBe(true)
    expect(host.gatewayPid()).toBe(pid)
    expect(existsSync(pendingFile())).toBe(false)
    if (process.platform !== 'win32') expect(statSync(configFile()).mode & 0o777).toBe(0o600)
    const gateway = await connected()
    expect(gateway.token_hint).toBe(`••••${after.slice(-4)}`)
    const drift = (await api().call('getGatewayDrift', { params: { gateway_id: gatewayId } })).items
    expect(drift.filter((row) => row.subject === 'gateway').map((row) => row.status)).toEqual(['in_sync', 'in_sync'])
    const devices = await api().call('listGatewayDevices', { params: { gateway_id: gatewayId } })
    expect(devices.token_rotated_at).not.toBeNull()
    const all = host.output() + readFileSync(path.join(dataPaths(host.dataDir).logs, 'host.log'), 'utf8')
    for (const token of [before, after]) expect(all).not.toContain(token)
  })

  it('a drifted token is mended by itself once the gateway is there', async () => {
    const agent = (
      await until(
        () => api().call('listAgents'),
        (agents) => agents.items.some((each) => each.token_status === 'in_sync'),
        90_000,
      )
    ).items.find((each) => each.token_status === 'in_sync')
    if (!agent) throw new Error('no agent')
    await api().call('updateSettings', { body: { auto_mend_tokens: true } })
    const file = credentialsFile(agent.workspace_path)
    const spoiled = readFileSync(file, 'utf8').replace(/AUTH_TOKEN=.*/, `AUTH_TOKEN=mca_${'q'.repeat(43)}`)
    writeFileSync(file, spoiled)
    await until(
      () => readFileSync(file, 'utf8'),
      (text) => text !== spoiled,
    )
    await until(
      () => api().call('getAgent', { params: { agent_id: agent.id } }),
      (each) => each.token_status === 'in_sync',
    )
  })

  it('a rotation that was cut off after the gateway took it: the host keeps the one that works', async () => {
    const known = current()
    // As a crash leaves it: the new one is pending and in the gateway's file, and nobody was told.
    const config = JSON.parse(readFileSync(configFile(), 'utf8')) as { gateway: { auth: { token: string } } }
    const next = `cut-off-${known.slice(8)}`
    writeFileSync(pendingFile(), `${next}\n`, { mode: 0o600 })
    config.gateway.auth.token = next
    writeFileSync(configFile(), JSON.stringify(config, null, 2), { mode: 0o600 })
    await until(
      () => accepts(next),
      (ok) => ok,
    )
    const services = host.servicesPid()
    if (services === null) throw new Error('no services')
    process.kill(services, 'SIGKILL')
    await until(
      () => host.servicesPid(),
      (pid) => pid !== services,
    )
    await connected()
    expect(existsSync(pendingFile())).toBe(false)
    expect(current()).toBe(next)
  })
})
