/** What the desktop app adds to the page. In a browser `window.desktop` is absent and these controls do not show. */
export interface DesktopBridge {
  readonly platform: string
  readonly version: string
  getLoginItem?(): Promise<boolean>
  setLoginItem?(on: boolean): Promise<unknown>
  revealDataFolder?(): Promise<unknown>
  openExternal?(url: string): Promise<unknown>
  notify?(notification: { title: string; body: string; link?: string }): Promise<unknown>
  checkForUpdates?(): Promise<unknown>
  quit?(): Promise<unknown>
  /** The shell asks for a page (tray, deep link, notification). Returns the undo. */
  onNavigate?(listener: (path: string) => void): (() => void) | void
}

declare global {
  interface Window {
    desktop?: DesktopBridge
  }
}

export const desktop: DesktopBridge | undefined = typeof window === 'undefined' ? undefined : window.desktop
