/** Where Electron's binary is, if it is anywhere: by looking at the disk, never by importing `electron`, which would download it. */
import { existsSync } from 'node:fs'
import path from 'node:path'

export type ElectronBinary = { readonly path: string; readonly reason: null } | { readonly path: null; readonly reason: string }

const names: Readonly<Record<string, string>> = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }

/** @returns The executable, or why no Electron can be started on this machine. */
export function findElectronBinary(): ElectronBinary {
  const { ELECTRON_BIN: bin, ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: display, WAYLAND_DISPLAY: wayland } = process.env
  const name = names[process.platform] ?? 'electron'
  const root = path.resolve(import.meta.dirname, '..', '..')
  const candidates = [bin, dist && path.join(dist, name), path.join(root, 'node_modules', 'electron', 'dist', name)]
  const found = candidates.find((candidate) => candidate !== undefined && candidate !== '' && existsSync(candidate))
  if (!found) return { path: null, reason: 'no Electron binary on disk (set ELECTRON_BIN or run `npx install-electron`)' }
  if (process.platform === 'linux' && !display && !wayland) return { path: null, reason: 'no display (run under xvfb-run)' }
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { path: null, reason: 'Electron refuses to run as root with its sandbox on' }
  return { path: found, reason: null }
}
