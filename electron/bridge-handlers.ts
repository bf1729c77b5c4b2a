/** What each call of `window.desktop` does. */
import type { CommandResult } from '../native-services/host/host-types.ts'
import { type BridgeHandlers, BridgeError } from './bridge.ts'
import type { LoginItem } from './shell/login-item/login-item.ts'
import type { Notifications } from './shell/notifications.ts'
import type { Updates } from './updates/updates.ts'

export function createBridgeHandlers(options: {
  loginItem: Pick<LoginItem, 'get' | 'set'>
  notifications: Notifications
  updates: Pick<Updates, 'check'>
  /** False when the address may not be opened. */
  openLink: (url: string) => Promise<boolean>
  revealDataFolder: () => Promise<void>
  restartServices: () => Promise<CommandResult>
  quit: () => void
}): BridgeHandlers {
  return {
    getLoginItem: options.loginItem.get,
    setLoginItem: options.loginItem.set,
    async revealDataFolder() {
      await options.revealDataFolder()
      return null
    },
    async openExternal(url) {
      if (!(await options.openLink(url))) throw new BridgeError('invalid_request', 'Only web and mail addresses can be opened.')
      return null
    },
    notify(note) {
      const verdict = options.notifications.notify(note)
      if (verdict === 'unsupported') throw new BridgeError('not_available', 'This system shows no notifications.')
      if (verdict === 'too-many') throw new BridgeError('too_many_requests', 'Too many notifications in a minute.')
      return null
    },
    checkForUpdates: options.updates.check,
    async restartServices() {
      const { ok, message } = await options.restartServices()
      if (!ok) throw new BridgeError('not_available', message ?? 'The services were not restarted.')
      return null
    },
    quit() {
      options.quit()
      return null
    },
  }
}
