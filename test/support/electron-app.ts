/** Starts the built desktop app in a real Electron, in a folder of its own, and leaves nothing behind. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright'

const root = path.resolve(import.meta.dirname, '..', '..')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export interface StartedApp {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly dataDir: string
  /** Lines that the page wrote to its console, policy violations among them. */
  readonly console: string[]
  /** Settles with the exit code when the main process has ended. */
  readonly exited: Promise<number | null>
  /** Process id of the services host, as Electron reports it; null while there is none. */
  servicesPid(): Promise<number | null>
  /** Starts a second instance on the same data folder. @returns its exit code. */
  second(...argv: string[]): Promise<number | null>
  stop(): Promise<void>
}

/** @param binary Explicit, since Playwright would otherwise ask the `electron` package, which downloads. */
export async function startElectronApp(binary: string, options: { argv?: string[]; dataDir?: string } = {}): Promise<StartedApp> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'mission-control-electron-'))
  const flags = ['--data-dir', dataDir, '--port', String(await freePort()), ...(options.argv ?? [])]
  const env: Record<string, string> = { MISSION_CONTROL_GATEWAY_PORT: String(await freePort()) }
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !name.startsWith('ELECTRON_') && name !== 'NODE_OPTIONS') env[name] ??= value
  const electron = await _electron.launch({ executablePath: binary, args: [root, ...flags], cwd: root, env })
  const child = electron.process()
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const lines: string[] = []
  const page = await electron.firstWindow()
  page.on('console', (message) => lines.push(`${message.type()} ${message.text()}`))
  await page.waitForLoadState('load')

  const servicesPid = (): Promise<number | null> =>
    electron.evaluate(
      ({ app }) =>
        app
          .getAppMetrics()
          .find((metric) => metric.serviceName?.includes('mission-control-services') || metric.name === 'mission-control-services')?.pid ??
        null,
    )

  return {
    electron,
    page,
    dataDir,
    console: lines,
    exited,
    servicesPid,
    second(...argv) {
      const other = spawn(binary, [root, ...flags, ...argv], { cwd: root, env, stdio: 'ignore' })
      return new Promise((resolve, reject) => {
        other.once('error', reject)
        other.once('exit', (code) => resolve(code))
      })
    },
    async stop() {
      const services = await servicesPid().catch(() => null)
      await electron.evaluate(({ app }) => app.quit()).catch(() => undefined)
      const ended = await Promise.race([exited.then(() => true), new Promise<false>((resolve) => setTimeout(() => resolve(false), 20_000))])
      if (!ended) child.kill('SIGKILL')
      if (services !== null) {
        try {
          process.kill(services, 'SIGKILL')
        } catch {
          // It went with the app, as it should.
        }
      }
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
