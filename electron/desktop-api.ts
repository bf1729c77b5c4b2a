/** Builds `window.desktop` in the preload: exactly the contract, no generic `invoke`, no Electron object. */
import type { DesktopApi, DesktopResult } from '../native-services/contract/desktop.ts'
import { type BridgeCall, channelOf, navigateChannel, versionArgument } from './bridge-channels.ts'

export interface PreloadPorts {
  readonly invoke: (channel: string, input: unknown) => Promise<unknown>
  readonly listen: (channel: string, listener: (message: unknown) => void) => void
  readonly platform: string
  readonly argv: readonly string[]
}

export function createDesktopApi(ports: PreloadPorts): DesktopApi {
  const listeners = new Set<(route: string) => void>()
  // A deep link may arrive before the page has mounted; the last one is kept for the first listener.
  let waiting: string | null = null
  ports.listen(navigateChannel, (message) => {
    if (typeof message !== 'string') return
    if (listeners.size === 0) waiting = message
    for (const listener of listeners) listener(message)
  })

  async function call<Value>(name: BridgeCall, input?: unknown): Promise<DesktopResult<Value>> {
    try {
      return (await ports.invoke(channelOf(name), input)) as DesktopResult<Value>
    } catch {
      return { ok: false, code: 'internal', message: 'The desktop app does not answer.' }
    }
  }

  return {
    platform: ports.platform === 'darwin' || ports.platform === 'win32' ? ports.platform : 'linux',
    version: ports.argv.find((argument) => argument.startsWith(versionArgument))?.slice(versionArgument.length) ?? '',
    getLoginItem: () => call('getLoginItem'),
    setLoginItem: (enabled) => call('setLoginItem', enabled),
    revealDataFolder: () => call('revealDataFolder'),
    openExternal: (url) => call('openExternal', url),
    notify: (notification) => call('notify', notification),
    checkForUpdates: () => call('checkForUpdates'),
    restartServices: () => call('restartServices'),
    quit: () => call('quit'),
    onNavigate(listener) {
      listeners.add(listener)
      if (waiting !== null) {
        const route = waiting
        waiting = null
        listener(route)
      }
      return () => void listeners.delete(listener)
    },
  }
}
