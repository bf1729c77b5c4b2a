/** What a sandboxed preload may use of Electron, without the event objects. */
import { contextBridge, ipcRenderer } from 'electron'

export function exposeToPage(name: string, api: unknown): void {
  contextBridge.exposeInMainWorld(name, api)
}

export function invokeMain(channel: string, input: unknown): Promise<unknown> {
  return ipcRenderer.invoke(channel, input)
}

export function listenToMain(channel: string, listener: (message: unknown) => void): void {
  ipcRenderer.on(channel, (_event, message: unknown) => listener(message))
}
