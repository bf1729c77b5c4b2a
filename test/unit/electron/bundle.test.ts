// The bundles as they ship: the preload is one CommonJS file that needs nothing but `electron`, and main loads and decides.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bridgeCalls, channelOf } from '../../../electron/bridge-channels.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
let folder: string

// Just enough for main to get to its first decisions; the flows run on test/fakes/electron.ts.
const stub = `
import { EventEmitter } from 'node:events'
class App extends EventEmitter {
  isPackaged = false
  getVersion() { return '1.2.3' }
  getPath() { return '/nowhere' }
  getAppPath() { return '/nowhere' }
  getName() { return 'stub' }
  setPath(name, value) { console.log(name + '=' + value) }
  requestSingleInstanceLock(data) { console.log('argv=' + JSON.stringify(data.argv)); return false }
  exit(code) { process.exit(code) }
}
export const app = new App()
export const autoUpdater = new EventEmitter()
export const powerMonitor = new EventEmitter()
export const dialog = { showErrorBox: (title, content) => console.log(title + ': ' + content) }
export class BrowserWindow {}
export class Notification {}
export class Tray {}
export const ipcMain = {}, Menu = {}, nativeImage = {}, protocol = {}, screen = {}, session = {}, shell = {}, utilityProcess = {}
`

async function bundle(entry: string, file: string, format: 'esm' | 'cjs'): Promise<void> {
  const build = await rolldown({
    input: path.join(root, entry),
    cwd: root,
    platform: 'node',
    external: ['electron', 'better-sqlite3', 'pacote', 'bufferutil', 'utf-8-validate', /^node:/, ...builtinModules],
    tsconfig: path.join(root, 'tsconfig.json'),
    onLog: () => undefined,
  })
  await build.write({ file: path.join(folder, file), format, codeSplitting: false })
  await build.close()
}

function runMain(...argv: string[]): { status: number | null; output: string } {
  const result = spawnSync(process.execPath, [path.join(folder, 'dist', 'electron', 'main.js'), ...argv], { encoding: 'utf8' })
  return { status: result.status, output: result.stdout + result.stderr }
}

beforeAll(async () => {
  // Inside the repository, so that packages resolve as they do for the real bundle; only `electron` is nearer.
  mkdirSync(path.join(root, 'test-results'), { recursive: true })
  folder = mkdtempSync(path.join(root, 'test-results', 'bundle-'))
  mkdirSync(path.join(folder, 'node_modules', 'electron'), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(path.join(folder, 'node_modules', 'electron', 'package.json'), '{"name":"electron","type":"module","exports":"./index.js"}')
  writeFileSync(path.join(folder, 'node_modules', 'electron', 'index.js'), stub)
  await bundle('electron/main.ts', 'dist/electron/main.js', 'esm')
  await bundle('electron/preload.ts', 'dist/electron/preload.cjs', 'cjs')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the bundles', () => {
  it('the preload needs electron and nothing else, and carries its channels but no schemas', () => {
    const source = readFileSync(path.join(folder, 'dist', 'electron', 'preload.cjs'), 'utf8')
    expect([...source.matchAll(/require\(["']([^"']+)["']\)/g)].map((match) => match[1])).toEqual(['electron'])
    expect(source.length).toBeLessThan(10_000)
    expect(source).not.toMatch(/\bimport\b[^(]*from|zod/)
    const exposed: Record<string, unknown> = {}
    const invoked: string[] = []
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, api: unknown) => (exposed[name] = api) },
      ipcRenderer: { invoke: async (channel: string) => void invoked.push(channel), on: () => undefined },
    }
    // As Electron's sandbox evaluates it: a function body with `require`, `module`, `exports` and `process`.
    // oxlint-disable-next-line no-implied-eval
    const evaluate = new Function('require', 'module', 'exports', 'process', source) as (...args: unknown[]) => void
    evaluate(() => electron, { exports: {} }, {}, { platform: 'linux', argv: [] })
    expect(Object.keys(exposed)).toEqual(['desktop'])
    for (const call of bridgeCalls) void (exposed['desktop'] as Record<string, () => unknown>)[call]?.()
    expect(invoked).toEqual(bridgeCalls.map(channelOf))
  })

  it('main loads, puts its profile below the data folder, and leaves when another instance is there', () => {
    const data = path.join(folder, 'data')
    const { status, output } = runMain('--data-dir', data, 'openclaw-mission-control://logs')
    expect(output).toContain(`userData=${path.join(data, 'desktop')}`)
    expect(output).toContain('"openclaw-mission-control://logs"]')
    expect(status).toBe(0)
  })

  it('main names a flag that makes no sense', () => {
    const { status, output } = runMain('--port', 'eighty')
    expect([status, output.includes('--port must be a number')]).toEqual([1, true])
  })
})
