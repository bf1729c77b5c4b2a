/**
 * `window.desktop`: the few powers that only the desktop app has. Absent in a browser, and then the controls do not show.
 * Types only: the page needs no more, and the schemas that main checks with stand in `electron/bridge.ts`.
 */

/** Every call answers; nothing is thrown across the bridge. `message` is a sentence for a person. */
export type DesktopResult<Value> = { ok: true; value: Value } | { ok: false; code: DesktopErrorCode; message: string }

export type DesktopErrorCode = 'invalid_request' | 'forbidden' | 'not_available' | 'too_many_requests' | 'internal'

export interface LoginItemState {
  enabled: boolean
  /** False where the system or the way the app was installed does not allow it; `reason` says why. */
  available: boolean
  reason: string | null
}

export interface UpdateState {
  state: 'disabled' | 'current' | 'available' | 'downloaded'
  /** The version on offer; null when there is none. */
  version: string | null
  reason: string | null
}

export interface DesktopNotification {
  title: string
  body: string
  /** Where a click leads: a route of ours, e.g. `/agents/…`. */
  link: string
}

export interface DesktopApi {
  readonly platform: 'darwin' | 'win32' | 'linux'
  readonly version: string
  getLoginItem(): Promise<DesktopResult<LoginItemState>>
  setLoginItem(enabled: boolean): Promise<DesktopResult<LoginItemState>>
  /** Shows the data folder in the file manager. */
  revealDataFolder(): Promise<DesktopResult<null>>
  /** Opens an `http:`, `https:` or `mailto:` address outside the app; others are refused. */
  openExternal(url: string): Promise<DesktopResult<null>>
  notify(notification: DesktopNotification): Promise<DesktopResult<null>>
  checkForUpdates(): Promise<DesktopResult<UpdateState>>
  /** When nothing answers any more: the page itself has no way to ask for it. */
  restartServices(): Promise<DesktopResult<null>>
  quit(): Promise<DesktopResult<null>>
  /** Tray, notifications and deep links lead to a route (`/agents/…`). Returns the unsubscriber. */
  onNavigate(listener: (route: string) => void): () => void
}
