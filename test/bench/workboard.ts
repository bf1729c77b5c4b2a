/** OpenClaw's own task board with a given number of cards: the real gateway of the npm package, its page, cards written into its database. */
import path from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright'
import { startRealGateway } from '../support/real-gateway.ts'

export interface Workboard {
  readonly url: string
  /** Selectors for the bench. */
  readonly card: string
  readonly scope: string
  readonly scroller: string
  readonly filter: string | null
  signIn(page: Page): Promise<void>
  stop(): Promise<void>
}

const statuses = ['backlog', 'todo', 'ready', 'review', 'done']

export async function startWorkboard(cards: number): Promise<Workboard> {
  const gateway = await startRealGateway({ workboard: true })
  const db = new Database(path.join(gateway.root, 'state', 'plugins', 'workboard', 'workboard.sqlite'))
  const insert = db.prepare(
    `INSERT INTO workboard_cards (id, board_id, title, notes, status, priority, position, created_at, updated_at, automation_json)
     VALUES (?, 'default', ?, 'In a sentence or two, what the result should be.', ?, 'normal', ?, ?, ?, '{"workspaceAccess":{"unrestricted":true}}')`,
  )
  db.transaction(() => {
    for (let index = 0; index < cards; index += 1)
      insert.run(
        crypto.randomUUID(),
        `Task ${index}: what needs to be done here`,
        statuses[index % statuses.length],
        (index + 1) * 1000,
        Date.now(),
        Date.now(),
      )
  })()
  db.close()
  return {
    url: `http://127.0.0.1:${gateway.port}/workboard`,
    card: '.workboard-card',
    scope: '.workboard-board',
    scroller: '.workboard-board-viewport, .workboard-column__cards, .workboard-board, .content, main, html',
    filter: null,
    async signIn(page) {
      await page.goto(`http://127.0.0.1:${gateway.port}/workboard#token=${gateway.token}`)
      await page.locator('.workboard-card').first().waitFor({ timeout: 120_000 })
    },
    stop: () => gateway.stop(),
  }
}
