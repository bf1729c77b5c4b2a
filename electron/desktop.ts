/**
 * The desktop host put together: the host that is shared with `mission-control serve`, plus window, tray and what else only a
 * desktop has. Electron comes in through ports, so that the whole of it runs in plain Node under test.
 */
import path from 'node:path'
import type { ChildView, ForkServices, Host, HostOptions } from '../native-services/host/host-types.ts'
import { errorText } from '../native-services/platform/log.ts'
import { redact } from '../native-services/platform/redact.ts'
import { appScheme } from './app-origin.ts'
import { type Asked, type Folders, placeProfile, readConfiguration } from './boot-phases.ts'
import { BridgeError, registerBridge } from './bridge.ts'
import { createBridgeHandlers } from './bridge-handlers.ts'
import { closeDecision, quitsWithLastWindow, trayWorks } from './lifecycle/close-decision.ts'
import { createCrashReports } from './lifecycle/crash.ts'
import { watchPower } from './lifecycle/power.ts'
import { argumentsAfterDemo } from './lifecycle/leave-demo.ts'
import { createQuit } from './lifecycle/quit.ts'
import { claimSingleInstance } from './lifecycle/single-instance.ts'
import { watchCrashes } from './lifecycle/watch-crashes.ts'
import type { ElectronPorts } from './ports.ts'
import { createApiForward } from './protocol/api-forward.ts'
import { appSchemes, createAppProtocol } from './protocol/app-protocol.ts'
import { createStaticFiles } from './protocol/static-files.ts'
import { openExternal } from './security/external-links.ts'
import { guardNavigation } from './security/navigation.ts'
import { guardPermissions } from './security/permissions.ts'
import { createRateLimit } from './security/rate-limit.ts'
import { isTrustedSender } from './security/sender.ts'
import { servicesTrouble } from './services/services-trouble.ts'
import { appMenuTemplate } from './shell/app-menu.ts'
import { deepLinkFrom, deepLinkScheme, routeFrom } from './shell/deep-link.ts'
import { type Installation, startCommand } from './shell/login-item/availability.ts'
import { createLoginItem } from './shell/login-item/login-item.ts'
import { createMainWindow } from './shell/main-window.ts'
import { createNotifications } from './shell/notifications.ts'
import { openRememberedSettings } from './shell/remembered-settings.ts'
import { startsHidden } from './shell/start-visibility.ts'
import { createTrayActions } from './shell/tray-actions.ts'
import { trayModel } from './shell/tray-model.ts'
import { createTrayIcon, type TrayIcon } from './shell/tray.ts'
import { updatePolicy, updateSentence } from './updates/policy.ts'
import { createUpdates, type UpdaterPort, type Updates } from './updates/updates.ts'

export interface DesktopOptions {
  readonly ports: ElectronPorts
  /** Without the executable. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly executable: string
  readonly home: string
  readonly temporaryFolder: string
  readonly folders: Folders
  /** Whether the build says where updates are published. */
  readonly hasUpdateFeed: boolean
  readonly createHost: (options: HostOptions) => Host
  readonly forkServices: ForkServices
  readonly createUpdater: (log: (level: 'info' | 'warn' | 'error', message: string) => void) => UpdaterPort
  readonly linuxTrayHosted: () => Promise<boolean | null>
  /** How long a quit may take in all; default 10 s. */
  readonly quitDeadlineMs?: number
}

export interface Desktop {
  /** Main broke: writes a report and ends the process. */
  broke(error: unknown): void
  /** A promise that nobody waited for was rejected: reported, and life goes on. */
  strayed(error: unknown): void
  /** Settles when everything is up, or when it has become clear that it will not be. */
  readonly started: Promise<void>
}

const title = 'OpenClaw Mission Control'

/** @returns null when another instance runs already or the command line makes no sense; the process is told to end then. */
export function startDesktop(options: DesktopOptions): Desktop | null {
  const { ports, platform, folders } = options
  const { app } = ports

  // — what was asked for, and where —
  const version = app.getVersion()
  let asked: Asked
  try {
    asked = readConfiguration({ argv: options.argv, env: options.env, version, folders })
    placeProfile(app, asked.config.paths.root)
  } catch (error) {
    ports.dialog.showErrorBox(`${title} cannot start`, errorText(error))
    app.exit(1)
    return null
  }
  const { config } = asked
  const dataFolder = config.paths.root

  // — the first of its kind —
  let openWhenReady: { route: string | null } | null = null
  let openNow: ((route: string | null) => void) | null = null
  const isFirst = claimSingleInstance({
    app,
    argv: options.argv,
    onOpen: (route) => (openNow ? openNow(route) : void (openWhenReady = { route })),
  })
  if (!isFirst) {
    app.exit(0)
    return null
  }

  // — before ready —
  ports.registerSchemes(appSchemes)
  app.enableSandbox()
  if (platform === 'win32') app.setAppUserModelId('ai.openclaw.mission-control')
  if (app.isPackaged) app.setAsDefaultProtocolClient(deepLinkScheme)

  let host: Host | null = null
  let tray: TrayIcon | null = null
  let updates: Updates | null = null
  let trayHosted: boolean | null = null
  /** It kept crashing and is blank; who asks for it again gets another try. */
  let pageGivenUp = false
  let servicesFailed = false
  const log = (level: 'info' | 'warn' | 'error', message: string, scope = 'desktop'): void => host?.log(level, scope, message)
  const remembered = openRememberedSettings(path.join(dataFolder, 'desktop', 'settings.json'))

  // — the end, and what has to be undone for it —
  const quit = createQuit({
    app,
    onBeforeQuitForUpdate: ports.onBeforeQuitForUpdate,
    onDraining: () => {
      updates?.stop()
      redraw()
      window.hide()
    },
    drain: async (deadlineMs) => {
      api.closeStreams()
      await host?.stop(deadlineMs)
      tray?.stop()
    },
    onError: (error) => crashes.mainBroke('stop-failed', error),
    ...(options.quitDeadlineMs !== undefined && { deadlineMs: options.quitDeadlineMs }),
  })

  const api = createApiForward({
    upstream: () => {
      if (quit.phase() !== 'running') return { unavailable: 'shutting_down' }
      const url = host?.view().apiUrl ?? null
      if (host && url !== null) return { url, token: host.operatorToken }
      return {
        unavailable: 'services',
        trouble: servicesTrouble(host?.view().services ?? { status: 'starting', reason: null, remedy: null }),
      }
    },
  })

  // — window and notifications —
  const trayIsThere = (): boolean => trayWorks({ platform, created: tray?.created ?? false, hosted: trayHosted })
  const endings = () => ({ platform, closeToTray: remembered.get().close_to_tray, trayWorks: trayIsThere() })
  const open = (route: string | null): void => {
    if (quit.quitting()) return
    if (pageGivenUp) window.reload()
    pageGivenUp = false
    window.show(route === null ? null : routeFrom(route))
  }
  const notifications = createNotifications({ ports, onClick: open })
  const tell = (heading: string, body: string, link: string): void => void notifications.notify({ title: heading, body, link })
  const window = createMainWindow({
    ports,
    preload: folders.preload,
    version,
    icon: platform === 'linux' ? path.join(folders.resources, 'icons', '256x256.png') : null,
    stateFile: path.join(dataFolder, 'desktop', 'window-state.json'),
    onClose: () => closeDecision({ quitting: quit.quitting(), ...endings() }),
    onHidden: (first) => {
      if (first)
        tell(`${title} goes on in the tray`, 'Quit it from the tray menu. Settings can make closing the window quit instead.', '/settings')
    },
    onPageGone: () => api.closeStreams(),
    onSessionEnd: () => quit.sessionEnds(),
  })
  app.on('window-all-closed', () => {
    if (quitsWithLastWindow(endings())) quit.request()
  })
  app.on('activate', () => openNow?.(null))

  // — guards that hold from the first moment on —
  const externalLimit = createRateLimit({ limit: 10, windowMs: 10_000 })
  const openLink = async (url: unknown): Promise<boolean> => {
    if (!externalLimit.take()) throw new BridgeError('too_many_requests', 'Too many links at once. Wait a few seconds.')
    return openExternal(url, (href) => ports.shell.openExternal(href))
  }
  app.on('web-contents-created', (_event, contents) =>
    guardNavigation(contents, {
      open: (url) => void openLink(url).catch((error: unknown) => log('warn', `desktop.link.refused ${errorText(error)}`)),
      onRefused: (url, source) => log('warn', `desktop.navigation.refused source=${source} url=${redact(url)}`),
    }),
  )
  const reportFolder = path.join(dataFolder, 'crash-reports')
  const crashes = watchCrashes({
    app,
    reports: createCrashReports({ folder: reportFolder, version }),
    log: (message) => log('error', message),
    quitting: quit.quitting,
    pageId: window.contentsId,
    reload: window.reload,
    giveUp: () => {
      pageGivenUp = true
      api.closeStreams()
      ports.dialog.showErrorBox(
        `${title}: the page keeps crashing`,
        `Reports are in ${reportFolder}. The services go on; open the window from the tray to try again.`,
      )
    },
  })

  // — what a person can switch —
  const installation: Installation = {
    platform,
    packaged: app.isPackaged,
    executable: options.executable,
    env: options.env,
    temporaryFolder: options.temporaryFolder,
  }
  const afterDemo = config.demo ? argumentsAfterDemo(options.argv, options.env) : null
  const loginItem = createLoginItem({
    app,
    installation,
    home: options.home,
  })
  const setLoginItem = (enabled: boolean) => {
    const state = loginItem.set(enabled)
    redraw()
    return state
  }
  const revealDataFolder = async (): Promise<void> => {
    const problem = await ports.shell.openPath(dataFolder)
    if (problem !== '') throw new BridgeError('not_available', problem)
  }

  /** Everything else is told of by the services; this they cannot. Once per failure. */
  function tellOfFailure(services: ChildView): void {
    const failed = services.status === 'failed'
    if (failed && !servicesFailed && !quit.quitting()) tell('The services have stopped', servicesTrouble(services).sentence, '/')
    servicesFailed = failed
  }

  /** The tray follows the host's view; asked for often, drawn only when something changed. */
  function redraw(): void {
    if (!host) return
    const view = host.view()
    if (view.servicesState) remembered.update(view.servicesState)
    tellOfFailure(view.services)
    tray?.update(
      trayModel({
        services: view.services,
        gateway: view.gateway,
        servicesState: view.servicesState,
        loginItem: loginItem.get(),
        quitting: quit.quitting(),
      }),
    )
  }

  /** Begins the host and waits until it has the data folder. It may take longer over finding OpenClaw: the window need not wait for that. */
  async function startHost(): Promise<Host | null> {
    let begun = (): void => undefined
    const firstChange = new Promise<void>((resolve) => (begun = resolve))
    try {
      host = options.createHost({
        config,
        program: 'the desktop app',
        forkServices: options.forkServices,
        hooks: {
          onChange: () => {
            begun()
            redraw()
          },
          onNotify: (note) => tell(note.title, note.body, note.link),
          ...(afterDemo && {
            leaveDemo: {
              restarts: true,
              leave() {
                app.relaunch({ execPath: startCommand(installation), args: afterDemo })
                quit.request()
              },
            },
          }),
        },
      })
      const started = host.start()
      // Once it runs, a fault of the start is one of many that the log and the tray tell of.
      started.catch((error: unknown) => log('error', `desktop.host.start_failed ${redact(errorText(error))}`))
      await Promise.race([started, firstChange])
      return host
    } catch (error) {
      ports.dialog.showErrorBox(`${title} cannot start`, errorText(error))
      host = null
      app.exit(1)
      return null
    }
  }

  async function startTray(running: Host): Promise<void> {
    const perform = createTrayActions({
      host: running,
      open,
      setLoginItem: (enabled) => {
        const { reason } = setLoginItem(enabled)
        if (reason !== null) tell('Start at login', reason, '/settings')
      },
      quit: quit.request,
      tell,
    })
    tray = createTrayIcon({
      ports,
      imageFolder: path.join(folders.resources, 'tray'),
      platform,
      dispatch: (action) => void perform(action),
      onError: (error) => log('warn', `desktop.tray.unavailable ${errorText(error)}`),
    })
    redraw()
    trayHosted = platform === 'linux' ? await options.linuxTrayHosted() : true
  }

  function startMenuAndBridge(running: Host): void {
    const updating = createUpdates({
      policy: updatePolicy({ packaged: app.isPackaged, hasFeed: options.hasUpdateFeed, platform, env: options.env }),
      updater: () => options.createUpdater((level, message) => log(level, message, 'updates')),
      onDownloaded: (next) => tell('An update is ready', `Version ${next} is installed when you quit.`, '/settings'),
      onError: (error) => log('warn', `updates.check.failed ${errorText(error)}`, 'updates'),
    })
    updates = updating
    registerBridge({
      ipcMain: ports.ipcMain,
      isTrusted: (event) => isTrustedSender(event, window.contentsId()),
      handlers: createBridgeHandlers({
        loginItem: { get: loginItem.get, set: setLoginItem },
        notifications,
        updates: updating,
        openLink,
        revealDataFolder,
        restartServices: () => running.command({ action: 'restart-services' }),
        quit: quit.request,
      }),
      onRefused: (call, why) => log('warn', `desktop.bridge.refused call=${call} why=${why}`),
      onError: (call, error) => log('error', `desktop.bridge.failed call=${call} ${redact(errorText(error))}`),
    })
    const tellUpdates = (sentence: string): void => tell('Updates', sentence, '/settings')
    const template = appMenuTemplate({
      platform,
      packaged: app.isPackaged,
      actions: {
        open,
        quit: quit.request,
        revealDataFolder: () => void revealDataFolder().catch((error: unknown) => log('warn', errorText(error))),
        checkForUpdates: () =>
          void updating.check().then(
            (state) => tellUpdates(updateSentence(state, version)),
            (error: unknown) => tellUpdates(errorText(error)),
          ),
      },
    })
    ports.setApplicationMenu(ports.menuFromTemplate(template))
  }

  async function start(): Promise<void> {
    await app.whenReady()
    guardPermissions(ports.defaultSession())
    ports.protocol.handle(
      appScheme,
      createAppProtocol({
        staticFiles: createStaticFiles(folders.renderer),
        api: api.handle,
        onError: (error) => log('error', `desktop.protocol.error ${redact(errorText(error))}`),
      }),
    )
    const running = await startHost()
    if (!running) return
    watchPower({
      powerMonitor: ports.powerMonitor(),
      onPower: (event) => running.power(event),
      onShutdown: () => quit.sessionEnds(),
    })
    await startTray(running)
    startMenuAndBridge(running)
    if (loginItem.revalidate()) log('info', 'desktop.login_item.mended')

    openNow = open
    const link = deepLinkFrom(options.argv)
    const hidden = startsHidden({
      asked: asked.arguments.hidden || asked.arguments.noOpen,
      atLogin: loginItem.startedAtLogin(options.argv),
      setting: remembered.get().start_hidden,
      trayWorks: trayIsThere(),
      opening: link !== null || openWhenReady !== null,
    })
    if (!hidden) open(link ?? openWhenReady?.route ?? null)
    log('info', `desktop.started hidden=${hidden} tray=${trayIsThere()}`)
  }

  return {
    started: start(),
    broke(error) {
      crashes.mainBroke('uncaught-exception', error)
      ports.dialog.showErrorBox(
        `${title} has stopped`,
        `Something unforeseen happened. A report is in ${reportFolder}. The gateway goes on and is taken over at the next start.`,
      )
      app.exit(1)
    },
    strayed: (error) => crashes.mainBroke('unhandled-rejection', error),
  }
}
