/** Threads and the notification centre in a real browser, by keyboard where a person would, on real services without a gateway. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFindings, launchBrowser, type SignedInPage, signIn } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let browser: Browser
let signedIn: SignedInPage
let page: Page
let task: string

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  services = await startServices({ staticDir })
  world = await seedBoard(services)
  task = (await services.call('createTask', { params: { board_id: world.board.id }, body: { title: 'Launch post' } })).id
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  page = signedIn.page
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

const params = () => ({ board_id: world.board.id, task_id: task })
const composer = () => page.getByRole('textbox', { name: /^Write a comment/ })
const thread = () => page.locator('.thread')

it('a comment is written with completion by keyboard, and says at once who does not get it', async () => {
  await signedIn.open(`/boards/${world.board.id}/tasks/${task}`)
  await composer().focus()
  await page.keyboard.type('Look at this, @')
  const offered = page.getByRole('listbox', { name: 'Who to mention' })
  await offered.waitFor()
  expect(await offered.getByRole('option').allInnerTexts()).toHaveLength(6)
  await page.keyboard.type('iv')
  await page.keyboard.press('Enter')
  expect(await composer().inputValue()).toBe('Look at this, @Ivy ')
  await page.keyboard.press('Control+Enter')
  await thread().getByText('Look at this,').waitFor()
  await thread().getByText('Ivy will get this later: the gateway does not answer.').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
})

it('is edited, with its history, and deleted with undo', async () => {
  const message = thread().locator('.message').first()
  await message.getByRole('button', { name: /^Actions for the comment/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Edit the comment' }).fill('Look at that, @Ivy')
  await page.keyboard.press('Control+Enter')
  await message.getByText('Look at that,').waitFor()
  await message.getByRole('button', { name: 'edited' }).click()
  const history = page.getByRole('dialog', { name: /^History/ })
  await history.getByText('Look at this,').waitFor()
  expect(await history.getByRole('listitem').count()).toBe(2)
  await page.keyboard.press('Escape')
  await history.waitFor({ state: 'detached' })
  await message.getByRole('button', { name: /^Actions for the comment/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await thread().getByText('Look at that,').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await thread().getByText('Look at that,').waitFor()
})

it('the story of a message is one click away', async () => {
  await thread().getByRole('button', { name: /Ivy/ }).first().click()
  const story = page.getByRole('list', { name: 'What happened to this message' })
  await story.getByText('Queued').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
})

it('what agents write is counted on the card and in the bell, and read by opening it from there', async () => {
  await page.keyboard.press('Escape')
  await page.locator('[data-drawer]').waitFor({ state: 'detached' })
  const say = (message: string) => services.callAs(world.max.token, 'agentCreateComment', { params: params(), body: { message } })
  await say('Working on it')
  await say('@operator which figures?')
  await page.getByText('2 unread comments').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Notifications: 2 unread' }).click()
  const notices = page.getByRole('dialog', { name: 'Notifications' })
  const first = notices.getByRole('link', { name: /Max mentioned you/ })
  await first.focus()
  expect(await accessibilityFindings(page)).toEqual([])
  // The next one by keyboard: read, and unread again.
  await page.keyboard.press('j')
  await page.keyboard.press('u')
  await page.getByRole('button', { name: 'Notifications: 1 unread' }).waitFor()
  await page.keyboard.press('u')
  await page.getByRole('button', { name: 'Notifications: 2 unread' }).waitFor()
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await thread().getByText('which figures?').waitFor()
  await thread().getByText('New', { exact: true }).waitFor()
  await page.locator('.bell[aria-label="Notifications"]').waitFor({ state: 'attached' })
  expect((await services.call('getTask', { params: params() })).unread_count).toBe(0)
  expect(signedIn.complaints).toEqual([])
})

it('who follows is shown and changed in the head of the task', async () => {
  await page.getByRole('button', { name: /^Who follows/ }).click()
  const followers = page.getByRole('dialog', { name: 'Who follows' })
  await followers.getByRole('switch', { name: 'Ada hears of what you write' }).click({ force: true })
  await followers.getByText('subscribed').waitFor()
  await followers.getByRole('switch', { name: 'Watch this task' }).click({ force: true })
  await page.getByRole('button', { name: 'Who follows: You do not watch this task' }).waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  const { watching, agents } = await services.call('listSubscriptions', { params: params() })
  expect(watching).toBe(false)
  expect(agents.find((each) => each.agent_id === world.lead.id)?.reasons).toEqual(['manual'])
})
