import { spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { doctorReport } from '../../native-services/contract/doctor.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { readEvents, refusal, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

/** Overwrites a page in the middle of a table, as a bad disk would. */
function damagePage(services: TestServices): void {
  const file = dataPaths(services.dataDir).database
  const db = new Database(file)
  db.exec(`CREATE TABLE torn (value TEXT NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO torn SELECT hex(randomblob(40)) FROM n`)
  const { pageno } = db.prepare(`SELECT pageno FROM dbstat WHERE name = 'torn' AND pagetype = 'leaf' LIMIT 1 OFFSET 3`).get() as {
    pageno: number
  }
  const pageSize = db.pragma('page_size', { simple: true }) as number
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(pageSize, 0x5a), 0, pageSize, (pageno - 1) * pageSize)
  closeSync(handle)
}

describe('processes and the health of the gateway over HTTP', { timeout: 60_000 }, () => {
  let services: TestServices
  const stops: (() => unknown)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop()
    await services.stop()
  })

  const gatewayId = async (): Promise<string> => (await services.call('listGateways')).items[0]?.id ?? ''

  /** Something that eats as much memory as a small gateway, with a child of its own. */
  async function standIn(): Promise<number> {
    const child = spawn(
      process.execPath,
      [
        '-e',
        `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); setInterval(() => {}, 1000); console.log('up')`,
      ],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    )
    stops.push(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'))
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    return child.pid ?? 0
  }

  /** Answers like a gateway's port does. */
  async function port(ready: boolean): Promise<number> {
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      response.writeHead(path === '/readyz' && !ready ? 503 : 200)
      response.end(path === '/readyz' && !ready ? '{"ready":false,"failing":["startup-sidecars"]}' : '{"ok":true}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    stops.push(() => server.close())
    return (server.address() as AddressInfo).port
  }

  it('measures the gateway with what it started, and tells every page that looks', async () => {
    services = await startServices()
    const pid = await standIn()
    services.setGateway({ state: 'running', pid, owned: true, version: '2026.9.6' })
    const page = await readEvents(services)
    const first = await services.call('getProcessMetrics')
    expect(first.every_ms).toBe(10_000)
    await page.until((frames) => frames.some((frame) => frame.event === 'processes'))
    const { samples, parts } = await services.call('getProcessMetrics')
    const newest = samples.at(-1)
    expect(newest?.gateway).toMatchObject({ pid, processes: 2 })
    expect(newest?.gateway?.rss).toBeGreaterThan(20 * 2 ** 20)
    expect(newest?.services?.pid).toBe(process.pid)
    expect(parts.find((part) => part.part === 'gateway')).toMatchObject({ pid, leaking: false, hot_since_at: null })
    expect((await services.call('getProcessMetrics', { query: { since: newest?.at ?? '' } })).samples).toEqual([])
    page.close()
  })

  it('is not healthy because a port is open: each layer says what it found', async () => {
    services = await startServices()
    const down = await services.call('getGatewayHealth', { params: { gateway_id: await gatewayId() } })
    expect(down.verdict).toBe('down')
    services.setGateway({ state: 'running', pid: process.pid, port: await port(true), owned: true })
    const health = await services.call('checkGatewayHealth', { params: { gateway_id: await gatewayId() } })
    expect(health.verdict).toBe('failing')
    expect(health.layers.map(({ layer, state }) => [layer, state])).toEqual([
      ['process', 'ok'],
      ['http', 'ok'],
      ['websocket', 'failing'],
      ['request', 'failing'],
      ['run', 'unknown'],
    ])
    expect(health.layers[1]?.latency_ms).not.toBeNull()
    expect(health.sentence).toContain('WebSocket: ')
    expect((await services.call('getOverview')).gateway_health?.verdict).toBe('failing')
  })

  it('shows the answer of a gateway that is not ready, verbatim', async () => {
    services = await startServices()
    services.setGateway({ state: 'running', pid: process.pid, port: await port(false), owned: true })
    const { layers } = await services.call('checkGatewayHealth', { params: { gateway_id: await gatewayId() } })
    expect(layers[1]).toMatchObject({ layer: 'http', state: 'failing', error: expect.stringContaining('startup-sidecars') as string })
  })

  it('restarts the gateway once nothing runs', async () => {
    const commands: string[] = []
    services = await startServices({ onCommand: ({ action }) => (commands.push(action), { ok: true, message: null }) })
    const { message } = await services.call('restartGatewayWhenIdle', { params: { gateway_id: await gatewayId() } })
    expect(message).toContain('as soon as nothing runs')
    await until(
      () => Promise.resolve(commands),
      (sent) => sent.includes('restart'),
    )
  })

  it('does not know the health of a gateway that is not there', async () => {
    services = await startServices()
    const answer = await services.send({
      path: '/api/v1/gateways/018f0000-0000-7000-8000-000000000000/health',
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(answer.status).toBe(404)
    expect(refusal(answer.body).code).toBe('not_found')
  })
})

describe('the Doctor over HTTP', { timeout: 60_000 }, () => {
  let services: TestServices
  afterEach(() => services.stop())

  async function examine() {
    const { id } = await services.call('runDoctor')
    const again = await services.call('runDoctor')
    expect(again.id).toBe(id)
    await until(
      () => services.call('getDoctor'),
      ({ job }) => job?.id === id && job.state !== 'running',
    )
    const { job } = await services.call('getDoctor')
    const report = doctorReport.parse(job?.result)
    return { job, report, of: (check: string) => report.checks.find((row) => row.id === check) }
  }

  it('finds a sound data folder sound, and says what it skipped', async () => {
    services = await startServices()
    const { job, report, of } = await examine()
    expect(job).toMatchObject({ kind: 'doctor', state: 'succeeded', error: null })
    expect(job?.done).toBe(job?.total)
    expect(of('data-folder')?.state).not.toBe('bad')
    expect(of('database')).toMatchObject({ state: 'ok', remedy: null })
    expect(of('login-item')?.state).toBe('skipped')
    expect(of('layer-process')).toMatchObject({ state: 'warning', fix: { action: 'start_gateway' } })
    expect(of('openclaw')).toMatchObject({ state: 'bad', fix: { action: 'install_runtime' } })
    expect(new Set(report.checks.map((row) => row.id)).size).toBe(report.checks.length)
    for (const row of report.checks) {
      if (row.state === 'bad') expect(row.remedy, row.id).not.toBeNull()
      expect(row.why, row.id).not.toBe('')
    }
    const stored = await services.call('listActivity', { query: { limit: '5' } })
    expect(stored.items.some((row) => row.event_type === 'doctor.finished')).toBe(true)
  })

  it('names what is damaged: a page of the database, open secrets, a workspace that is gone, a token that drifted', async () => {
    services = await startServices()
    const paths = dataPaths(services.dataDir)
    const board = await services.call('createBoard', { body: { name: 'Launch', max_agents: 10 } })
    const gone = await services.call('createAgent', { body: { name: 'Gone', board_id: board.id, provision: false } })
    services.grantToken(gone.id)
    mkdirSync(path.dirname(paths.operatorToken), { recursive: true })
    writeFileSync(paths.operatorToken, 'a-token-that-is-long-enough', { mode: 0o644 })
    chmodSync(paths.operatorToken, 0o644)
    damagePage(services)

    const { of, report } = await examine()
    expect(of('database')?.state).toBe('bad')
    expect(of('database')?.remedy).toContain(paths.database)
    expect(of(`workspace:${gone.id}`)).toMatchObject({ state: 'bad', fix: { action: 'provision_agent', target_id: gone.id } })
    expect(of(`token:${gone.id}`)).toMatchObject({ state: 'bad', fix: { action: 'mend_credential', target_id: gone.id } })
    expect(of('file-modes')).toMatchObject({ state: 'bad', fix: { action: 'tighten_files' } })
    expect(JSON.stringify(report)).not.toContain('a-token-that-is-long-enough')

    const { changed } = await services.call('tightenSecretFiles')
    expect(changed).toEqual([paths.operatorToken])
    expect(statSync(paths.operatorToken).mode & 0o777).toBe(0o600)
    expect((await examine()).of('file-modes')?.state).toBe('ok')
  })
})
