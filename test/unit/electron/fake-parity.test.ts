// The fake's half of the parity suite; test/electron/desktop.test.ts runs the same cases inside a real Electron.
import { describe, expect, it } from 'vitest'
import { createFakeElectron } from '../../fakes/electron.ts'
import { parityCases } from '../../support/electron-parity.ts'

describe('the fake Electron', () => {
  it.each(parityCases)('$claim', ({ run, expected }) => {
    const fake = createFakeElectron()
    fake.app.requestSingleInstanceLock()
    fake.app.makeReady()
    const once = (event: 'before-quit', listener: (event: { preventDefault(): void }) => void) => fake.app.on(event, listener)
    const app = {
      once,
      getPath: (name: string) => fake.app.getPath(name),
      enableSandbox: () => fake.app.enableSandbox(),
      quit: () => fake.app.quit(),
      requestSingleInstanceLock: () => fake.app.requestSingleInstanceLock(),
    }
    expect(run({ app, ipcMain: fake.ports.ipcMain, protocol: { registerSchemesAsPrivileged: fake.ports.registerSchemes } })).toEqual(
      expected,
    )
    expect(fake.app.exited).toBeNull()
  })
})
