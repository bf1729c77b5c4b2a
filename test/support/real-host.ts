/**
 * The whole product in headless mode, as a person starts it: `node native-services/cli.ts serve …` on free ports with a data folder of
 * its own. For gateway and end-to-end tests. It ends what it started, the gateway included, and nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../native-services/platform/free-port.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { processIdentity } from '../../native-services/platform/process-identity.ts'
import { until } from './until.ts'

const cli = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'native-services', 'cli.ts')

export interface RealHost {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly operatorToken: string
  readonly dataDir: string
  readonly gatewayPort: number
  readonly hostPid: number
  /** The one-time link that it printed; null when it printed none. */
  readonly loginLink: string | null
  /** Null while there is none. */
  gatewayPid(): number | null
  servicesPid(): number | null
  /** Everything it printed. */
  output(): string
  /** `GET` with the operator token. */
  get(path: string): Promise<unknown>
  /** Resolves when the supervised gateway runs. A boot takes about nine seconds. */
  gatewayRunning(limitMs?: number): Promise<void>
  /** As with Ctrl+C. The data folder is removed unless it was given. */
  stop(): Promise<void>
  /** `kill -9` of the host only: the gateway stays. `stop()` still cleans up. */
  kill9(): Promise<void>
}

export interface StartHostOptions {
  /** The demo model and the sample board. Default true. */
  demo?: boolean
  dataDir?: string
  port?: number
  gatewayPort?: number
  env?: Record<string, string>
  /** Default 60 s. */
  limitMs?: number
}

/** Resolves when the API answers; the gateway may still be starting (`gatewayRunning`). */
export async function startHost(options: StartHostOptions = {}): Promise<RealHost> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'mission-control-'))
  const paths = dataPaths(dataDir)
  const port = options.port ?? (await freePort())
  const gatewayPort = options.gatewayPort ?? (await freePort())
  const args = [cli, 'serve', '--no-open', '--port', String(port), '--gateway-port', String(gatewayPort), '--data-dir', dataDir]
  if (options.demo ?? true) args.push('--demo')
  const child: ChildProcess = spawn(process.execPath, args, { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  function gatewayPid(): number | null {
    try {
      return (JSON.parse(readFileSync(paths.openclaw.record, 'utf8')) as { pid: number }).pid
    } catch {
      return null
    }
  }

  async function cleanUp(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await exited
      clearTimeout(timer)
    }
    const pid = gatewayPid()
    if (pid !== null && (await processIdentity(pid))?.state === 'alive') {
      process.kill(pid, 'SIGKILL')
      await until(
        async () => (await processIdentity(pid))?.state ?? 'gone',
        (state) => state !== 'alive',
      )
    }
    // A child of the gateway may still be closing its files.
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }

  const url = `http://127.0.0.1:${port}`
  try {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`serve exited with ${child.exitCode}:\n${output}`)
        return /^Open (\S+)/m.exec(output)?.[1] ?? null
      },
      (link) => link !== null,
      options.limitMs ?? 60_000,
    )
  } catch (error) {
    await cleanUp()
    throw new Error(`serve did not become ready:\n${output}`, { cause: error })
  }
  const operatorToken = readFileSync(paths.operatorToken, 'utf8').trim()
  const link = /^Open (\S+#\/login\/\S+)/m.exec(output)?.[1] ?? null

  return {
    url,
    operatorToken,
    dataDir,
    gatewayPort,
    hostPid: child.pid ?? 0,
    loginLink: link,
    gatewayPid,
    servicesPid() {
      const log = path.join(paths.logs, 'host.log')
      if (!existsSync(log)) return null
      const pids = [...readFileSync(log, 'utf8').matchAll(/services\.ready port=\d+ pid=(\d+)/g)]
      return pids.length > 0 ? Number(pids.at(-1)?.[1]) : null
    },
    output: () => output,
    async get(route) {
      const response = await fetch(`${url}${route}`, { headers: { authorization: `Bearer ${operatorToken}` } })
      return response.json()
    },
    async gatewayRunning(limitMs = 90_000) {
      await until(
        () => output,
        (text) => /^Gateway: (running|using)/m.test(text),
        limitMs,
      )
    },
    stop: cleanUp,
    async kill9() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
