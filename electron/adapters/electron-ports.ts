/** The real Electron, narrowed to the ports. `screen` and `powerMonitor` may only be touched after `ready`, hence the functions. */
import {
  app,
  autoUpdater,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
} from 'electron'
import type { ElectronPorts } from '../ports.ts'

export const electronPorts: ElectronPorts = {
  app,
  createWindow: (options) => new BrowserWindow(options),
  createTray: (image) => new Tray(image),
  createNotification: (options) => new Notification(options),
  notificationsSupported: () => Notification.isSupported(),
  imageFromPath: (path) => nativeImage.createFromPath(path),
  menuFromTemplate: (template) => Menu.buildFromTemplate(template),
  setApplicationMenu: (menu) => Menu.setApplicationMenu(menu),
  registerSchemes: (schemes) => protocol.registerSchemesAsPrivileged(schemes),
  protocol,
  defaultSession: () => session.defaultSession,
  ipcMain,
  screen: () => screen,
  shell,
  dialog,
  powerMonitor: () => powerMonitor,
  onBeforeQuitForUpdate: (listener) => {
    autoUpdater.on('before-quit-for-update', listener)
  },
}
