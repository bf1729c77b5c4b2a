/**
 * The members of Electron that this program uses, and no others. The adapter hands over the real ones, so `tsc` checks this
 * list against Electron's own types; the tests hand over a fake that behaves. Events carry only what we read of them.
 */
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  CustomScheme,
  Dialog,
  IpcMain,
  Menu,
  MenuItemConstructorOptions,
  NativeImage,
  NotificationConstructorOptions,
  Protocol,
  Screen,
  Session,
  Shell,
  WebContents,
} from 'electron'

export interface Preventable {
  preventDefault(): void
}

export interface GoneDetails {
  readonly reason: string
  readonly exitCode: number
}

export interface AppPort extends Pick<
  App,
  | 'quit'
  | 'exit'
  | 'getPath'
  | 'setPath'
  | 'getVersion'
  | 'whenReady'
  | 'isPackaged'
  | 'enableSandbox'
  | 'requestSingleInstanceLock'
  | 'setAsDefaultProtocolClient'
  | 'setAppUserModelId'
  | 'getLoginItemSettings'
  | 'setLoginItemSettings'
  | 'relaunch'
> {
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown
  on(event: 'window-all-closed' | 'activate', listener: () => void): unknown
  on(event: 'second-instance', listener: (event: unknown, argv: string[], directory: string, data: unknown) => void): unknown
  on(event: 'open-url', listener: (event: Preventable, url: string) => void): unknown
  on(event: 'web-contents-created', listener: (event: unknown, contents: WebContentsPort) => void): unknown
  on(
    event: 'child-process-gone',
    listener: (event: unknown, details: GoneDetails & { type: string; serviceName?: string; name?: string }) => void,
  ): unknown
  on(event: 'render-process-gone', listener: (event: unknown, contents: { readonly id: number }, details: GoneDetails) => void): unknown
}

export interface WebContentsPort extends Pick<WebContents, 'id' | 'setWindowOpenHandler' | 'send' | 'reload' | 'isDestroyed'> {
  on(
    event: 'will-navigate' | 'will-redirect',
    listener: (details: Preventable & { readonly url: string; readonly isMainFrame: boolean }) => void,
  ): unknown
  on(
    event: 'will-frame-navigate',
    listener: (details: Preventable & { readonly url: string; readonly isMainFrame: boolean }) => void,
  ): unknown
  on(
    event: 'did-start-navigation',
    listener: (details: { readonly isMainFrame: boolean; readonly isSameDocument: boolean }) => void,
  ): unknown
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown
  /** The preload has run by then. */
  on(event: 'dom-ready', listener: () => void): unknown
}

export interface WindowPort extends Pick<
  BrowserWindow,
  | 'show'
  | 'hide'
  | 'focus'
  | 'restore'
  | 'maximize'
  | 'isMinimized'
  | 'isMaximized'
  | 'isFullScreen'
  | 'isVisible'
  | 'isDestroyed'
  | 'getNormalBounds'
  | 'loadURL'
> {
  readonly webContents: WebContentsPort
  on(event: 'close', listener: (event: Preventable) => void): unknown
  on(event: 'closed' | 'ready-to-show' | 'resize' | 'move' | 'blur' | 'show' | 'hide', listener: () => void): unknown
  on(event: 'query-session-end' | 'session-end', listener: () => void): unknown
}

export interface TrayPort {
  setImage(image: NativeImage): void
  setToolTip(text: string): void
  setContextMenu(menu: Menu | null): void
  on(event: 'click' | 'double-click', listener: () => void): unknown
  destroy(): void
}

export interface NotificationPort {
  show(): void
  on(event: 'click', listener: () => void): unknown
}

export interface FrameLike {
  readonly url: string
  readonly parent: unknown
}

export interface IpcEventLike {
  readonly sender: { readonly id: number }
  readonly senderFrame: FrameLike | null
}

export interface IpcMainPort {
  handle(channel: string, listener: (event: IpcEventLike, ...args: unknown[]) => unknown): void
  removeHandler: IpcMain['removeHandler']
}

export interface PowerPort {
  on(event: 'suspend' | 'resume', listener: () => void): unknown
  on(event: 'shutdown', listener: () => void): unknown
}

/** Subset of `Session` that guards the page. */
export type SessionPort = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>

export interface ElectronPorts {
  readonly app: AppPort
  readonly createWindow: (options: BrowserWindowConstructorOptions) => WindowPort
  readonly createTray: (image: NativeImage) => TrayPort
  readonly createNotification: (options: NotificationConstructorOptions) => NotificationPort
  readonly notificationsSupported: () => boolean
  readonly imageFromPath: (path: string) => NativeImage
  readonly menuFromTemplate: (template: MenuItemConstructorOptions[]) => Menu
  readonly setApplicationMenu: (menu: Menu | null) => void
  readonly registerSchemes: (schemes: CustomScheme[]) => void
  readonly protocol: Pick<Protocol, 'handle'>
  readonly defaultSession: () => SessionPort
  readonly ipcMain: IpcMainPort
  readonly screen: () => Pick<Screen, 'getAllDisplays'>
  readonly shell: Pick<Shell, 'openExternal' | 'openPath'>
  readonly dialog: Pick<Dialog, 'showErrorBox'>
  readonly powerMonitor: () => PowerPort
  /** Fires on `autoUpdater` before it quits to install. */
  readonly onBeforeQuitForUpdate: (listener: () => void) => void
}
