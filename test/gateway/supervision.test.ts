/** The host against the real OpenClaw gateway: start, death, adoption, refusal, stop. One gateway at a time. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayHello, withGateway } from '../../native-services/openclaw/probe.ts'
import { readGatewayToken } from '../../native-services/openclaw/configure.ts'
import { configSnapshotsFolder, createConfigSnapshots } from '../../native-services/platform/config-snapshots.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { freePort } from '../../native-services/platform/free-port.ts'
import { processIdentity } from '../../native-services/platform/process-identity.ts'
import { type HostProcess, startHostProcess } from '../support/host-process.ts'
import { openclawAvailable } from '../support/real-gateway.ts'
import { until } from '../support/until.ts'

/** Nine seconds on an idle machine, many times that on a busy one. */
const bootMs = 180_000

async function alive(pid: number | null): Promise<boolean> {
  return pid !== null && (await processIdentity(pid))?.state === 'alive'
}

describe.skipIf(!openclawAvailable)('the supervised gateway', () => {
  let dataDir = ''
  let gatewayPort = 0
  let host: HostProcess
  const token = (): string => readGatewayToken(dataPaths(dataDir).openclaw.configFile) ?? ''

  /** As if the services host had told these settings to an earlier host. */
  function remember(change: object): void {
    const file = dataPaths(dataDir).hostSettings
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }))
  }

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'supervision-'))
    gatewayPort = await freePort()
    host = startHostProcess({ dataDir, gatewayPort, demo: true })
  })
  afterAll(async () => {
    host.signal('SIGTERM')
    await host.exited
    rmSync(dataDir, { recursive: true, force: true })
  })

  test(
    'starts on a configuration of ours, with the demo model, and is running when it took our token',
    async () => {
      const { gateway } = await host.waitFor((view) => view.gateway.state === 'running', bootMs)
      expect(gateway).toMatchObject({ port: gatewayPort, owned: true, version: '2026.9.6', restarts: 0, reason: null })
      expect(await gatewayHello({ port: gatewayPort, token: token() })).toMatchObject({ ok: true, version: '2026.9.6', pid: gateway.pid })
      expect(await gatewayHello({ port: gatewayPort, token: 'not the token' })).toMatchObject({ ok: false })
      // What it started with is a restore point: it is known to work.
      const kept = createConfigSnapshots(configSnapshotsFolder(dataPaths(dataDir).backups)).list()
      expect(kept[0]).toMatchObject({ valid: true, openclaw_version: '2026.9.6' })
      expect(kept[0]?.text).toContain(token())
      // What is written into the file afterwards was never started with, however long the gateway runs on.
      const file = dataPaths(dataDir).openclaw.configFile
      const good = readFileSync(file, 'utf8')
      writeFileSync(file, `${good}\n\n`)
      await new Promise((resolve) => setTimeout(resolve, 12_000))
      writeFileSync(file, good)
      expect(createConfigSnapshots(configSnapshotsFolder(dataPaths(dataDir).backups)).list()).toEqual(kept)
      const environment = readFileSync(`/proc/${gateway.pid}/environ`, 'utf8')
      expect(environment).not.toContain(token())
    },
    bootMs,
  )

  test('its console lines reach the services host in batches, redacted and with their part', async () => {
    const lines = await until(
      async () => (await host.told()).flatMap((message) => (message.type === 'log' ? message.lines : [])),
      (all) => all.some((line) => line.source === 'gateway' && line.message === 'gateway ready'),
    )
    expect(lines.find((line) => line.message === 'gateway ready')).toMatchObject({ source: 'gateway', scope: 'gateway', level: 'info' })
    expect(JSON.stringify(lines)).not.toContain(token())
  })

  test(
    'killed, it is noticed and started again',
    async () => {
      const before = host.view()?.gateway.pid ?? 0
      process.kill(before, 'SIGKILL')
      const noticed = await host.waitFor((view) => view.gateway.state === 'backing-off')
      expect(noticed.gateway.reason).toContain('SIGKILL')
      const { gateway } = await host.waitFor((view) => view.gateway.state === 'running', bootMs)
      expect(gateway.pid).not.toBe(before)
      expect(gateway.restarts).toBe(1)
    },
    bootMs,
  )

  test('the services host may die without the gateway noticing', async () => {
    const view = host.view()
    process.kill(view?.services.pid ?? 0, 'SIGKILL')
    await host.waitFor(({ services }) => services.status === 'running' && services.pid !== view?.services.pid)
    expect(host.view()?.gateway).toMatchObject({ state: 'running', pid: view?.gateway.pid })
  })

  test(
    'when the host is killed the gateway stays, and the next host adopts it as its own',
    async () => {
      const view = host.view()
      const pid = view?.gateway.pid ?? 0
      host.signal('SIGKILL')
      await until(
        () => alive(view?.services.pid ?? null),
        (lives) => !lives,
      )
      expect(await alive(pid)).toBe(true)
      remember({ stop_gateway_on_quit: false })
      host = startHostProcess({ dataDir, gatewayPort, demo: true })
      const { gateway } = await host.waitFor(({ gateway: { state } }) => state === 'running' || state === 'failed', bootMs)
      expect(gateway).toMatchObject({ state: 'running', pid, owned: true })

      // That host was told that the gateway outlives it: so it does when it quits.
      remember({ stop_gateway_on_quit: true })
      host.signal('SIGTERM')
      expect(await host.exited).toBe(0)
      expect(await alive(pid)).toBe(true)
      host = startHostProcess({ dataDir, gatewayPort, demo: true })
      expect((await host.waitFor((now) => now.gateway.state === 'running', bootMs)).gateway).toMatchObject({ pid, owned: true })
      // And its death is noticed, although it is not this host's child.
      process.kill(pid, 'SIGKILL')
      await host.waitFor(({ gateway: now }) => now.state === 'backing-off' || now.state === 'starting')
      const after = await host.waitFor(({ gateway: now }) => now.state === 'running', bootMs)
      expect(after.gateway.pid).not.toBe(pid)
    },
    bootMs * 2,
  )

  test(
    'a gateway that somebody else runs is used and never stopped',
    async () => {
      const otherDir = mkdtempSync(path.join(tmpdir(), 'supervision-'))
      const pid = host.view()?.gateway.pid ?? 0
      const env = { OPENCLAW_GATEWAY_URL: `ws://127.0.0.1:${gatewayPort}`, OPENCLAW_GATEWAY_TOKEN: token() }
      const other = startHostProcess({ dataDir: otherDir, gatewayPort, env })
      try {
        const { gateway } = await other.waitFor((view) => view.gateway.state === 'adopted', bootMs)
        expect(gateway).toMatchObject({ pid, owned: false })
        expect(await other.command({ action: 'stop' })).toMatchObject({
          ok: false,
          message: expect.stringContaining('did not start') as string,
        })
        expect(await other.command({ action: 'restart' })).toMatchObject({ ok: false })
      } finally {
        other.signal('SIGTERM')
        await other.exited
        rmSync(otherDir, { recursive: true, force: true })
      }
      expect(await alive(pid)).toBe(true)
    },
    bootMs,
  )

  test(
    'another OpenClaw gateway that refuses our token is named and left alone',
    async () => {
      const otherDir = mkdtempSync(path.join(tmpdir(), 'supervision-'))
      const other = startHostProcess({ dataDir: otherDir, gatewayPort })
      try {
        const { gateway } = await other.waitFor((view) => view.gateway.state === 'failed', bootMs)
        expect(gateway.reason).toContain(`Another OpenClaw gateway is on port ${gatewayPort} and does not accept our token`)
        expect(gateway.port_owner).toMatchObject({ pid: host.view()?.gateway.pid })
        expect(gateway.suggested_port).not.toBeNull()
      } finally {
        other.signal('SIGTERM')
        await other.exited
        rmSync(otherDir, { recursive: true, force: true })
      }
      expect(host.view()?.gateway.state).toBe('running')
    },
    bootMs,
  )

  test(
    'stop aborts what runs instead of waiting for it; a configuration that OpenClaw refuses is not tried again and named; mended, it starts',
    async () => {
      const { pid } = host.view()?.gateway ?? { pid: null }
      // A run that would otherwise hold SIGTERM up for minutes.
      const run = fetch(`http://127.0.0.1:${gatewayPort}/v1/responses`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token()}`,
          'content-type': 'application/json',
          'x-openclaw-agent-id': 'main',
          'x-openclaw-session-key': 'agent:main:stop-test',
        },
        body: JSON.stringify({ model: 'openclaw/main', input: '[[slow:600:1000]] [[hang]] keep working' }),
      }).catch(() => null)
      await until(
        () =>
          withGateway(
            { port: gatewayPort, token: token() },
            { timeoutMs: 5000, use: (request) => request<{ sessions: unknown[] }>('sessions.list', { activeOnly: true }) },
          ),
        (list) => list.sessions.length > 0,
      ).catch(() => undefined)
      expect(await host.command({ action: 'stop' })).toMatchObject({ ok: true })
      // Left to itself it would go on for as long as the run: 315 seconds.
      await host.waitFor((view) => view.gateway.state === 'stopped', 60_000)
      expect(await alive(pid)).toBe(false)
      await run

      const file = dataPaths(dataDir).openclaw.configFile
      const good = readFileSync(file, 'utf8')
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(good) as object), noSuchKey: 1 }))
      await host.command({ action: 'start' })
      const failed = await host.waitFor((view) => view.gateway.state === 'failed', bootMs)
      expect(failed.gateway).toMatchObject({
        reason: expect.stringContaining('noSuchKey') as string,
        remedy: expect.stringContaining('openclaw.json') as string,
        restarts: 1,
      })
      expect(failed.gateway.last_lines.length).toBeGreaterThan(0)

      writeFileSync(file, good)
      await host.command({ action: 'start' })
      await host.waitFor((view) => view.gateway.state === 'running', bootMs)
    },
    bootMs * 2,
  )

  test(
    'moved to another port it runs there, and quitting leaves nothing behind',
    async () => {
      const port = await freePort()
      expect(await host.command({ action: 'use-port', port })).toEqual({ ok: true, message: null })
      const { gateway } = await host.waitFor((view) => view.gateway.state === 'running' && view.gateway.port === port, bootMs)
      expect(await gatewayHello({ port, token: token() })).toMatchObject({ ok: true })
      host.signal('SIGTERM')
      expect(await host.exited).toBe(0)
      expect(await alive(gateway.pid)).toBe(false)
    },
    bootMs,
  )
})
