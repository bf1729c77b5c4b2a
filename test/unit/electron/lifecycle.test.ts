import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adaptUtilityProcess, type UtilityProcessLike } from '../../../electron/services/adapt-utility-process.ts'
import { servicesEnvironment } from '../../../electron/services/services-environment.ts'
import { closeDecision, quitsWithLastWindow, trayWorks } from '../../../electron/lifecycle/close-decision.ts'
import { createCrashReports, createReloadGuard, reloadLimit } from '../../../electron/lifecycle/crash.ts'
import { createQuit } from '../../../electron/lifecycle/quit.ts'
import { claimSingleInstance } from '../../../electron/lifecycle/single-instance.ts'
import { FakeApp, FakeMachine, FakeWindow } from '../../fakes/electron.ts'

describe('closing the window', () => {
  it('hides only when that can be undone', () => {
    for (const quitting of [true, false])
      for (const closeToTray of [true, false])
        for (const works of [true, false]) {
          const expected = !quitting && closeToTray && works ? 'hide' : 'close'
          expect(closeDecision({ quitting, closeToTray, trayWorks: works })).toBe(expected)
        }
  })

  it('ends the app with its last window, except on macOS or with a tray', () => {
    expect(quitsWithLastWindow({ platform: 'darwin', closeToTray: false, trayWorks: true })).toBe(false)
    expect(quitsWithLastWindow({ platform: 'linux', closeToTray: true, trayWorks: false })).toBe(true)
    expect(quitsWithLastWindow({ platform: 'win32', closeToTray: false, trayWorks: true })).toBe(true)
    expect(quitsWithLastWindow({ platform: 'win32', closeToTray: true, trayWorks: true })).toBe(false)
  })

  it('trusts a tray on Linux only where a desktop says that it shows it', () => {
    expect(trayWorks({ platform: 'linux', created: true, hosted: null })).toBe(false)
    expect(trayWorks({ platform: 'linux', created: true, hosted: true })).toBe(true)
    expect(trayWorks({ platform: 'darwin', created: true, hosted: null })).toBe(true)
    expect(trayWorks({ platform: 'win32', created: false, hosted: true })).toBe(false)
  })
})

describe('quitting', () => {
  function setUp(drain: (deadlineMs: number) => Promise<void>) {
    const app = new FakeApp()
    const window = new FakeWindow(app, {})
    app.windows.push(window)
    const timers: { callback: () => void; ms: number }[] = []
    const errors: unknown[] = []
    let beforeUpdate = (): void => undefined
    const quit = createQuit({
      app,
      drain,
      onError: (error) => errors.push(error),
      onBeforeQuitForUpdate: (listener) => void (beforeUpdate = listener),
      setTimer: (callback, ms) => void timers.push({ callback, ms }),
    })
    return { app, window, quit, timers, errors, beforeUpdate: () => beforeUpdate() }
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))

  it('drains first, once, and goes when that is done', async () => {
    let finish = (): void => undefined
    const deadlines: number[] = []
    const { app, window, quit } = setUp((deadlineMs) => {
      deadlines.push(deadlineMs)
      return new Promise((resolve) => (finish = resolve))
    })
    expect([quit.phase(), quit.quitting()]).toEqual(['running', false])
    app.quit()
    app.quit()
    expect([quit.phase(), quit.quitting(), app.exited, window.destroyed]).toEqual(['draining', true, null, false])
    finish()
    await settle()
    expect([app.exited, window.destroyed, deadlines]).toEqual([0, true, [10_000]])
  })

  it('goes also when draining fails', async () => {
    const { app, quit, errors } = setUp(() => Promise.reject(new Error('stuck')))
    quit.request()
    await settle()
    expect([app.exited, errors.length]).toEqual([0, 1])
  })

  it('is ended by the watchdog when draining never ends', () => {
    const { app, timers } = setUp(() => new Promise(() => undefined))
    app.quit()
    expect(timers).toHaveLength(1)
    expect(timers[0]!.ms).toBeGreaterThan(10_000)
    timers[0]!.callback()
    expect(app.exited).toBe(1)
  })

  it('is ended by the watchdog when a window refuses to close after the drain', async () => {
    const { app, window, timers } = setUp(() => Promise.resolve())
    window.on('close', (event: { preventDefault(): void }) => event.preventDefault())
    app.quit()
    await settle()
    expect(app.exited).toBeNull()
    timers[0]!.callback()
    expect(app.exited).toBe(1)
  })

  it('counts as quitting when an update is about to be installed', () => {
    const { quit, beforeUpdate } = setUp(() => Promise.resolve())
    beforeUpdate()
    expect(quit.quitting()).toBe(true)
  })

  it('holds nothing back when the session ends', () => {
    const deadlines: number[] = []
    const { app, quit } = setUp((deadlineMs) => {
      deadlines.push(deadlineMs)
      return new Promise(() => undefined)
    })
    quit.sessionEnds()
    app.quit()
    expect([app.exited, deadlines]).toEqual([0, [2000]])
  })
})

describe('a second instance', () => {
  it('hands over its link and leaves; a holder that ended gives way', () => {
    const machine = new FakeMachine()
    const opened: (string | null)[] = []
    const start = (argv: string[]) => {
      const app = new FakeApp({ machine })
      return { app, first: claimSingleInstance({ app, argv, onOpen: (route) => opened.push(route) }) }
    }
    const one = start([])
    expect(one.first).toBe(true)
    expect(start(['openclaw-mission-control://agents/7']).first).toBe(false)
    expect(start(['--hidden']).first).toBe(false)
    expect(opened).toEqual(['/agents/7', null])
    one.app.exit()
    expect(start([]).first).toBe(true)
  })

  it('gets along with data of any shape, and with the event of macOS', () => {
    const app = new FakeApp()
    const opened: (string | null)[] = []
    claimSingleInstance({ app, argv: [], onOpen: (route) => opened.push(route) })
    app.emit('second-instance', {}, ['app', 'openclaw-mission-control://logs'], '/', null)
    app.emit('second-instance', {}, ['app'], '/', { argv: [1, 2] })
    let prevented = false
    app.emit('open-url', { preventDefault: () => (prevented = true) }, 'openclaw-mission-control://boards/1')
    expect(prevented).toBe(true)
    app.emit('open-url', { preventDefault: () => undefined }, 'https://evil.example/')
    expect(opened).toEqual(['/logs', null, '/boards/1', null])
  })
})

describe('a page that crashes', () => {
  it('is loaded again, a few times', () => {
    let now = 0
    const decide = createReloadGuard(() => now)
    expect(decide('clean-exit')).toBe('ignore')
    for (let crash = 0; crash < reloadLimit.count; crash += 1) expect(decide('crashed')).toBe('reload')
    expect(decide('oom')).toBe('give-up')
    now += reloadLimit.windowMs
    expect(decide('crashed')).toBe('reload')
  })

  it('is never loaded more often than allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { maxLength: 60 }), (pauses) => {
        let now = 0
        const decide = createReloadGuard(() => now)
        const reloads: number[] = []
        for (const pause of pauses) {
          now += pause
          if (decide('crashed') === 'reload') reloads.push(now)
        }
        for (const at of reloads)
          expect(reloads.filter((other) => other <= at && at - other < reloadLimit.windowMs).length).toBeLessThanOrEqual(reloadLimit.count)
      }),
    )
  })

  it('leaves a report that only its owner can read; old ones go', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'crash-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    let now = Date.UTC(2026, 0, 1)
    const reports = createCrashReports({ folder: path.join(folder, 'reports'), version: '1.2.3', now: () => (now += 1000) })
    const files = Array.from({ length: 23 }, (_, index) =>
      reports.write({ kind: 'page', reason: 'crashed', exit_code: index, process: 'page', message: null }),
    )
    const kept = readdirSync(path.join(folder, 'reports'))
    expect(kept).toHaveLength(20)
    const last = files.at(-1)!
    expect(JSON.parse(readFileSync(last, 'utf8'))).toMatchObject({ version: '1.2.3', reason: 'crashed', exit_code: 22 })
    expect(process.platform === 'win32' ? 0o600 : statSync(last).mode & 0o777).toBe(0o600)
    expect(
      createCrashReports({ folder: '/dev/null/nowhere', version: '1' }).write({
        kind: 'main',
        reason: 'x',
        exit_code: null,
        process: 'main',
        message: null,
      }),
    ).toBeNull()
  })
})

describe('the services host as a utility process', () => {
  class FakeChild implements UtilityProcessLike {
    pid: number | undefined = undefined
    readonly posted: unknown[] = []
    killed = 0
    private readonly on_: Record<string, ((value: never) => void)[]> = {}
    private readonly out: ((chunk: Buffer) => void)[] = []
    readonly stdout = { on: (_event: 'data', listener: (chunk: Buffer) => void) => this.out.push(listener) }
    readonly stderr = null

    postMessage(message: unknown): void {
      this.posted.push(message)
    }

    kill(): boolean {
      this.killed += 1
      return true
    }

    on(event: string, listener: (value: never) => void): this {
      ;(this.on_[event] ??= []).push(listener)
      return this
    }

    emit(event: string, value: unknown): void {
      for (const listener of this.on_[event] ?? []) listener(value as never)
    }

    print(chunk: Buffer): void {
      for (const listener of this.out) listener(chunk)
    }
  }

  it('carries messages both ways until it exits', () => {
    const child = new FakeChild()
    const services = adaptUtilityProcess(child)
    const log: unknown[] = []
    services.link.onMessage((message) => log.push(message))
    services.link.onClose(() => log.push('closed'))
    services.onExit((exit) => log.push(exit))
    services.link.post({ type: 'init' })
    child.emit('message', { type: 'ready' })
    child.emit('exit', 1)
    child.emit('message', { type: 'late' })
    services.link.post({ type: 'late' })
    expect(log).toEqual([{ type: 'ready' }, 'closed', { code: 1, signal: null }])
    expect(child.posted).toEqual([{ type: 'init' }])
    services.onExit((exit) => log.push(exit.code))
    services.link.onClose(() => log.push('closed already'))
    expect(log.slice(3)).toEqual([1, 'closed already'])
  })

  it('joins characters that chunks cut apart', () => {
    const child = new FakeChild()
    let text = ''
    adaptUtilityProcess(child).onOutput((part) => (text += part))
    const bytes = Buffer.from('grün ✓')
    for (const byte of bytes) child.print(Buffer.from([byte]))
    expect(text).toBe('grün ✓')
  })

  it('kills for real when asked to', () => {
    const child = new FakeChild()
    const killed: [number, string][] = []
    const services = adaptUtilityProcess(child, (pid, signal) => void killed.push([pid, signal]))
    services.kill('SIGTERM')
    services.kill('SIGKILL')
    expect([child.killed, killed]).toEqual([2, []])
    child.pid = 4711
    expect(services.pid).toBe(4711)
    services.kill('SIGKILL')
    expect([child.killed, killed]).toEqual([2, [[4711, 'SIGKILL']]])
    child.emit('exit', 0)
    services.kill('SIGKILL')
    expect(killed).toHaveLength(1)
  })

  it('inherits nothing that would change its runtime', () => {
    expect(
      servicesEnvironment({
        PATH: '/bin',
        NODE_OPTIONS: '--inspect',
        ELECTRON_RUN_AS_NODE: '1',
        HOME: undefined,
        OPENCLAW_GATEWAY_URL: 'ws://127.0.0.1:1',
      }),
    ).toEqual({
      PATH: '/bin',
      OPENCLAW_GATEWAY_URL: 'ws://127.0.0.1:1',
    })
  })
})
