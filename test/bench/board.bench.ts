// A board of 10,000 cards in a real Chromium, and OpenClaw's own Workboard beside it. By hand:
//   node test/bench/board.bench.ts [CARDS] [--workboard]     needs a built page (`node scripts/build.mjs`); results: docs/benchmarks.md
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { launchBrowser, signIn } from '../support/browser.ts'
import { addTask } from '../support/delivery-world.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { openStore } from '../../native-services/store/store.ts'
import { machine, percentile } from './figures.ts'
import { startWorkboard } from './workboard.ts'

const cards = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 10_000)
const rounds = 5
const scrollMs = 3000

interface BoardFigures {
  readonly first: number[]
  readonly elements: number
  readonly cardsInPage: number
  readonly heapMb: number
  readonly frames: number[]
  readonly filter: number[]
}

/** Milliseconds from the start of a fresh navigation to the first card on the screen. */
async function open(page: Page, url: string, card: string): Promise<number> {
  await page.goto('about:blank')
  const since = performance.now()
  await page.goto(url)
  await page.locator(card).first().waitFor({ timeout: 60_000 })
  return performance.now() - since
}

/** Scrolls what holds the cards for a while, by 40 px a frame, and returns the length of each frame. */
function scroll(page: Page, scroller: string): Promise<number[]> {
  return page.evaluate(
    async ({ selector, ms }) => {
      const element = [...document.querySelectorAll<HTMLElement>(selector)].find((each) => each.scrollHeight > each.clientHeight + 10)
      if (!element) throw new Error(`Nothing scrolls at ${selector}.`)
      const frames: number[] = []
      let last = performance.now()
      const end = last + ms
      while (last < end) {
        element.scrollTop += 40
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const now = performance.now()
        frames.push(now - last)
        last = now
      }
      return frames.slice(2)
    },
    { selector: scroller, ms: scrollMs },
  )
}

async function heap(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  const { usedSize } = await client.send('Runtime.getHeapUsage')
  await client.detach()
  return usedSize / 2 ** 20
}

/**
 * From the event that changes the filter to the frame in which the page shows its result.
 * @param mark attribute in which the page says what its cards are filtered by
 */
function filter(page: Page, input: string, mark: string | null, texts: readonly string[]): Promise<number[]> {
  return page.evaluate(
    async ({ selector, values, attribute }) => {
      const field = document.querySelector<HTMLInputElement>(selector)
      if (!field) throw new Error(`There is no filter at ${selector}.`)
      const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
      const took: number[] = []
      for (const value of values) {
        const since = performance.now()
        setter?.call(field, value)
        field.dispatchEvent(new Event('input', { bubbles: true }))
        // Watched, not asked again and again: that took a good part of the time that it measured.
        if (attribute !== null)
          await new Promise<void>((resolve, reject) => {
            const shown = () => document.querySelector(`[${attribute}]`)?.getAttribute(attribute) === value
            if (shown()) return resolve()
            const late = setTimeout(() => reject(new Error(`The cards were not filtered by ${value}.`)), 10_000)
            const watcher = new MutationObserver(() => {
              if (!shown()) return
              clearTimeout(late)
              watcher.disconnect()
              resolve()
            })
            watcher.observe(document.body, { subtree: true, childList: true, attributeFilter: [attribute] })
          })
        // The second frame begins when the first one, with the new cards, has been handed over.
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        took.push(performance.now() - since)
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      return took
    },
    { selector: input, values: [...texts], attribute: mark },
  )
}

async function measure(
  page: Page,
  at: { url: string; card: string; scope: string; scroller: string; filter: string | null; mark?: string },
): Promise<BoardFigures> {
  const first: number[] = []
  for (let round = 0; round < rounds; round += 1) first.push(await open(page, at.url, at.card))
  await page.waitForTimeout(1500)
  const elements = await page.evaluate((scope) => document.querySelectorAll(`${scope} *`).length, at.scope)
  const cardsInPage = await page.locator(at.card).count()
  const frames = await scroll(page, at.scroller)
  const took = at.filter === null ? [] : await filter(page, at.filter, at.mark ?? null, ['1', '12', '123', '12', '1', '', 'needs', ''])
  return { first, elements, cardsInPage, heapMb: await heap(page), frames, filter: took }
}

function report(name: string, figures: BoardFigures): void {
  const ms = (values: readonly number[], share: number) => percentile(values, share).toFixed(1)
  console.log(
    `${name}: first card after ${ms(figures.first, 0)}–${ms(figures.first, 1)} ms (median ${ms(figures.first, 0.5)}); ${figures.elements} elements for ${figures.cardsInPage} cards in the page; ` +
      `heap ${figures.heapMb.toFixed(0)} MB; frames while scrolling p50 ${ms(figures.frames, 0.5)} / p95 ${ms(figures.frames, 0.95)} / at most ${ms(figures.frames, 1)} ms` +
      (figures.filter.length > 0 ? `; filter p50 ${ms(figures.filter, 0.5)} / at most ${ms(figures.filter, 1)} ms` : ''),
  )
}

async function ours(browser: Browser): Promise<void> {
  const staticDir = process.env['RENDERER_DIST'] ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url))
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error('There is no built page: run node scripts/build.mjs first.')
  const services = await startServices({ staticDir })
  const { board, max, ivy } = await seedBoard(services)
  const store = openStore({ file: dataPaths(services.dataDir).database, clock: systemClock })
  const statuses = ['inbox', 'assigned', 'in_progress', 'review', 'done'] as const
  store.write(() => {
    for (let index = 0; index < cards; index += 1) {
      const status = statuses[index % statuses.length] ?? 'inbox'
      const task = addTask(store, board.id, `Task ${index}: what needs to be done here`, {
        status,
        description: 'In a sentence or two, what the result should be.',
      })
      if (status !== 'inbox') store.tasks.setAssignees(task.id, [index % 2 ? max.id : ivy.id])
    }
  })
  store.close()
  // Writing held the loop up: connections that were closed meanwhile are noticed before one is used again.
  await wait(200)
  const { page } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  report(
    `ours, ${cards} cards`,
    await measure(page, {
      url: `${services.url}/#/boards/${board.id}`,
      card: '[data-card]',
      scope: '.kanban',
      scroller: '.column-cards',
      filter: '[data-page-filter] input, input[data-page-filter]',
      ...(process.env['RENDERER_OLD'] ? {} : { mark: 'data-filter' }),
    }),
  )
  await page.context().close()
  await services.stop()
}

console.log(machine())
const browser = await launchBrowser()
try {
  await ours(browser)
  if (process.argv.includes('--workboard')) {
    for (const count of [200, Math.min(cards, 5000)]) {
      const workboard = await startWorkboard(count)
      try {
        const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
        await workboard.signIn(page)
        report(`Workboard, ${count} cards`, await measure(page, workboard))
        await page.context().close()
      } finally {
        await workboard.stop()
      }
    }
  }
} finally {
  await browser.close()
}
