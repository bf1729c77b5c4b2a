import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Installation, loginItemAvailability, startCommand } from '../../../electron/shell/login-item/availability.ts'
import {
  autostartFile,
  createLinuxAutostart,
  desktopEntry,
  quoteExecArgument,
  readEntry,
} from '../../../electron/shell/login-item/linux-autostart.ts'
import { createLoginItem, loginItemFromSystem } from '../../../electron/shell/login-item/login-item.ts'
import { FakeApp } from '../../fakes/electron.ts'

const linux: Installation = {
  platform: 'linux',
  packaged: true,
  executable: '/opt/Mission Control/openclaw-mission-control',
  env: {},
  temporaryFolder: '/tmp',
}
let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'login-item-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('whether the app can start at login', () => {
  it.each([
    [{}, true],
    [{ packaged: false }, false],
    [{ env: { FLATPAK_ID: 'ai.openclaw' } }, false],
    [{ env: { SNAP: '/snap/x/1' } }, false],
    [{ executable: '/tmp/extracted/app' }, false],
    [{ executable: '/tmp/.mount_x/app', env: { APPIMAGE: '/home/me/Apps/Mission.AppImage' } }, true],
    [{ executable: '/tmp/.mount_x/app', env: { APPIMAGE: '/tmp/Mission.AppImage' } }, false],
    [{ executable: '/tmpfiles/app' }, true],
    [
      {
        platform: 'darwin',
        executable: '/Applications/Mission Control.app/Contents/MacOS/Mission Control',
        temporaryFolder: '/var/folders/x/T',
      },
      true,
    ],
    [{ platform: 'darwin', executable: '/Volumes/Mission Control/Mission Control.app/Contents/MacOS/x' }, false],
    [{ platform: 'darwin', executable: '/private/var/folders/ab/AppTranslocation/1/d/x.app/Contents/MacOS/x' }, false],
    [
      {
        platform: 'win32',
        executable: 'C:\\Users\\me\\AppData\\Local\\Programs\\mc\\mc.exe',
        temporaryFolder: 'C:\\Users\\me\\AppData\\Local\\Temp',
      },
      true,
    ],
    [
      {
        platform: 'win32',
        executable: 'C:\\Users\\ME\\AppData\\Local\\TEMP\\7z\\mc.exe',
        temporaryFolder: 'C:\\Users\\me\\AppData\\Local\\Temp',
      },
      false,
    ],
  ] satisfies [Partial<Installation>, boolean][])('%j → %s', (change, available) => {
    const result = loginItemAvailability({ ...linux, ...change })
    expect(result.available).toBe(available)
    if (!result.available) expect(result.reason).toMatch(/\.$/)
  })

  it('starts the AppImage itself, on Linux', () => {
    expect(startCommand({ ...linux, env: { APPIMAGE: '/a.AppImage' } })).toBe('/a.AppImage')
    expect(startCommand({ ...linux, env: { APPIMAGE: '' } })).toBe(linux.executable)
    expect(startCommand({ ...linux, platform: 'darwin', env: { APPIMAGE: '/a.AppImage' } })).toBe(linux.executable)
  })
})

/** Reads an Exec line back as the specification says: string escapes first, then quoting, then field codes. */
function parseExec(value: string): string[] {
  const unescaped = value.replace(
    /\\(.)/g,
    (_, character: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' })[character] ?? `\\${character}`,
  )
  const args: string[] = []
  for (const match of unescaped.matchAll(/"((?:\\.|[^"\\])*)"/gs))
    args.push((match[1] ?? '').replace(/\\(["`$\\])/g, '$1').replaceAll('%%', '%'))
  return args
}

describe('the autostart entry', () => {
  it('names the program in a form that survives every character', () => {
    expect(quoteExecArgument('/opt/Mission Control/app')).toBe('"/opt/Mission Control/app"')
    expect(quoteExecArgument('/a$b`c"d\\e%f')).toBe(String.raw`"/a\\$b\\` + '`' + String.raw`c\\"d\\\\e%%f"`)
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\r\n\0]/.test(text)),
        (program) => {
          const exec = readEntry(desktopEntry(`/${program}`, ['--hidden'])).exec
          expect(parseExec(exec ?? '')).toEqual([`/${program}`, '--hidden'])
        },
      ),
    )
    expect(() => desktopEntry('/a\nExec=evil', [])).toThrow('line break')
  })

  it('is a desktop entry that the system can start', () => {
    const file = path.join(home, 'entry.desktop')
    writeFileSync(file, desktopEntry('/opt/Mission Control/app', ['--hidden']))
    // Only where the desktop's own checker is installed.
    const found = spawnSync('desktop-file-validate', [file], { encoding: 'utf8' })
    expect(found.error ? '' : found.stdout).toBe('')
    expect(readFileSync(file, 'utf8')).toMatch(/^\[Desktop Entry\]\nType=Application\n/)
  })

  it('lies where the specification says', () => {
    expect(autostartFile({}, '/home/me')).toBe('/home/me/.config/autostart/openclaw-mission-control.desktop')
    expect(autostartFile({ XDG_CONFIG_HOME: '/xdg' }, '/home/me')).toBe('/xdg/autostart/openclaw-mission-control.desktop')
    expect(autostartFile({ XDG_CONFIG_HOME: 'relative' }, '/home/me')).toBe('/home/me/.config/autostart/openclaw-mission-control.desktop')
  })

  it('is written, read, removed; follows an AppImage that moved; respects one that was switched off', () => {
    const file = autostartFile({}, home)
    const at = (command: string) => createLinuxAutostart({ file, command, args: ['--hidden'] })
    const first = at('/home/me/Mission.AppImage')
    expect(first.enabled()).toBe(false)
    expect(first.revalidate()).toBe(false)
    first.set(true)
    expect([first.enabled(), statSync(file).mode & 0o777]).toEqual([true, 0o644])
    expect(first.revalidate()).toBe(false)

    const moved = at('/home/me/Apps/Mission-2.AppImage')
    expect(moved.revalidate()).toBe(true)
    expect(readEntry(readFileSync(file, 'utf8')).exec).toBe('"/home/me/Apps/Mission-2.AppImage" "--hidden"')

    writeFileSync(file, readFileSync(file, 'utf8').replace('Autostart-enabled=true', 'Autostart-enabled=false'))
    expect([first.enabled(), first.revalidate()]).toEqual([false, false])
    writeFileSync(file, '[Desktop Entry]\nHidden=true\nExec=x\n[Desktop Action other]\nHidden=false\n')
    expect([first.enabled(), first.revalidate()]).toEqual([false, false])

    first.set(false)
    first.set(false)
    expect([existsSync(file), first.enabled()]).toEqual([false, false])
  })
})

describe('start at login, on the three systems', () => {
  it('writes the entry on Linux and starts hidden from it', () => {
    const item = createLoginItem({ app: new FakeApp(), installation: { ...linux, env: { XDG_CONFIG_HOME: home } }, home })
    expect(item.get()).toEqual({ enabled: false, available: true, reason: null })
    expect(item.set(true)).toEqual({ enabled: true, available: true, reason: null })
    expect([item.startedAtLogin(['--hidden']), item.startedAtLogin([])]).toEqual([true, false])
    expect(item.revalidate()).toBe(false)
    expect(item.set(false).enabled).toBe(false)
  })

  it('changes nothing where it is not available, and says why', () => {
    const app = new FakeApp()
    const item = createLoginItem({ app, installation: { ...linux, platform: 'win32', packaged: false }, home })
    expect(item.set(true)).toMatchObject({ enabled: false, available: false, reason: expect.stringContaining('sources') })
    expect(app.loginSettings).toEqual({ openAtLogin: false })
  })

  it('asks Windows with the arguments that it wrote, and macOS without any', () => {
    const windows = new FakeApp({ packaged: true })
    createLoginItem({
      app: windows,
      installation: { ...linux, platform: 'win32', executable: 'C:\\mc.exe', temporaryFolder: 'C:\\t' },
      home,
    }).set(true)
    expect(windows.loginSettings).toEqual({ openAtLogin: true, args: ['--hidden'] })
    const mac = new FakeApp({ packaged: true })
    const item = createLoginItem({ app: mac, installation: { ...linux, platform: 'darwin' }, home })
    expect(item.set(true).enabled).toBe(true)
    expect(mac.loginSettings).toEqual({ openAtLogin: true })
  })

  it('passes on what the system holds against it', () => {
    const base = { openAtLogin: true, status: 'enabled', executableWillLaunchAtLogin: true } as const
    expect(loginItemFromSystem('darwin', { ...base, status: 'requires-approval' })).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('approval'),
    })
    expect(loginItemFromSystem('win32', { ...base, executableWillLaunchAtLogin: false })).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('Task Manager'),
    })
    expect(loginItemFromSystem('win32', base)).toEqual({ enabled: true, available: true, reason: null })
  })

  it('reports a folder that cannot be written as an error, not as success', () => {
    if (process.platform === 'win32' || process.getuid?.() === 0) return
    const locked = path.join(home, 'locked')
    mkdirSync(locked)
    chmodSync(locked, 0o500)
    const item = createLoginItem({ app: new FakeApp(), installation: { ...linux, env: { XDG_CONFIG_HOME: locked } }, home })
    expect(() => item.set(true)).toThrow('EACCES')
  })
})
