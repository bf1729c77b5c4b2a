// Is the desktop binary on disk? Never by `import 'electron'`, which would download it as a side effect.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { binOf, nodeBinary, root, run, which } from './process.mjs'

const retryAfterMs = 24 * 60 * 60_000
const failedFile = join(root, 'node_modules', '.mission-control-electron-failed')

/** The path of Electron's executable, or null. */
export function electronBinary() {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] || join(root, 'node_modules', 'electron', 'dist')
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron'
  const file = join(folder, name)
  return existsSync(file) ? file : null
}

/** Downloads Electron quietly, for at most a minute; a failure is remembered for a day so that an offline machine starts at once. */
export async function fetchElectron({ say = console.log } = {}) {
  if (
    existsSync(failedFile) &&
    Date.now() - statSync(failedFile).mtimeMs < retryAfterMs &&
    readFileSync(failedFile, 'utf8') === electronVersion()
  )
    return null
  say('Fetching Electron (about 110 MB, once) …')
  await run(nodeBinary(), [binOf('electron', 'install-electron')], { timeoutMs: 60_000 })
  const binary = electronBinary()
  if (!binary) writeFileSync(failedFile, electronVersion())
  return binary
}

function electronVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')).version
}

/** Why no window can open here, or null when one can. */
export function reasonForNoWindow() {
  if (process.platform !== 'linux') return null
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no display'
  if (process.getuid?.() === 0) return 'Electron refuses to run as root'
  return null
}

/**
 * Some Linux systems forbid user namespaces to ordinary programs; then Chromium's sandbox needs its helper to belong to root, which an
 * npm install cannot arrange. Answers why, or null. We do not start without the sandbox.
 */
export function reasonForNoSandbox(binary) {
  if (process.platform !== 'linux') return null
  const setting = (name) => {
    try {
      return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
    } catch {
      return null
    }
  }
  const forbidden = setting('kernel/apparmor_restrict_unprivileged_userns') === '1' || setting('kernel/unprivileged_userns_clone') === '0'
  if (!forbidden) return null
  const helper = join(dirname(binary), 'chrome-sandbox')
  const stat = existsSync(helper) ? statSync(helper) : null
  if (stat && stat.uid === 0 && (stat.mode & 0o4000) !== 0) return null
  return `the system keeps Electron from its sandbox; to allow it: sudo chown root:root ${helper} && sudo chmod 4755 ${helper}`
}

/** A virtual display for tests on Linux machines without one: the command to put in front, or null. */
export function virtualDisplay() {
  return process.platform === 'linux' && !process.env['DISPLAY'] ? which('xvfb-run') : null
}
