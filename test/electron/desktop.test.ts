// The desktop in a real Electron. Runs where there is a binary; elsewhere every case is reported as skipped, with the reason in the title.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bridgeCalls } from '../../electron/bridge-channels.ts'
import { linuxTrayHosted } from '../../electron/shell/tray-host.ts'
import { type StartedApp, startElectronApp } from '../support/electron-app.ts'
import { findElectronBinary } from '../support/electron-binary.ts'
import { parityCases } from '../support/electron-parity.ts'
import { until } from '../support/until.ts'

const binary = findElectronBinary()
const why = binary.path === null ? ` (NOT RUN: ${binary.reason})` : ''
const start = (argv: string[] = []): Promise<StartedApp> => startElectronApp(binary.path ?? '', { argv })

/** Asks the API as the page does. */
async function status(app: StartedApp, address = '/api/v1/overview'): Promise<number> {
  return app.page.evaluate(async (url) => (await fetch(url)).status, address)
}

describe.skipIf(binary.path === null)(`the page in a real Electron${why}`, () => {
  let app: StartedApp
  beforeAll(async () => {
    app = await start()
    await until(
      () => status(app),
      (answer) => answer === 200,
      30_000,
    )
  }, 90_000)
  afterAll(() => app.stop(), 60_000)

  it('comes from app://, in a sandbox, under the strict policy', async () => {
    expect(app.page.url()).toMatch(/^app:\/\/mission-control\//)
    const answer = await app.page.evaluate(async () => {
      const response = await fetch('/index.html')
      return { policy: response.headers.get('content-security-policy'), type: response.headers.get('content-type') }
    })
    expect(answer.policy).toContain("script-src 'self'")
    const globals = await app.page.evaluate(() =>
      ['require', 'process', 'module', 'electron', 'ipcRenderer', 'Buffer'].filter((name) => name in globalThis),
    )
    expect(globals).toEqual([])
    expect(app.console.filter((line) => /Content Security Policy|local network|loopback/i.test(line))).toEqual([])
  })

  it('sees exactly the contract as window.desktop', async () => {
    const surface = await app.page.evaluate(() => Object.keys((globalThis as { desktop?: object }).desktop ?? {}))
    expect(surface.toSorted()).toEqual([...bridgeCalls, 'onNavigate', 'platform', 'version'].toSorted())
    const called = await app.page.evaluate(() =>
      (globalThis as unknown as { desktop: { getLoginItem(): Promise<unknown> } }).desktop.getLoginItem(),
    )
    expect(called).toMatchObject({ ok: true, value: { available: false } })
  })

  it('gives a frame inside the page nothing', async () => {
    const inFrame = await app.page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.srcdoc = '<p>inside</p>'
      document.body.append(frame)
      return 'desktop' in (frame.contentWindow ?? {})
    })
    expect(inFrame).toBe(false)
  })

  it('cannot be led away: links, redirects by script, new windows', async () => {
    // What would open in a browser is caught before it does.
    await app.electron.evaluate(({ shell }) => {
      shell.openExternal = () => Promise.resolve()
    })
    const before = new URL(app.page.url()).host
    for (const target of [
      'https://example.com/',
      'file:///etc/hosts',
      'app://elsewhere/',
      'data:text/html,x',
      'javascript:document.write(1)',
    ]) {
      await app.page.evaluate((url) => {
        const link = document.createElement('a')
        link.href = url
        document.body.append(link)
        link.click()
        link.remove()
        window.open(url)
      }, target)
    }
    await app.page.waitForTimeout(500)
    expect(new URL(app.page.url()).host).toBe(before)
    expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('has its permissions and no others', async () => {
    const states = await app.page.evaluate(async () => {
      const names = ['geolocation', 'camera', 'microphone', 'notifications'] as PermissionName[]
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
    })
    expect(states).toEqual(['denied', 'denied', 'denied', 'granted'])
  })

  it('reaches the API without holding the token', async () => {
    const seen = await app.page.evaluate(async () => {
      const streamed = await fetch('/api/v1/events')
      const reader = streamed.body!.getReader()
      const first = new TextDecoder().decode((await reader.read()).value)
      await reader.cancel()
      const large = await fetch('/api/v1/boards', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })
      return { first, large: large.status, cookies: document.cookie }
    })
    expect(seen.first).toContain('event: hello')
    expect([seen.large, seen.cookies]).toEqual([413, ''])
  })

  it('lives on when the services host is killed', async () => {
    const first = await app.servicesPid()
    expect(first).not.toBeNull()
    process.kill(first!, 'SIGKILL')
    await expect.poll(() => app.servicesPid(), { timeout: 20_000 }).not.toBe(first)
    await expect.poll(() => status(app), { timeout: 20_000 }).toBe(200)
  })

  it('goes where a second instance was asked to go', async () => {
    expect(await app.second('openclaw-mission-control://logs')).toBe(0)
    await expect.poll(() => new URL(app.page.url()).hash, { timeout: 10_000 }).toBe('#/logs')
  })

  it.each(parityCases.filter(({ claim }) => !claim.startsWith('before-quit')))('$claim, as the fake says', async ({ run, expected }) => {
    const result = await app.electron.evaluate(run)
    expect(result).toEqual(expected)
  })
})

describe.skipIf(binary.path === null)(`closing and quitting a real Electron${why}`, () => {
  let app: StartedApp | null = null
  afterEach(async () => {
    await app?.stop()
    app = null
  }, 60_000)

  it('hides where a tray shows it and ends where none does', async () => {
    app = await start()
    const hides = process.platform !== 'linux' || (await linuxTrayHosted()) === true
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    const ended = await Promise.race([
      app.exited.then(() => true),
      app.page.waitForTimeout(3000).then(
        () => false,
        () => true,
      ),
    ])
    expect(ended).toBe(!hides)
  }, 90_000)

  it('drains, ends with 0, and leaves no services host behind', async () => {
    app = await start()
    const services = await app.servicesPid()
    await app.electron.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => undefined)
    // The watchdog would have ended it with 1.
    expect(await app.exited).toBe(0)
    expect(() => process.kill(services!, 0)).toThrow('ESRCH')
    expect(existsSync(path.join(app.dataDir, 'desktop', 'window-state.json'))).toBe(true)
  }, 90_000)
})
