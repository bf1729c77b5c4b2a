/** Every menu, dialog and drawer: opened from the keyboard, accessible in both themes, closed by Escape, and the focus is back where it was. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { fillLively, type Lively } from '../../scripts/lib/lively.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let browser: Browser
let world: Lively
let agentId: string

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  services = await startServices({ staticDir })
  const { lead, max } = await seedBoard(services)
  agentId = max.id
  const clientOf = (headers: Record<string, string>) => createApiClient({ baseUrl: services.url, headers: () => headers })
  world = await fillLively({
    api: clientOf({ authorization: `Bearer ${services.operatorToken}` }),
    agents: [lead, max].map(({ token, ...agent }) => ({ agent, api: clientOf({ 'x-agent-token': token }) })),
  })
  browser = await launchBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

interface Overlay {
  readonly at: () => string
  readonly opener: (page: Page) => Locator
  readonly shown: (page: Page) => Locator
  /** What a dialog gives the focus back to, when its opener is gone with the menu that it stood in. */
  readonly back?: (page: Page) => Locator
}

const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name, exact: typeof name === 'string' }).first()
const dialog = (name: string | RegExp) => (page: Page) => page.getByRole('dialog', { name })
const menu = (page: Page) => page.getByRole('menu')
const board = () => `/boards/${world.board.id}`

const overlays: Readonly<Record<string, Overlay>> = {
  'the notification centre': { at: () => '/', opener: button(/notification/i), shown: dialog('Notifications') },
  'the jobs': { at: () => '/', opener: button(/^Jobs/), shown: dialog('Jobs') },
  'a new agent': { at: () => '/agents', opener: button('New agent'), shown: dialog('New agent') },
  'the menu of an agent': { at: () => '/agents', opener: button('Actions: Max'), shown: menu },
  'the menu of an agent’s page': { at: () => `/agents/${agentId}`, opener: button('More actions'), shown: menu },
  'a new board': { at: () => '/boards', opener: button('New board'), shown: dialog('New board') },
  'a new group': { at: () => '/boards', opener: button('New group'), shown: dialog(/group/i) },
  'a new task': { at: board, opener: button('New task'), shown: dialog('New task') },
  'the menu of a board': { at: board, opener: button('Board actions'), shown: menu },
  'the rules of a board': { at: board, opener: button(/rules|settings/i), shown: dialog(/./) },
  'a recurring task': { at: () => '/schedules', opener: button('New recurring task'), shown: dialog(/recurring task/i) },
  'a rhythm': { at: () => '/schedules', opener: button(/rhythm.*Max|Max.*rhythm/i), shown: dialog(/./) },
  'a custom field': { at: () => '/planning', opener: button('New field'), shown: dialog(/field/i) },
  'a template of a task': { at: () => '/planning?tab=templates', opener: button('New template'), shown: dialog(/template/i) },
  'a template of a board': {
    at: () => '/planning?tab=templates',
    opener: button('Keep a board as a template'),
    shown: dialog(/template/i),
  },
  'a question before something is lost': { at: () => '/planning', opener: button(/^Delete/), shown: dialog(/./) },
  'a cap': { at: () => '/usage', opener: button('Add a cap'), shown: dialog(/cap/i) },
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  let signedIn: SignedInPage
  beforeAll(async () => {
    signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken, theme })
    signedIn.page.setDefaultTimeout(15_000)
  })
  afterAll(() => signedIn?.context.close())

  it.each(Object.entries(overlays))('%s', async (_, { at, opener, shown, back = opener }) => {
    const { page, open, complaints } = signedIn
    complaints.length = 0
    await open(at())
    const from = opener(page)
    await from.focus()
    await page.keyboard.press('Enter')
    const overlay = shown(page)
    await overlay.waitFor()
    // What it shows is there, and the focus is inside.
    await expect.poll(() => overlay.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    // Menus stand outside the landmarks of the page, as the kit puts them; that is all that may be said of them.
    const findings = await accessibilityFindings(page, 'all')
    expect(findings.filter((finding) => !(shown === menu && finding.id === 'region'))).toEqual([])
    await page.keyboard.press('Escape')
    await overlay.waitFor({ state: 'hidden' })
    await expect.poll(() => back(page).evaluate((element) => element === document.activeElement)).toBe(true)
    expect(complaints).toEqual([])
  })
})
