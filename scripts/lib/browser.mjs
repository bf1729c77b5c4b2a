// A Chromium for the tests that look at the page: the system's, or Debian's when we may install it.
import { existsSync } from 'node:fs'
import { run, which } from './process.mjs'

const candidates = {
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: [
    `${process.env['PROGRAMFILES']}\\Google\\Chrome\\Application\\chrome.exe`,
    `${process.env['PROGRAMFILES(X86)']}\\Microsoft\\Edge\\Application\\msedge.exe`,
  ],
}

/** The path of a browser, or null. */
function findBrowser() {
  const chosen = process.env['CHROME_BIN']
  if (chosen && existsSync(chosen)) return chosen
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const file = which(name)
    if (file) return file
  }
  return (candidates[process.platform] ?? []).find((file) => existsSync(file)) ?? null
}

/** As `findBrowser`, after trying Debian's package manager where that is ours to use. */
export async function ensureBrowser({ say = console.log } = {}) {
  const found = findBrowser()
  if (found || process.platform !== 'linux' || process.getuid?.() !== 0 || !which('apt-get')) return found
  say('Installing Chromium with apt …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env, timeoutMs: 180_000 })
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env, timeoutMs: 480_000 })
  return findBrowser()
}
