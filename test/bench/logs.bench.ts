// Five million lines on disk: writing, opening, searching over HTTP, and the page in Chromium. By hand: `node test/bench/logs.bench.ts [LINES] [FOLDER]`.
// A folder that holds lines already is used as it is. Results: docs/benchmarks.md.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openLogDb } from '../../native-services/platform/log-db.ts'
import type { NewLogLine } from '../../native-services/platform/log-lines.ts'
import { launchBrowser, signIn } from '../support/browser.ts'
import { startServices, type TestServices } from '../support/services.ts'
import { machine, percentile } from './figures.ts'

const count = Number(process.argv[2] ?? 5_000_000)
const given = process.argv[3]
const folder = given ?? mkdtempSync(path.join(tmpdir(), 'mc-logs-bench-'))
mkdirSync(folder, { recursive: true })
const built = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', process.env['RENDERER'] ?? path.join('dist', 'renderer'))

const words =
  'gateway session agent token connect retry timeout request response delivered heartbeat wake model usage stream channel message event state running closed opened lease attempt deadline backoff probe ready config patch workspace tool exec approval board task comment thread compaction memory provider'.split(
    ' ',
  )
let state = 20_261_121
/** The same lines in every run. */
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const word = (): string => words[Math.floor(random() * words.length)] ?? ''
const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
const uuid = (): string => `0199${hex(4)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`
const agents = Array.from({ length: 20 }, uuid)

function lineAt(n: number, at: number): NewLogLine {
  const chance = random()
  const level = chance < 0.55 ? 'info' : chance < 0.9 ? 'debug' : chance < 0.97 ? 'warn' : 'error'
  const source = chance * 997 - Math.floor(chance * 997) < 0.6 ? 'gateway' : 'services'
  const agent_id = n % 3 === 0 ? (agents[n % agents.length] ?? null) : null
  const request_id = n % 4 === 0 ? uuid() : null
  const rare = n % 500_000 === 250_007 ? ' xylophone' : ''
  const message =
    n % 4 === 0
      ? `request request_id=${request_id} method=POST path=/api/v1/${word()}/${word()} status=${200 + (n % 5)} took_ms=${Math.floor(random() * 900)}`
      : `${word()}.${word()} ${word()} ${word()} ${word()} session=${hex(8)} attempt=${n % 7} ${word()} ${word()} took_ms=${Math.floor(random() * 9000)}${rare}`
  return { at, level, source, scope: `${source === 'gateway' ? 'gateway' : 'api'}/${word()}`, message, agent_id, request_id }
}

function fill(): void {
  const file = dataPaths(folder).logsDatabase
  if (existsSync(file)) return
  const db = openLogDb({ file })
  const weekMs = 7 * 86_400_000
  const begin = Date.now() - weekMs
  let spent = 0
  for (let n = 0; n < count; n += 500) {
    const lines = Array.from({ length: 500 }, (_, m) => lineAt(n + m, begin + Math.floor(((n + m) / count) * weekMs)))
    const since = performance.now()
    db.write(lines)
    spent += performance.now() - since
  }
  const stats = db.stats()
  db.close()
  const bytes = statSync(file).size
  console.log(
    `written: ${stats.lines.toLocaleString()} lines, ${Math.round(count / (spent / 1000)).toLocaleString()} lines/s, ${Math.round(bytes / 1e6)} MB, ${Math.round(bytes / stats.lines)} bytes a line`,
  )
}

async function search(services: TestServices): Promise<void> {
  const get = (query: string) =>
    fetch(`${services.url}/api/v1/logs?${query}`, { headers: { authorization: `Bearer ${services.operatorToken}` } })
  await get('limit=1')
  for (const [name, query] of [
    ['newest page', 'limit=500'],
    ['a page in the middle', `limit=500&before=${Math.floor(count / 2)}`],
    ['common word', 'limit=500&q=session'],
    ['part of a word', 'limit=500&q=eartbea'],
    ['three words', 'limit=500&q=timeout+lease+retry'],
    ['rare word', 'limit=500&q=xylophone'],
    ['no match', 'limit=500&q=zzqqxxjj'],
    ['part of an id, no match', 'limit=500&q=0199beef-cafe-7abc'],
    ['errors of one source', 'limit=500&level=error&source=gateway'],
    ['one agent', `limit=500&agent_id=${agents[3]}`],
    ['expression', `limit=500&regex=true&q=${encodeURIComponent('attempt=[56] .*timeout')}`],
    ['expression, rare', `limit=500&regex=true&q=${encodeURIComponent('took_ms=\\d+ xylo\\w+$')}`],
    ['expression without a literal, no match', `limit=500&regex=true&q=${encodeURIComponent('^\\d{5}$')}`],
  ] as const) {
    const times: number[] = []
    let page = { items: [] as unknown[], next_before: null as number | null, scanned: 0 }
    for (let round = 0; round < 7; round += 1) {
      const since = performance.now()
      page = (await (await get(query)).json()) as typeof page
      times.push(performance.now() - since)
    }
    let all = ''
    if (page.items.length < 500 && page.next_before !== null) {
      const since = performance.now()
      let pages = 1
      let next: number | null = page.next_before
      while (next !== null && pages < 200) {
        const more = (await (await get(`${query}&before=${next}`)).json()) as typeof page
        next = more.next_before
        pages += 1
      }
      all = `; to the end ${(performance.now() - since).toFixed(0)} ms in ${pages} pages`
    }
    console.log(
      `${name}: first ${times[0]?.toFixed(0)} ms, then p50 ${percentile(times, 0.5).toFixed(0)} ms, ${page.items.length} lines, ${page.scanned.toLocaleString()} decided${all}`,
    )
  }
  // While searches run, nothing else waits.
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  await Promise.all(
    Array.from({ length: 20 }, () => get(`limit=500&regex=true&q=${encodeURIComponent('^\\d{5}$')}`).then((answer) => answer.text())),
  )
  delay.disable()
  console.log(
    `event loop while 20 searches ran: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms late, at most ${(delay.max / 1e6).toFixed(1)} ms (5 ms is its resolution)`,
  )
}

async function pageInChromium(services: TestServices): Promise<void> {
  const browser = await launchBrowser()
  const { page, open } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  const opens: number[] = []
  for (let round = 0; round < 6; round += 1) {
    await open('/settings')
    opens.push(
      await page.evaluate(async () => {
        const since = performance.now()
        window.location.hash = '/logs?level=debug'
        while (!document.querySelector('.log-line')) await new Promise((resolve) => requestAnimationFrame(resolve))
        return performance.now() - since
      }),
    )
  }
  console.log(
    `page open, lines visible: first ${opens[0]?.toFixed(0)} ms (with its code), then p50 ${percentile(opens.slice(1), 0.5).toFixed(0)} ms, most ${Math.max(...opens.slice(1)).toFixed(0)} ms`,
  )

  const perSecond = Number(process.env['RATE'] ?? 5000)
  let said = 0
  const flood = setInterval(() => {
    const lines = Array.from({ length: perSecond / 20 }, () => ({ ...lineAt((said += 1), Date.now()), source: 'gateway' as const }))
    services.services.handleHostMessage({
      type: 'log',
      lines: lines.map(({ at, level, source, scope, message }) => ({ at, level, source, scope, message })),
    })
  }, 50)
  await page.waitForTimeout(2000)
  const measured = await page.evaluate(async () => {
    const frames: number[] = []
    let last = performance.now()
    const end = last + 10_000
    const long: number[] = []
    new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ['longtask'] })
    while (last < end) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const now = performance.now()
      frames.push(now - last)
      last = now
    }
    const heap = (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0
    return { frames, long, heap, lines: document.querySelectorAll('.log-line').length, dom: document.querySelectorAll('*').length }
  })
  clearInterval(flood)
  const { frames, long } = measured
  console.log(
    `follow at ${perSecond} lines/s for 10 s: ${frames.length} frames, p50 ${percentile(frames, 0.5).toFixed(1)} ms, p95 ${percentile(frames, 0.95).toFixed(1)} ms, p99 ${percentile(frames, 0.99).toFixed(1)} ms, most ${Math.max(...frames).toFixed(0)} ms, ${frames.filter((ms) => ms > 33.4).length} over 33 ms; ${long.length} long tasks; ${measured.lines} lines of ${measured.dom} elements, heap ${Math.round(measured.heap / 1e6)} MB`,
  )
  const shown = await page.evaluate(() => [...document.querySelectorAll('.log-line')].at(-1)?.textContent ?? '')
  console.log(`newest line shown: ${shown.slice(0, 60)}…`)
  await browser.close()
}

console.log(machine())
fill()
const services = await startServices({ dataDir: folder, ...(existsSync(built) && { staticDir: built }) })
await search(services)
if (existsSync(built)) await pageInChromium(services)
else console.log('The page was not measured: it is not built (npm run build).')
console.log(`resident: ${Math.round(process.memoryUsage().rss / 1e6)} MB (services, both threads and this bench)`)
await services.stop()
if (given === undefined) rmSync(folder, { recursive: true, force: true })
process.exit(0)
