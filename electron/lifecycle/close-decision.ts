/** What the window's close button does. Hiding to a tray that nobody can see would make the app vanish, hence `trayWorks`. */
export function closeDecision(state: { quitting: boolean; closeToTray: boolean; trayWorks: boolean }): 'hide' | 'close' {
  return !state.quitting && state.closeToTray && state.trayWorks ? 'hide' : 'close'
}

/** Whether the app ends when its last window has closed: macOS apps stay in the Dock, elsewhere a process without a face would be left. */
export function quitsWithLastWindow(state: { platform: string; closeToTray: boolean; trayWorks: boolean }): boolean {
  return state.platform !== 'darwin' && !(state.closeToTray && state.trayWorks)
}

/**
 * Linux shows a tray icon only where a desktop hosts one (StatusNotifierItem). `hosted` is null when that could not be asked.
 * macOS and Windows always have a place for it.
 */
export function trayWorks(state: { platform: string; created: boolean; hosted: boolean | null }): boolean {
  return state.created && (state.platform !== 'linux' || state.hosted === true)
}
