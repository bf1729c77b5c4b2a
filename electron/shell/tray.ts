/** Puts the tray model on the screen, and only when it changed: rebuilding an open menu closes it on some desktops. */
import path from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import type { Tone } from '../../native-services/contract/states.ts'
import type { ElectronPorts, TrayPort } from '../ports.ts'
import type { TrayAction, TrayModel } from './tray-model.ts'

export interface TrayIcon {
  update(model: TrayModel): void
  /** False when the system refused to make one. */
  readonly created: boolean
  stop(): void
}

/** macOS wants a template image (shape only, it colours it itself); elsewhere the colour is the message. */
export function trayImageFile(folder: string, platform: string, tone: Tone): string {
  return path.join(folder, platform === 'darwin' ? `${tone}Template.png` : `${tone}.png`)
}

export function trayTemplate(model: TrayModel, dispatch: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return model.items.map((item): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'separator':
        return { type: 'separator' }
      case 'text':
        return { label: escapeMnemonic(item.label), enabled: false }
      case 'action':
        return { label: escapeMnemonic(item.label), enabled: item.enabled, click: () => dispatch(item.action) }
      case 'checkbox':
        return {
          type: 'checkbox',
          label: escapeMnemonic(item.label),
          enabled: item.enabled,
          checked: item.checked,
          click: () => dispatch(item.action),
        }
    }
  })
}

/** In a menu a single `&` underlines the next letter. */
function escapeMnemonic(label: string): string {
  return label.replaceAll('&', '&&')
}

export function createTrayIcon(options: {
  ports: Pick<ElectronPorts, 'createTray' | 'imageFromPath' | 'menuFromTemplate'>
  imageFolder: string
  platform: string
  dispatch: (action: TrayAction) => void
  onError: (error: unknown) => void
}): TrayIcon {
  let tray: TrayPort | null = null
  let shown = ''
  let shownTone: Tone = 'idle'
  const imageOf = (tone: Tone) => options.ports.imageFromPath(trayImageFile(options.imageFolder, options.platform, tone))
  try {
    tray = options.ports.createTray(imageOf(shownTone))
    // On macOS and Linux a click opens the menu; on Windows the left button is expected to open the app.
    if (options.platform === 'win32') tray.on('click', () => options.dispatch({ kind: 'open', route: null }))
  } catch (error) {
    options.onError(error)
  }

  return {
    created: tray !== null,
    update(model) {
      const next = JSON.stringify(model)
      if (!tray || next === shown) return
      shown = next
      if (model.tone !== shownTone) tray.setImage(imageOf(model.tone))
      shownTone = model.tone
      tray.setToolTip(model.tooltip)
      tray.setContextMenu(options.ports.menuFromTemplate(trayTemplate(model, options.dispatch)))
    },
    stop() {
      tray?.destroy()
      tray = null
    },
  }
}
