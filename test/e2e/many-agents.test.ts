/** A thousand agents: lists draw what is in sight, and nothing of what one does with a list is lost. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const many = 1000
const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let browser: Browser
let signedIn: SignedInPage
let page: Page

/** As if they had been created long ago; through the API each would be provisioned. */
function addAgents(database: string, model: string): void {
  const db = new Database(database)
  const row = db.prepare('SELECT * FROM agents WHERE id = ?').get(model) as Record<string, string | number | null>
  const columns = Object.keys(row)
  const insert = db.prepare(`INSERT INTO agents (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`)
  db.transaction(() => {
    for (let place = 1; place <= many; place += 1)
      insert.run({
        ...row,
        id: randomUUID(),
        name: `Agent ${place}`,
        gateway_agent_id: `many-${place}`,
        openclaw_session_id: `agent:many-${place}:main`,
        status: 'offline',
        status_reason: 'It did not check in after three wakes.',
      })
  })()
  db.close()
}

beforeAll(async () => {
  services = await startServices({ staticDir })
  const { max } = await seedBoard(services)
  addAgents(dataPaths(services.dataDir).database, max.id)
  await services.restart()
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  ;({ page } = signedIn)
  page.setDefaultTimeout(15_000)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

const scrollToEnd = () => page.locator('.page').evaluate((element) => element.scrollTo({ top: element.scrollHeight }))

it('the table draws a part, in the order of the names, and knows all of it', async () => {
  await signedIn.open('/agents')
  const rows = page.locator('.agents-table tbody tr:not(.row-gap)')
  await expect.poll(() => rows.count()).toBeGreaterThan(5)
  expect(await rows.count()).toBeLessThan(80)
  expect(await page.locator('.agents-table').getAttribute('aria-rowcount')).toBe(String(many + 4))
  await expect.poll(() => page.locator('#content').innerText()).toMatch(/Agent 1\b[\s\S]*Agent 2\b[\s\S]*Agent 3\b/)
  await expect.poll(async () => (await scrollToEnd(), page.getByRole('link', { name: 'Max' }).count())).toBeGreaterThan(0)
  expect(await rows.count()).toBeLessThan(80)
  expect(await accessibilityFindings(page, 'all')).toEqual([])
})

it('all are chosen with one box, and the filter finds one among them', async () => {
  await signedIn.open('/agents')
  await page.getByRole('checkbox', { name: /all/i }).check()
  await page
    .getByText(`${(many + 3).toLocaleString('en-US')}`, { exact: false })
    .first()
    .waitFor()
  await page.locator('[data-page-filter]').fill('Agent 777')
  await page.getByRole('link', { name: 'Agent 777' }).waitFor()
  expect(await page.locator('.agents-table tbody tr').count()).toBe(1)
  await page.locator('[data-page-filter]').fill('')
})

it('j goes on beyond what was drawn at first', async () => {
  await signedIn.open('/')
  await signedIn.open('/agents')
  await page.locator('.page').evaluate((element) => element.scrollTo({ top: 0 }))
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  await page.keyboard.press('j')
  const first = await focused()
  for (let step = 0; step < 60; step += 1) await page.keyboard.press('j')
  // Not past what is drawn yet, and never out of the list.
  await expect.poll(async () => Number(/^Agent (\d+)$/.exec(await focused())?.[1])).toBeGreaterThan(50)
  expect(await focused()).not.toBe(first)
})

it('cards and schedules draw a part, too, and show the last', async () => {
  await signedIn.open('/agents?view=cards')
  await expect.poll(() => page.locator('.agent-card').count()).toBeGreaterThan(3)
  expect(await page.locator('.agent-card').count()).toBeLessThan(80)
  await expect.poll(async () => (await scrollToEnd(), page.getByRole('article', { name: 'Max' }).count())).toBe(1)
  await signedIn.open('/schedules')
  await expect.poll(() => page.locator('.schedule-row').count()).toBeGreaterThan(3)
  expect(await page.locator('.schedule-row').count()).toBeLessThan(80)
})

it('the same trouble of a thousand is one row in Needs attention, which leads to them', async () => {
  const { attention } = await services.call('getOverview')
  expect(attention.filter((row) => row.key.startsWith('agent:'))).toEqual([
    expect.objectContaining({ key: 'agent:many:offline', title: `${many} agents are offline`, link: '/agents?status=offline' }),
  ])
  expect(attention.find((row) => row.key === 'agent:many:offline')?.reason).toContain(`and ${many - 3} more`)
  expect(signedIn.complaints).toEqual([])
})
