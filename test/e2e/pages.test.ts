/** Every page in both themes on the real control center: no errors, no policy violations, accessible, usable by keyboard. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { startHost } from '../support/real-host.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { fixtureToken, startApiFixture } from '../fakes/api-fixture.ts'

interface Target {
  readonly url: string
  readonly operatorToken: string
  stop(): Promise<unknown>
}

/** With `PAGES_ON_FIXTURE` the pages run on the API in memory: quicker while one works on them. */
async function startTarget(): Promise<Target> {
  if (!process.env['PAGES_ON_FIXTURE']) return startHost({ demo: true })
  const fixture = await startApiFixture()
  return { url: fixture.url, operatorToken: fixtureToken, stop: () => fixture.stop() }
}

let browser: Browser
let target: Target
/** A board without agents: nobody but the test moves its tasks. */
let boardId: string
/** The group of that board; the API in memory has none. */
let groupId: string | null = null

beforeAll(async () => {
  target = await startTarget()
  browser = await launchBrowser()
  const api = createApiClient({ baseUrl: target.url, headers: () => ({ authorization: `Bearer ${target.operatorToken}` }) })
  const board = await api.call('createBoard', { body: { name: 'Pages under test', description: 'Cards to drag.' } })
  boardId = board.id
  if (!process.env['PAGES_ON_FIXTURE'])
    groupId = (await api.call('createBoardGroup', { body: { name: 'Group under test', board_ids: [boardId] } })).id
  for (const title of ['Alpha', 'Beta', 'Gamma']) await api.call('createTask', { params: { board_id: boardId }, body: { title } })
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await target?.stop()
}, 60_000)

const column = (page: Page, status: string) => page.locator(`[data-column="${status}"]`)
const titles = (page: Page, status: string) => column(page, status).locator('.task-link').allTextContents()

describe.each(['light', 'dark'] as const)('every page in the %s theme', (theme) => {
  let signedIn: SignedInPage
  beforeAll(async () => {
    signedIn = await signIn({ browser, url: target.url, operatorToken: target.operatorToken, theme })
  })
  afterAll(() => signedIn?.context.close())

  it('shows without errors, policy violations or serious accessibility findings', async () => {
    const { page, open, complaints } = signedIn
    const read = async (path: string) =>
      page.evaluate(async (url) => ((await (await fetch(`/api/v1${url}`)).json()) as { items: { id: string }[] }).items, path)
    const boards = await read('/boards')
    const agents = await read('/agents')
    const other = boards.find((board) => board.id !== boardId)?.id ?? boardId
    const tasks = await read(`/boards/${other}/tasks`)
    const routes = [
      '/',
      '/welcome',
      '/boards',
      '/boards?status=inbox',
      `/boards/${boardId}`,
      `/boards/${boardId}?view=list`,
      `/boards/${boardId}?settings=goal`,
      ...(groupId === null ? [] : [`/groups/${groupId}`]),
      `/boards/${other}`,
      ...tasks.slice(0, 2).map((task) => `/boards/${other}/tasks/${task.id}`),
      '/agents',
      ...agents.slice(0, 2).map((agent) => `/agents/${agent.id}`),
      '/inbox',
      '/inbox?tab=history',
      '/schedules',
      '/planning',
      '/planning?tab=tags',
      '/planning?tab=templates',
      '/planning?tab=files',
      '/activity',
      '/logs',
      '/gateway',
      '/doctor',
      '/settings',
      '/boards/00000000-0000-7000-8000-000000000000',
    ]
    const findings: Record<string, unknown> = {}
    const look = async (where: string) => {
      const found = await accessibilityFindings(page)
      if (found.length > 0) findings[where] = found
    }
    const seen = new Set<string>()
    for (const route of routes) {
      if (route.endsWith('000000000000')) {
        await page.evaluate((to) => {
          window.location.hash = to
        }, route)
        await page.getByText('This board does not exist').waitFor()
      } else await open(route)
      seen.add(await page.title())
      await look(route)
    }
    await open(`/boards/${boardId}`)
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'New task' }).waitFor()
    await look('new task')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Search pages/).waitFor()
    await look('palette')
    await page.keyboard.press('Escape')
    expect(findings).toEqual({})
    expect(complaints).toEqual([])
    expect(seen.size).toBeGreaterThan(8)
  }, 180_000)

  it('fits a narrow window without scrolling sideways', async () => {
    const { page, open } = signedIn
    for (const width of [390, 800]) {
      await page.setViewportSize({ width, height: 800 })
      for (const route of ['/', '/inbox', '/boards', '/planning', '/agents', '/activity', '/logs', '/gateway', '/settings']) {
        await open(route)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(overflow, `${route} at ${width}`).toBeLessThanOrEqual(0)
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }, 60_000)
})

describe('working on a board', () => {
  let signedIn: SignedInPage
  let page: Page
  beforeAll(async () => {
    signedIn = await signIn({ browser, url: target.url, operatorToken: target.operatorToken })
    page = signedIn.page
    await signedIn.open(`/boards/${boardId}`)
    await page.locator('.task-link', { hasText: 'Alpha' }).waitFor()
  })
  afterAll(() => signedIn?.context.close())

  it('moves a card with the mouse', async () => {
    const card = page.locator('.task-card', { hasText: 'Alpha' })
    const from = await card.boundingBox()
    const to = await column(page, 'review').boundingBox()
    if (!from || !to) throw new Error('The board is not laid out.')
    await page.mouse.move(from.x + 40, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(from.x + 60, from.y + from.height / 2 + 10, { steps: 4 })
    await page.mouse.move(to.x + to.width / 2, to.y + 120, { steps: 12 })
    await page.locator('.drop-line').waitFor()
    const saved = page.waitForResponse((response) => response.request().method() === 'PATCH')
    await page.mouse.up()
    await expect.poll(() => titles(page, 'review')).toEqual(['Alpha'])
    expect((await saved).status()).toBe(200)
    // Dragging is not clicking: the task did not open.
    expect(await page.locator('[data-drawer]').count()).toBe(0)
    await page.reload()
    await page.locator('.task-link', { hasText: 'Alpha' }).waitFor()
    expect(await titles(page, 'review')).toEqual(['Alpha'])
  })

  it('moves a card by keyboard, within a column and across', async () => {
    const order = await titles(page, 'inbox')
    expect(order).toEqual(['Beta', 'Gamma'])
    await page.locator('.task-link', { hasText: 'Gamma' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Space')
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Gamma', 'Beta'])

    await page.locator('.task-link', { hasText: 'Gamma' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Escape')
    expect(await titles(page, 'inbox')).toEqual(['Gamma', 'Beta'])
    await page.keyboard.press('Space')
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await expect.poll(() => titles(page, 'review')).toContain('Gamma')
  })

  it('puts a card back and says why when a move is refused', async () => {
    // Nobody is on this board, so nobody can have the task.
    await page.locator('.task-link', { hasText: 'Beta' }).focus()
    await page.keyboard.press('m')
    await page.getByRole('menuitem', { name: 'Assigned' }).click()
    await page.getByText('The task was not moved').waitFor()
    await page.getByText(/needs somebody who has it/).waitFor()
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Beta'])
    const refusal = signedIn.complaints.findIndex((complaint) => complaint.includes('409'))
    expect(refusal).not.toBe(-1)
    signedIn.complaints.splice(refusal, 1)
  })

  it('asks for the reason when a card goes to Blocked', async () => {
    await page.locator('.task-link', { hasText: 'Beta' }).focus()
    await page.keyboard.press('m')
    await page.getByRole('menuitem', { name: 'Blocked' }).click()
    await page.getByRole('textbox', { name: 'What blocks it?' }).fill('Waits for the test to end')
    await page.getByRole('button', { name: 'Mark as blocked' }).click()
    await expect.poll(() => titles(page, 'blocked')).toEqual(['Beta'])
    await page.getByText('Waits for the test to end').first().waitFor()
  })

  it('creates a task by keyboard alone', async () => {
    await page.locator('#content').focus()
    await page.keyboard.press('c')
    await page.getByRole('textbox', { name: 'Title' }).waitFor()
    await page.keyboard.type('Delta from the keyboard')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Delta from the keyboard'])
  })

  it('opens a task, takes a comment, and closes with Escape', async () => {
    await page.locator('.task-link', { hasText: 'Delta' }).click()
    await page.getByRole('combobox', { name: /Write a comment/ }).fill('A first word')
    await page.keyboard.press('Control+Enter')
    await page.locator('[data-comment]', { hasText: 'A first word' }).waitFor()
    expect(page.url()).toContain('/tasks/')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('[data-drawer]').count()).toBe(0)
    expect(page.url()).not.toContain('/tasks/')
  })

  it('keeps its filters in the address', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('alpha')
    await expect.poll(() => page.url()).toContain('q=alpha')
    await expect.poll(() => page.locator('.task-link').allTextContents()).toEqual(['Alpha'])
    await page.reload()
    await page.locator('.task-link').first().waitFor()
    expect(await page.locator('.task-link').allTextContents()).toEqual(['Alpha'])
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => page.locator('.task-link').count()).toBe(4)
  })

  it('shows a task that another page created, without a reload', async () => {
    const api = createApiClient({ baseUrl: target.url, headers: () => ({ authorization: `Bearer ${target.operatorToken}` }) })
    await api.call('createTask', { params: { board_id: boardId }, body: { title: 'From elsewhere' } })
    await page.locator('.task-link', { hasText: 'From elsewhere' }).waitFor({ timeout: 5000 })
  })

  it('reaches a page from the command palette', async () => {
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Search pages/).waitFor()
    await page.keyboard.type('Activity')
    await page
      .getByRole('button', { name: 'Activity' })
      .or(page.locator('.mantine-Spotlight-action', { hasText: 'Activity' }))
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('#/activity')
    expect(signedIn.complaints).toEqual([])
  })

  it('lists its shortcuts on ?', async () => {
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
  })
})

describe('without a session', () => {
  it('says how to get a new link, and a spent code does not sign in', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(target.url)
    await page.getByText('mission-control link').waitFor()
    await page.goto(`${target.url}/#/login/0123456789abcdef-not-a-code`)
    await page.getByText('This link does not work any more').waitFor()
    expect(page.url()).not.toContain('not-a-code')
    await context.close()
  })
})
