// A comment and a document of a million characters in real Chromium: the longest time for which the page answered nobody.
// By hand, after `npm run build`: `node test/bench/long-texts.bench.ts [ROUNDS]`. `RENDERER_DIST` names another build of the page. Results: docs/benchmarks.md.
import type { Page } from 'playwright'
import type { Comment } from '../../native-services/contract/entities.ts'
import { launchBrowser, signIn } from '../support/browser.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { machine, percentile } from './figures.ts'

const rounds = Number(process.argv[2] ?? 3)
const long = '## Part\n\nSome **words** with a [link](https://example.com) and `code`.\n\n- one\n- two\n\n'
  .repeat(12_000)
  .slice(0, 1_000_000)

async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const seen: number[] = []
    new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ['longtask'] })
    Object.assign(window, { longTasks: seen })
  })
  await work()
  await page.waitForTimeout(500)
  return page.evaluate(() => Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks))
}

const services = await startServices({ staticDir: process.env['RENDERER_DIST'] ?? 'dist/renderer' })
const { board } = await seedBoard(services)
const task = await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Long' } })
const said = await services.call('createComment', { params: { board_id: board.id, task_id: task.id }, body: { message: 'Long' } })
const document = await services.call('createDocument', { params: { board_id: board.id }, body: { title: 'Long', content: long } })
const browser = await launchBrowser()
const took = new Map<string, number[]>()
for (let round = 0; round < rounds; round += 1) {
  const { page, context, open } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  // Comments are shorter when people write them; what an agent answers may be as long as it likes.
  await page.route('**/comments?*', async (route) => {
    const response = await route.fetch()
    const body = (await response.json()) as { items: Comment[] }
    for (const item of body.items) if (item.id === said.id) item.message = long
    await route.fulfill({ response, json: body })
  })
  const measure = async (name: string, work: () => Promise<void>) => {
    took.set(name, [...(took.get(name) ?? []), await longestTask(page, work)])
  }
  await open('/boards')
  await measure('a comment comes into sight', async () => {
    await open(`/boards/${board.id}/tasks/${task.id}`)
    await page.locator(`[data-comment="${said.id}"] h2`).first().waitFor()
  })
  const all = page.locator(`[data-comment="${said.id}"] .markdown-more`)
  await measure('all of the comment is drawn', async () => {
    await all.click()
    await page.locator(`[data-comment="${said.id}"] .markdown-pieces[aria-busy="false"]`).waitFor({ timeout: 180_000 })
  })
  await open('/boards')
  await measure('a document is opened', async () => {
    await open(`/boards/${board.id}/documents/${document.id}`)
    await page.locator('.document-read h2').nth(2).waitFor()
  })
  await measure('its editor is opened', async () => {
    await page.locator('label', { hasText: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Content, Markdown' }).waitFor()
  })
  await measure('ten keys are typed into it', async () => {
    await page.getByRole('textbox', { name: 'Content, Markdown' }).press('Control+Home')
    await page.getByRole('textbox', { name: 'Content, Markdown' }).pressSequentially('0123456789')
  })
  await context.close()
}
console.log(machine())
for (const [name, ms] of took)
  console.log(
    `${name}: longest task ${percentile(ms, 0.5).toFixed(0)} ms, median of ${ms.length}; at most ${Math.max(...ms).toFixed(0)} ms (0: none over 50 ms)`,
  )
await browser.close()
await services.stop()
