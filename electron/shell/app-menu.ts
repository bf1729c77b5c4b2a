/** The application menu: the system's own roles, so that copy, paste, zoom and window keys work everywhere, and our few pages. */
import type { MenuItemConstructorOptions } from 'electron'

export interface AppMenuActions {
  readonly open: (route: string) => void
  readonly quit: () => void
  readonly revealDataFolder: () => void
  readonly checkForUpdates: () => void
}

export function appMenuTemplate(options: { platform: string; packaged: boolean; actions: AppMenuActions }): MenuItemConstructorOptions[] {
  const { actions } = options
  const mac = options.platform === 'darwin'
  const settings: MenuItemConstructorOptions = { label: 'Settings…', accelerator: 'CmdOrCtrl+,', click: () => actions.open('/settings') }
  // Not the `quit` role on its own: the label and key are ours, the way out is the same drain.
  const quit: MenuItemConstructorOptions = { label: 'Quit OpenClaw Mission Control', accelerator: 'CmdOrCtrl+Q', click: actions.quit }
  const appMenu: MenuItemConstructorOptions = {
    label: 'OpenClaw Mission Control',
    submenu: [
      { role: 'about' },
      { label: 'Check for updates…', click: actions.checkForUpdates },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      quit,
    ],
  }
  return [
    ...(mac ? [appMenu] : [{ label: 'File', submenu: [settings, { type: 'separator' }, quit] } satisfies MenuItemConstructorOptions]),
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { label: 'Overview', accelerator: 'CmdOrCtrl+1', click: () => actions.open('/') },
        { label: 'Boards', accelerator: 'CmdOrCtrl+2', click: () => actions.open('/boards') },
        { label: 'Agents', accelerator: 'CmdOrCtrl+3', click: () => actions.open('/agents') },
        { label: 'Logs', accelerator: 'CmdOrCtrl+4', click: () => actions.open('/logs') },
        { type: 'separator' },
        { role: 'reload' },
        ...(options.packaged ? [] : [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show the data folder', click: actions.revealDataFolder },
        ...(mac ? [] : [{ label: 'Check for updates…', click: actions.checkForUpdates } satisfies MenuItemConstructorOptions]),
      ],
    },
  ]
}
