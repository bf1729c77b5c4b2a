/** A real Chromium with a signed-in page, and what it complained about. */
import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'

const known = [
  process.env['CHROME_BIN'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export async function launchBrowser(): Promise<Browser> {
  const executablePath = known.find((file) => file !== undefined && existsSync(file))
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
}

export interface SignedInPage {
  readonly context: BrowserContext
  readonly page: Page
  /** Console errors, uncaught errors and violations of the page's policy, in the order they came. */
  readonly complaints: string[]
  /** Goes to a hash route and waits until its page stands. */
  open(route: string): Promise<void>
}

/** Asks for a one-time code as the operator and exchanges it in the page, as a person's link would. */
export async function signIn(options: {
  browser: Browser
  url: string
  operatorToken: string
  theme?: 'light' | 'dark'
  /** A screen that is touched. */
  touch?: boolean
}): Promise<SignedInPage> {
  const { browser, url, operatorToken, theme = 'light', touch = false } = options
  const answer = await fetch(`${url}/api/v1/session/codes`, { method: 'POST', headers: { authorization: `Bearer ${operatorToken}` } })
  if (!answer.ok) throw new Error(`No one-time code: ${answer.status} ${await answer.text()}`)
  const { code } = (await answer.json()) as { code: string }

  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    hasTouch: touch,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} ${message.location().url.replace(url, '')}`.trim())
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))
  })
  await page.goto(`${url}/#/login/${code}`)
  await page.locator('.nav').waitFor()
  await page.getByRole('status', { name: /^Live/ }).waitFor({ timeout: 15_000 })
  return {
    context,
    page,
    complaints,
    async open(route) {
      await page.evaluate((to) => {
        window.location.hash = to
      }, route)
      await page.locator('#page-head h1').waitFor()
      // Pages are loaded on demand; the placeholder gives way to the page.
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' })
      await page.waitForTimeout(150)
    },
  }
}

export interface AxeFinding {
  id: string
  impact: string
  nodes: string[]
}

/** Findings of axe on what the page shows now, the serious and critical ones unless all are asked for; no rule is left out. The source is evaluated by the browser itself, so the page's policy stays as it is. */
export async function accessibilityFindings(page: Page, which: 'serious' | 'all' = 'serious'): Promise<AxeFinding[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async (least) => {
    const { axe } = window as unknown as {
      axe: {
        run(
          root: Document,
          options: object,
        ): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[] }>
      }
    }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations
      .filter((violation) => least === 'all' || violation.impact === 'serious' || violation.impact === 'critical')
      .map((violation) => ({
        id: violation.id,
        impact: violation.impact ?? '',
        nodes: violation.nodes
          .slice(0, 4)
          .map((node) => `${node.html.slice(0, 160)} — ${(node.failureSummary ?? '').split('\n')[1]?.trim() ?? ''}`),
      }))
  }, which)
}
