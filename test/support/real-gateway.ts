/**
 * The real OpenClaw gateway, for tests: temp state, free port, a scripted model. It kills what it started and nothing else.
 * One at a time per test file: a boot takes about nine seconds and 800 MB.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts'

const repo = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** OpenClaw's entry, where `npm test` puts it. */
export const openclawEntry = join(repo, '.cache', 'openclaw', '2026.9.6', 'node_modules', 'openclaw', 'openclaw.mjs')
export const openclawAvailable = existsSync(openclawEntry)

export interface RealGateway {
  readonly port: number
  readonly token: string
  readonly root: string
  readonly workspaceRoot: string
  readonly logFile: string
  readonly model: ScriptedModel
  /** stdout and stderr so far. */
  output(): string
  pid(): number | undefined
  /** `kill -9`. Resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again on the same port and state. Resolves when it is ready. */
  restart(): Promise<void>
  /** Everything down, temp folder removed. */
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function ready(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the gateway exited (${child.exitCode ?? child.signalCode}):\n${output().slice(-4000)}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`the gateway was not ready in time:\n${output().slice(-4000)}`)
}

/**
 * `mainExecMode: 'ask'` makes the gateway hold back the commands of its main agent.
 * `workboard` turns on its own pages, with its task board. `price`: dollars per million tokens of its model, free otherwise.
 */
export async function startRealGateway(
  options: { model?: ScriptedModel; mainExecMode?: 'ask'; workboard?: boolean; price?: { input: number; output: number } } = {},
): Promise<RealGateway> {
  const model = options.model ?? (await startScriptedModel())
  const root = mkdtempSync(join(tmpdir(), 'mc-gateway-'))
  const port = await freePort()
  const token = `test-gateway-${'0123456789abcdef'.repeat(2)}`
  const workspaceRoot = join(root, 'workspaces')
  const logFile = join(root, 'openclaw.log')
  const config = {
    gateway: {
      mode: 'local',
      port,
      bind: 'loopback',
      auth: { mode: 'token', token },
      controlUi: { enabled: options.workboard === true },
      terminal: { enabled: false },
      http: { endpoints: { responses: { enabled: true } } },
    },
    ...(options.workboard === true && { plugins: { entries: { workboard: { enabled: true } } } }),
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    logging: { file: logFile, consoleStyle: 'json', level: 'info' },
    tools: { exec: { mode: 'full' } },
    agents: {
      defaults: {
        workspace: workspaceRoot,
        model: { primary: 'scripted/scripted-1' },
        skipBootstrap: true,
        heartbeat: { every: '0m', target: 'none' },
        sandbox: { mode: 'off' },
      },
      entries: {
        main: {
          workspace: join(workspaceRoot, 'main'),
          ...(options.mainExecMode && { tools: { exec: { mode: options.mainExecMode } } }),
        },
      },
    },
    models: {
      mode: 'replace',
      catalogRefresh: { enabled: false },
      providers: {
        scripted: {
          baseUrl: `http://127.0.0.1:${model.port}/v1`,
          apiKey: 'scripted-key',
          api: 'openai-completions',
          models: [
            {
              id: 'scripted-1',
              name: 'Scripted',
              reasoning: false,
              input: ['text'],
              cost: { ...(options.price ?? { input: 0, output: 0 }), cacheRead: 0, cacheWrite: 0 },
              contextWindow: 200_000,
              maxTokens: 8192,
            },
          ],
        },
      },
    },
  }
  const configDir = join(root, 'config')
  mkdirSync(configDir, { recursive: true })
  mkdirSync(workspaceRoot, { recursive: true })
  const configPath = join(configDir, 'openclaw.json')
  writeFileSync(configPath, JSON.stringify(config, null, 2))

  let text = ''
  let child: ChildProcess | null = null
  const output = (): string => text

  async function boot(): Promise<void> {
    const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, VITEST: ___, ...inherited } = process.env
    const started = spawn(process.execPath, [openclawEntry, 'gateway', 'run'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        HOME: root,
        OPENCLAW_STATE_DIR: join(root, 'state'),
        OPENCLAW_CONFIG_PATH: configPath,
        OPENCLAW_SUPERVISOR_MODE: 'external',
        OPENCLAW_NO_RESPAWN: '1',
        OPENCLAW_SERVICE_REPAIR_POLICY: 'external',
        OPENCLAW_DISABLE_BONJOUR: '1',
        OPENCLAW_EXEC_SHELL_SNAPSHOT: '0',
        OPENCLAW_SKIP_CHANNELS: '1',
        OPENCLAW_OFFLINE: '1',
        OPENCLAW_NO_AUTO_UPDATE: '1',
        NO_COLOR: '1',
      },
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString('utf8')))
    await ready(port, started, output)
  }

  async function kill(): Promise<void> {
    const current = child
    child = null
    if (!current || current.exitCode !== null || current.signalCode !== null) return
    const gone = once(current, 'exit')
    current.kill('SIGKILL')
    await gone
  }

  try {
    await boot()
  } catch (error) {
    await kill()
    throw error
  }

  return {
    port,
    token,
    root,
    workspaceRoot,
    logFile,
    model,
    output: () => text + (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    pid: () => child?.pid,
    kill,
    restart: boot,
    async stop() {
      await kill()
      await model.stop()
      // Its helpers write for a moment after it is gone.
      rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
    },
  }
}
