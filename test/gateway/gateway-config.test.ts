/** The real OpenClaw: its configuration read and changed through our API, and seen by the gateway itself. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { withGateway } from '../../native-services/openclaw/probe.ts'
import { verifyGateway } from '../../native-services/openclaw/verify-gateway.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

let host: RealHost
let dataDir = ''
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'mc-config-'))
  host = await startHost({ demo: false, dataDir })
  await host.gatewayRunning()
}, 180_000)
afterAll(async () => {
  await host.stop()
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}, 60_000)

it('a change goes through the gateway and is what it then works with; a wrong one never reaches it', { timeout: 180_000 }, async () => {
  const { configFile } = dataPaths(dataDir).openclaw
  const token = (JSON.parse(readFileSync(configFile, 'utf8')) as { gateway: { auth: { token: string } } }).gateway.auth.token
  const api = createApiClient({ baseUrl: host.url, headers: () => ({ authorization: `Bearer ${host.operatorToken}` }) })
  await until(
    () => api.call('getOverview'),
    (overview) => overview.gateway?.connected === true,
    60_000,
  )
  const params = { gateway_id: (await api.call('listGateways')).items[0]?.id ?? '' }
  const view = await api.call('getGatewayConfig', { params })
  expect(view).toMatchObject({ source: 'gateway', valid: true, locked: null })
  expect(view.text).not.toContain(token)

  const wrong = view.text.replace('"gateway": {', '"gateway": { "noSuchKeyAtAll": 1,')
  const check = await api.call('checkGatewayConfig', { params, body: { text: wrong } })
  expect(check).toMatchObject({ ok: false, checked_by_openclaw: true, issues: [{ kind: 'openclaw' }] })
  const before = readFileSync(configFile, 'utf8')
  await expect(api.call('updateGatewayConfig', { params, body: { text: wrong, expected_hash: view.hash } })).rejects.toMatchObject({
    status: 422,
  })
  expect(readFileSync(configFile, 'utf8')).toBe(before)

  const right = view.text.replace('"level": "info"', '"level": "debug"')
  expect(right).not.toBe(view.text)
  const saved = await api.call('updateGatewayConfig', { params, body: { text: right, expected_hash: view.hash } })
  expect(saved).toMatchObject({ applied: 'live', changes: [{ path: 'logging.level', kind: 'changed' }] })
  const asked = (what: string) =>
    withGateway({ port: host.gatewayPort, token }, { timeoutMs: 20_000, use: (request) => request<Record<string, unknown>>(what, {}) })
  const level = (answer: Record<string, unknown>) =>
    ((answer['sourceConfig'] ?? answer['parsed']) as { logging?: { level?: string } }).logging?.level
  expect(
    level(
      await until(
        () => asked('config.get').catch(() => ({}) as Record<string, unknown>),
        (answer) => 'hash' in answer,
        30_000,
      ),
    ),
  ).toBe('debug')

  await until(
    () => api.call('getOverview'),
    (overview) => overview.gateway?.connected === true,
    60_000,
  )
  await api.call('restoreConfigSnapshot', { params: { ...params, snapshot_id: saved.snapshot_id ?? '' }, body: {} })
  expect(
    level(
      await until(
        () => asked('config.get').catch(() => ({}) as Record<string, unknown>),
        (answer) => 'hash' in answer,
        30_000,
      ),
    ),
  ).toBe('info')

  expect(await verifyGateway({ port: host.gatewayPort, token }, null)).toMatchObject({ ok: true })
  const channels = await api.call('listGatewayChannels', { params })
  expect(channels.actions).toEqual(['start', 'stop', 'logout'])
  expect((await api.call('listGatewaySessions', { params })).items).toEqual([])
  const versions = await api.call('listRuntimeVersions')
  expect(versions.items.filter((each) => each.running)).toHaveLength(1)
})
