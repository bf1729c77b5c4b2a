// Packs the built app with the real electron-builder and the real electron-builder.yml, offline, on a stub of Electron.
import { extractAll, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeStubElectron } from './stub-electron.ts'

const root = resolve(import.meta.dirname, '..', '..')
const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')

describe.runIf(onLinux)('the packed app', () => {
  let temporary: string
  let app: string
  let listing: string[]

  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'mission-control-pack-'))
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'ignore' })
    const electron = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')) as { version: string }
    const stub = join(temporary, 'stub')
    writeStubElectron({ folder: stub, version: electron.version })
    const output = join(temporary, 'release')
    const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
    const options = [
      '--linux',
      'dir',
      '--config',
      'electron-builder.yml',
      '--publish',
      'never',
      `-c.electronDist=${stub}`,
      `-c.directories.output=${output}`,
    ]
    const packed = spawnSync(process.execPath, [builder, ...options], { cwd: root, encoding: 'utf8' })
    // An option that the schema does not know ends here, too.
    expect(packed.status, packed.stdout + packed.stderr).toBe(0)
    expect(packed.stdout + packed.stderr).not.toContain('default Electron icon')
    app = join(output, readdirSync(output).find((name) => name.endsWith('-unpacked')) ?? '')
    listing = listPackage(join(app, 'resources', 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/'))
  }, 240_000)

  afterAll(() => rmSync(temporary, { recursive: true, force: true }))

  it('holds the programs, the page and the two packages that are not bundled', () => {
    for (const file of [
      '/package.json',
      '/dist/electron/main.js',
      '/dist/electron/preload.cjs',
      '/dist/native-services/services.js',
      '/dist/native-services/migrations/0001-initial.sql',
      '/dist/renderer/index.html',
      '/node_modules/better-sqlite3/package.json',
      '/node_modules/pacote/package.json',
    ]) {
      expect(listing).toContain(file)
    }
  })

  it('holds no sources, maps or tests', () => {
    const unwanted = listing.filter(
      (path) => /\.(map|ts|tsx|mts|cts)$/.test(path) || /^\/(electron|native-services|renderer|scripts|test|docs)(\/|$)/.test(path),
    )
    expect(unwanted).toEqual([])
  })

  it('holds nothing that was needed only to build it', () => {
    const packages = listing
      .filter((path) => /^\/node_modules\/(@[^/]+\/)?[^/@]+$/.test(path))
      .map((path) => path.slice('/node_modules/'.length))
    for (const name of ['electron', 'vite', 'react', 'typescript', 'vitest', 'playwright', 'node', '@mantine/core'])
      expect(packages).not.toContain(name)
  })

  it('unpacks native binaries of this system only', () => {
    const natives = listing.filter((path) => path.endsWith('.node'))
    expect(natives).toEqual([`/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`])
    for (const path of natives) expect(existsSync(join(app, 'resources', 'app.asar.unpacked', path))).toBe(true)
  })

  it('can load its packages and its command from what was packed', () => {
    const extracted = join(temporary, 'extracted')
    extractAll(join(app, 'resources', 'app.asar'), extracted)
    const program = `
      import Database from 'better-sqlite3'
      import pacote from 'pacote'
      console.log(new Database(':memory:').prepare('select 6 * 7').pluck().get(), typeof pacote.extract)
    `
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: extracted, encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.stdout.trim()).toBe('42 function')
    const help = spawnSync(process.execPath, [join(extracted, 'dist', 'native-services', 'cli.js'), '--help'], {
      cwd: temporary,
      encoding: 'utf8',
    })
    expect(help.status, help.stderr).toBe(0)
  })

  it('carries the resources beside the archive', () => {
    expect(existsSync(join(app, 'resources', 'resources', 'systemd', 'mission-control.service'))).toBe(true)
  })

  it('has the fuses of a hardened app', async () => {
    const wire = await getCurrentFuseWire(join(app, 'openclaw-mission-control'))
    // One ASCII character per fuse: '1' is on.
    const isOn = (fuse: FuseV1Options) => wire[fuse] === '1'.charCodeAt(0)
    const {
      RunAsNode,
      EnableNodeOptionsEnvironmentVariable,
      EnableNodeCliInspectArguments,
      LoadBrowserProcessSpecificV8Snapshot,
      GrantFileProtocolExtraPrivileges,
    } = FuseV1Options
    const off = [
      RunAsNode,
      EnableNodeOptionsEnvironmentVariable,
      EnableNodeCliInspectArguments,
      LoadBrowserProcessSpecificV8Snapshot,
      GrantFileProtocolExtraPrivileges,
    ]
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ]
    expect(off.filter(isOn)).toEqual([])
    expect(on.filter(isOn)).toEqual(on)
  })
})
