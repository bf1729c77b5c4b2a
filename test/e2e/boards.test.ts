/** A board in a real browser on a real services host: carried by mouse, finger and keyboard, chosen together, filtered, written to, refused. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, CDPSession, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['RENDERER_DIST'] ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url))

let browser: Browser
let services: TestServices
let agents: { ivy: string; max: string }

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error('There is no built page: run node scripts/build.mjs first.')
  services = await startServices({ staticDir })
  browser = await launchBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

const column = (page: Page, status: string) => page.locator(`[data-column="${status}"]`)
const titles = (page: Page, status: string) => column(page, status).locator('.task-link').allTextContents()
const card = (page: Page, title: string) => page.locator('.column .task-card', { hasText: title })
const link = (page: Page, title: string) => page.locator('.task-link', { hasText: title })
async function box(page: Page, selector: string) {
  const found = await page.locator(selector).boundingBox()
  if (!found) throw new Error(`${selector} is not laid out.`)
  return found
}
async function middle(page: Page, title: string) {
  const found = await card(page, title).boundingBox()
  if (!found) throw new Error(`${title} is not laid out.`)
  return { x: found.x + found.width / 2, y: found.y + found.height / 2 }
}

/** A board of its own with three tasks in the inbox. */
async function newBoard(names = ['Alpha', 'Beta', 'Gamma']): Promise<string> {
  const { board, ivy, max } = await seedBoard(services)
  agents = { ivy: ivy.id, max: max.id }
  const old = await services.call('listTasks', { params: { board_id: board.id } })
  for (const task of old.items) await services.call('deleteTask', { params: { board_id: board.id, task_id: task.id } })
  for (const title of names) await services.call('createTask', { params: { board_id: board.id }, body: { title } })
  return board.id
}
const tasksOf = async (boardId: string) =>
  (await services.call('listTasks', { params: { board_id: boardId }, query: { limit: 200 } })).items
const statusOf = async (boardId: string, title: string) => (await tasksOf(boardId)).find((task) => task.title === title)?.status

describe('a board on a wide screen', () => {
  let signedIn: SignedInPage
  let page: Page
  let boardId: string
  beforeAll(async () => {
    signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
    page = signedIn.page
    page.setDefaultTimeout(10_000)
  }, 30_000)
  beforeEach(async () => {
    boardId = await newBoard()
    await signedIn.open(`/boards/${boardId}`)
    await link(page, 'Gamma').waitFor()
  })
  afterAll(() => signedIn?.context.close())

  it('takes a card along with the mouse, offers to take it back, and does', async () => {
    const from = await middle(page, 'Beta')
    const to = await box(page, '[data-column="review"]')
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x + 20, from.y + 10, { steps: 3 })
    await page.mouse.move(to.x + to.width / 2, to.y + 90, { steps: 8 })
    await page.locator('.drag-overlay').waitFor()
    await page.locator('[data-column="review"] .drop-line').waitFor()
    await page.mouse.up()
    await expect.poll(() => titles(page, 'review')).toEqual(['Beta'])
    await expect.poll(() => statusOf(boardId, 'Beta')).toBe('review')
    expect(await page.locator('[data-drawer]').count()).toBe(0)
    expect(await page.locator('.drag-overlay').count()).toBe(0)
    await page.getByText('Moved #', { exact: false }).first().waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => titles(page, 'review')).toEqual([])
    await expect.poll(() => statusOf(boardId, 'Beta')).toBe('inbox')
  })

  it('puts a carried card back on Escape', async () => {
    const from = await middle(page, 'Beta')
    const to = await box(page, '[data-column="done"]')
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x + 60, to.y + 90, { steps: 8 })
    await page.locator('.drag-overlay').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.drag-overlay').waitFor({ state: 'detached' })
    await page.mouse.up()
    expect(await titles(page, 'inbox')).toEqual(['Alpha', 'Beta', 'Gamma'])
    expect(await statusOf(boardId, 'Beta')).toBe('inbox')
  })

  it('carries by keyboard and says where', async () => {
    await link(page, 'Gamma').focus()
    await page.keyboard.press('Space')
    const said = page.locator('[role="status"][aria-live="assertive"]')
    await expect.poll(() => said.textContent()).toContain('Picked up Gamma')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => said.textContent()).toContain('Inbox, place 2')
    await page.keyboard.press('Space')
    await expect.poll(() => said.textContent()).toContain('Dropped Gamma in Inbox')
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Alpha', 'Gamma', 'Beta'])
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Gamma')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Escape')
    await expect.poll(() => said.textContent()).toContain('back where it was')
    expect(await titles(page, 'inbox')).toEqual(['Alpha', 'Gamma', 'Beta'])
  })

  it('rolls back and explains when somebody else was quicker', async () => {
    const beta = (await tasksOf(boardId)).find((task) => task.title === 'Beta')
    if (!beta) throw new Error('Beta is gone.')
    // The other client's change reaches the server while ours is on its way.
    await page.route('**/api/v1/boards/*/tasks/*', async (route) => {
      if (route.request().method() !== 'PATCH' || !route.request().url().includes(beta.id)) return route.fallback()
      await services.call('updateTask', { params: { board_id: boardId, task_id: beta.id }, body: { status: 'done' } })
      return route.continue()
    })
    await link(page, 'Beta').focus()
    await page.keyboard.press('m')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'PATCH'),
      page.getByRole('menuitem', { name: 'Review' }).click(),
    ])
    expect(answer.status()).toBe(409)
    await page.getByText('The task was not moved').waitFor()
    await expect.poll(() => titles(page, 'done')).toEqual(['Beta'])
    expect(await titles(page, 'review')).toEqual([])
    await page.unroute('**/api/v1/boards/*/tasks/*')
    const refusal = signedIn.complaints.findIndex((complaint) => complaint.includes('409'))
    expect(refusal).not.toBe(-1)
    signedIn.complaints.splice(refusal, 1)
  })

  it('chooses several and changes them together, and takes that back', async () => {
    await link(page, 'Alpha').click({ modifiers: ['ControlOrMeta'] })
    await link(page, 'Gamma').click({ modifiers: ['Shift'] })
    const bar = page.getByRole('toolbar', { name: 'Chosen tasks' })
    await bar.getByText('3 chosen').waitFor()
    await link(page, 'Beta').focus()
    await page.keyboard.press('x')
    await bar.getByText('2 chosen').waitFor()
    await bar.getByRole('button', { name: 'Move to…' }).click()
    await page.getByRole('menuitem', { name: 'Review' }).click()
    await expect.poll(() => titles(page, 'review')).toEqual(['Alpha', 'Gamma'])
    await bar.waitFor({ state: 'detached' })
    await page.getByText('Changed 2 tasks').waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Alpha', 'Beta', 'Gamma'])
  })

  it('takes what is chosen along when one of them is carried', async () => {
    await link(page, 'Alpha').focus()
    await page.keyboard.press('x')
    await link(page, 'Beta').focus()
    await page.keyboard.press('x')
    const from = await middle(page, 'Alpha')
    const to = await box(page, '[data-column="done"]')
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x + 60, to.y + 90, { steps: 8 })
    expect(await page.locator('.drag-count').textContent()).toBe('2')
    await page.mouse.up()
    await expect.poll(async () => (await titles(page, 'done')).toSorted()).toEqual(['Alpha', 'Beta'])
  })

  it('puts what is carried together where it was dropped, in its order', async () => {
    for (const title of ['First', 'Second']) {
      const { id } = await services.call('createTask', { params: { board_id: boardId }, body: { title } })
      await services.call('updateTask', { params: { board_id: boardId, task_id: id }, body: { status: 'done' } })
    }
    await expect.poll(() => titles(page, 'done')).toEqual(['First', 'Second'])
    await link(page, 'Alpha').click({ modifiers: ['ControlOrMeta'] })
    await link(page, 'Beta').click({ modifiers: ['ControlOrMeta'] })
    const from = await middle(page, 'Beta')
    const to = await middle(page, 'Second')
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y - 14, { steps: 8 })
    await page.mouse.up()
    await expect.poll(() => titles(page, 'done')).toEqual(['First', 'Alpha', 'Beta', 'Second'])
    // The cards are there at once; what takes them back comes with the answer.
    await expect
      .poll(async () =>
        (await tasksOf(boardId))
          .filter((task) => task.status === 'done')
          .map((task) => task.title)
          .toSorted(),
      )
      .toEqual(['Alpha', 'Beta', 'First', 'Second'])
    await page.locator('.mantine-Notification-root').last().getByText('Changed 2 tasks').waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Alpha', 'Beta', 'Gamma'])
  })

  it('adds tasks in a line and stays, with names understood', async () => {
    await services.call('createTag', { body: { name: `house${boardId.slice(-6)}` } })
    await page.getByRole('button', { name: 'New task: Inbox' }).click()
    const field = page.getByRole('combobox', { name: 'New task' })
    await field.waitFor()
    await page.keyboard.type('Mend the roof #house')
    await page.getByRole('option', { name: /#house/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('!urgent')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Mend the roof', 'Alpha', 'Beta', 'Gamma'])
    await page.keyboard.type('Another one')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await titles(page, 'inbox'))[0]).toBe('Another one')
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    const made = (await tasksOf(boardId)).find((task) => task.title === 'Mend the roof')
    expect(made).toMatchObject({ priority: 'urgent', status: 'inbox' })
    expect(made?.tag_ids).toHaveLength(1)

    await page.getByRole('button', { name: 'New task: In progress' }).click()
    await page.keyboard.type('Water the plants @iv')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles(page, 'in_progress')).toEqual(['Water the plants'])
    const watered = (await tasksOf(boardId)).find((task) => task.title === 'Water the plants')
    expect(watered?.assigned_agent_ids).toEqual([agents.ivy])
    await page.keyboard.press('Escape')
  })

  it('changes a title in place', async () => {
    await link(page, 'Alpha').focus()
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: /^Title of/ }).fill('Aleph')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles(page, 'inbox')).toEqual(['Aleph', 'Beta', 'Gamma'])
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Aleph')
    await expect.poll(() => statusOf(boardId, 'Aleph')).toBe('inbox')
    await link(page, 'Beta').dblclick()
    await page.getByRole('textbox', { name: /^Title of/ }).fill('not this')
    await page.keyboard.press('Escape')
    expect(await titles(page, 'inbox')).toEqual(['Aleph', 'Beta', 'Gamma'])
  })

  it('saves a filter on the server, shows it again and deletes it', async () => {
    const beta = (await tasksOf(boardId)).find((task) => task.title === 'Beta')
    await services.call('updateTask', { params: { board_id: boardId, task_id: beta?.id ?? '' }, body: { priority: 'urgent' } })
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByLabel('Priority', { exact: true }).and(page.locator('input')).click()
    await page.getByRole('option', { name: 'Urgent' }).click()
    await expect.poll(() => page.locator('.task-link').allTextContents()).toEqual(['Beta'])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Save filter' }).click()
    await page.getByRole('textbox', { name: 'Name of the filter' }).fill('Burning')
    await page.keyboard.press('Enter')
    const saved = page.getByRole('button', { name: 'Burning', exact: true })
    await saved.waitFor()
    expect(await saved.getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => page.locator('.task-link').count()).toBe(3)
    await page.reload()
    await saved.click()
    await expect.poll(() => page.locator('.task-link').allTextContents()).toEqual(['Beta'])
    expect((await services.call('getSettings')).saved_filters).toEqual([{ board_id: boardId, name: 'Burning', query: 'priority=urgent' }])
    await page.getByRole('button', { name: 'Delete the filter Burning' }).click()
    await saved.waitFor({ state: 'detached' })
    await expect.poll(async () => (await services.call('getSettings')).saved_filters).toEqual([])
  })

  it('changes fields of a row in place, and groups the rows', async () => {
    await signedIn.open(`/boards/${boardId}?view=list`)
    await page
      .getByRole('button', { name: /^Priority of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'High' }).click()
    await page
      .getByRole('button', { name: /^Assignee of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Ivy' }).click()
    await expect
      .poll(async () => (await tasksOf(boardId)).find((task) => task.title === 'Alpha'))
      .toMatchObject({
        priority: 'high',
        assigned_agent_ids: [agents.ivy],
      })
    // The date is quiet until it is pressed; Enter keeps what was typed and gives the focus back, Escape does not keep it.
    const due = page.locator('.list-line', { hasText: 'Alpha' }).getByRole('button', { name: /^Due date of/ })
    expect(await page.locator('input[type=date]').count()).toBe(0)
    const dueOf = async () => (await tasksOf(boardId)).find((task) => task.title === 'Alpha')?.due_at ?? null
    await due.press('Enter')
    const field = page.locator('input[type=date]')
    await field.fill('2031-05-17')
    await field.press('Enter')
    await field.waitFor({ state: 'detached' })
    await expect.poll(dueOf).toBe(new Date('2031-05-17T23:59:00').toISOString())
    expect(await due.textContent()).toMatch(/2031/)
    expect(await due.evaluate((element) => element === document.activeElement)).toBe(true)
    await due.click()
    await field.fill('2032-01-01')
    await field.press('Escape')
    await field.waitFor({ state: 'detached' })
    expect(await due.textContent()).toMatch(/2031/)
    await due.click()
    await field.fill('')
    await field.blur()
    await expect.poll(dueOf).toBeNull()
    await page.getByRole('button', { name: 'Display' }).click()
    await page.getByLabel('Group rows by', { exact: true }).and(page.locator('input')).click()
    await page.getByRole('option', { name: 'Priority' }).click()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['High1', 'Medium2'])
    expect(await accessibilityFindings(page)).toEqual([])
  })

  it('keeps the place of what is looked at while others change', async () => {
    for (let index = 0; index < 25; index += 1)
      await services.call('createTask', { params: { board_id: boardId }, body: { title: `Filler ${index}` } })
    await expect.poll(async () => (await column(page, 'inbox').locator('.count').textContent()) ?? '').toBe('28')
    const before = await middle(page, 'Beta')
    const gamma = (await tasksOf(boardId)).find((task) => task.title === 'Gamma')
    await services.call('updateTask', { params: { board_id: boardId, task_id: gamma?.id ?? '' }, body: { title: 'Gamma, changed' } })
    await link(page, 'Gamma, changed').waitFor()
    expect(await middle(page, 'Beta')).toEqual(before)
  })

  it.each([900, 1440, 2560])('lays cards of every height out one below the other at %i px', async (width) => {
    await page.setViewportSize({ width, height: 900 })
    const more = ['Short', 'A title that is long enough to be broken into two lines or three', 'Collect quotes from customers']
    for (const title of more) await services.call('createTask', { params: { board_id: boardId }, body: { title } })
    await link(page, 'Collect quotes').waitFor()
    const gaps = () =>
      column(page, 'inbox')
        .locator('[data-card]')
        .evaluateAll((cards) => {
          const boxes = cards.map((each) => each.getBoundingClientRect())
          return boxes.slice(1).map((each, index) => Math.round(each.top - (boxes[index]?.bottom ?? 0)))
        })
    await expect.poll(gaps).toEqual([6, 6, 6, 6, 6])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('is accessible with everything open, without a complaint', async () => {
    await link(page, 'Alpha').focus()
    await page.keyboard.press('x')
    await page.getByRole('button', { name: 'New task: Inbox' }).click()
    await page.keyboard.type('x #')
    expect(await accessibilityFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByLabel('Priority', { exact: true }).and(page.locator('input')).waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(signedIn.complaints).toEqual([])
  })
})

describe('a board under a finger', () => {
  let page: Page
  let touch: CDPSession
  let signedIn: SignedInPage
  let boardId: string
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })

  beforeAll(async () => {
    boardId = await newBoard(Array.from({ length: 30 }, (_, index) => `Card ${String(index).padStart(2, '0')}`))
    signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken, touch: true })
    page = signedIn.page
    page.setDefaultTimeout(10_000)
    page.setDefaultTimeout(10_000)
    touch = await signedIn.context.newCDPSession(page)
    await signedIn.open(`/boards/${boardId}`)
    await link(page, 'Card 00').waitFor()
  }, 30_000)
  afterAll(() => signedIn?.context.close())

  it('scrolls when the finger moves at once', async () => {
    const from = await middle(page, 'Card 03')
    await send('touchStart', from.x, from.y)
    for (let step = 1; step <= 10; step += 1) await send('touchMove', from.x, from.y - step * 15)
    await send('touchEnd')
    await expect.poll(() => page.locator('[data-cards="inbox"]').evaluate((element) => element.scrollTop)).toBeGreaterThan(50)
    expect(await page.locator('.drag-overlay').count()).toBe(0)
    expect(await page.locator('[data-drawer]').count()).toBe(0)
    // What was thrown rolls on for a while.
    await page.waitForTimeout(800)
    await page.locator('[data-cards="inbox"]').evaluate((element) => element.scrollTo(0, 0))
    await expect.poll(() => page.locator('[data-cards="inbox"]').evaluate((element) => element.scrollTop)).toBe(0)
  })

  it('carries after a long press, and the column scrolls at its edge', async () => {
    await page.waitForTimeout(400)
    const from = await middle(page, 'Card 01')
    const cards = await box(page, '[data-cards="inbox"]')
    await send('touchStart', from.x, from.y)
    await page.locator('.drag-overlay').waitFor()
    await send('touchMove', from.x, from.y + 30)
    await send('touchMove', from.x, cards.y + cards.height - 6)
    await expect.poll(() => page.locator('[data-cards="inbox"]').evaluate((element) => element.scrollTop)).toBeGreaterThan(200)
    await send('touchMove', from.x, cards.y + cards.height / 2)
    await page.locator('[data-cards="inbox"] .drop-line').waitFor()
    await send('touchEnd')
    await page.locator('.drag-overlay').waitFor({ state: 'detached' })
    await expect
      .poll(async () => (await tasksOf(boardId)).toSorted((a, b) => a.position - b.position).findIndex((task) => task.title === 'Card 01'))
      .toBeGreaterThan(4)
  })

  it('carries to another column, beyond the edge of a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    await page.locator('[data-cards="inbox"]').evaluate((element) => element.scrollTo(0, 0))
    await link(page, 'Card 00').waitFor()
    await page.waitForTimeout(400)
    const from = await middle(page, 'Card 00')
    await send('touchStart', from.x, from.y)
    await page.locator('.drag-overlay').waitFor()
    await send('touchMove', from.x + 20, from.y)
    const board = page.locator('.kanban')
    const review = page.locator('[data-column="review"]')
    // Held at the right edge, the board goes by until the column is there.
    await send('touchMove', 386, from.y)
    await expect.poll(async () => ((await review.boundingBox())?.x ?? 999) < 200).toBe(true)
    expect(await board.evaluate((element) => element.scrollLeft)).toBeGreaterThan(300)
    const at = await box(page, '[data-column="review"]')
    await send('touchMove', Math.max(60, at.x + 60), from.y)
    await page.locator('[data-column="review"] .drop-line').waitFor()
    await send('touchEnd')
    await expect.poll(() => statusOf(boardId, 'Card 00')).toBe('review')
    expect(signedIn.complaints).toEqual([])
  })
})
