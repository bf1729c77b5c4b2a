// The whole desktop on the fake Electron: what a person does, and what is true afterwards.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { channelOf, navigateChannel } from '../../../electron/bridge-channels.ts'
import { type DesktopOptions, startDesktop } from '../../../electron/desktop.ts'
import type { IpcEventLike } from '../../../electron/ports.ts'
import { errorBody } from '../../../native-services/contract/errors.ts'
import { createFakeElectron, FakeMachine } from '../../fakes/electron.ts'
import { createFakeHost, type FakeHost } from '../../fakes/host.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'desktop-'))
  mkdirSync(path.join(folder, 'renderer'))
  writeFileSync(path.join(folder, 'renderer', 'index.html'), '<!doctype html><title>page</title>')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Setting {
  argv?: string[]
  platform?: string
  machine?: FakeMachine
  packaged?: boolean
  trayFails?: boolean
  hosted?: boolean | null
  host?: Parameters<typeof createFakeHost>[1]
  env?: Record<string, string>
}

async function start(setting: Setting = {}) {
  const fake = createFakeElectron(setting)
  const hosts: FakeHost[] = []
  const options: DesktopOptions = {
    ports: fake.ports,
    argv: ['--data-dir', path.join(folder, 'data'), ...(setting.argv ?? [])],
    env: { XDG_CONFIG_HOME: path.join(folder, 'config'), ...setting.env },
    platform: setting.platform ?? 'linux',
    executable: '/opt/mission-control/openclaw-mission-control',
    home: folder,
    temporaryFolder: '/tmp',
    folders: { renderer: path.join(folder, 'renderer'), resources: '/resources', preload: '/dist/preload.cjs' },
    hasUpdateFeed: false,
    createHost: (hostOptions) => {
      const made = createFakeHost(hostOptions, setting.host)
      hosts.push(made)
      return made
    },
    forkServices: () => {
      throw new Error('not in this test')
    },
    createUpdater: () => {
      throw new Error('not in this test')
    },
    linuxTrayHosted: async () => (setting.hosted === undefined ? true : setting.hosted),
    quitDeadlineMs: 50,
  }
  const desktop = startDesktop(options)
  fake.app.makeReady()
  await desktop?.started
  const host = hosts[0]
  const page = (): IpcEventLike => ({ sender: { id: fake.window!.webContents.id }, senderFrame: { url: fake.window!.url, parent: null } })
  return { fake, desktop, host: host!, tray: fake.trays[0]!, page }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('starting', () => {
  it('opens the page in a sandboxed window, with its profile below the data folder', async () => {
    const { fake, host } = await start()
    expect(host.started).toBe(true)
    expect(fake.app.getPath('userData')).toBe(path.join(folder, 'data', 'desktop'))
    expect(fake.app.sandboxed).toBe(true)
    expect(fake.schemes).toMatchObject([{ scheme: 'app', privileges: { standard: true, secure: true } }])
    expect(fake.schemes[0]?.privileges?.bypassCSP).toBeUndefined()
    const window = fake.window!
    expect([window.url, window.visible]).toEqual(['app://mission-control/', true])
    expect(window.options).toMatchObject({ show: false, minWidth: 480, minHeight: 480 })
    expect(window.options.webPreferences).toEqual({
      preload: '/dist/preload.cjs',
      additionalArguments: ['--mission-control-version=1.2.3'],
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    })
    const answer = await fake.request(new Request('app://mission-control/'))
    expect(await answer.text()).toContain('<title>page</title>')
  })

  it('stays in the tray when asked to, and comes forward from there', async () => {
    const { fake, tray } = await start({ argv: ['--hidden'] })
    expect(fake.window).toBeUndefined()
    tray.choose('Open Mission Control')
    await settled()
    expect(fake.window?.visible).toBe(true)
  })

  it.each([{ hosted: false }, { hosted: null }, { trayFails: true }])('does not hide where no tray would show it: %j', async (setting) => {
    const { fake } = await start({ ...setting, argv: ['--hidden'] })
    expect(fake.window?.visible).toBe(true)
  })

  it('goes where a link leads', async () => {
    const { fake } = await start({ argv: ['--hidden', 'openclaw-mission-control://agents/7'] })
    expect(fake.window?.url).toBe('app://mission-control/#/agents/7')
  })

  it('goes where the last link leads that came while the page was loading', async () => {
    const machine = new FakeMachine()
    const { fake, tray } = await start({ argv: ['--hidden'], machine })
    tray.choose('Open Mission Control')
    fake.window!.slow = true
    await start({ argv: ['openclaw-mission-control://boards/1'], machine })
    await start({ argv: ['openclaw-mission-control://agents/7'], machine })
    const { sent } = fake.window!.webContents
    expect(sent).toEqual([])
    fake.window!.webContents.emit('dom-ready')
    expect(sent).toEqual([{ channel: navigateChannel, message: '/agents/7' }])
    // A reload starts over.
    fake.window!.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    await start({ argv: ['openclaw-mission-control://logs'], machine })
    expect(sent).toHaveLength(1)
    fake.window!.webContents.emit('dom-ready')
    expect(sent.at(-1)?.message).toBe('/logs')
  })

  it('registers as the owner of its links when installed', async () => {
    expect((await start({ packaged: true })).fake.app.protocols).toEqual(['openclaw-mission-control'])
    expect((await start({ machine: new FakeMachine() })).fake.app.protocols).toEqual([])
  })

  it('says what is wrong with the command line, and ends', async () => {
    const { fake, desktop, host } = await start({ argv: ['--port', 'eighty'] })
    expect([desktop, host, fake.app.exited]).toEqual([null, undefined, 1])
    expect(fake.errors[0]?.content).toContain('--port')
  })

  it('does not wait with its window until OpenClaw is found', async () => {
    const { fake, tray } = await start({ host: { neverStarted: true } })
    await expect.poll(() => fake.window?.visible).toBe(true)
    expect(tray.toolTip).toContain('Services: Starting')
  })

  it('says who holds the data folder, and ends', async () => {
    const { fake } = await start({ host: { startError: new Error('mission-control serve (pid 7) has this data folder.') } })
    expect(fake.app.exited).toBe(1)
    expect(fake.errors[0]?.content).toContain('pid 7')
    expect(fake.window).toBeUndefined()
  })
})

describe('one at a time', () => {
  it('the second instance brings the first forward and shows what it was asked for', async () => {
    const machine = new FakeMachine()
    const first = await start({ machine, argv: ['--hidden'] })
    const second = await start({ machine, argv: ['openclaw-mission-control://boards/3'] })
    expect([second.desktop, second.fake.app.exited, second.host]).toEqual([null, 0, undefined])
    expect(first.fake.window?.url).toBe('app://mission-control/#/boards/3')
    await settled()

    first.fake.window!.minimized = true
    await start({ machine, argv: ['openclaw-mission-control://logs'] })
    expect(first.fake.window).toMatchObject({ minimized: false, visible: true, focused: true })
    expect(first.fake.window!.webContents.sent).toEqual([{ channel: navigateChannel, message: '/logs' }])
    expect(first.fake.app.windows).toHaveLength(1)
  })

  it('another data folder is another app', async () => {
    const machine = new FakeMachine()
    await start({ machine })
    const other = await start({ machine, argv: [`--data-dir=${path.join(folder, 'other')}`] })
    // The first `--data-dir` on the line counts, so this one is refused …
    expect(other.desktop).toBeNull()
    // … and the demo, which has its own folder, is not.
    const demo = await start({ machine, env: {}, argv: [] }).then(() => createFakeElectron({ machine }))
    demo.app.setPath('userData', path.join(folder, 'demo', 'desktop'))
    expect(demo.app.requestSingleInstanceLock()).toBe(true)
  })
})

describe('closing and quitting', () => {
  it('closing hides to the tray, says so once, and the app goes on', async () => {
    const { fake, host, tray } = await start()
    await settled()
    const window = fake.window!
    expect(window.close()).toBe(false)
    expect([window.visible, fake.app.exited, host.stops]).toEqual([false, null, []])
    expect(fake.notes.map((note) => note.options.title)).toEqual(['OpenClaw Mission Control goes on in the tray'])
    tray.choose('Open Mission Control')
    expect([window.visible, fake.app.windows.length]).toEqual([true, 1])
    window.close()
    expect(fake.notes).toHaveLength(1)
  })

  it('closing quits when the setting says so, also at the next start before the services have spoken', async () => {
    const { fake, host } = await start()
    host.setState({ close_to_tray: false, start_hidden: true })
    fake.window!.close()
    await settled()
    expect([host.stops, fake.app.exited]).toEqual([[50], 0])
    const next = await start()
    expect(next.fake.window).toBeUndefined()
    next.tray.choose('Open Mission Control')
    expect(next.fake.window!.close()).toBe(true)
  })

  it('closing quits where there is no tray', async () => {
    const { fake, host } = await start({ hosted: false })
    fake.window!.close()
    await settled()
    expect([host.stops, fake.app.exited]).toEqual([[50], 0])
  })

  it('on macOS the app stays without a window, and the Dock brings one back', async () => {
    const { fake, host } = await start({ platform: 'darwin' })
    host.setState({ close_to_tray: false })
    fake.window!.close()
    await settled()
    expect([fake.app.exited, fake.window]).toEqual([null, undefined])
    fake.app.emit('activate')
    expect(fake.window?.url).toBe('app://mission-control/')
  })

  it('quit from the tray drains once, with the tray saying so, and then really goes', async () => {
    let finish = (): void => undefined
    const { fake, host, tray } = await start({ host: { stop: () => new Promise((resolve) => (finish = resolve)) } })
    await settled()
    tray.choose('Quit')
    fake.app.quit()
    expect(tray.toolTip).toContain('Finishing work')
    expect([fake.window?.visible, fake.app.exited, host.stops]).toEqual([false, null, [50]])
    const refused = await fake.request(new Request('app://mission-control/api/v1/overview'))
    expect([refused.status, errorBody.parse(await refused.json()).code]).toEqual([503, 'shutting_down'])
    finish()
    await settled()
    expect([fake.app.exited, tray.destroyed, fake.window]).toEqual([0, true, undefined])
  })

  it('a shutdown of the system is not held up', async () => {
    const { fake, host } = await start({ host: { stop: () => new Promise(() => undefined) } })
    fake.power.emit('shutdown')
    fake.app.quit()
    expect([fake.app.exited, host.stops]).toEqual([0, [2000]])
  })

  it('an update that is about to be installed is not held up by the tray', async () => {
    const { fake } = await start()
    fake.beforeQuitForUpdate()
    expect(fake.window!.close()).toBe(true)
  })

  it('remembers where the window was', async () => {
    const first = await start()
    first.fake.window!.bounds = { x: 40, y: 50, width: 900, height: 700 }
    first.fake.app.quit()
    await settled()
    expect(first.fake.app.exited).toBe(0)
    expect((await start()).fake.window!.options).toMatchObject({ x: 40, y: 50, width: 900, height: 700 })
  })
})

describe('living', () => {
  it('the tray follows what the host reports, and passes on what is chosen', async () => {
    const { fake, host, tray } = await start()
    expect(tray.image).toBe('/resources/tray/good.png')
    host.change({ gateway: { ...host.view().gateway, state: 'failed', reason: 'Port 18789 is taken.' } })
    expect([tray.image, tray.toolTip.includes('Port 18789 is taken.')]).toEqual(['/resources/tray/bad.png', true])
    tray.choose('Start gateway')
    expect(host.commands).toEqual([{ action: 'start' }])
    host.setState({ attention_count: 1, attention: [{ title: 'Ada is offline', link: '#/agents/1' }] })
    await settled()
    tray.choose('   Ada is offline')
    expect(fake.window!.webContents.sent.at(-1)).toEqual({ channel: navigateChannel, message: '/agents/1' })
  })

  it('start at login is switched from the tray, and the tray shows it', async () => {
    const { tray } = await start({ packaged: true })
    const checkbox = () => tray.menu.find((item) => item.label === 'Start at login')
    expect(checkbox()).toMatchObject({ checked: false, enabled: true })
    tray.choose('Start at login')
    expect(checkbox()).toMatchObject({ checked: true })
    expect(readFileSync(path.join(folder, 'config', 'autostart', 'openclaw-mission-control.desktop'), 'utf8')).toContain(
      'Exec="/opt/mission-control/openclaw-mission-control" "--hidden"',
    )
    tray.choose('Start at login')
    expect(existsSync(path.join(folder, 'config', 'autostart', 'openclaw-mission-control.desktop'))).toBe(false)
  })

  it('the services tell a person; a click leads there', async () => {
    const { fake, host } = await start({ argv: ['--hidden'] })
    host.say({ title: 'Ada is offline', body: 'Three wakes went unanswered.', link: '#/agents/1' })
    fake.notes[0]!.click()
    expect(fake.window?.url).toBe('app://mission-control/#/agents/1')
  })

  it('sleep and wake reach the host', async () => {
    const { fake, host } = await start()
    fake.power.emit('suspend')
    fake.power.emit('resume')
    expect(host.powerEvents).toEqual(['suspend', 'resume'])
  })

  it('the page reaches the services through main, with the token that it never sees', async () => {
    const { fake, host } = await start()
    const starting = await fake.request(new Request('app://mission-control/api/v1/overview'))
    expect([starting.status, errorBody.parse(await starting.json()).code]).toEqual([503, 'services_starting'])

    const authorizations: (string | undefined)[] = []
    const server = createServer((request, response) => {
      authorizations.push(request.headers.authorization)
      if (request.url === '/api/v1/events')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: hello\ndata: {}\n\n')
      else response.setHeader('content-type', 'application/json').end('{"ok":true}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    let closed = 0
    server.on('connection', (socket) => socket.on('close', () => (closed += 1)))
    host.change({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    expect(await (await fake.request(new Request('app://mission-control/api/v1/overview'))).json()).toEqual({ ok: true })
    expect(authorizations).toEqual([`Bearer ${host.operatorToken}`])

    const events = await fake.request(new Request('app://mission-control/api/v1/events'))
    const reader = events.body!.getReader()
    await reader.read()
    // A hash route is the same document: the stream stays. A reload ends it.
    fake.window!.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    await settled()
    expect(closed).toBe(0)
    fake.window!.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect((await reader.read()).done).toBe(true)
    await expect.poll(() => closed).toBe(1)
  })

  it('services that do not come back are told of once, with what to do, in the window, too; the page can ask for another try', async () => {
    const { fake, host, page } = await start()
    const failed = { status: 'failed', pid: null, reason: 'The database is damaged.', remedy: 'Put a backup in its place.' } as const
    host.change({ services: failed })
    host.change({ services: failed })
    expect(fake.notes.map((note) => note.options.title)).toEqual(['The services have stopped'])
    const answer = errorBody.parse(await (await fake.request(new Request('app://mission-control/api/v1/settings'))).json())
    expect(answer).toMatchObject({
      code: 'services_failed',
      detail: expect.stringContaining('The database is damaged. Put a backup in its place.') as string,
    })
    expect(await fake.invoke(channelOf('restartServices'), page())).toEqual({ ok: true, value: null })
    expect(host.commands).toEqual([{ action: 'restart-services' }])
    host.change({ services: { ...failed, status: 'running' } })
    host.change({ services: { ...failed, reason: 'Port 8642 is taken.' } })
    expect(fake.notes).toHaveLength(2)
  })

  it('leaving the demo opens the control center of its owner', async () => {
    const { fake, host } = await start({ argv: ['--demo', '--port', '8700', '--hidden'] })
    expect(host.leaveDemo?.restarts).toBe(true)
    host.leaveDemo?.leave()
    expect(fake.app.relaunched).toEqual({ execPath: '/opt/mission-control/openclaw-mission-control', args: ['--port', '8700'] })
    await expect.poll(() => fake.app.exited).toBe(0)
    expect(host.stops).toHaveLength(1)
    expect((await start()).host.leaveDemo).toBeUndefined()
  })

  it('the bridge answers our page and nobody else', async () => {
    const { fake, page } = await start()
    expect(await fake.invoke(channelOf('getLoginItem'), page())).toMatchObject({ ok: true, value: { available: false } })
    expect(await fake.invoke(channelOf('checkForUpdates'), page())).toMatchObject({ ok: true, value: { state: 'disabled' } })
    expect(await fake.invoke(channelOf('openExternal'), page(), 'https://docs.example/')).toEqual({ ok: true, value: null })
    expect(await fake.invoke(channelOf('openExternal'), page(), 'file:///etc/passwd')).toMatchObject({ ok: false, code: 'invalid_request' })
    expect(await fake.invoke(channelOf('revealDataFolder'), page())).toEqual({ ok: true, value: null })
    expect(fake.opened).toEqual(['https://docs.example/', path.join(folder, 'data')])
    const frame: IpcEventLike = { ...page(), senderFrame: { url: 'app://mission-control/', parent: {} } }
    expect(await fake.invoke(channelOf('quit'), frame)).toMatchObject({ ok: false, code: 'forbidden' })
    expect(fake.app.exited).toBeNull()
    const flood = await Promise.all(
      Array.from({ length: 12 }, () => fake.invoke(channelOf('openExternal'), page(), 'https://docs.example/')),
    )
    expect(flood.at(-1)).toMatchObject({ ok: false, code: 'too_many_requests' })
  })

  it('links out of the page open in the browser; the window stays', async () => {
    const { fake } = await start()
    expect(fake.window!.webContents.navigate('https://docs.example/')).toBe(false)
    expect(fake.window!.webContents.openWindow('https://docs.example/two')).toBe(false)
    expect(fake.window!.webContents.navigate('app://mission-control/#/agents')).toBe(true)
    expect(fake.opened).toEqual(['https://docs.example/', 'https://docs.example/two'])
  })

  it('a page that crashes comes back; one that keeps crashing is given up; each leaves a report', async () => {
    const { fake, host } = await start()
    const contents = fake.window!.webContents
    for (let crash = 0; crash < 4; crash += 1) fake.app.emit('render-process-gone', {}, contents, { reason: 'crashed', exitCode: 5 })
    fake.app.emit('render-process-gone', {}, { id: 9999 }, { reason: 'crashed', exitCode: 5 })
    fake.app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 9 })
    fake.app.emit('child-process-gone', {}, { type: 'Utility', reason: 'clean-exit', exitCode: 0 })
    expect([contents.reloads, fake.errors.length]).toEqual([3, 1])
    // Blank by now; who opens it again gets it loaded, once.
    fake.app.emit('activate')
    fake.app.emit('activate')
    expect(contents.reloads).toBe(4)
    expect(readdirSync(path.join(folder, 'data', 'crash-reports'))).toHaveLength(5)
    expect(host.logs.filter((line) => line.includes('desktop.crash'))).toHaveLength(5)
  })

  it('an error in main ends it with a report that holds no secret', async () => {
    const { fake, desktop } = await start()
    desktop!.strayed(new Error('a promise'))
    expect(fake.app.exited).toBeNull()
    desktop!.broke(new Error('authorization: Bearer abcdefghijklmnop1234'))
    expect(fake.app.exited).toBe(1)
    const reports = readdirSync(path.join(folder, 'data', 'crash-reports')).map((name) =>
      readFileSync(path.join(folder, 'data', 'crash-reports', name), 'utf8'),
    )
    expect(reports).toHaveLength(2)
    expect(reports.join()).not.toContain('abcdefghijklmnop')
  })
})
