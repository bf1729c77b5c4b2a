/**
 * Choosing another version of OpenClaw, through the whole product: the real host, real processes, the real API. What is chosen between are
 * stand-ins for the program `openclaw`, each a package in the runtime folder as an installation lays it.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Job } from '../../native-services/contract/entities.ts'
import { type RuntimeSwitch, runtimeSwitch, runtimeVersions } from '../../native-services/contract/gateway-config.ts'
import { readManagedPointer } from '../../native-services/openclaw/find.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { layStandIn } from '../fakes/stand-in-openclaw.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

let host: RealHost
let dataDir = ''
let old = ''
const ids: Record<string, string> = {}

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'mc-switch-'))
  const { runtime } = dataPaths(dataDir)
  mkdirSync(runtime, { recursive: true })
  old = layStandIn(runtime, 'aaaaa1', { version: '2026.9.6', as: 'good' })
  ids['good'] = layStandIn(runtime, 'aaaaa2', { version: '2026.9.7', as: 'good', migrates: true })
  ids['dumb'] = layStandIn(runtime, 'aaaaa3', { version: '2026.10.1', as: 'dumb', migrates: true })
  ids['exit'] = layStandIn(runtime, 'aaaaa4', { version: '2026.10.2', as: 'exit' })
  ids['liar'] = layStandIn(runtime, 'aaaaa5', { version: '2026.10.3', as: 'liar' })
  ids['picky'] = layStandIn(runtime, 'aaaaa6', { version: '2026.10.4', as: 'picky' })
  writeFileSync(
    path.join(runtime, 'current'),
    JSON.stringify({
      openclaw: old,
      node: `node-${process.versions.node}-aaaaa1`,
      openclaw_version: '2026.9.6',
      node_version: process.versions.node,
    }),
  )
  host = await startHost({ demo: false, dataDir })
  await host.gatewayRunning()
}, 120_000)
afterAll(async () => {
  await host.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

async function post(route: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${host.url}/api/v1${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${host.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const config = () => readFileSync(dataPaths(dataDir).openclaw.configFile, 'utf8')
const versions = async () => runtimeVersions.parse(await host.get('/api/v1/runtime/versions'))
const connected = (version: string) =>
  until(
    async () => ((await host.get('/api/v1/overview')) as { gateway: { connected: boolean; version: string | null } }).gateway,
    (gateway) => gateway.connected && gateway.version === version,
    30_000,
  )
async function switchTo(id: string): Promise<{ job: Job; result: RuntimeSwitch }> {
  const begun = await post('/runtime/versions/switch', { id })
  expect(begun.status).toBe(202)
  const job = await until(
    async () => (await host.get(`/api/v1/jobs/${String(begun.body['id'])}`)) as Job,
    (each) => each.state !== 'running',
    90_000,
  )
  return { job, result: runtimeSwitch.parse(job.result) }
}
const steps = (result: RuntimeSwitch) => result.steps.map((each) => `${each.step}:${each.outcome}`)

it('the versions stand side by side, and the one that runs is marked', async () => {
  await connected('2026.9.6')
  const { items, locked } = await versions()
  expect(locked).toBeNull()
  const managed = items.filter((each) => each.source === 'managed')
  expect(managed.map((each) => String(each.version)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    '2026.10.1',
    '2026.10.2',
    '2026.10.3',
    '2026.10.4',
    '2026.9.6',
    '2026.9.7',
  ])
  expect(managed.filter((each) => each.current || each.running).map((each) => [each.id, each.current, each.running])).toEqual([
    [old, true, true],
  ])
  expect(managed.every((each) => each.problem === null && each.node_version === process.versions.node)).toBe(true)
}, 60_000)

it('a version that refuses the configuration is not switched to: nothing is touched, not even stopped', async () => {
  const pid = host.gatewayPid()
  const { job, result } = await switchTo(ids['picky'] ?? '')
  expect(result).toMatchObject({ outcome: 'refused', from: '2026.9.6', to: '2026.10.4' })
  expect(job).toMatchObject({ state: 'failed', error: expect.stringContaining('is not what it was') as string })
  expect(steps(result)).toEqual(['preflight:failed'])
  expect(host.gatewayPid()).toBe(pid)
}, 120_000)

it.each([
  ['cannot do what is needed', 'dumb', 'verify:failed'],
  ['ends at once', 'exit', 'start:failed'],
  ['calls itself another version', 'liar', 'verify:failed'],
])(
  'a version that %s is rolled back, with the configuration that it changed',
  async (_what, which, failed) => {
    const before = config()
    const { job, result } = await switchTo(ids[which] ?? '')
    expect(result.outcome).toBe('rolled_back')
    expect(steps(result)).toEqual([
      'preflight:done',
      'snapshot:done',
      'stop:done',
      'switch:done',
      ...(failed.startsWith('verify') ? ['start:done'] : []),
      failed,
      'roll_back:done',
    ])
    expect(job.state).toBe('failed')
    expect(JSON.parse(config())).toEqual(JSON.parse(before))
    expect(config()).not.toContain('migrated_by')
    expect(readManagedPointer(dataPaths(dataDir).runtime)?.openclaw).toBe(old)
    await connected('2026.9.6')
    const told = (await host.get('/api/v1/activity?event_type=runtime.switch_rolled_back&limit=1')) as {
      items: { message: string; level: string }[]
    }
    expect(told.items[0]).toMatchObject({ message: job.error, level: 'warning' })
    expect(existsSync(path.join(dataDir, 'runtime-switch.pending'))).toBe(false)
    expect(existsSync(path.join(dataDir, 'backups', 'runtime-switch', `${job.id}.json`))).toBe(true)
  },
  120_000,
)

it('a version that works is used; the old one stays and can be removed by hand, the one in use cannot', async () => {
  const { job, result } = await switchTo(ids['good'] ?? '')
  expect(steps(result)).toEqual(['preflight:done', 'snapshot:done', 'stop:done', 'switch:done', 'start:done', 'verify:done'])
  expect(job.state).toBe('succeeded')
  await connected('2026.9.7')
  expect(config()).toContain('"migrated_by": "2026.9.7"')
  expect((await versions()).items.filter((each) => each.running || each.current).map((each) => each.version)).toEqual(['2026.9.7'])
  expect((await post('/runtime/versions/remove', { id: ids['good'] ?? '' })).status).toBe(409)
  expect((await post('/runtime/versions/remove', { id: '../../etc' })).status).toBe(409)
  expect((await post('/runtime/versions/remove', { id: ids['exit'] ?? '' })).status).toBe(200)
  const left = readdirSync(dataPaths(dataDir).runtime)
  expect(left).toContain(old)
  expect(left.some((name) => name.includes('aaaaa4'))).toBe(false)
  expect((await post('/runtime/versions/switch', { id: ids['good'] ?? '' })).status).toBe(409)
}, 120_000)

it('a host that is killed in the middle puts the old version back at its next start', async () => {
  const before = config()
  const begun = await post('/runtime/versions/switch', { id: ids['dumb'] ?? '' })
  await until(
    () => readManagedPointer(dataPaths(dataDir).runtime)?.openclaw,
    (current) => current === ids['dumb'],
    60_000,
  )
  await host.kill9()
  expect(existsSync(path.join(dataDir, 'runtime-switch.pending'))).toBe(true)
  host = await startHost({ demo: false, dataDir, gatewayPort: host.gatewayPort })
  await connected('2026.9.7')
  expect(readManagedPointer(dataPaths(dataDir).runtime)?.openclaw).toBe(ids['good'])
  expect(JSON.parse(config())).toEqual(JSON.parse(before))
  expect(existsSync(path.join(dataDir, 'runtime-switch.pending'))).toBe(false)
  const job = await until(
    async () => (await host.get(`/api/v1/jobs/${String(begun.body['id'])}`)) as Job,
    (each) => each.state !== 'running',
  )
  expect(job).toMatchObject({ state: 'failed', error: expect.stringContaining('in the middle') as string })
}, 180_000)
