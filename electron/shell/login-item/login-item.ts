/** "Start at login", the same two calls on all three systems. */
import type { LoginItemSettings, LoginItemSettingsOptions, Settings } from 'electron'
import type { LoginItemState } from '../../../native-services/contract/desktop.ts'
import type { AppPort } from '../../ports.ts'
import { type Installation, loginItemAvailability, startCommand } from './availability.ts'
import { autostartFile, createLinuxAutostart } from './linux-autostart.ts'

/** A start at login stays in the tray. */
export const hiddenArgument = '--hidden'

/** Windows tells entries apart by their arguments: what is written must be asked for with the same ones. */
export function loginItemQuery(platform: string): LoginItemSettingsOptions {
  return platform === 'win32' ? { args: [hiddenArgument] } : {}
}

export function loginItemChange(platform: string, enabled: boolean): Settings {
  return platform === 'win32' ? { openAtLogin: enabled, args: [hiddenArgument] } : { openAtLogin: enabled }
}

/** What the system says, in our words. On Windows a person can switch the entry off in the task manager, which leaves it in place. */
export function loginItemFromSystem(
  platform: string,
  settings: Pick<LoginItemSettings, 'openAtLogin' | 'status' | 'executableWillLaunchAtLogin'>,
): LoginItemState {
  if (platform === 'darwin' && settings.status === 'requires-approval') {
    return { enabled: false, available: true, reason: 'macOS waits for your approval: System Settings → General → Login Items.' }
  }
  if (platform === 'win32' && settings.openAtLogin && !settings.executableWillLaunchAtLogin) {
    return { enabled: false, available: true, reason: 'Windows has it switched off: Task Manager → Startup apps.' }
  }
  return { enabled: settings.openAtLogin, available: true, reason: null }
}

export interface LoginItem {
  get(): LoginItemState
  set(enabled: boolean): LoginItemState
  /** Once per start: mends a Linux entry that points to where the program no longer is. */
  revalidate(): boolean
  /** Whether the system started us at login (macOS says so; elsewhere the argument does). */
  startedAtLogin(argv: readonly string[]): boolean
}

export function createLoginItem(options: {
  app: Pick<AppPort, 'getLoginItemSettings' | 'setLoginItemSettings'>
  installation: Installation
  home: string
}): LoginItem {
  const { app, installation } = options
  const availability = loginItemAvailability(installation)
  const linux =
    installation.platform === 'linux'
      ? createLinuxAutostart({
          file: autostartFile(installation.env, options.home),
          command: startCommand(installation),
          args: [hiddenArgument],
        })
      : null

  function get(): LoginItemState {
    if (!availability.available) return { enabled: false, available: false, reason: availability.reason }
    if (linux) return { enabled: linux.enabled(), available: true, reason: null }
    return loginItemFromSystem(installation.platform, app.getLoginItemSettings(loginItemQuery(installation.platform)))
  }

  return {
    get,
    set(enabled) {
      if (!availability.available) return get()
      if (linux) linux.set(enabled)
      else app.setLoginItemSettings(loginItemChange(installation.platform, enabled))
      return get()
    },
    revalidate: () => (availability.available && linux ? linux.revalidate() : false),
    startedAtLogin(argv) {
      if (argv.includes(hiddenArgument)) return true
      return installation.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
    },
  }
}
