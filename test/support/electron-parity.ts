/**
 * What the fake Electron claims about the real one, as cases that run on both: in Node on the fake (test/unit/electron) and inside a
 * real Electron (test/electron). Each function is sent to the other process as text, so it may use nothing but its argument.
 */
import type { App, IpcMain, Protocol } from 'electron'

export interface ParitySubject {
  readonly app: Pick<App, 'getPath' | 'enableSandbox' | 'quit' | 'requestSingleInstanceLock'> & {
    once(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown
  }
  readonly ipcMain: Pick<IpcMain, 'removeHandler'> & { handle(channel: string, listener: () => unknown): void }
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>
}

export interface ParityCase {
  readonly claim: string
  readonly run: (electron: ParitySubject) => unknown
  readonly expected: unknown
}

export const parityCases: readonly ParityCase[] = [
  {
    claim: 'getPath throws for a name that it does not know',
    run: ({ app }) => {
      try {
        return app.getPath('nonsense' as 'home')
      } catch (error) {
        return (error as Error).message.includes('nonsense') ? 'throws' : String(error)
      }
    },
    expected: 'throws',
  },
  {
    claim: 'a channel has one handler, and a second is refused until the first is removed',
    run: ({ ipcMain }) => {
      const channel = 'parity:handler'
      ipcMain.handle(channel, () => 1)
      let second = 'accepted'
      try {
        ipcMain.handle(channel, () => 2)
      } catch {
        second = 'refused'
      }
      ipcMain.removeHandler(channel)
      ipcMain.handle(channel, () => 3)
      ipcMain.removeHandler(channel)
      return second
    },
    expected: 'refused',
  },
  {
    claim: 'before-quit can be prevented, and the app goes on',
    run: ({ app }) => {
      let asked = 0
      app.once('before-quit', (event) => {
        asked += 1
        event.preventDefault()
      })
      app.quit()
      return asked
    },
    expected: 1,
  },
  {
    claim: 'schemes and the sandbox are decided before ready',
    run: ({ app, protocol }) => {
      const tryTo = (what: () => void): string => {
        try {
          what()
          return 'accepted'
        } catch {
          return 'refused'
        }
      }
      return [
        tryTo(() => app.enableSandbox()),
        tryTo(() => protocol.registerSchemesAsPrivileged([{ scheme: 'late', privileges: { secure: true } }])),
      ]
    },
    expected: ['refused', 'refused'],
  },
  {
    claim: 'the holder of the lock has it when it asks again',
    run: ({ app }) => app.requestSingleInstanceLock(),
    expected: true,
  },
]
