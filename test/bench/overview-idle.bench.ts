// What a visible Overview costs while nothing happens: the services host and every process of the browser, in real Chromium.
// By hand, after `npm run build`: `node test/bench/overview-idle.bench.ts [SECONDS] [AGENTS] [DIST]`. Results: docs/benchmarks.md. Linux only: it reads /proc.
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { listProcesses, type ProcessUse, treeUse } from '../../native-services/platform/process-metrics.ts'
import { launchBrowser, signIn } from '../support/browser.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { machine } from './figures.ts'

const seconds = Number(process.argv[2] ?? 60)
const agents = Number(process.argv[3] ?? 4)
const services = await startServices({ staticDir: process.argv[4] ?? 'dist/renderer' })
const { board, max } = await seedBoard(services)
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
await services.call('updateAgent', { params: { agent_id: max.id }, body: { heartbeat_config: { every: '30s', target: 'none' } } })
services.setGateway({ state: 'running', pid: process.pid, owned: true, version: '2026.9.6' })

const browser = await launchBrowser()
const { page } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
await page.getByRole('list', { name: 'Health, layer by layer' }).waitFor()
await page
  .getByRole('group', { name: /Heartbeats of|Beats of|beats/i })
  .first()
  .waitFor()
await wait(15_000)

/** The browser is a child of this process; what it has used so far, by the kind of its processes. */
async function browserUse(): Promise<{ all: number; renderer: number }> {
  const table = await listProcesses()
  const root = table.find((use) => use.ppid === process.pid && /chrom/i.test(use.command ?? ''))
  if (!root) throw new Error('the browser is not a child of this process')
  const renderers = table.filter(
    (use: ProcessUse) => /--type=renderer/.test(use.command ?? '') && !/--extension-process/.test(use.command ?? ''),
  )
  return { all: treeUse(table, root.pid)?.cpu_ms ?? 0, renderer: renderers.reduce((sum, use) => sum + use.cpu_ms, 0) }
}

const before = await browserUse()
const cpu = process.cpuUsage()
const shifts = page.evaluate(
  (ms) =>
    new Promise<number>((resolve) => {
      let sum = 0
      const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
      })
      observer.observe({ type: 'layout-shift' })
      setTimeout(() => resolve(sum), ms)
    }),
  seconds * 1000,
)
await wait(seconds * 1000)
const used = process.cpuUsage(cpu)
const after = await browserUse()
const share = (ms: number): string => `${((ms / (seconds * 1000)) * 100).toFixed(2)} % of a core`
const own = (used.user + used.system) / 1000
console.log(machine())
console.log(`${agents} agents, ${seconds} s with a visible Overview`)
console.log(
  `services ${share(own)} · page (renderer) ${share(after.renderer - before.renderer)} · services + page ${share(own + after.renderer - before.renderer)}`,
)
console.log(`all processes of the browser ${share(after.all - before.all)} · layout shift ${(await shifts).toFixed(4)}`)
await browser.close()
await services.stop()
