import { describe, expect, it } from 'vitest'
import { isAppUrl } from '../../../electron/app-origin.ts'
import { bridgeInputs, BridgeError, type BridgeHandlers, registerBridge } from '../../../electron/bridge.ts'
import { bridgeCalls, channelOf, navigateChannel, versionArgument } from '../../../electron/bridge-channels.ts'
import { createDesktopApi } from '../../../electron/desktop-api.ts'
import type { IpcEventLike } from '../../../electron/ports.ts'
import { externalUrl, openExternal } from '../../../electron/security/external-links.ts'
import { guardNavigation, navigationVerdict } from '../../../electron/security/navigation.ts'
import { guardPermissions, permissionGranted } from '../../../electron/security/permissions.ts'
import { createRateLimit } from '../../../electron/security/rate-limit.ts'
import { isTrustedSender } from '../../../electron/security/sender.ts'
import { createFakeElectron, FakeWebContents } from '../../fakes/electron.ts'

const ours = 'app://mission-control/index.html'

describe('what is ours', () => {
  it.each(['app://mission-control/', 'app://mission-control', 'app://mission-control/#/agents/1', 'app://mission-control/a?b=c'])(
    '%s is',
    (url) => {
      expect(isAppUrl(url)).toBe(true)
    },
  )
  it.each([
    'app://mission-control.evil/',
    'app://mission-control:80/',
    'app://user@mission-control/',
    'app://evil/mission-control/',
    'apps://mission-control/',
    'https://mission-control/',
    'file:///mission-control/',
    'about:blank',
    'null',
    '',
    undefined,
    7,
  ])('%s is not', (url) => {
    expect(isAppUrl(url)).toBe(false)
  })
})

describe('links that lead out', () => {
  it('opens web and mail addresses in normal form', async () => {
    const opened: string[] = []
    const open = async (url: string) => void opened.push(url)
    expect(await openExternal('HTTPS://Example.com/a b', open)).toBe(true)
    expect(await openExternal('mailto:a@example.com', open)).toBe(true)
    expect(opened).toEqual(['https://example.com/a%20b', 'mailto:a@example.com'])
  })
  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'smb://host/share',
    'ms-msdt:/id',
    'app://mission-control/',
    'https://good.example@evil.example/',
    '/relative',
    '',
    `https://e.example/${'a'.repeat(9000)}`,
    null,
    {},
  ])('refuses %s', async (url) => {
    expect(externalUrl(url)).toBeNull()
    expect(await openExternal(url, () => Promise.reject(new Error('opened')))).toBe(false)
  })
})

describe('navigation', () => {
  it('judges by where it goes and who asks', () => {
    expect(navigationVerdict(ours, 'link')).toEqual({ kind: 'allow' })
    expect(navigationVerdict('https://docs.example/', 'link')).toEqual({ kind: 'external', url: 'https://docs.example/' })
    expect(navigationVerdict('https://docs.example/', 'window')).toEqual({ kind: 'external', url: 'https://docs.example/' })
    expect(navigationVerdict('https://docs.example/', 'redirect')).toEqual({ kind: 'deny' })
    expect(navigationVerdict('https://docs.example/', 'frame')).toEqual({ kind: 'deny' })
    expect(navigationVerdict(ours, 'window')).toEqual({ kind: 'deny' })
    expect(navigationVerdict('file:///etc/passwd', 'link')).toEqual({ kind: 'deny' })
    expect(navigationVerdict('not an address', 'link')).toEqual({ kind: 'deny' })
  })

  it('keeps the window on our page whatever the page tries', () => {
    const contents = new FakeWebContents()
    const opened: string[] = []
    const refused: string[] = []
    guardNavigation(contents, { open: (url) => opened.push(url), onRefused: (url, source) => refused.push(`${source} ${url}`) })
    expect(contents.navigate('app://mission-control/#/agents')).toBe(true)
    expect(contents.navigate('https://docs.example/')).toBe(false)
    expect(contents.navigate('javascript:alert(1)')).toBe(false)
    expect(contents.redirect('https://evil.example/')).toBe(false)
    expect(contents.navigateFrame('https://evil.example/')).toBe(false)
    expect(contents.attachWebview()).toBe(false)
    expect(contents.openWindow('https://blank.example/')).toBe(false)
    expect(contents.openWindow(ours)).toBe(false)
    expect(opened).toEqual(['https://docs.example/', 'https://blank.example/'])
    expect(refused).toEqual(['link javascript:alert(1)', 'redirect https://evil.example/', 'frame https://evil.example/', `window ${ours}`])
  })
})

describe('permissions', () => {
  it('grants two, to our page only', () => {
    const fake = createFakeElectron()
    fake.app.makeReady()
    guardPermissions(fake.ports.defaultSession())
    expect(fake.permission('notifications', 'app://mission-control')).toEqual({ request: true, check: true })
    expect(fake.permission('clipboard-sanitized-write', 'app://mission-control/')).toEqual({ request: true, check: true })
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'loopback-network',
      'local-network-access',
      'openExternal',
      'usb',
      'unknown',
    ]) {
      expect(fake.permission(permission, 'app://mission-control'), permission).toEqual({ request: false, check: false })
    }
    expect(fake.permission('notifications', 'https://evil.example')).toEqual({ request: false, check: false })
    expect(permissionGranted('notifications', '')).toBe(false)
  })
})

const trusted: IpcEventLike = { sender: { id: 4 }, senderFrame: { url: ours, parent: null } }

describe('who may call main', () => {
  it('the main frame of our window, on our page', () => {
    expect(isTrustedSender(trusted, 4)).toBe(true)
  })
  it.each([
    ['another window', trusted, 5],
    ['no window', trusted, null],
    ['a frame inside', { sender: { id: 4 }, senderFrame: { url: ours, parent: {} } }, 4],
    ['a foreign page', { sender: { id: 4 }, senderFrame: { url: 'https://evil.example/', parent: null } }, 4],
    ['a frame that is gone', { sender: { id: 4 }, senderFrame: null }, 4],
  ] satisfies [string, IpcEventLike, number | null][])('not %s', (_who, event, id) => {
    expect(isTrustedSender(event, id)).toBe(false)
  })
})

describe('the bridge', () => {
  function bridge(handlers: Partial<BridgeHandlers> = {}) {
    const fake = createFakeElectron()
    const calls: string[] = []
    const refused: string[] = []
    const errors: unknown[] = []
    const base: BridgeHandlers = {
      getLoginItem: () => ({ enabled: false, available: true, reason: null }),
      setLoginItem: (enabled) => ({ enabled, available: true, reason: null }),
      revealDataFolder: () => null,
      restartServices: () => null,
      openExternal: (url) => (calls.push(url), null),
      notify: (note) => (calls.push(note.title), null),
      checkForUpdates: () => ({ state: 'disabled', version: null, reason: 'x' }),
      quit: () => (calls.push('quit'), null),
    }
    const stop = registerBridge({
      ipcMain: fake.ports.ipcMain,
      isTrusted: (event) => isTrustedSender(event, 4),
      handlers: { ...base, ...handlers },
      onRefused: (call, why) => refused.push(`${call} ${why}`),
      onError: (_call, error) => errors.push(error),
    })
    return { fake, calls, refused, errors, stop }
  }

  it('answers a value', async () => {
    const { fake } = bridge()
    expect(await fake.invoke(channelOf('setLoginItem'), trusted, true)).toEqual({
      ok: true,
      value: { enabled: true, available: true, reason: null },
    })
  })

  it('asks for the sender first, also when the input is wrong', async () => {
    const { fake, calls, refused } = bridge()
    const foreign: IpcEventLike = { sender: { id: 4 }, senderFrame: { url: 'https://evil.example/', parent: null } }
    for (const call of bridgeCalls) expect(await fake.invoke(channelOf(call), foreign, 'x')).toMatchObject({ ok: false, code: 'forbidden' })
    expect(calls).toEqual([])
    expect(refused).toHaveLength(bridgeCalls.length)
  })

  it.each([
    ['setLoginItem', ['yes']],
    ['setLoginItem', []],
    ['setLoginItem', [true, 'more']],
    ['quit', ['now']],
    ['openExternal', [{ toString: 'x' }]],
    ['notify', [{ title: '', body: '', link: '' }]],
    ['notify', [{ title: 't', body: 'b', link: '/', icon: 'file:///etc/passwd' }]],
  ] as const)('%s refuses %j', async (call, args) => {
    const { fake, calls } = bridge()
    expect(await fake.invoke(channelOf(call), trusted, ...args)).toMatchObject({
      ok: false,
      code: 'invalid_request',
      message: expect.stringContaining(call),
    })
    expect(calls).toEqual([])
  })

  it('turns a refusal into its code, and keeps what went wrong unforeseen to itself', async () => {
    const { fake, errors } = bridge({
      openExternal: () => {
        throw new BridgeError('too_many_requests', 'Wait.')
      },
      quit: () => {
        throw new Error('/home/person/secret')
      },
    })
    expect(await fake.invoke(channelOf('openExternal'), trusted, 'https://e.example')).toEqual({
      ok: false,
      code: 'too_many_requests',
      message: 'Wait.',
    })
    const unforeseen = await fake.invoke(channelOf('quit'), trusted)
    expect(unforeseen).toMatchObject({ ok: false, code: 'internal' })
    expect(JSON.stringify(unforeseen)).not.toContain('secret')
    expect(errors).toHaveLength(1)
  })

  it('can be removed', async () => {
    const { fake, stop } = bridge()
    stop()
    await expect(fake.invoke(channelOf('quit'), trusted)).rejects.toThrow('No handler')
  })
})

describe('window.desktop', () => {
  function api(invoke: (channel: string, input: unknown) => Promise<unknown> = async () => ({ ok: true, value: null })) {
    let say: (message: unknown) => void = () => undefined
    const built = createDesktopApi({
      invoke,
      listen: (channel, listener) => {
        expect(channel).toBe(navigateChannel)
        say = listener
      },
      platform: 'freebsd',
      argv: ['electron', `${versionArgument}1.2.3`],
    })
    return { built, say: (message: unknown) => say(message) }
  }

  it('is exactly the contract: every call of the bridge, and nothing that could reach further', () => {
    const { built } = api()
    expect(Object.keys(built).toSorted()).toEqual([...Object.keys(bridgeInputs), 'onNavigate', 'platform', 'version'].toSorted())
    expect([built.platform, built.version]).toEqual(['linux', '1.2.3'])
  })

  it('calls its own channels only', async () => {
    const seen: unknown[] = []
    const { built } = api(async (channel, input) => (seen.push([channel, input]), { ok: true, value: null }))
    await built.openExternal('https://e.example')
    await built.quit()
    expect(seen).toEqual([
      ['desktop:openExternal', 'https://e.example'],
      ['desktop:quit', undefined],
    ])
  })

  it('answers when main does not', async () => {
    const { built } = api(() => Promise.reject(new Error('no handler')))
    expect(await built.getLoginItem()).toMatchObject({ ok: false, code: 'internal' })
  })

  it('keeps the last route until somebody listens, and forgets who left', () => {
    const { built, say } = api()
    say('/agents/1')
    say('/agents/2')
    say({ not: 'text' })
    const routes: string[] = []
    const stop = built.onNavigate((route) => routes.push(route))
    say('/logs')
    stop()
    say('/after')
    expect(routes).toEqual(['/agents/2', '/logs'])
  })
})

describe('a rate limit', () => {
  it('lets so many through in a window that slides', () => {
    let now = 0
    const limit = createRateLimit({ limit: 2, windowMs: 100, now: () => now })
    expect([limit.take(), limit.take(), limit.take()]).toEqual([true, true, false])
    now = 99
    expect(limit.take()).toBe(false)
    now = 100
    expect([limit.take(), limit.take(), limit.take()]).toEqual([true, true, false])
  })
})
