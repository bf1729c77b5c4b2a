// What a visible Overview costs while nothing happens: the services host and every process of the browser, in real Chromium.
// By hand, after `npm run build`: `node test/bench/overview-idle.bench.ts [SECONDS] [AGENTS] [DIST] [--hidden]`. With `--hidden` the page believes that nobody sees it. Results: docs/benchmarks.md. Linux only: it reads /proc.
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { listProcesses } from '../../native-services/platform/process-metrics.ts'
import { launchBrowser, signIn } from '../support/browser.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { machine } from './figures.ts'

const hidden = process.argv.includes('--hidden')
const given = process.argv.slice(2).filter((argument) => argument !== '--hidden')
const seconds = Number(given[0] ?? 60)
const agents = Number(given[1] ?? 4)
const services = await startServices({ staticDir: given[2] ?? 'dist/renderer' })
const { board } = await seedBoard(services)
await services.call('updateSettings', { body: { onboarding_done: true } })
await services.call('updateBoard', { params: { board_id: board.id }, body: { max_agents: Math.max(agents, 1) } })
for (let index = 3; index < agents; index += 1)
  await services.call('createAgent', { body: { name: `Agent ${index + 1}`, board_id: board.id, provision: false } })
const db = new Database(dataPaths(services.dataDir).database)
const now = Date.now()
// Provisioned by hand, so without a workspace: no token, and nothing that could drift.
db.prepare(`UPDATE agents SET status = 'online', last_seen_at = ?, token_hash = NULL, token_prefix = NULL`).run(now)
const beat = db.prepare(`INSERT INTO heartbeats (id, agent_id, expected_at, sent_at, seen_at, outcome) VALUES (?, ?, ?, ?, ?, 'seen')`)
for (const { id } of db.prepare('SELECT id FROM agents LIMIT 8').all() as { id: string }[])
  for (let index = 0; index < 40; index += 1)
    beat.run(`${id}-${index}`, id, now - index * 60_000, now - index * 60_000, now - index * 60_000 + 900)
db.close()
services.setGateway({ state: 'running', pid: process.pid, owned: true, version: '2026.9.6' })

const browser = await launchBrowser()
const { page } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
await page.getByRole('list', { name: 'Health, layer by layer' }).waitFor()
await page
  .getByRole('group', { name: /Heartbeats of|Beats of|beats/i })
  .first()
  .waitFor()
if (hidden)
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
// What comes up with the page is over by then: chunks that are fetched ahead, what agents that were just made have to say, and the garbage
// collections with which the browser ends all that, the last of them about a minute later.
await wait(90_000)

/** CPU so far of each process of our browser, which is a child of this one, by process id. */
async function browserUse(): Promise<Map<number, { ms: number; renderer: boolean }>> {
  const table = await listProcesses()
  const ours = new Set(table.filter((use) => use.ppid === process.pid && /chrom/i.test(use.command ?? '')).map((use) => use.pid))
  if (ours.size === 0) throw new Error('the browser is not a child of this process')
  for (let before = 0; before !== ours.size;) {
    before = ours.size
    for (const use of table) if (ours.has(use.ppid)) ours.add(use.pid)
  }
  return new Map(
    table
      .filter((use) => ours.has(use.pid))
      .map((use) => [use.pid, { ms: use.cpu_ms, renderer: /--type=renderer/.test(use.command ?? '') }]),
  )
}

const before = await browserUse()
const cpu = process.cpuUsage()
const shifts = page.evaluate(
  (ms) =>
    new Promise<{ sum: number; what: string[] }>((resolve) => {
      let sum = 0
      const what: string[] = []
      const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as { value: number; sources: { node: Element | null }[] }[]) {
          sum += entry.value
          for (const { node } of entry.sources) what.push(`${entry.value.toFixed(4)} ${node?.className || node?.nodeName || '?'}`)
        }
      })
      observer.observe({ type: 'layout-shift' })
      setTimeout(() => resolve({ sum, what }), ms)
    }),
  seconds * 1000,
)
await wait(seconds * 1000)
const used = process.cpuUsage(cpu)
const after = await browserUse()
let browserMs = 0
let pageMs = 0
for (const [pid, { ms, renderer }] of after) {
  const spent = ms - (before.get(pid)?.ms ?? 0)
  browserMs += spent
  if (renderer) pageMs += spent
}
const share = (ms: number): string => `${((ms / (seconds * 1000)) * 100).toFixed(2)} % of a core`
const own = (used.user + used.system) / 1000
console.log(machine())
console.log(`${agents} agents, ${seconds} s with ${hidden ? 'an Overview that nobody sees' : 'a visible Overview'}`)
console.log(`services ${share(own)} · page (renderer) ${share(pageMs)} · services + page ${share(own + pageMs)}`)
const { sum, what } = await shifts
console.log(`all processes of the browser ${share(browserMs)} · layout shift ${sum.toFixed(4)}`)
for (const each of what) console.log(`  ${each}`)
await browser.close()
await services.stop()
