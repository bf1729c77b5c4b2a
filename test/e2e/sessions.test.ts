/** Conversations of an agent in a real browser: a long one, a long answer, one that is being written. The gateway's socket is a stand-in, all else is real. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { createId } from '../../native-services/platform/ids.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { accessibilityFindings, launchBrowser, type SignedInPage, signIn } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')
const count = 5000

let gateway: ChatGateway
let services: TestServices
let browser: Browser
let signedIn: SignedInPage
let page: Page
let agent: Awaited<ReturnType<typeof seedBoard>>['max']
let long: string
let short: string

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  gateway = await startChatGateway()
  services = await startServices({ staticDir })
  agent = (await seedBoard(services)).max
  const prefix = `agent:${agent.gateway_agent_id}`
  long = `${prefix}:long`
  short = `${prefix}:short`
  gateway.transcripts.set(
    long,
    Array.from({ length: count }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: n % 2 === 0 ? `Question ${n}?` : `Answer **${n}**.\n\n${'A sentence of it. '.repeat(n % 7)}`,
      timestamp: 1_790_000_000_000 + n,
      __openclaw: { id: `m${n}`, runId: n % 2 === 0 ? undefined : `run-${n}` },
    })),
  )
  gateway.transcripts.set(short, [
    { role: 'user', content: 'All of it, please.', __openclaw: { id: 'q' } },
    { role: 'assistant', content: `${'A line of the long answer.\n\n'.repeat(6000)}`, __openclaw: { id: 'a', runId: 'run-a' } },
  ])
  services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
  const db = new Database(dataPaths(services.dataDir).database)
  const add = db.prepare(
    `INSERT INTO runs (id, run_id, kind, agent_id, session_key, provider, model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, price_source, outcome, started_at, ended_at, day)
     VALUES (?, ?, 'chat', ?, ?, 'p', 'm', 1000, 200, 0, 0, ?, 'gateway', ?, ?, ?, '2026-09-21')`,
  )
  const now = Date.now()
  for (let n = count - 199; n < count; n += 2) add.run(createId(now + n), `run-${n}`, agent.id, long, 2500, 'ok', now + n, now + n)
  add.run(createId(now), 'elsewhere', agent.id, `${prefix}:other`, 999_999, 'ok', now, now)
  db.close()
  await until(
    () => services.call('getOverview'),
    (overview) => overview.gateway?.connected === true,
  )
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  page = signedIn.page
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
  await gateway?.stop()
})

const show = (key: string) => signedIn.open(`/agents/${agent.id}/sessions/${encodeURIComponent(key)}`)
const body = () => page.locator('.drawer-body')

it('five thousand messages come in pages, and only what is in sight is drawn', { timeout: 120_000 }, async () => {
  await show(long)
  await body()
    .getByText(`Answer ${count - 1}.`)
    .waitFor()
  const older = page.getByRole('button', { name: 'Older messages' })
  const first = () => page.locator('.session-list > li').first()
  const loaded = async () => Number(await first().getAttribute('aria-setsize'))
  while ((await older.count()) > 0) {
    const before = await loaded()
    await older.press('Enter')
    await until(loaded, (now) => now > before, 20_000)
  }
  expect(await loaded()).toBe(count)
  await older.waitFor({ state: 'detached' })
  await body().press('Home')
  await first().getByText('Question 0?').waitFor()
  expect(await page.locator('.session-list > li').count()).toBeLessThan(60)
  await body().evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await body()
    .getByText(`Answer ${count - 1}.`)
    .waitFor()
  expect(await page.locator('.session-list > li').count()).toBeLessThan(60)
})

it('older messages leave what is read in its place', async () => {
  await show(short)
  await show(long)
  await body()
    .getByText(`Answer ${count - 1}.`)
    .waitFor()
  await body().evaluate((element) => element.scrollTo(0, 0))
  const line = body().getByText(`Question ${count - 100}?`)
  await line.waitFor()
  const before = await line.boundingBox()
  await page.getByRole('button', { name: 'Older messages' }).click()
  await page.locator('.session-list > li[aria-setsize="200"]').first().waitFor()
  await until(
    async () => Math.abs(((await line.boundingBox())?.y ?? Number.NaN) - (before?.y ?? 0)),
    (moved) => moved < 40,
    5000,
  )
})

it('a reader who scrolls while older messages come in is not pulled back', async () => {
  await show(short)
  await show(long)
  await body()
    .getByText(`Answer ${count - 1}.`)
    .waitFor()
  await page.getByRole('button', { name: 'Older messages' }).press('Enter')
  await page.locator('.session-list > li[aria-setsize="200"]').first().waitFor()
  await body().press('Home')
  await body()
    .getByText(`Question ${count - 200}?`)
    .waitFor()
  await page.waitForTimeout(500)
  expect(await body().evaluate((element) => element.scrollTop)).toBe(0)
})

it('the conversation that is opened keeps the focus, whatever was open before', async () => {
  await show(short)
  await show(long)
  await page.waitForTimeout(300)
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('dialog')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-session-link'))).toBe(long)
})

it('what runs used stands beside their last words and in a sum, only of this conversation', async () => {
  await show(short)
  await show(long)
  await body()
    .getByText(`Answer ${count - 1}.`)
    .waitFor()
  const newest = page.locator('.session-list > li').filter({ hasText: `Answer ${count - 1}.` })
  await newest.getByText('1,200 tokens, $0.0025').waitFor()
  const sum = page.locator('.session-runs summary')
  expect(await sum.innerText()).toMatch(/100 runs\s+120K tokens, \$0\.25/)
  await sum.click()
  expect(await page.locator('.session-runs tbody tr').count()).toBe(100)
  expect(await accessibilityFindings(page)).toEqual([])
  await sum.click()
})

it('of a long answer the beginning is drawn; all of it comes piece by piece while the page goes on', async () => {
  await show(short)
  const more = body().getByRole('button', { name: /^Show all 1\d\d,\d\d\d characters$/ })
  await more.waitFor()
  const lines = () => body().getByText('A line of the long answer.', { exact: true }).count()
  const beginning = await lines()
  expect(beginning).toBeLessThan(1000)
  await more.click()
  const counts = new Set<number>()
  await until(
    async () => {
      counts.add(await lines())
      return body().locator('.markdown-pieces').getAttribute('aria-busy')
    },
    (busy) => busy === 'false',
  )
  expect(await lines()).toBe(6000)
})

it('a run is followed, stopped, answered anew, and the conversation begun anew', async () => {
  await show(short)
  await page.getByRole('textbox', { name: 'Write to this conversation' }).fill('Go on.')
  await page.keyboard.press('Control+Enter')
  await body().getByText('Go on.').waitFor()
  const run = await until(
    () => Promise.resolve(gateway.calls.findLast((call) => call.method === 'chat.send')?.params['idempotencyKey']),
    (key) => typeof key === 'string',
  )
  gateway.emit('chat', { sessionKey: short, runId: run, state: 'delta', message: { role: 'assistant', content: 'First words' } })
  await body().getByText('First words').waitFor()
  gateway.emit('chat', {
    sessionKey: short,
    runId: run,
    state: 'delta',
    message: { role: 'assistant', content: `${'many '.repeat(100_000)} and the newest words` },
  })
  await body().getByText('and the newest words').waitFor()
  expect((await body().innerText()).split('many').length).toBeLessThan(5000)
  await page.getByRole('button', { name: 'Abort' }).click()
  await until(
    () => Promise.resolve(gateway.calls.some((call) => call.method === 'sessions.abort')),
    (asked) => asked,
  )
  gateway.emit('chat', { sessionKey: short, runId: run, state: 'aborted' })
  await page.getByRole('button', { name: 'Abort' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Reset' }).click()
  await page.getByRole('dialog', { name: 'Begin this conversation anew?' }).getByRole('button', { name: 'Reset' }).click()
  await body().getByText('Nothing has been said here yet.').waitFor()
  expect(signedIn.complaints).toEqual([])
})
