/**
 * A small Electron that behaves: quitting runs `before-quit` and honours `preventDefault`, a window's close can be vetoed, a second
 * instance reaches the first, unknown paths throw. It stands behind the same ports as the real one, so `tsc` holds both to one shape.
 * `test/electron` runs the real thing where there is a binary.
 */
import type {
  BrowserWindowConstructorOptions,
  CustomScheme,
  Menu,
  MenuItemConstructorOptions,
  NativeImage,
  NotificationConstructorOptions,
  RelaunchOptions,
  Settings,
} from 'electron'
import type {
  AppPort,
  ElectronPorts,
  IpcEventLike,
  IpcMainPort,
  NotificationPort,
  Preventable,
  SessionPort,
  TrayPort,
  WebContentsPort,
  WindowPort,
} from '../../electron/ports.ts'

type Listener = (...args: never[]) => unknown

/** Events by name; the ports' overloads are stated where it is used. */
class Emitter {
  readonly listeners = new Map<string, Listener[]>()

  on(event: string, listener: Listener): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
    return this
  }

  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(...(args as never[]))
  }

  /** Emits with an event that can be prevented. @returns whether it was. */
  emitPreventable<Details extends object>(event: string, details: Details): boolean {
    let prevented = false
    const subject: Preventable & Details = { ...details, preventDefault: () => void (prevented = true) }
    this.emit(event, subject)
    return prevented
  }
}

let nextContentsId = 1

export class FakeWebContents extends Emitter implements WebContentsPort {
  readonly id = nextContentsId++
  readonly sent: { channel: string; message: unknown }[] = []
  reloads = 0
  destroyed = false
  private openHandler: Parameters<WebContentsPort['setWindowOpenHandler']>[0] | null = null

  setWindowOpenHandler(handler: Parameters<WebContentsPort['setWindowOpenHandler']>[0]): void {
    this.openHandler = handler
  }

  send(channel: string, message?: unknown): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed')
    this.sent.push({ channel, message })
  }

  reload(): void {
    this.reloads += 1
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  /** A click on a link: returns whether the page would go there. */
  navigate(url: string): boolean {
    return !this.emitPreventable('will-navigate', { url, isMainFrame: true })
  }

  redirect(url: string): boolean {
    return !this.emitPreventable('will-redirect', { url, isMainFrame: true })
  }

  navigateFrame(url: string): boolean {
    return !this.emitPreventable('will-frame-navigate', { url, isMainFrame: false })
  }

  attachWebview(): boolean {
    return !this.emitPreventable('will-attach-webview', {})
  }

  openWindow(url: string): boolean {
    const details = { url, frameName: '', features: '', disposition: 'new-window', referrer: { url: '', policy: 'default' } } as const
    return this.openHandler === null || this.openHandler({ ...details }).action === 'allow'
  }
}

export class FakeWindow extends Emitter implements WindowPort {
  readonly webContents = new FakeWebContents()
  readonly options: BrowserWindowConstructorOptions
  private readonly owner: FakeApp
  visible = false
  minimized = false
  maximized = false
  focused = false
  destroyed = false
  url = ''
  /** Its document does not become ready by itself. */
  slow = false
  bounds: { x: number; y: number; width: number; height: number }

  constructor(owner: FakeApp, options: BrowserWindowConstructorOptions) {
    super()
    this.owner = owner
    this.options = options
    this.visible = options.show !== false
    this.bounds = { x: options.x ?? 100, y: options.y ?? 100, width: options.width ?? 800, height: options.height ?? 600 }
  }

  show(): void {
    this.alive()
    this.visible = true
    this.emit('show')
  }

  hide(): void {
    this.alive()
    this.visible = false
    this.emit('hide')
  }

  focus(): void {
    this.alive()
    this.focused = true
  }

  restore(): void {
    this.minimized = false
  }

  maximize(): void {
    this.maximized = true
  }

  isMinimized(): boolean {
    return this.minimized
  }

  isMaximized(): boolean {
    return this.maximized
  }

  isFullScreen(): boolean {
    return false
  }

  isVisible(): boolean {
    return this.visible
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { ...this.bounds }
  }

  loadURL(url: string): Promise<void> {
    this.url = url
    queueMicrotask(() => {
      this.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
      this.emit('ready-to-show')
      if (!this.slow) this.webContents.emit('dom-ready')
    })
    return Promise.resolve()
  }

  /** The person presses the close button, or `quit` asks every window. @returns whether it closed. */
  close(): boolean {
    if (this.destroyed) return true
    if (this.emitPreventable('close', {})) return false
    this.destroyed = true
    this.webContents.destroyed = true
    this.visible = false
    this.emit('closed')
    this.owner.windowClosed()
    return true
  }

  private alive(): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed')
  }
}

/** What all instances of one profile share: who has the lock. */
export class FakeMachine {
  private readonly locks = new Map<string, FakeApp>()

  claim(app: FakeApp, profile: string, data: unknown): boolean {
    const holder = this.locks.get(profile)
    if (!holder || holder === app || holder.exited !== null) {
      this.locks.set(profile, app)
      return true
    }
    // The command line that Chromium reports is not always in the order it was given.
    holder.emit('second-instance', {}, [], '/', structuredClone(data))
    return false
  }
}

export class FakeApp extends Emitter implements AppPort {
  readonly windows: FakeWindow[] = []
  readonly protocols: string[] = []
  readonly isPackaged: boolean
  private readonly machine: FakeMachine
  private readonly paths = new Map<string, string>([['userData', '/profile']])
  private becomeReady: () => void = () => undefined
  private readonly readiness: Promise<void>
  loginSettings: Settings = { openAtLogin: false }
  sandboxed = false
  isReady = false
  /** Exit code, once the process would have ended. */
  exited: number | null = null
  /** What starts when this process has ended. */
  relaunched: RelaunchOptions | null = null

  constructor(options: { machine?: FakeMachine; packaged?: boolean } = {}) {
    super()
    this.machine = options.machine ?? new FakeMachine()
    this.isPackaged = options.packaged ?? false
    this.readiness = new Promise((resolve) => (this.becomeReady = resolve))
  }

  makeReady(): void {
    this.isReady = true
    this.becomeReady()
  }

  whenReady(): Promise<void> {
    return this.readiness
  }

  /** Electron's order: `before-quit`, then every window may veto, then the end. */
  quit(): void {
    if (this.exited !== null || this.emitPreventable('before-quit', {})) return
    for (const window of this.windows) if (!window.close()) return
    if (this.exited === null) this.exited = 0
  }

  exit(code = 0): void {
    this.exited ??= code
  }

  relaunch(options?: RelaunchOptions): void {
    this.relaunched = options ?? {}
  }

  windowClosed(): void {
    if (this.exited === null && this.windows.every((window) => window.destroyed)) {
      // Without a listener Electron quits by itself.
      if ((this.listeners.get('window-all-closed') ?? []).length === 0) this.quit()
      else this.emit('window-all-closed')
    }
  }

  getPath(name: string): string {
    const found = this.paths.get(name)
    if (found === undefined) throw new Error(`Failed to get '${name}' path`)
    return found
  }

  setPath(name: string, value: string): void {
    this.paths.set(name, value)
  }

  getVersion(): string {
    return '1.2.3'
  }

  enableSandbox(): void {
    if (this.isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.sandboxed = true
  }

  requestSingleInstanceLock(data?: Record<string, unknown>): boolean {
    return this.machine.claim(this, this.getPath('userData'), data)
  }

  setAsDefaultProtocolClient(protocol: string): boolean {
    this.protocols.push(protocol)
    return true
  }

  setAppUserModelId(): void {
    // Windows only; nothing to observe.
  }

  getLoginItemSettings(): ReturnType<AppPort['getLoginItemSettings']> {
    const openAtLogin = this.loginSettings.openAtLogin ?? false
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    }
  }

  setLoginItemSettings(settings: Settings): void {
    this.loginSettings = settings
  }
}

export class FakeTray extends Emitter implements TrayPort {
  image: string
  toolTip = ''
  menu: readonly MenuItemConstructorOptions[] = []
  destroyed = false

  constructor(image: string) {
    super()
    this.image = image
  }

  setImage(image: NativeImage): void {
    this.image = imagePath(image)
  }

  setToolTip(text: string): void {
    this.toolTip = text
  }

  setContextMenu(menu: Menu | null): void {
    this.menu = menu === null ? [] : templateOf(menu)
  }

  destroy(): void {
    this.destroyed = true
  }

  /** Chooses an entry of the menu by its label. Throws when there is none or it is greyed out. */
  choose(label: string): void {
    const item = this.menu.find((entry) => entry.label === label)
    if (!item || item.enabled === false) throw new Error(`No entry "${label}" can be chosen.`)
    item.click?.(undefined as never, undefined, undefined as never)
  }
}

/** Images and menus are opaque to us: the fake ones remember what they were made from. */
const images = new WeakMap<object, string>()
const menus = new WeakMap<object, readonly MenuItemConstructorOptions[]>()

function imagePath(image: NativeImage): string {
  return images.get(image) ?? ''
}

function templateOf(menu: Menu): readonly MenuItemConstructorOptions[] {
  return menus.get(menu) ?? []
}

export interface FakeElectron {
  readonly ports: ElectronPorts
  readonly app: FakeApp
  readonly trays: FakeTray[]
  readonly notes: { options: NotificationConstructorOptions; click: () => void }[]
  readonly opened: string[]
  readonly errors: { title: string; content: string }[]
  readonly schemes: CustomScheme[]
  readonly power: { emit(event: 'suspend' | 'resume' | 'shutdown'): void }
  applicationMenu(): readonly MenuItemConstructorOptions[]
  /** A page asks `app://…`, as Chromium would. */
  request(request: Request): Promise<Response>
  /** A page calls main. */
  invoke(channel: string, event: IpcEventLike, ...args: unknown[]): Promise<unknown>
  permission(permission: string, origin: string): { request: boolean; check: boolean }
  /** The autoUpdater is about to quit and install. */
  beforeQuitForUpdate(): void
  readonly window: FakeWindow | undefined
}

export function createFakeElectron(options: { machine?: FakeMachine; packaged?: boolean; trayFails?: boolean } = {}): FakeElectron {
  const app = new FakeApp(options)
  const trays: FakeTray[] = []
  const notes: FakeElectron['notes'] = []
  const opened: string[] = []
  const errors: FakeElectron['errors'] = []
  const schemes: CustomScheme[] = []
  const power = new Emitter()
  const handlers = new Map<string, Parameters<IpcMainPort['handle']>[1]>()
  const updateListeners: (() => void)[] = []
  let protocolHandler: ((request: Request) => Response | Promise<Response>) | null = null
  let requestHandler: Parameters<SessionPort['setPermissionRequestHandler']>[0] = null
  let checkHandler: Parameters<SessionPort['setPermissionCheckHandler']>[0] = null
  let applicationMenu: readonly MenuItemConstructorOptions[] = []

  const needsReady = (what: string): void => {
    if (!app.isReady) throw new Error(`${what} cannot be used before the app is ready`)
  }
  const display = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } }

  const ports = {
    app,
    createWindow: (windowOptions: BrowserWindowConstructorOptions): WindowPort => {
      needsReady('BrowserWindow')
      const window = new FakeWindow(app, windowOptions)
      app.windows.push(window)
      app.emit('web-contents-created', {}, window.webContents)
      return window
    },
    createTray: (image: NativeImage): TrayPort => {
      needsReady('Tray')
      if (options.trayFails) throw new Error('No tray here')
      const tray = new FakeTray(imagePath(image))
      trays.push(tray)
      return tray
    },
    createNotification: (noteOptions: NotificationConstructorOptions): NotificationPort => {
      const emitter = new Emitter()
      return {
        on: (event, listener) => emitter.on(event, listener),
        show: () => void notes.push({ options: noteOptions, click: () => emitter.emit('click') }),
      }
    },
    notificationsSupported: () => true,
    imageFromPath: (path: string): NativeImage => {
      const image = {} as NativeImage
      images.set(image, path)
      return image
    },
    menuFromTemplate: (template: MenuItemConstructorOptions[]): Menu => {
      const menu = {} as Menu
      menus.set(menu, template)
      return menu
    },
    setApplicationMenu: (menu: Menu | null) => {
      applicationMenu = menu === null ? [] : templateOf(menu)
    },
    registerSchemes: (list: CustomScheme[]) => {
      if (app.isReady) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
      schemes.push(...list)
    },
    protocol: {
      handle: (_scheme: string, handler: (request: Request) => Response | Promise<Response>) => {
        needsReady('protocol')
        protocolHandler = handler
      },
    },
    defaultSession: (): SessionPort => {
      needsReady('session')
      return {
        setPermissionRequestHandler: (handler) => void (requestHandler = handler),
        setPermissionCheckHandler: (handler) => void (checkHandler = handler),
      }
    },
    ipcMain: {
      handle: (channel, listener) => {
        if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
        handlers.set(channel, listener)
      },
      removeHandler: (channel: string) => void handlers.delete(channel),
    } satisfies IpcMainPort,
    screen: () => {
      needsReady('screen')
      return { getAllDisplays: () => [display as Electron.Display] }
    },
    shell: {
      openExternal: (url: string) => Promise.resolve(void opened.push(url)),
      openPath: (path: string) => Promise.resolve((opened.push(path), '')),
    },
    dialog: { showErrorBox: (title: string, content: string) => void errors.push({ title, content }) },
    powerMonitor: () => {
      needsReady('powerMonitor')
      return power
    },
    onBeforeQuitForUpdate: (listener: () => void) => void updateListeners.push(listener),
  } satisfies ElectronPorts

  return {
    ports,
    app,
    trays,
    notes,
    opened,
    errors,
    schemes,
    power,
    applicationMenu: () => applicationMenu,
    async request(request) {
      if (!protocolHandler) throw new Error('net::ERR_UNKNOWN_URL_SCHEME')
      return protocolHandler(request)
    },
    async invoke(channel, event, ...args) {
      const handler = handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      // What crosses processes is cloned; what cannot be cloned fails there too.
      return structuredClone(await handler(event, ...structuredClone(args)))
    },
    permission(permission, origin) {
      let granted = false
      requestHandler?.(undefined as never, permission as never, (answer) => void (granted = answer), {
        requestingUrl: origin,
        isMainFrame: true,
      })
      return { request: granted, check: checkHandler?.(null, permission as never, origin, {} as never) ?? true }
    },
    beforeQuitForUpdate: () => updateListeners.forEach((listener) => listener()),
    get window() {
      return app.windows.findLast((window) => !window.destroyed)
    },
  }
}
