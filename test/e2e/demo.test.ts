/** The demo by mouse and by keyboard alone, and the first steps that are left and come back to. The gateway's socket is a stand-in. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { HostCommand } from '../../native-services/contract/host-link.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')
/** A folder for pictures of every state, to be looked at. */
const pictures = process.env['MC_PICTURES']

let services: TestServices
let gateway: ChatGateway
let browser: Browser
let signedIn: SignedInPage
let page: Page
let open: SignedInPage['open']

function provider(kind: 'demo' | 'none'): void {
  services.services.handleHostMessage({ type: 'model-provider', provider: { kind, base_url: null, model: null, key_hint: null } })
}

function perform(command: HostCommand) {
  if (command.action === 'set-model-provider') provider('demo')
  if (command.action === 'leave-demo-model') provider('none')
  if (command.action === 'start') {
    services.setGateway({ state: 'running', owned: true, port: gateway.port })
    services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
  }
  return { ok: true, message: null }
}

async function begin(demo = false): Promise<void> {
  services = await startServices({ staticDir, demo, onCommand: perform })
  const runtime = {
    installed: true,
    source: 'managed',
    version: '2026.9.6',
    path: null,
    node_path: null,
    node_version: null,
    problem: null,
    managed_version: '2026.9.6',
  }
  services.services.handleHostMessage({ type: 'runtime-state', runtime })
  services.setGateway({})
  provider('none')
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  ;({ page, open } = signedIn)
  page.setDefaultTimeout(8000)
}

beforeEach(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  gateway = await startChatGateway()
  gateway.extra['agents.delete'] = () => ({ ok: true })
  browser = await launchBrowser()
})
afterEach(async () => {
  await browser.close()
  await services.stop()
  await gateway.stop()
})

const button = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true })
const step = (title: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) })

async function tabTo(target: Locator): Promise<void> {
  await target.waitFor()
  for (let tries = 0; tries < 120; tries += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${target.toString()}.`)
}
async function press(target: Locator): Promise<void> {
  await tabTo(target)
  await page.keyboard.press('Enter')
}
async function picture(name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  for (const theme of ['light', 'dark'] as const)
    for (const width of [1440, 900]) {
      await page.emulateMedia({ colorScheme: theme })
      await page.setViewportSize({ width, height: 900 })
      await page.waitForTimeout(250)
      await page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) })
    }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1440, height: 900 })
}

it('comes from an empty page and goes from its board’s menu, by mouse', async () => {
  await begin()
  await open('/agents')
  await button('Try the demo').waitFor()
  await picture('agents-empty')
  await open('/boards')
  await button('Try the demo').click()
  await page.getByRole('heading', { name: 'The demo is here' }).waitFor()
  await step('Choose a model').getByText('Agents think with: Demo model.').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await picture('welcome-here')
  await page.getByRole('link', { name: 'Open the demo board' }).click()
  await page.getByRole('heading', { level: 1, name: 'Demo' }).waitFor()
  await button('Board actions').click()
  await page.getByRole('menuitem', { name: 'Throw the demo away' }).click()
  const question = page.getByRole('dialog')
  expect(await question.textContent()).toContain('9 tasks, and 4 agents (Ada, Max, Ivy, Noor) go.')
  await picture('question')
  await button('Throw the demo away', question).click()
  await page.getByRole('heading', { name: 'Try the demo' }).waitFor({ timeout: 15_000 })
  expect((await services.call('listBoards', {})).total).toBe(0)
  expect((await services.call('listAgents', {})).total).toBe(0)
  expect(signedIn.complaints).toEqual([])
})

it('comes from the first steps and goes from Settings, by keyboard', async () => {
  await begin()
  await open('/welcome')
  await press(button('Try the demo'))
  await page.getByRole('heading', { name: 'The demo is here' }).waitFor()
  await open('/settings?section=danger')
  await press(button('Throw the demo away'))
  await page.getByRole('dialog').waitFor()
  await press(button('Throw the demo away', page.getByRole('dialog')))
  await page.getByRole('heading', { name: 'Try the demo' }).waitFor({ timeout: 15_000 })
  expect((await services.call('getDemo')).state).toBe('none')
  expect(signedIn.complaints).toEqual([])
})

it('the first steps come back where they were, and none waits for another', async () => {
  await begin()
  await open('/welcome')
  await picture('welcome-first')
  expect(await accessibilityFindings(page)).toEqual([])
  const current = page.locator('[aria-current="step"] h2')
  expect(await current.textContent()).toBe('Start the gateway')
  await press(button('Create a board and an agent'))
  await step('Create a board and an agent').getByRole('button', { name: 'New board' }).waitFor()
  await button('Start gateway').click()
  await expect.poll(() => current.textContent()).toBe('Choose a model')
  await page.reload()
  await open('/')
  await open('/welcome')
  expect(await current.textContent()).toBe('Choose a model')
})

it('a control center that is the demo says so and how to leave it', async () => {
  await begin(true)
  await open('/welcome')
  await page.getByRole('heading', { name: 'This control center is the demo' }).waitFor()
  expect(await button('Try the demo').count()).toBe(0)
  await picture('folder')
  await press(button('Leave the demo'))
  await press(button('Leave the demo', page.getByRole('dialog')))
  await page.getByText('The demo ends now.').waitFor()
  expect(await page.getByText('mission-control serve', { exact: true }).first().isVisible()).toBe(true)
  await open('/settings?section=danger')
  await button('Leave the demo').waitFor()
})
