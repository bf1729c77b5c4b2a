/**
 * Every page of the routes' table on the running control center, in both themes and three widths: no errors, no violations of the page's
 * policy, accessible, nothing that scrolls sideways, a title of its own, and a focus that is somewhere.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, createApiClient } from '../../native-services/contract/client.ts'
import type { Agent } from '../../native-services/contract/entities.ts'
import { routes } from '../../renderer/src/app/routes.tsx'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { fillLively, type Lively, type LivelyAgent } from '../../scripts/lib/lively.ts'
import { startHost } from '../support/real-host.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { until } from '../support/until.ts'

interface Target {
  readonly url: string
  readonly operatorToken: string
  readonly agents: readonly LivelyAgent[]
  /** Of the first agent. */
  readonly sessionKey: string
  /** What the page may complain of here. */
  readonly expected: RegExp
  stop(): Promise<unknown>
}

const clientOf = (url: string, headers: Record<string, string>): ApiClient => createApiClient({ baseUrl: url, headers: () => headers })

/** The whole host with its gateway and the demo's agents. With `MC_RENDERER_DIR` another build of the page, on the services alone. */
async function startTarget(): Promise<Target> {
  const staticDir = process.env['MC_RENDERER_DIR']
  if (staticDir !== undefined) {
    const services = await startServices({ staticDir })
    const { lead, max } = await seedBoard(services)
    const agents = [lead, max].map(({ token, ...agent }) => ({ agent, api: clientOf(services.url, { 'x-agent-token': token }) }))
    return {
      url: services.url,
      operatorToken: services.operatorToken,
      agents,
      sessionKey: lead.openclaw_session_id,
      expected: /status of 503/,
      stop: () => services.stop(),
    }
  }
  const host = await startHost({ demo: true })
  const tokenOf = (agent: Agent): string => {
    const file = path.join(agent.workspace_path, '.mission-control', 'credentials')
    return existsSync(file) ? (/^AUTH_TOKEN=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '') : ''
  }
  const api = clientOf(host.url, { authorization: `Bearer ${host.operatorToken}` })
  const here = await until(
    async () => (await api.call('listAgents')).items.filter((agent) => agent.board_id !== null && agent.status === 'online'),
    (agents) => agents.length > 1,
    120_000,
  )
  const leadsFirst = here.toSorted((one, two) => Number(two.role === 'lead') - Number(one.role === 'lead'))
  const agents = leadsFirst.map((agent) => ({ agent, api: clientOf(host.url, { 'x-agent-token': tokenOf(agent) }) }))
  return {
    url: host.url,
    operatorToken: host.operatorToken,
    agents,
    sessionKey: here[0]?.openclaw_session_id ?? '',
    expected: /^$/,
    stop: () => host.stop(),
  }
}

let browser: Browser
let target: Target
let world: Lively

beforeAll(async () => {
  target = await startTarget()
  browser = await launchBrowser()
  world = await fillLively({ api: clientOf(target.url, { authorization: `Bearer ${target.operatorToken}` }), agents: target.agents })
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await target?.stop()
}, 60_000)

const nobody = '00000000-0000-7000-8000-000000000000'

/** Addresses of each path of the table. */
function addresses(): Record<string, string[]> {
  const board = `/boards/${world.board.id}`
  const agent = `/agents/${target.agents[0]?.agent.id ?? nobody}`
  return {
    '/': ['/'],
    '/inbox': ['/inbox', '/inbox?tab=history'],
    '/welcome': ['/welcome'],
    '/boards': ['/boards', '/boards?status=inbox'],
    '/boards/:boardId/tasks/:taskId': [`${board}/tasks/${world.task.id}`],
    '/boards/:boardId/documents/:documentId': [`${board}/documents/${world.document.id}`],
    '/boards/:boardId/documents': [`${board}/documents`],
    '/boards/:boardId': [board, `${board}?view=list`, `${board}?settings=goal`, `${board}?chat=1`, `${board}?archive=1`],
    '/groups/:groupId': [`/groups/${world.group.id}`],
    '/agents': ['/agents', '/agents?view=cards'],
    '/agents/:agentId/sessions/:sessionKey': [`${agent}/sessions/${encodeURIComponent(target.sessionKey)}`],
    '/agents/:agentId': [agent, `${agent}?tab=files`, `${agent}?tab=sessions`],
    '/schedules': ['/schedules'],
    '/planning': ['/planning', '/planning?tab=tags', '/planning?tab=templates', '/planning?tab=files', '/planning?tab=recurring'],
    '/usage': ['/usage'],
    '/activity': ['/activity'],
    '/logs': ['/logs'],
    '/gateway': ['/gateway'],
    '/doctor': ['/doctor'],
    '/settings': ['/settings'],
  }
}

it('covers every page there is', () => {
  expect(Object.keys(addresses()).toSorted()).toEqual(['/', ...routes.map((route) => route.path)].toSorted())
})

/** What is wrong with the page as it stands; nothing, if all is well. */
async function lookAt(page: Page): Promise<unknown[]> {
  const facts = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    title: document.title,
    headings: [...document.querySelectorAll('h1')].filter((each) => each.checkVisibility()).map((each) => each.textContent ?? ''),
    focus: document.activeElement?.isConnected === true,
  }))
  const wrong: unknown[] = await accessibilityFindings(page, 'all')
  if (facts.overflow > 0) wrong.push(`scrolls sideways by ${facts.overflow}`)
  if (!/^.+ · Mission Control$/.test(facts.title)) wrong.push(`its title is ${facts.title}`)
  if (facts.headings.length !== 1 || facts.headings[0] === '') wrong.push(`its main headings are ${JSON.stringify(facts.headings)}`)
  if (!facts.focus) wrong.push('the focus is on something that is gone')
  return wrong
}

describe.each(['light', 'dark'] as const)('every page in the %s theme', (theme) => {
  let signedIn: SignedInPage
  beforeAll(async () => {
    signedIn = await signIn({ browser, url: target.url, operatorToken: target.operatorToken, theme })
  })
  afterAll(() => signedIn?.context.close())

  it.each([1440, 900, 390])(
    'at %i pixels is accessible, fits, has a title and a heading, and complains of nothing',
    async (width) => {
      const { page, open, complaints } = signedIn
      await page.setViewportSize({ width, height: 900 })
      const wrong: Record<string, unknown> = {}
      const titles = new Set<string>()
      for (const address of Object.values(addresses()).flat()) {
        await open(address)
        const found = await lookAt(page)
        if (found.length > 0) wrong[address] = found
        titles.add(await page.title())
      }
      expect(wrong).toEqual({})
      expect(complaints.filter((complaint) => !target.expected.test(complaint))).toEqual([])
      // A page shares its title with what it opens beside itself; no two others do.
      expect(titles.size).toBeGreaterThan(routes.length - 5)
    },
    240_000,
  )

  it('says what is not there, on a page like any other', async () => {
    const { page, complaints } = signedIn
    await page.setViewportSize({ width: 1440, height: 900 })
    complaints.length = 0
    const wrong: Record<string, unknown> = {}
    const missing = [
      `/boards/${nobody}`,
      `/agents/${nobody}`,
      `/groups/${nobody}`,
      `/boards/${world.board.id}/tasks/${nobody}`,
      '/no-such-page',
    ]
    for (const address of missing) {
      await page.evaluate((to) => {
        window.location.hash = to
      }, address)
      await page
        .getByText(/does not exist|no such page/i)
        .first()
        .waitFor()
      const found = await accessibilityFindings(page, 'all')
      if (found.length > 0) wrong[address] = found
    }
    expect(wrong).toEqual({})
    // The browser itself says that something was not found.
    expect(complaints.filter((complaint) => !/status of 404/.test(complaint))).toEqual([])
  })
})

it('goes back and forward through the pages, and a link inside a page leaves the focus on the next one', async () => {
  const { page, open, complaints, context } = await signIn({ browser, url: target.url, operatorToken: target.operatorToken })
  const way = ['/agents', '/boards', `/boards/${world.board.id}`, `/boards/${world.board.id}/tasks/${world.task.id}`, '/settings']
  for (const address of way) await open(address)
  const where = () => page.evaluate(() => window.location.hash.slice(1))
  for (const address of way.toReversed().slice(1)) {
    await page.goBack()
    await expect.poll(where).toBe(address)
  }
  for (const address of way.slice(1)) {
    await page.goForward()
    await expect.poll(where).toBe(address)
  }
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()

  await open('/boards')
  await page.locator('#content').getByRole('link', { name: world.board.name }).first().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: world.board.name }).waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('#content') !== null)).toBe(true)
  expect(complaints).toEqual([])
  await context.close()
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
