/** What one does on each page, once with the mouse and once with the keyboard alone, on the real services. No gateway is needed for any of it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mainPages } from '../../renderer/src/app/pages.ts'
import { type Shortcut, shortcuts } from '../../renderer/src/lib/shortcuts.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let browser: Browser
let signedIn: SignedInPage
let page: Page
let open: SignedInPage['open']

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  services = await startServices({ staticDir })
  world = await seedBoard(services)
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  ;({ page, open } = signedIn)
  page.setDefaultTimeout(8000)
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})
/** What one test left open is not in the way of the next. */
beforeEach(async () => {
  for (let tries = 0; tries < 4 && (await page.locator('[role="dialog"]:visible').count()) > 0; tries += 1)
    await page.keyboard.press('Escape')
})

const hash = () => page.evaluate(() => window.location.hash.slice(1))
const board = () => ({ board_id: world.board.id })

/** Goes there with Tab, as somebody without a mouse does. */
async function tabTo(target: Locator, most = 120): Promise<void> {
  await target.waitFor({ state: 'attached' })
  for (let step = 0; step < most; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${target.toString()}.`)
}
const pressOn = async (target: Locator, key = 'Enter'): Promise<void> => {
  await tabTo(target)
  await page.keyboard.press(key)
}
/** Ctrl K, some words, Enter. */
async function palette(words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  const field = page.getByPlaceholder(/^Search pages/)
  await field.waitFor()
  await field.fill(words)
  await page.locator('.mantine-Spotlight-action[data-selected]', { hasText: words.replace(/…$/, '') }).waitFor()
  await page.keyboard.press('Enter')
  await field.waitFor({ state: 'detached' })
}
const goTo = async (key: string, title: string): Promise<void> => {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
}

describe('getting around', () => {
  it('g and a key goes to every page', async () => {
    await open('/')
    for (const { key, href, label } of mainPages.toReversed()) {
      await goTo(key, label)
      expect(await hash()).toBe(href)
    }
    expect(new Set(mainPages.map(({ key }) => key)).size).toBe(mainPages.length)
  })

  it('the palette goes to every page, to an agent and to a task, and does things', async () => {
    const task = await services.call('createTask', { params: board(), body: { title: 'Find the heliotrope' } })
    await open('/logs')
    for (const { href, label } of mainPages) {
      await palette(label)
      await expect.poll(hash).toBe(href)
    }
    await palette('Max')
    await expect.poll(hash).toBe(`/agents/${world.max.id}`)
    await palette('Find the heliotrope')
    await expect.poll(hash).toBe(`/boards/${world.board.id}/tasks/${task.id}`)
    await palette('Launch')
    await expect.poll(hash).toBe(`/boards/${world.board.id}`)
    await palette('Pause deliveries')
    await expect.poll(async () => (await services.call('getSettings')).delivery_paused).toBe(true)
    await palette('Resume deliveries')
    await expect.poll(async () => (await services.call('getSettings')).delivery_paused).toBe(false)
    await palette('Dark theme')
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['mantineColorScheme'])).toBe('dark')
    await palette('Light theme')
    for (const [words, dialog] of [
      ['New agent…', 'New agent'],
      ['New board…', 'New board'],
      ['New board group…', /board group/i],
      ['New task…', 'New task'],
    ] as const) {
      await palette(words)
      await page.getByRole('dialog', { name: dialog }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'detached' })
    }
  })

  it('a drawer whose code arrives late leaves the focus to the palette that was opened meanwhile', async () => {
    const task = await services.call('createTask', { params: board(), body: { title: 'A slow one' } })
    const fresh = await signedIn.context.newPage()
    let arrive = (): void => undefined
    const held = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await fresh.route(/task-drawer/, async (route) => {
      await held
      await route.continue()
    })
    await fresh.goto(`${services.url}/#/boards/${world.board.id}/tasks/${task.id}`)
    await fresh.locator('[data-card-link]').first().waitFor()
    await fresh.keyboard.press('Control+k')
    const field = fresh.getByPlaceholder(/^Search pages/)
    await field.waitFor()
    await field.fill('Launch')
    arrive()
    await fresh.getByRole('dialog', { name: /A slow one/ }).waitFor()
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    await fresh.close()
  })

  it('the palette takes Enter for what only the server finds', async () => {
    const task = await services.call('createTask', { params: board(), body: { title: 'With a thread' } })
    await services.call('createComment', { params: { ...board(), task_id: task.id }, body: { message: 'The quokka is in the cellar.' } })
    await open('/logs')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/^Search pages/).fill('quokka')
    await page.locator('.mantine-Spotlight-action[data-selected]', { hasText: 'quokka' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(hash).toBe(`/boards/${world.board.id}/tasks/${task.id}`)
  })

  it('j and k reach the rows of a page from wherever the focus is; arrows go on, Enter opens', async () => {
    const focused = () => page.evaluate(() => (document.activeElement?.closest('tr') as HTMLTableRowElement | null)?.rowIndex ?? -1)
    await open('/schedules')
    await page.getByRole('link', { name: 'Schedules' }).first().focus()
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe(-1)
    await page.keyboard.press('j')
    await expect.poll(focused).toBe(1)
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe(2)
    await page.keyboard.press('k')
    await expect.poll(focused).toBe(1)
    await open('/agents')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect.poll(hash).toMatch(/^\/agents\/\w/)
  })

  it('? lists every shortcut of the table, and nothing else', async () => {
    await open('/')
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.waitFor()
    const all = Object.values<Record<string, Shortcut>>(shortcuts).flatMap((group) => Object.values(group))
    const listed = await sheet.locator('dd').allTextContents()
    expect(listed).toEqual(expect.arrayContaining(all.map(({ what }) => what)))
    // The palette, Escape and Enter belong to no table.
    expect(listed).toHaveLength(all.length + mainPages.length + 3)
    expect(await accessibilityFindings(page, 'all')).toEqual([])
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })

  it('an address opens what it names after a cold load', async () => {
    const task = await services.call('createTask', { params: board(), body: { title: 'A deep link' } })
    const fresh = await signedIn.context.newPage()
    for (const [address, what] of [
      [`/boards/${world.board.id}/tasks/${task.id}`, fresh.getByRole('dialog', { name: /A deep link/ })],
      [`/agents/${world.ivy.id}`, fresh.getByRole('heading', { level: 1, name: 'Ivy' })],
      [`/boards/${world.board.id}?view=list&q=deep`, fresh.locator('[data-row]', { hasText: 'A deep link' })],
      ['/usage?days=7', fresh.getByRole('heading', { level: 1, name: 'Usage' })],
      ['/planning?tab=tags', fresh.getByRole('textbox', { name: 'New tag' })],
    ] as const) {
      await fresh.goto('about:blank')
      await fresh.goto(`${services.url}/#${address}`)
      await what.first().waitFor()
    }
    await fresh.close()
  })
})

describe('each page', () => {
  it('Inbox: approves, rejects with a word, and answers', async () => {
    const ask = (action_type: string) =>
      services.callAs(world.max.token, 'agentCreateApproval', {
        params: board(),
        body: { action_type, confidence: 60, lead_reasoning: `Because of ${action_type}.` },
      })
    const [one, two, three] = [await ask('publish_post'), await ask('send_letter'), await ask('delete_file')]
    const question = await services.callAs(world.lead.token, 'agentAskUser', { params: board(), body: { content: 'Red or blue?' } })
    const stateOf = async (id: string) => (await services.call('listAllApprovals')).items.find((row) => row.id === id)
    await open('/inbox')
    const card = (text: RegExp) => page.locator('[data-request]', { hasText: text })
    await card(/publish post/)
      .getByRole('button', { name: 'Approve' })
      .click()
    await card(/publish post/).waitFor({ state: 'detached' })
    expect((await stateOf(one.id))?.status).toBe('approved')

    await open('/')
    await goTo('i', 'Inbox')
    await page.keyboard.press('j')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent ?? '')).toContain('send letter')
    // Right after a card was settled a key decides nothing.
    await page.waitForTimeout(600)
    await page.keyboard.press('a')
    await card(/send letter/).waitFor({ state: 'detached' })
    expect((await stateOf(two.id))?.status).toBe('approved')
    await tabTo(card(/delete file/).getByRole('textbox', { name: 'Comment to the agent' }))
    await page.keyboard.type('Not this one')
    await pressOn(card(/delete file/).getByRole('button', { name: 'Reject' }))
    await card(/delete file/).waitFor({ state: 'detached' })
    expect(await stateOf(three.id)).toMatchObject({ status: 'rejected' })
    await tabTo(card(/Red or blue/).getByRole('textbox', { name: 'Answer' }))
    await page.keyboard.type('Blue')
    await page.keyboard.press('Control+Enter')
    await card(/Red or blue/).waitFor({ state: 'detached' })
    const answered = (await services.call('listQuestions')).items.find((row) => row.id === question.question_id)
    expect(answered).toMatchObject({ status: 'answered', answer: 'Blue' })
  })

  it('Agents: creates, edits, pauses and resumes', async () => {
    const named = async (name: string) => (await services.call('listAgents')).items.find((agent) => agent.name === name)
    await open('/agents')
    await page.getByRole('button', { name: 'New agent' }).click()
    const create = page.getByRole('dialog', { name: 'New agent' })
    await create.getByRole('textbox', { name: 'Name' }).fill('Zoe')
    await create.getByRole('button', { name: 'Create agent' }).click()
    await create.waitFor({ state: 'detached' })
    await expect.poll(async () => (await named('Zoe'))?.board_id).toBe(world.board.id)

    await palette('New agent…')
    await page.getByRole('textbox', { name: 'Name' }).waitFor()
    await tabTo(page.getByRole('textbox', { name: 'Name' }))
    await page.keyboard.type('Kay')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await named('Kay'))?.name).toBe('Kay')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await palette('Max')
    await page.getByRole('heading', { level: 1, name: 'Max' }).waitFor()
    const more = page.getByRole('button', { name: 'More actions' })
    await pressOn(more)
    await page.getByRole('menuitem', { name: 'Pause' }).waitFor()
    await pressMenu('Pause')
    await expect.poll(async () => (await named('Max'))?.status).toBe('paused')
    await more.click()
    await page.getByRole('menuitem', { name: 'Edit…' }).click()
    const edit = page.getByRole('dialog', { name: 'Edit Max' })
    await edit.getByRole('textbox', { name: 'Speciality' }).fill('Figures')
    await edit.getByRole('button', { name: 'Save' }).click()
    await edit.waitFor({ state: 'detached' })
    await expect.poll(async () => (await named('Max'))?.identity_profile.role).toBe('Figures')
  })

  it('Schedules: makes a recurring task now, pauses and resumes it, changes a rhythm', async () => {
    const row = await services.call('createRecurringTask', { params: board(), body: { schedule: 'every 6 h', title: 'Water the plants' } })
    const now = async () => (await services.call('listRecurringTasks')).items.find((each) => each.id === row.id)
    const made = async () =>
      (await services.call('listTasks', { params: board() })).items.filter((task) => task.title === 'Water the plants').length
    await open('/schedules')
    await page.getByRole('button', { name: 'Make the task of Water the plants now' }).click()
    await expect.poll(made).toBe(1)
    await page.getByRole('button', { name: 'Pause Water the plants' }).click()
    await expect.poll(async () => (await now())?.paused).toBe(true)
    await pressOn(page.getByRole('button', { name: 'Resume Water the plants' }))
    await expect.poll(async () => (await now())?.paused).toBe(false)

    await pressOn(page.getByRole('button', { name: 'Rhythm of Ivy' }))
    const rhythm = page.getByRole('dialog', { name: /Ivy/ })
    await rhythm
      .getByRole('textbox', { name: 'Checks in every' })
      .or(rhythm.getByRole('combobox', { name: 'Checks in every' }))
      .first()
      .fill('20m')
    await page.keyboard.press('Escape')
    await pressOn(rhythm.getByRole('button', { name: 'Save' }))
    await expect
      .poll(async () => (await services.call('getAgent', { params: { agent_id: world.ivy.id } })).heartbeat_config.every)
      .toBe('20m')
  })

  it('Planning: a field, a tag and a template', async () => {
    await open('/planning')
    await page.getByRole('button', { name: 'New field' }).first().click()
    const field = page.getByRole('dialog', { name: 'New field' })
    await field.getByRole('textbox', { name: 'Name' }).fill('Customer')
    await field.getByRole('button', { name: 'Save' }).click()
    await field.waitFor({ state: 'detached' })
    await pressOn(page.getByRole('button', { name: 'New field' }).first())
    await field.waitFor()
    await page.keyboard.type('Size')
    await page.keyboard.press('Enter')
    await field.waitFor({ state: 'detached' })
    expect((await services.call('listCustomFields')).items.map((each) => each.label).toSorted()).toEqual(['Customer', 'Size'])

    await page.locator('label', { hasText: 'Tags' }).click()
    await tabTo(page.getByRole('textbox', { name: 'New tag' }))
    await page.keyboard.type('urgent')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Name of urgent' }).waitFor()

    await tabTo(page.getByRole('radio', { name: 'Tags' }))
    await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: 'New template' }).first().click()
    const template = page.getByRole('dialog', { name: 'Template of a task' })
    await template.getByRole('textbox', { name: 'Name' }).fill('Post')
    await template.getByRole('textbox', { name: 'Title', exact: true }).fill('Write about ')
    await template.getByRole('button', { name: 'Save' }).click()
    await template.waitFor({ state: 'detached' })
    expect((await services.call('listTaskTemplates')).items.map((each) => each.name)).toEqual(['Post'])
  })

  it('Usage: another period, another grouping, and a cap', async () => {
    await open('/usage')
    await page.locator('label', { hasText: '7 days' }).click()
    await expect.poll(hash).toContain('days=7')
    await tabTo(page.getByRole('radio', { name: '7 days' }))
    await page.keyboard.press('ArrowRight')
    await expect.poll(hash).not.toContain('days=7')
    await pressOn(page.getByRole('button', { name: 'Add a cap' }).first())
    const dialog = page.getByRole('dialog', { name: 'Add a cap' })
    await tabTo(dialog.getByRole('textbox', { name: 'Hold at, US dollars a day' }))
    await page.keyboard.type('12.5')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    const cap = async () => (await services.call('listUsageCaps')).items.find((each) => each.scope === 'all')
    expect((await cap())?.hard_usd_micros).toBe(12_500_000)
    await page.getByRole('button', { name: 'Change the daily caps of All agents' }).click()
    await page
      .getByRole('dialog', { name: /All agents/ })
      .getByRole('button', { name: 'Remove' })
      .click()
    await expect.poll(async () => (await cap())?.hard_usd_micros ?? null).toBe(null)
  })

  it('Activity: a filter by mouse and one by keyboard, both in the address', async () => {
    await open('/activity')
    await page
      .getByRole('combobox', { name: 'Any kind' })
      .or(page.getByRole('textbox', { name: 'Any kind' }))
      .first()
      .click()
    await page.getByRole('option', { name: 'Approvals' }).click()
    await expect.poll(hash).toContain('approval.')
    await expect.poll(() => page.locator('#content').getByText('Water the plants').count()).toBe(0)
    const level = page
      .getByRole('combobox', { name: 'Any level' })
      .or(page.getByRole('textbox', { name: 'Any level' }))
      .first()
    await tabTo(level)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(hash).toMatch(/level=\w+/)
  })

  it('Doctor: looks, by mouse and by keyboard', async () => {
    await open('/doctor')
    await page.getByRole('button', { name: 'Run the Doctor' }).first().click()
    await page.locator('section[aria-labelledby^="doctor-"]').first().waitFor({ timeout: 20_000 })
    const before = (await services.call('getDoctor')).job?.id
    await pressOn(page.getByRole('button', { name: 'Run the Doctor' }).first())
    await expect.poll(async () => (await services.call('getDoctor')).job?.id).not.toBe(before)
    await expect.poll(async () => (await services.call('getDoctor')).job?.state, { timeout: 20_000 }).toBe('succeeded')
    expect(await accessibilityFindings(page, 'all')).toEqual([])
  }, 60_000)

  it('Settings: what is changed is there after a restart', async () => {
    await open('/settings')
    await page.getByRole('switch', { name: 'Pause deliveries' }).click({ force: true })
    await expect.poll(async () => (await services.call('getSettings')).delivery_paused).toBe(true)
    await pressOn(page.getByRole('switch', { name: 'Pause heartbeats' }), 'Space')
    await expect.poll(async () => (await services.call('getSettings')).heartbeats_paused).toBe(true)
    await services.restart()
    await page.getByRole('status', { name: /^Live/ }).waitFor({ timeout: 20_000 })
    await page.reload()
    await page.getByRole('switch', { name: 'Pause heartbeats' }).waitFor()
    await expect.poll(() => page.getByRole('switch', { name: 'Pause heartbeats' }).isChecked()).toBe(true)
    await pressOn(page.getByRole('switch', { name: 'Pause heartbeats' }), 'Space')
    await page.getByRole('switch', { name: 'Pause deliveries' }).click({ force: true })
    await expect.poll(async () => (await services.call('getSettings')).delivery_paused).toBe(false)
  })

  it('New task: by keyboard alone, with somebody on it', async () => {
    await open(`/boards/${world.board.id}`)
    await page.locator('#content').focus()
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'New task' })
    await dialog.getByRole('textbox', { name: 'Title' }).waitFor()
    await page.keyboard.type('From the keyboard')
    const assignee = dialog
      .getByRole('combobox', { name: 'Assign to' })
      .or(dialog.getByRole('textbox', { name: 'Assign to' }))
      .first()
    await tabTo(assignee)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Enter')
    await dialog.waitFor({ state: 'detached' })
    const task = (await services.call('listTasks', { params: board() })).items.find((each) => each.title === 'From the keyboard')
    expect(task?.assigned_agent_ids).toHaveLength(1)
    await page.keyboard.press('c')
    await dialog.getByRole('textbox', { name: 'Title' }).fill('From the mouse')
    await dialog.getByRole('button', { name: 'Create task' }).click()
    await expect
      .poll(async () => (await services.call('listTasks', { params: board() })).items.some((each) => each.title === 'From the mouse'))
      .toBe(true)
  })

  it('Documents: written and saved by keyboard', async () => {
    await open(`/boards/${world.board.id}/documents`)
    await pressOn(page.getByRole('button', { name: 'New document' }).first())
    await tabTo(page.getByRole('textbox', { name: 'Title of the document' }))
    await page.keyboard.type('Minutes')
    await tabTo(page.getByRole('textbox', { name: 'Content, Markdown' }))
    await page.keyboard.type('# Said\n\nEverything.')
    await page.keyboard.press('Control+s')
    await expect
      .poll(async () => (await services.call('listDocuments', { params: board() })).items.map((each) => each.title))
      .toEqual(['Minutes'])
  })
})

/** Arrows to an entry of the open menu, then Enter. */
async function pressMenu(name: string): Promise<void> {
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('ArrowDown')
    if ((await page.evaluate(() => document.activeElement?.textContent)) === name) return page.keyboard.press('Enter')
  }
  throw new Error(`The menu has no ${name}.`)
}

it('complained of nothing, the restart aside', () => {
  expect(signedIn.complaints.filter((line) => !/ERR_CONNECTION|ERR_INCOMPLETE|status of 503/.test(line))).toEqual([])
})
