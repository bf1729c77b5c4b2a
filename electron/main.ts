/** Entry of the desktop app: hands the real Electron, the real host and the real paths to `startDesktop`. The phases are told there. */
import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { createHost } from '../native-services/host/host.ts'
import { electronPorts } from './adapters/electron-ports.ts'
import { createForkServices } from './adapters/fork-services.ts'
import { createUpdater } from './adapters/updater.ts'
import { startDesktop } from './desktop.ts'
import { linuxTrayHosted } from './shell/tray-host.ts'

const { app } = electronPorts
// This file is `dist/electron/main.js`; resources are copied next to the archive when packaged.
const dist = path.resolve(import.meta.dirname, '..')
const resources = app.isPackaged ? path.join(process.resourcesPath, 'resources') : path.resolve(dist, '..', 'resources')

const desktop = startDesktop({
  ports: electronPorts,
  argv: process.argv.slice(1),
  env: process.env,
  platform: process.platform,
  executable: process.execPath,
  home: homedir(),
  temporaryFolder: tmpdir(),
  folders: { renderer: path.join(dist, 'renderer'), preload: path.join(dist, 'electron', 'preload.cjs'), resources },
  hasUpdateFeed: app.isPackaged && existsSync(path.join(process.resourcesPath, 'app-update.yml')),
  createHost,
  forkServices: createForkServices(path.join(dist, 'native-services', 'services.js')),
  createUpdater,
  linuxTrayHosted,
})

if (desktop) {
  process.on('uncaughtException', (error) => desktop.broke(error))
  process.on('unhandledRejection', (error) => desktop.strayed(error))
}
