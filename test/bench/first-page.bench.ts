// From a fresh navigation to a page that answers, served by the headless services, and what it had to load. By hand:
//   node test/bench/first-page.bench.ts     needs a built page (`node scripts/build.mjs`); results: docs/benchmarks.md
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { launchBrowser, signIn } from '../support/browser.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { machine, percentile } from './figures.ts'

const rounds = 15
const staticDir = process.env['RENDERER_DIST'] ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url))
if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error('There is no built page: run node scripts/build.mjs first.')

console.log(machine())
const services = await startServices({ staticDir })
const { board, max } = await seedBoard(services)
for (let number = 1; number <= 40; number += 1)
  await services.call('createTask', {
    params: { board_id: board.id },
    body: { title: `Task ${number}`, assigned_agent_ids: number % 2 ? [max.id] : [] },
  })
const browser = await launchBrowser()
const { page } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
// A first run would lead to the first steps.
await services.call('updateSettings', { body: { onboarding_done: true } })
for (const [name, route, mark] of [
  ['Overview', '/', '.overview-tiles'],
  ['a board of 40 tasks', `/boards/${board.id}`, '[data-card]'],
] as const) {
  const took: number[] = []
  let files: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    await page.goto('about:blank')
    const since = performance.now()
    await page.goto(`${services.url}/#${route}`)
    await page.locator(mark).first().waitFor()
    // Two frames later it has been drawn, and the thread is free for the first key.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    took.push(performance.now() - since)
    files = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => new URL(entry.name).pathname)
        .filter((name) => name.endsWith('.js')),
    )
  }
  const bytes = [...new Set(files)].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(staticDir, file))).length, 0)
  console.log(
    `${name}: interactive after ${percentile(took, 0.5).toFixed(0)} ms (median of ${rounds}; ${Math.min(...took).toFixed(0)}–${Math.max(...took).toFixed(0)}), ${(bytes / 1024).toFixed(0)} kB of JavaScript (gzip) in ${new Set(files).size} files`,
  )
}
await browser.close()
await services.stop()
