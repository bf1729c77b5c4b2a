/** The one window: made when it is first shown, hidden or closed by `closeDecision`, led to a route by tray, notifications and links. */
import type { BrowserWindowConstructorOptions } from 'electron'
import { appUrl } from '../app-origin.ts'
import { navigateChannel, versionArgument } from '../bridge-channels.ts'
import type { ElectronPorts, WindowPort } from '../ports.ts'
import { minimumSize, readWindowState, restoreWindowState, type WindowPlacement, writeWindowState } from './window-state.ts'

export interface MainWindow {
  /** Creates it when needed, brings it forward, and leads it to `route` when one is given. */
  show(route?: string | null): void
  hide(): void
  reload(): void
  /** Of the page's WebContents; null while there is no window. Who may use the bridge. */
  contentsId(): number | null
  visible(): boolean
}

export interface MainWindowOptions {
  readonly ports: Pick<ElectronPorts, 'createWindow' | 'screen'>
  readonly preload: string
  readonly version: string
  readonly icon: string | null
  readonly stateFile: string
  /** Asked for every close. */
  readonly onClose: () => 'hide' | 'close'
  /** Hidden instead of closed; `first` in the life of this process. */
  readonly onHidden?: (first: boolean) => void
  /** The page starts anew or is gone: what was streamed to the old one must end. */
  readonly onPageGone: () => void
  /** Windows ends the session. */
  readonly onSessionEnd: () => void
}

/** Every security-relevant preference is stated, also where it is Electron's default. */
export function windowOptions(options: {
  placement: WindowPlacement
  preload: string
  version: string
  icon: string | null
}): BrowserWindowConstructorOptions {
  const { maximized: _maximized, ...bounds } = options.placement
  return {
    ...bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'OpenClaw Mission Control',
    backgroundColor: '#101418',
    autoHideMenuBar: true,
    ...(options.icon !== null && { icon: options.icon }),
    webPreferences: {
      preload: options.preload,
      additionalArguments: [`${versionArgument}${options.version}`],
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  }
}

export function createMainWindow(options: MainWindowOptions): MainWindow {
  let window: WindowPort | null = null
  let hiddenBefore = false
  /** The document that listens for routes is there. */
  let listening = false
  /** Where to, once it is: what is sent earlier is heard by nobody. */
  let waiting: string | null = null

  function lead(to: WindowPort, route: string): void {
    if (listening) to.webContents.send(navigateChannel, route)
    else waiting = route
  }

  function remember(current: WindowPort): void {
    if (current.isDestroyed() || current.isMinimized() || current.isFullScreen()) return
    writeWindowState(options.stateFile, { ...current.getNormalBounds(), maximized: current.isMaximized() })
  }

  function create(route: string | null): WindowPort {
    const placement = restoreWindowState(
      readWindowState(options.stateFile),
      options.ports
        .screen()
        .getAllDisplays()
        .map((display) => display.workArea),
    )
    const made = options.ports.createWindow(
      windowOptions({ placement, preload: options.preload, version: options.version, icon: options.icon }),
    )
    if (placement.maximized) made.maximize()
    made.on('ready-to-show', () => {
      if (!made.isDestroyed()) made.show()
    })
    made.on('close', (event) => {
      remember(made)
      if (options.onClose() === 'close') return
      event.preventDefault()
      made.hide()
      options.onHidden?.(!hiddenBefore)
      hiddenBefore = true
    })
    // `close` does not fire when the system ends the session, so the position is also kept whenever the window loses focus.
    made.on('blur', () => remember(made))
    made.on('closed', () => {
      window = null
      listening = false
      waiting = null
      options.onPageGone()
    })
    made.on('session-end', options.onSessionEnd)
    made.webContents.on('did-start-navigation', (details) => {
      if (!details.isMainFrame || details.isSameDocument) return
      listening = false
      options.onPageGone()
    })
    made.webContents.on('dom-ready', () => {
      listening = true
      const route = waiting
      waiting = null
      if (route !== null) lead(made, route)
    })
    // A failed load shows in the page area; the reason is in the log of the protocol handler.
    void Promise.resolve(made.loadURL(route ? `${appUrl}#${route}` : appUrl)).catch(() => undefined)
    return made
  }

  return {
    show(route = null) {
      if (!window || window.isDestroyed()) {
        window = create(route)
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      if (route) lead(window, route)
    },
    hide() {
      if (window && !window.isDestroyed()) window.hide()
    },
    reload() {
      if (window && !window.isDestroyed()) window.webContents.reload()
    },
    contentsId: () => (window && !window.isDestroyed() ? window.webContents.id : null),
    visible: () => window !== null && !window.isDestroyed() && window.isVisible(),
  }
}
