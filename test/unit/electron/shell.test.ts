import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { appMenuTemplate } from '../../../electron/shell/app-menu.ts'
import { parseArguments } from '../../../electron/shell/arguments.ts'
import { deepLinkFrom, routeFrom } from '../../../electron/shell/deep-link.ts'
import { createNoteFilter, createNotifications } from '../../../electron/shell/notifications.ts'
import { startsHidden } from '../../../electron/shell/start-visibility.ts'
import { parseHostAnswer } from '../../../electron/shell/tray-host.ts'
import { minimumSize, readWindowState, restoreWindowState, writeWindowState } from '../../../electron/shell/window-state.ts'
import { nextCheckDelay, updatePolicy } from '../../../electron/updates/policy.ts'
import { createUpdates, type UpdaterPort } from '../../../electron/updates/updates.ts'
import { createFakeElectron } from '../../fakes/electron.ts'

const laptop = { x: 0, y: 25, width: 1440, height: 875 }
const monitor = { x: 1440, y: 0, width: 2560, height: 1400 }

describe('where the window comes back', () => {
  const saved = { x: 1600, y: 100, width: 1200, height: 800, maximized: false }
  it('is where it was', () => {
    expect(restoreWindowState(saved, [laptop, monitor])).toEqual(saved)
  })
  it('is the middle of the primary display when its monitor is gone', () => {
    expect(restoreWindowState(saved, [laptop])).toEqual({ width: 1200, height: 800, maximized: false })
  })
  it('is never larger than the display, never smaller than usable', () => {
    expect(restoreWindowState({ ...saved, x: 10, y: 30, width: 5000, height: 3000 }, [laptop])).toMatchObject({ width: 1440, height: 875 })
    expect(restoreWindowState(null, [{ x: 0, y: 0, width: 320, height: 200 }])).toMatchObject(minimumSize)
  })
  it.each([null, undefined, 'text', {}, { ...saved, width: 10 }, { ...saved, x: 1.5 }, { ...saved, width: 1e9 }])(
    'does not trust %j',
    (content) => {
      const placement = restoreWindowState(content, [laptop])
      expect(placement.x).toBeUndefined()
      expect(placement.width).toBeLessThanOrEqual(laptop.width)
    },
  )
  it('can always be grabbed, whatever was saved', () => {
    const area = fc.record({
      x: fc.integer({ min: -4000, max: 4000 }),
      y: fc.integer({ min: -4000, max: 4000 }),
      width: fc.integer({ min: 800, max: 4000 }),
      height: fc.integer({ min: 600, max: 2400 }),
    })
    const state = fc.record({
      x: fc.integer({ min: -9000, max: 9000 }),
      y: fc.integer({ min: -9000, max: 9000 }),
      width: fc.integer({ min: 480, max: 6000 }),
      height: fc.integer({ min: 480, max: 6000 }),
      maximized: fc.boolean(),
    })
    fc.assert(
      fc.property(state, fc.array(area, { minLength: 1, maxLength: 3 }), (content, areas) => {
        const placement = restoreWindowState(content, areas)
        if (placement.x === undefined || placement.y === undefined) return
        const { x, y, width } = placement
        expect(
          areas.some(
            (one) => Math.min(x + width, one.x + one.width) - Math.max(x, one.x) >= 100 && y + 40 > one.y && y < one.y + one.height,
          ),
        ).toBe(true)
      }),
    )
  })
  it('survives a broken file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'window-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = path.join(folder, 'state.json')
    expect(readWindowState(file)).toBeNull()
    writeWindowState(file, saved)
    expect(readWindowState(file)).toEqual(saved)
    writeFileSync(file, '{"x":')
    expect(readWindowState(file)).toBeNull()
    writeWindowState(path.join(folder, 'missing', 'state.json'), saved)
  })
})

describe('links of ours', () => {
  it.each([
    ['openclaw-mission-control://agents/1', '/agents/1'],
    ['OPENCLAW-MISSION-CONTROL://agents/1/', '/agents/1'],
    ['openclaw-mission-control:///boards/1?q=a%20b', '/boards/1?q=a%20b'],
    ['openclaw-mission-control://logs', '/logs'],
    ['openclaw-mission-control:', '/'],
  ])('%s leads to %s', (link, route) => {
    expect(deepLinkFrom(['--hidden', 'app', link])).toBe(route)
  })
  it('are told from everything else', () => {
    expect(deepLinkFrom(['https://agents/1', '--demo', '/work', 'openclaw-mission-control-evil://x'])).toBeNull()
    expect(routeFrom('#/agents/1')).toBe('/agents/1')
    for (const value of [
      'agents',
      '//evil.example',
      'https://evil.example',
      '/a\\b',
      '/a b',
      '/a\nb',
      '',
      '#agents',
      `/${'a'.repeat(3000)}`,
    ])
      expect(routeFrom(value), value).toBeNull()
  })
})

describe('the command line', () => {
  it('knows its flags in both forms and leaves strange ones alone', () => {
    expect(
      parseArguments(['.', '--inspect=0', '--demo', '--port', '8700', '--data-dir=C:\\Users\\me', '--hidden', '--enable-features=X']),
    ).toEqual({
      demo: true,
      port: 8700,
      dataDir: 'C:\\Users\\me',
      hidden: true,
      noOpen: false,
    })
    expect(parseArguments([])).toEqual({ demo: false, port: null, dataDir: null, hidden: false, noOpen: false })
  })
  it('takes no flag from a link', () => {
    const broken = ['--hidden', 'openclaw-mission-control://x', '--data-dir', '\\\\evil\\share', '--demo', '--port']
    expect(parseArguments(broken)).toEqual({ demo: false, port: null, dataDir: null, hidden: true, noOpen: false })
  })
  it.each([
    ['--port', ['--port']],
    ['--port', ['--port=']],
    ['--port', ['--port', 'eighty']],
    ['--port', ['--port', '70000']],
    ['--data-dir', ['--data-dir', '--demo']],
  ])('names %s when it makes no sense', (flag, argv) => {
    expect(() => parseArguments(argv)).toThrow(flag)
  })
})

describe('starting hidden', () => {
  it('needs a tray and nothing to open', () => {
    const base = { asked: false, atLogin: false, setting: false, trayWorks: true, opening: false }
    expect(startsHidden(base)).toBe(false)
    for (const wish of ['asked', 'atLogin', 'setting'] as const) {
      expect(startsHidden({ ...base, [wish]: true })).toBe(true)
      expect(startsHidden({ ...base, [wish]: true, trayWorks: false })).toBe(false)
      expect(startsHidden({ ...base, [wish]: true, opening: true })).toBe(false)
    }
  })
  it('reads what the session bus says', () => {
    expect(['b true\n', '(<true>,)', 'b false', '(<false>,)', '', 'Failed to get property'].map(parseHostAnswer)).toEqual([
      true,
      true,
      false,
      false,
      null,
      null,
    ])
  })
})

describe('notifications', () => {
  const note = (title: string) => ({ title, body: 'b', link: '#/agents/1' })
  it('drops repeats and floods within a minute', () => {
    let now = 0
    const filter = createNoteFilter(() => now)
    expect(['a', 'a', 'b', 'c', 'd', 'e', 'f'].map((title) => filter(note(title)))).toEqual([
      'show',
      'repeat',
      'show',
      'show',
      'show',
      'show',
      'too-many',
    ])
    now = 60_000
    expect(filter(note('a'))).toBe('show')
  })
  it('lead to their page when clicked, and nowhere else', () => {
    const fake = createFakeElectron()
    const routes: (string | null)[] = []
    const notifications = createNotifications({ ports: fake.ports, onClick: (route) => routes.push(route) })
    expect(notifications.notify(note('one'))).toBe('show')
    expect(notifications.notify({ title: 'two', body: '', link: 'https://evil.example' })).toBe('show')
    fake.notes.forEach((shown) => shown.click())
    expect(routes).toEqual(['/agents/1', null])
    expect(
      createNotifications({ ports: { ...fake.ports, notificationsSupported: () => false }, onClick: () => undefined }).notify(note('x')),
    ).toBe('unsupported')
  })
})

describe('the application menu', () => {
  const actions = { open: () => undefined, quit: () => undefined, revealDataFolder: () => undefined, checkForUpdates: () => undefined }
  it('offers developer tools only in development, and an app menu only on macOS', () => {
    const text = (platform: string, packaged: boolean) => JSON.stringify(appMenuTemplate({ platform, packaged, actions }))
    expect(text('linux', false)).toContain('toggleDevTools')
    expect(text('linux', true)).not.toContain('toggleDevTools')
    expect(appMenuTemplate({ platform: 'darwin', packaged: true, actions })[0]?.label).toBe('OpenClaw Mission Control')
    expect(appMenuTemplate({ platform: 'win32', packaged: true, actions })[0]?.label).toBe('File')
  })
})

describe('updates', () => {
  const state = { packaged: true, hasFeed: true, platform: 'linux', env: {} }
  it('are looked for in an installed app only', () => {
    expect(updatePolicy(state)).toEqual({ enabled: true })
    for (const change of [
      { packaged: false },
      { hasFeed: false },
      { env: { SNAP: '/snap/x' } },
      { env: { FLATPAK_ID: 'x' } },
      { env: { MISSION_CONTROL_NO_UPDATES: '1' } },
    ]) {
      expect(updatePolicy({ ...state, ...change })).toMatchObject({ enabled: false, reason: expect.any(String) })
    }
  })
  it('are looked for soon after the start and then every six hours, give or take a tenth', () => {
    expect([nextCheckDelay({ first: true, random: 0 }), nextCheckDelay({ first: true, random: 0.5 })]).toEqual([9000, 10_000])
    expect(nextCheckDelay({ first: false, random: 0 })).toBe(5.4 * 3_600_000)
    expect(nextCheckDelay({ first: false, random: 0.999 })).toBeLessThan(6.6 * 3_600_000)
  })

  function setUp(check: () => Promise<string | null>) {
    const timers: { run: () => void; ms: number }[] = []
    const errors: unknown[] = []
    let downloaded: (version: string) => void = () => undefined
    let made = 0
    const updater: UpdaterPort = { check, onDownloaded: (listener) => void (downloaded = listener) }
    const updates = createUpdates({
      policy: { enabled: true },
      updater: () => ((made += 1), updater),
      onDownloaded: () => undefined,
      onError: (error) => errors.push(error),
      random: () => 0.5,
      setTimer: (run, ms) => {
        const timer = { run, ms }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), 1)
      },
    })
    return { updates, timers, errors, downloaded: (version: string) => downloaded(version), made: () => made }
  }

  it('go on after a failed look, and say what there is', async () => {
    let answer: string | null | Error = new Error('offline')
    const { updates, timers, errors, downloaded } = setUp(() =>
      answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer),
    )
    timers.shift()!.run()
    await expect.poll(() => timers.map((timer) => timer.ms)).toEqual([6 * 3_600_000])
    expect(errors).toHaveLength(1)
    answer = null
    expect(await updates.check()).toMatchObject({ state: 'current' })
    answer = '2.0.0'
    expect(await updates.check()).toMatchObject({ state: 'available', version: '2.0.0' })
    downloaded('2.0.0')
    expect(await updates.check()).toMatchObject({ state: 'downloaded', version: '2.0.0' })
    updates.stop()
    expect(timers).toEqual([])
  })

  it('touch no updater when they are off', async () => {
    let made = 0
    const updates = createUpdates({
      policy: { enabled: false, reason: 'sources' },
      updater: () => {
        made += 1
        throw new Error('made')
      },
      onDownloaded: () => undefined,
      onError: () => undefined,
    })
    expect(await updates.check()).toEqual({ state: 'disabled', version: null, reason: 'sources' })
    expect(made).toBe(0)
  })
})
