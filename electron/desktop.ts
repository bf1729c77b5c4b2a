/**
 * The desktop host put together: the host that is shared with `mission-control serve`, plus window, tray and what else only a
 * desktop has. Electron comes in through ports, so that the whole of it runs in plain Node under test.
 */
import path from 'node:path'
import type { ForkServices, Host, HostOptions } from '../native-services/host/host-types.ts'
import { errorText } from '../native-services/platform/log.ts'
import { redact } from '../native-services/platform/redact.ts'
import { type Asked, type Folders, placeProfile, readConfiguration } from './boot-phases.ts'
import { BridgeError, registerBridge } from './bridge.ts'
import { closeDecision, quitsWithLastWindow, trayWorks } from './lifecycle/close-decision.ts'
import { createCrashReports, createReloadGuard, isOrdinaryEnd } from './lifecycle/crash.ts'
import { watchPower } from './lifecycle/power.ts'
import { createQuit } from './lifecycle/quit.ts'
import { claimSingleInstance } from './lifecycle/single-instance.ts'
import type { ElectronPorts } from './ports.ts'
import { createApiForward } from './protocol/api-forward.ts'
import { appSchemes, createAppProtocol } from './protocol/app-protocol.ts'
import { createStaticFiles } from './protocol/static-files.ts'
import { openExternal } from './security/external-links.ts'
import { guardNavigation } from './security/navigation.ts'
import { guardPermissions } from './security/permissions.ts'
import { createRateLimit } from './security/rate-limit.ts'
import { isTrustedSender } from './security/sender.ts'
import { appMenuTemplate } from './shell/app-menu.ts'
import { deepLinkFrom, deepLinkScheme, routeFrom } from './shell/deep-link.ts'
import { createLoginItem } from './shell/login-item/login-item.ts'
import { createMainWindow } from './shell/main-window.ts'
import { createNotifications } from './shell/notifications.ts'
import { startsHidden } from './shell/start-visibility.ts'
import { createTrayActions } from './shell/tray-actions.ts'
import { trayModel } from './shell/tray-model.ts'
import { createTrayIcon, type TrayIcon } from './shell/tray.ts'
import { updatePolicy } from './updates/policy.ts'
import { createUpdates, type UpdaterPort, type Updates } from './updates/updates.ts'
import { appScheme } from './app-origin.ts'

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
  const log = (level: 'info' | 'warn' | 'error', scope: string, message: string): void => host?.log(level, scope, message)
  const reports = createCrashReports({ folder: path.join(config.paths.root, 'crash-reports'), version })
  const report = (
    kind: 'page' | 'child' | 'main',
    what: { reason: string; exit_code: number | null; process: string; message: string | null },
  ): void => {
    const file = reports.write({ kind, ...what })
    log(
      'error',
      'desktop',
      `desktop.crash kind=${kind} process=${what.process} reason=${what.reason} exit_code=${what.exit_code ?? ''} report=${file ?? 'not written'}`,
    )
  }

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
    onError: (error) => report('main', { reason: 'stop-failed', exit_code: null, process: 'main', message: redact(errorText(error)) }),
    ...(options.quitDeadlineMs !== undefined && { deadlineMs: options.quitDeadlineMs }),
  })

  const api = createApiForward({
    upstream: () => {
      if (quit.phase() !== 'running') return { unavailable: 'shutting_down' }
      const url = host?.view().apiUrl ?? null
      return host && url !== null ? { url, token: host.operatorToken } : { unavailable: 'restarting' }
    },
  })

  const closeToTray = (): boolean => host?.view().servicesState?.close_to_tray ?? true
  const trayIsThere = (): boolean => trayWorks({ platform, created: tray?.created ?? false, hosted: trayHosted })

  const window = createMainWindow({
    ports,
    preload: folders.preload,
    version,
    icon: platform === 'linux' ? path.join(folders.resources, 'icons', '256x256.png') : null,
    stateFile: path.join(config.paths.root, 'desktop', 'window-state.json'),
    onClose: () => closeDecision({ quitting: quit.quitting(), closeToTray: closeToTray(), trayWorks: trayIsThere() }),
    onHidden: (first) => {
      if (first)
        notifications.notify({
          title: `${title} goes on in the tray`,
          body: 'Quit it from the tray menu. Settings can make closing the window quit instead.',
          link: '/settings',
        })
    },
    onPageGone: () => api.closeStreams(),
    onSessionEnd: () => quit.sessionEnds(),
  })
  const open = (route: string | null): void => {
    if (!quit.quitting()) window.show(route === null ? null : routeFrom(route))
  }
  const notifications = createNotifications({ ports, onClick: open })

  // — guards and endings that hold from the first moment on —
  const externalLimit = createRateLimit({ limit: 10, windowMs: 10_000 })
  const openLink = async (url: unknown): Promise<boolean> => {
    if (!externalLimit.take()) throw new BridgeError('too_many_requests', 'Too many links at once. Wait a few seconds.')
    return openExternal(url, (href) => ports.shell.openExternal(href))
  }
  app.on('web-contents-created', (_event, contents) =>
    guardNavigation(contents, {
      open: (url) => void openLink(url).catch((error: unknown) => log('warn', 'desktop', `desktop.link.refused ${errorText(error)}`)),
      onRefused: (url, source) => log('warn', 'desktop', `desktop.navigation.refused source=${source} url=${redact(url)}`),
    }),
  )
  const reload = createReloadGuard()
  app.on('render-process-gone', (_event, contents, details) => {
    if (contents.id !== window.contentsId() || quit.quitting()) return
    const decision = reload(details.reason)
    if (decision === 'ignore') return
    api.closeStreams()
    report('page', { reason: details.reason, exit_code: details.exitCode, process: 'page', message: null })
    if (decision === 'reload') window.reload()
    else
      ports.dialog.showErrorBox(
        `${title}: the page keeps crashing`,
        `Reports are in ${path.join(config.paths.root, 'crash-reports')}. The services go on; quit and start the app again.`,
      )
  })
  app.on('child-process-gone', (_event, details) => {
    if (isOrdinaryEnd(details.reason) || quit.quitting()) return
    report('child', {
      reason: details.reason,
      exit_code: details.exitCode,
      process: details.serviceName ?? details.name ?? details.type,
      message: null,
    })
  })
  app.on('window-all-closed', () => {
    if (quitsWithLastWindow({ platform, closeToTray: closeToTray(), trayWorks: trayIsThere() })) quit.request()
  })
  app.on('activate', () => openNow?.(null))

  const loginItem = createLoginItem({
    app,
    installation: {
      platform,
      packaged: app.isPackaged,
      executable: options.executable,
      env: options.env,
      temporaryFolder: options.temporaryFolder,
    },
    home: options.home,
  })
  const setLoginItem = (enabled: boolean) => {
    const state = loginItem.set(enabled)
    redraw()
    return state
  }

  /** The tray follows the host's view; asked for often, drawn only when something changed. */
  function redraw(): void {
    if (!host || !tray) return
    const view = host.view()
    tray.update(
      trayModel({
        services: view.services,
        gateway: view.gateway,
        servicesState: view.servicesState,
        loginItem: loginItem.get(),
        quitting: quit.quitting(),
      }),
    )
  }

  async function ready(): Promise<void> {
    await app.whenReady()
    guardPermissions(ports.defaultSession())
    ports.protocol.handle(
      appScheme,
      createAppProtocol({
        staticFiles: createStaticFiles(folders.renderer),
        api: api.handle,
        onError: (error) => log('error', 'desktop', `desktop.protocol.error ${redact(errorText(error))}`),
      }),
    )

    // — host —
    try {
      host = options.createHost({
        config,
        program: 'the desktop app',
        forkServices: options.forkServices,
        hooks: { onChange: redraw, onNotify: (note) => void notifications.notify(note) },
      })
      await host.start()
    } catch (error) {
      ports.dialog.showErrorBox(`${title} cannot start`, errorText(error))
      host = null
      app.exit(1)
      return
    }
    const running: Host = host

    // — window and tray —
    const perform = createTrayActions({
      host: running,
      open,
      setLoginItem: (enabled) => {
        const state = setLoginItem(enabled)
        if (state.reason !== null) notifications.notify({ title: 'Start at login', body: state.reason, link: '/settings' })
      },
      quit: quit.request,
      tell: (heading, body, link) => void notifications.notify({ title: heading, body, link }),
    })
    tray = createTrayIcon({
      ports,
      imageFolder: path.join(folders.resources, 'tray'),
      platform,
      dispatch: (action) => void perform(action),
      onError: (error) => log('warn', 'desktop', `desktop.tray.unavailable ${errorText(error)}`),
    })
    trayHosted = platform === 'linux' ? await options.linuxTrayHosted() : true
    redraw()

    updates = createUpdates({
      policy: updatePolicy({ packaged: app.isPackaged, hasFeed: options.hasUpdateFeed, platform, env: options.env }),
      updater: () => options.createUpdater((level, message) => log(level, 'updates', message)),
      onDownloaded: (next) =>
        void notifications.notify({ title: 'An update is ready', body: `Version ${next} is installed when you quit.`, link: '/settings' }),
      onError: (error) => log('warn', 'updates', `updates.check.failed ${errorText(error)}`),
    })
    const lookForUpdates = updates.check
    const revealDataFolder = async (): Promise<void> => {
      const problem = await ports.shell.openPath(config.paths.root)
      if (problem !== '') throw new BridgeError('not_available', problem)
    }
    registerBridge({
      ipcMain: ports.ipcMain,
      isTrusted: (event) => isTrustedSender(event, window.contentsId()),
      handlers: {
        getLoginItem: () => loginItem.get(),
        setLoginItem,
        async revealDataFolder() {
          await revealDataFolder()
          return null
        },
        async openExternal(url) {
          if (!(await openLink(url))) throw new BridgeError('invalid_request', 'Only web and mail addresses can be opened.')
          return null
        },
        notify(note) {
          const verdict = notifications.notify(note)
          if (verdict === 'unsupported') throw new BridgeError('not_available', 'This system shows no notifications.')
          if (verdict === 'too-many') throw new BridgeError('too_many_requests', 'Too many notifications in a minute.')
          return null
        },
        checkForUpdates: lookForUpdates,
        quit() {
          quit.request()
          return null
        },
      },
      onRefused: (call, why) => log('warn', 'desktop', `desktop.bridge.refused call=${call} why=${why}`),
      onError: (call, error) => log('error', 'desktop', `desktop.bridge.failed call=${call} ${redact(errorText(error))}`),
    })
    ports.setApplicationMenu(
      ports.menuFromTemplate(
        appMenuTemplate({
          platform,
          packaged: app.isPackaged,
          actions: {
            open,
            quit: quit.request,
            revealDataFolder: () => void revealDataFolder().catch((error: unknown) => log('warn', 'desktop', errorText(error))),
            checkForUpdates: () =>
              void lookForUpdates()
                .then((state) => notifications.notify({ title: 'Updates', body: updateSentence(state, version), link: '/settings' }))
                .catch((error: unknown) => notifications.notify({ title: 'Updates', body: errorText(error), link: '/settings' })),
          },
        }),
      ),
    )
    watchPower({ powerMonitor: ports.powerMonitor(), onPower: (event) => running.power(event), onShutdown: () => quit.sessionEnds() })
    if (loginItem.revalidate()) log('info', 'desktop', 'desktop.login_item.mended')

    openNow = open
    const link = deepLinkFrom(options.argv)
    const hidden = startsHidden({
      asked: asked.arguments.hidden || asked.arguments.noOpen,
      atLogin: loginItem.startedAtLogin(options.argv),
      setting: running.view().servicesState?.start_hidden ?? false,
      trayWorks: trayIsThere(),
      opening: link !== null || openWhenReady !== null,
    })
    if (!hidden) open(link ?? openWhenReady?.route ?? null)
    log('info', 'desktop', `desktop.started hidden=${hidden} tray=${trayIsThere()}`)
  }

  return {
    started: ready(),
    broke(error) {
      report('main', {
        reason: 'uncaught-exception',
        exit_code: null,
        process: 'main',
        message: redact(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      })
      ports.dialog.showErrorBox(
        `${title} has stopped`,
        'Something unforeseen happened. A report is in the data folder. The gateway goes on and is taken over at the next start.',
      )
      app.exit(1)
    },
    strayed(error) {
      report('main', {
        reason: 'unhandled-rejection',
        exit_code: null,
        process: 'main',
        message: redact(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      })
    },
  }
}

function updateSentence(state: { state: string; version: string | null; reason: string | null }, current: string): string {
  if (state.state === 'current') return `Version ${current} is the newest.`
  return [state.version === null ? '' : `Version ${state.version} is ${state.state}.`, state.reason ?? '']
    .filter((part) => part !== '')
    .join(' ')
}
