/**
 * The main job, end to end, as a new user meets it: the demo on the real gateway with a real browser beside it. Agents come online by their
 * own check-in, a new task is answered and moves to review before one's eyes, a token broken by hand is seen, refused and mended by the button,
 * and whatever is killed comes back.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, createApiClient } from '../../native-services/contract/client.ts'
import type { Agent } from '../../native-services/contract/entities.ts'
import type { Health } from '../../native-services/contract/health.ts'
import { launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

let host: RealHost
let api: ApiClient
let browser: Browser
let signedIn: SignedInPage

const agents = async () => (await api.call('listAgents', {})).items
const health = async () => (await host.get('/health')) as Health
const allOnline = () =>
  until(
    async () => (await agents()).map(({ name, status, status_reason: reason }) => ({ name, status, reason })),
    (list) => list.length === 4 && list.every((agent) => agent.status === 'online'),
    180_000,
  )
const credentialsOf = (agent: Agent) => path.join(agent.workspace_path, '.mission-control', 'credentials')
const tokenOf = (agent: Agent) => /^AUTH_TOKEN=(.*)$/m.exec(readFileSync(credentialsOf(agent), 'utf8'))?.[1] ?? ''
const checkIn = (token: string) => fetch(`${host.url}/api/v1/agent/heartbeat`, { method: 'POST', headers: { 'x-agent-token': token } })

beforeAll(async () => {
  host = await startHost({ demo: true })
  api = createApiClient({ baseUrl: host.url, headers: () => ({ authorization: `Bearer ${host.operatorToken}` }) })
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: host.url, operatorToken: host.operatorToken })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await host?.stop()
}, 60_000)

describe('the main job', () => {
  it('brings all four demo agents online by their own check-in', { timeout: 200_000 }, async () => {
    await allOnline()
    for (const agent of await agents()) {
      expect(agent.last_seen_at).not.toBeNull()
      expect(agent.token_status).toBe('in_sync')
      expect(existsSync(path.join(agent.workspace_path, '.mission-control', 'mc'))).toBe(true)
    }
    expect((await health()).status).toBe('healthy')
  })

  it('answers a new task in its thread, moves it to review and shows it live', { timeout: 150_000 }, async () => {
    const board = (await api.call('listBoards', {})).items[0]
    const worker = (await agents()).find((agent) => agent.role === 'worker')
    if (!board || !worker) throw new Error('The demo has no board or no worker.')
    const { page, open } = signedIn
    await open(`/boards/${board.id}`)
    const title = `Check the launch list ${Date.now()}`
    const task = await api.call('createTask', { params: { board_id: board.id }, body: { title, assigned_agent_id: worker.id } })
    const card = page.locator('[data-column="review"]').getByText(title)
    await card.waitFor({ timeout: 120_000 })
    const thread = await until(
      async () => (await api.call('listComments', { params: { board_id: board.id, task_id: task.id } })).items,
      (items) => items.length > 0,
      60_000,
    )
    expect(thread.map((comment) => comment.agent_id)).toEqual([worker.id])
    expect(thread[0]?.source_notification_id).not.toBeNull()
    await open(`/boards/${board.id}/tasks/${task.id}`)
    await page.getByText(worker.name, { exact: true }).first().waitFor()
  })

  it(
    'sees a token overwritten by hand, refuses it, and mends it with the button; the others keep working',
    { timeout: 150_000 },
    async () => {
      const [victim, ...others] = await agents()
      if (!victim) throw new Error('No agent.')
      const text = readFileSync(credentialsOf(victim), 'utf8')
      writeFileSync(credentialsOf(victim), text.replace(/^AUTH_TOKEN=.*$/m, 'AUTH_TOKEN=mca_not_the_token_that_mission_control_knows_'))
      expect((await checkIn(tokenOf(victim))).status).toBe(401)
      await until(
        async () => (await api.call('getAgent', { params: { agent_id: victim.id } })).token_status,
        (status) => status === 'drifted',
        20_000,
      )

      const { page, open } = signedIn
      await open('/gateway?tab=credentials')
      await page.getByRole('button', { name: 'Re-sync tokens' }).click()
      const confirm = page.getByRole('dialog').getByRole('button', { name: /re-sync/i })
      if (await confirm.isVisible().catch(() => false)) await confirm.click()
      while ((await api.call('getAgent', { params: { agent_id: victim.id } })).token_status !== 'in_sync') {
        for (const other of others) expect((await checkIn(tokenOf(other))).status).toBe(200)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect((await checkIn(tokenOf(victim))).status).toBe(200)
      for (const other of others) expect((await checkIn(tokenOf(other))).status).toBe(200)
      await allOnline()
    },
  )

  it('heals after kill -9 of the services host; the gateway does not notice and the page neither', { timeout: 120_000 }, async () => {
    const gateway = (await health()).gateway.pid
    const services = host.servicesPid()
    if (services === null) throw new Error('No services host.')
    process.kill(services, 'SIGKILL')
    await until(
      () => host.servicesPid(),
      (pid) => pid !== null && pid !== services,
      30_000,
    )
    expect((await health()).gateway.pid).toBe(gateway)
    await signedIn.page.getByRole('status', { name: /^Live/ }).waitFor({ timeout: 60_000 })
  })

  it('brings everything back after kill -9 of the gateway, without a person', { timeout: 240_000 }, async () => {
    const before = (await health()).gateway.pid
    if (before === null) throw new Error('No gateway.')
    process.kill(before, 'SIGKILL')
    await until(
      async () => (await health()).gateway,
      (gateway) => gateway.state === 'running' && gateway.connected && gateway.pid !== before,
      120_000,
    )
    await allOnline()
  })

  it('kept every secret to itself', async () => {
    const secrets = [host.operatorToken, ...(await agents()).map(tokenOf)]
    const filesIn = (folder: string) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(folder, entry.name))
    const files = [...filesIn(path.join(host.dataDir, 'logs')), ...filesIn(host.dataDir).filter((file) => file.includes('.sqlite'))]
    expect(files.length).toBeGreaterThan(2)
    const texts = [host.output(), ...files.map((file) => readFileSync(file, 'latin1'))]
    for (const secret of secrets) for (const text of texts) expect(text.includes(secret)).toBe(false)
    expect(signedIn.complaints.filter((line) => !/503|ERR_CONNECTION|ERR_INCOMPLETE|Failed to load resource/.test(line))).toEqual([])
  })
})
