/** electron-updater behind `UpdaterPort`. Its `autoUpdater` is made at first use, so nothing happens until the policy allows it. */
import electronUpdater from 'electron-updater'
import type { UpdaterPort } from '../updates/updates.ts'

export function createUpdater(log: (level: 'info' | 'warn' | 'error', message: string) => void): UpdaterPort {
  const { autoUpdater } = electronUpdater
  autoUpdater.autoDownload = true
  autoUpdater.autoInstallOnAppQuit = true
  autoUpdater.logger = {
    info: (message: unknown) => log('info', String(message)),
    warn: (message: unknown) => log('warn', String(message)),
    error: (message: unknown) => log('error', String(message)),
  }
  // `checkForUpdates` rejects too; without a listener the event would end the process.
  autoUpdater.on('error', (error) => log('warn', error.message))
  return {
    async check() {
      const result = await autoUpdater.checkForUpdates()
      return result?.isUpdateAvailable === true ? result.updateInfo.version : null
    },
    onDownloaded(listener) {
      autoUpdater.on('update-downloaded', (info) => listener(info.version))
    },
  }
}
