// The Logs page in a real browser against real services: search through history, follow, pause, resume, details, context, keyboard.
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostToServices } from '../../native-services/contract/host-link.ts'
import { accessibilityFindings, launchBrowser, signIn, type SignedInPage } from '../support/browser.ts'
import { startServices, type TestServices } from '../support/services.ts'

type HostLine = Extract<HostToServices, { type: 'log' }>['lines'][number]

const staticDir = process.env['MISSION_CONTROL_RENDERER'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let browser: Browser
let signedIn: SignedInPage
const say = (lines: Partial<HostLine>[]): void =>
  services.services.handleHostMessage({
    type: 'log',
    lines: lines.map((line) => ({ at: Date.now(), level: 'info', source: 'gateway', scope: 'gateway/ws', message: '', ...line })),
  })

beforeAll(async () => {
  if (!existsSync(staticDir)) throw new Error('The page is not built. Run `npm run build`.')
  services = await startServices({ staticDir })
  // More than the page holds at once: what is found was not loaded.
  for (let n = 0; n < 8; n += 1) {
    say(
      Array.from({ length: 1000 }, (_, m) => ({
        message: `turn ${n * 1000 + m} of a session request_id=req-${String(n * 1000 + m).padStart(6, '0')}`,
      })),
    )
    await services.call('getLogStats')
  }
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

describe('the Logs page', () => {
  it('searches all history by words and by expression, and keeps the filter in the address', async () => {
    const { page, open } = signedIn
    await open('/logs')
    await page.getByText('turn 7999 of').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('"turn 42 of"')
    await page.locator('.log-line mark', { hasText: 'turn 42 of' }).waitFor()
    expect(await page.locator('.log-line').count()).toBe(1)
    expect(page.url()).toContain('q=%22turn+42+of%22')
    await page.getByRole('textbox', { name: 'Search all history' }).fill('turn 1[12]\\d of')
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.locator('.log-line mark', { hasText: 'turn 129 of' }).waitFor()
    expect(await page.locator('.log-line').count()).toBe(20)
    await page.reload()
    await page.locator('.log-line mark', { hasText: 'turn 129 of' }).waitFor()
    await page.getByRole('textbox', { name: 'Search all history' }).fill('turn (')
    await page.getByText('This is not a regular expression').waitFor()
    expect(await page.locator('.log-line').count()).toBe(0)
  })

  it('opens a line, filters by its request, and shows what stood around it', async () => {
    const { page, open } = signedIn
    await open('/logs?q=%22turn+4242+of%22')
    await page.locator('.log-line').click()
    const details = page.getByRole('complementary', { name: 'Line' })
    await details.getByText('turn 4242 of a session').waitFor()
    await details.getByRole('button', { name: 'Show what stood around it' }).click()
    await page.getByText('turn 4243 of').waitFor()
    expect(await page.locator('.log-line[aria-current="true"]').textContent()).toContain('turn 4242 of')
    await page.keyboard.press('j')
    await details.getByText('turn 4243 of a session').waitFor()
    await details.getByRole('button', { name: 'req-004243' }).click()
    await page.getByRole('button', { name: 'Remove the filter Request req-004243' }).waitFor()
    await expect.poll(() => page.locator('.log-line').count()).toBe(1)
  })

  it('follows, stops when one scrolls up, counts what is new, and resumes', async () => {
    const { page, open } = signedIn
    await open('/logs?wrap=true')
    await open('/logs')
    say([{ message: 'comes live' }])
    await page.getByText('comes live').waitFor()
    await page.getByRole('log', { name: 'Logs' }).hover()
    await page.mouse.wheel(0, -2000)
    await expect.poll(() => page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('false')
    const first = await page.locator('.log-line').first().textContent()
    say([{ message: 'one more' }, { message: 'and another' }])
    await page.getByRole('button', { name: 'Resume · 2 new' }).waitFor()
    expect(await page.locator('.log-line').first().textContent()).toBe(first)
    await page.keyboard.press('End')
    await page.getByText('and another').waitFor()
    say(Array.from({ length: 48 }, () => ({ message: 'connect refused', level: 'error' as const })))
    await page.locator('.log-line', { hasText: '×48' }).waitFor()
    say([{ message: 'connect refused', level: 'error' }])
    await page.locator('.log-line', { hasText: '×49' }).waitFor()
  })

  it('scrolls back through more than it holds', async () => {
    const { page, open } = signedIn
    await open('/logs?q=turn')
    await page.locator('.log-line').first().waitFor()
    await page.keyboard.press('f')
    for (let n = 0; n < 200; n += 1) {
      if ((await page.locator('.log-line', { hasText: /turn 0 of/ }).count()) > 0) break
      await page.evaluate(() => document.querySelector('.logs')?.scrollTo({ top: 0 }))
      await page.waitForTimeout(60)
    }
    expect(await page.locator('.log-line').first().textContent()).toContain('turn 0 of')
    expect(await page.locator('.log-line').count()).toBeLessThan(150)
  })

  it('a line of 50,000 characters is cut until one asks for all of it', async () => {
    const { page, open } = signedIn
    say([{ message: `giant ${'x'.repeat(50_000)} tail` }])
    await open('/logs?q=giant')
    await page.locator('.log-line').click()
    const details = page.getByRole('complementary', { name: 'Line' })
    await details.getByRole('button', { name: 'Show all 50,011 characters' }).click()
    await details.getByText(/ tail$/).waitFor()
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'detached' })
  })

  it('can be used with assistive technology, and nothing complained', async () => {
    const { page, open, complaints } = signedIn
    await open('/logs')
    await page.locator('.log-line').nth(3).click()
    await page.getByRole('complementary', { name: 'Line' }).waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
  })
})
