// The desktop with its real host and its real services host: only Electron itself is the fake one. No OpenClaw is needed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesktop } from '../../electron/desktop.ts'
import { createForkServices } from '../../native-services/host/fork-services.ts'
import { createHost } from '../../native-services/host/host.ts'
import type { ServicesProcess } from '../../native-services/host/host-types.ts'
import { freePort } from '../../native-services/platform/free-port.ts'
import { createFakeElectron, type FakeElectron } from '../fakes/electron.ts'
import { until } from '../support/until.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const page = (pathname: string, init?: RequestInit) => new Request(`app://mission-control${pathname}`, init)

describe('the desktop on its real host', () => {
  let folder: string
  let fake: FakeElectron
  /** Every services host that was started, the present one last. */
  const started: ServicesProcess[] = []
  const pidOfServices = () => started.at(-1)?.pid
  const labels = () => fake.trays[0]!.menu.map((item) => item.label)

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'desktop-services-'))
    mkdirSync(path.join(folder, 'renderer'))
    writeFileSync(path.join(folder, 'renderer', 'index.html'), '<!doctype html>')
    fake = createFakeElectron()
    const fork = createForkServices()
    const desktop = startDesktop({
      ports: fake.ports,
      argv: ['--data-dir', path.join(folder, 'data'), '--port', '0'],
      // No PATH: an OpenClaw that happens to be installed here stays out of it.
      env: { MISSION_CONTROL_GATEWAY_PORT: String(await freePort()), MISSION_CONTROL_OPENCLAW_PATH: path.join(folder, 'no-openclaw.mjs') },
      platform: 'linux',
      executable: '/opt/mission-control/openclaw-mission-control',
      home: folder,
      temporaryFolder: '/tmp',
      folders: { renderer: path.join(folder, 'renderer'), resources: path.join(root, 'resources'), preload: '/dist/preload.cjs' },
      hasUpdateFeed: false,
      createHost,
      forkServices: () => {
        const services = fork()
        started.push(services)
        return services
      },
      createUpdater: () => {
        throw new Error('updates are off here')
      },
      linuxTrayHosted: async () => true,
    })
    fake.app.makeReady()
    await desktop?.started
    await answers()
  })
  afterAll(async () => {
    if (fake.app.exited === null) fake.app.quit()
    await until(
      () => fake.app.exited,
      (code) => code !== null,
    )
    rmSync(folder, { recursive: true, force: true })
  })

  async function answers(): Promise<void> {
    await until(
      async () => (await fake.request(page('/api/v1/overview'))).status,
      (status) => status === 200,
    )
  }

  it('shows the page its data, its events and its refusals through app://', async () => {
    const boards = await fake.request(page('/api/v1/boards'))
    expect(await boards.json()).toMatchObject({ items: expect.any(Array), total: expect.any(Number) })
    const events = await fake.request(page('/api/v1/events'))
    expect(events.headers.get('content-type')).toContain('text/event-stream')
    const reader = events.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: hello')
    await reader.cancel()
    const wrong = await fake.request(
      page('/api/v1/boards', { method: 'POST', body: '{"nam":"x"}', headers: { 'content-type': 'application/json' } }),
    )
    expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([422, 'invalid_request'])
  })

  it('pauses and resumes deliveries from the tray', async () => {
    await expect.poll(labels).toContain('Pause deliveries')
    fake.trays[0]!.choose('Pause deliveries')
    await expect.poll(labels).toContain('Resume deliveries')
    const settings = (await (await fake.request(page('/api/v1/settings'))).json()) as { delivery_paused: boolean }
    expect(settings.delivery_paused).toBe(true)
    fake.trays[0]!.choose('Resume deliveries')
    await expect.poll(labels).toContain('Pause deliveries')
  })

  it('heals when the services host is killed', async () => {
    const first = pidOfServices()!
    process.kill(first, 'SIGKILL')
    await expect.poll(pidOfServices, { timeout: 10_000 }).not.toBe(first)
    await answers()
  })

  it('quits with nothing left behind', async () => {
    const pid = pidOfServices()!
    fake.trays[0]!.choose('Quit')
    await expect.poll(() => fake.app.exited, { timeout: 15_000 }).toBe(0)
    expect(fake.errors).toEqual([])
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
