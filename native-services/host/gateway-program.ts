/** The OpenClaw gateway as the supervisor sees it: adopt, spawn, or keep off. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { AppError } from '../contract/errors.ts'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'
import type { Clock } from '../platform/clock.ts'
import { freePort, portAnswers } from '../platform/free-port.ts'
import type { Log } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import { durableIdentity, isSameDurableProcess, type PortOwner, portOwner, processIdentity } from '../platform/process-identity.ts'
import { gatewayEnvironment } from '../openclaw/environment.ts'
import type { FoundRuntime } from '../openclaw/find.ts'
import { gatewayHello, gatewayReadiness, gatewayStartup, quiesceGateway } from '../openclaw/probe.ts'
import { createFileTail, type FileTail } from '../supervision/file-tail.ts'
import type { Fault } from '../supervision/machine.ts'
import { createOutputBuffer, type OutputLine } from '../supervision/output-lines.ts'
import { foundChild, signalGroup, spawnedChild } from '../supervision/process-child.ts'
import type { Child, ChildExit, Preparation, Program } from '../supervision/supervisor.ts'

/** Written when we spawn it: how the next start of ours knows it again. */
interface GatewayRecord {
  pid: number
  startTime: string
  boot: string
  port: number
}

export interface GatewayProgramOptions {
  readonly paths: DataPaths
  readonly clock: Clock
  readonly log: Log
  readonly port: () => number
  /** A gateway that somebody else runs: never spawn. */
  readonly external: boolean
  /** Writes what is missing in the configuration and answers its token. Throws `AppError` when it cannot. */
  readonly configure: () => Promise<{ token: string; workDir: string }>
  readonly runtime: () => Promise<FoundRuntime>
  readonly onLine: (line: OutputLine) => void
}

export interface GatewayProgram extends Program {
  readonly version: string | null
  readonly portOwner: PortOwner | null
  readonly suggestedPort: number | null
  lastLines(): string[]
  /** The shared token was changed while it runs. */
  useToken(next: string): void
  stop(): void
}

export function createGatewayProgram(options: GatewayProgramOptions): GatewayProgram {
  const { paths, clock, log } = options
  const record = paths.openclaw.record
  let version: string | null = null
  let owner: PortOwner | null = null
  let suggestedPort: number | null = null
  let token = ''
  let runtime: FoundRuntime | null = null
  let workDir = paths.openclaw.root

  const output = createOutputBuffer({ scope: 'gateway', now: () => clock.now(), onLine: options.onLine })
  const tail: FileTail = createFileTail({ file: paths.openclaw.console, onText: (text) => output.push(text) })

  function readRecord(): GatewayRecord | null {
    try {
      const value = readJsonFile(record) as Partial<GatewayRecord> | null
      return typeof value?.pid === 'number' && typeof value.startTime === 'string'
        ? { pid: value.pid, startTime: value.startTime, boot: value.boot ?? '', port: value.port ?? 0 }
        : null
    } catch {
      return null
    }
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))

  /** Ours from an earlier life of the host. */
  async function findOwn(port: number): Promise<Preparation | null> {
    const known = readRecord()
    if (!known || !(await isSameDurableProcess(known))) {
      if (known) rmSync(record, { force: true })
      return null
    }
    if (known.port === port) {
      // It may be in the middle of its start, which takes several seconds.
      for (let tries = 0; tries < 60 && (await isSameDurableProcess(known)); tries += 1) {
        const hello = await gatewayHello({ port, token }, 5000)
        if (hello.ok) {
          version = hello.version
          return { kind: 'found', owned: true, child: foundChild({ pid: known.pid, startTime: known.startTime, clock }) }
        }
        await pause(500)
      }
    }
    if (await isSameDurableProcess(known)) {
      log.warn('gateway.replacing', { pid: known.pid, port: known.port })
      await endOwn(known)
    }
    return null
  }

  /** Of no use any more: on another port, or dumb. One state directory serves one gateway only. */
  async function endOwn(known: GatewayRecord): Promise<void> {
    await quiesceGateway({ port: known.port, token }, 3000).catch(() => undefined)
    signalGroup(known.pid, 'SIGTERM')
    for (let waited = 0; waited < 8000 && (await isSameDurableProcess(known)); waited += 200) await pause(200)
    if (await isSameDurableProcess(known)) signalGroup(known.pid, 'SIGKILL')
    while (await isSameDurableProcess(known)) await pause(100)
    rmSync(record, { force: true })
  }

  /** Somebody listens on our port: a gateway that takes our token is used, anything else is named and left alone. */
  async function meetStranger(port: number): Promise<Preparation> {
    owner = await portOwner(port)
    const hello = await gatewayHello({ port, token }, 8000)
    const pid = (hello.ok ? hello.pid : null) ?? owner?.pid ?? null
    const identity = pid === null ? null : await processIdentity(pid)
    if (hello.ok && identity) {
      version = hello.version
      owner = null
      return { kind: 'found', owned: false, child: foundChild({ pid: identity.pid, startTime: identity.startTime, clock }) }
    }
    suggestedPort = await freePort(port)
    const who = owner?.program ? `${owner.program}${owner.pid === null ? '' : ` (process ${owner.pid})`}` : 'a program of another user'
    const isGateway = (await gatewayStartup(port)) !== null
    return {
      kind: 'refused',
      fault: {
        reason: isGateway
          ? `Another OpenClaw gateway is on port ${port} and does not accept our token: ${who}.`
          : `Port ${port} is taken by ${who}.`,
        remedy: `Use port ${suggestedPort} instead, or end that program and start again.`,
      },
    }
  }

  async function prepare(): Promise<Preparation> {
    owner = null
    suggestedPort = null
    const port = options.port()
    try {
      ;({ token, workDir } = await options.configure())
    } catch (error) {
      if (error instanceof AppError) return { kind: 'refused', fault: { reason: error.message, remedy: error.fix ?? null } }
      throw error
    }
    if (!options.external) {
      const own = await findOwn(port)
      if (own) return own
    }
    if (await portAnswers(port)) return meetStranger(port)
    if (options.external) throw new Error(`No gateway answers on port ${port} (OPENCLAW_GATEWAY_URL).`)
    runtime = await options.runtime()
    if (runtime.problem !== null || !runtime.entry || !runtime.node) {
      return {
        kind: 'refused',
        fault: { reason: runtime.problem ?? 'OpenClaw is not installed.', remedy: 'Install OpenClaw, then start again.' },
      }
    }
    return { kind: 'spawn' }
  }

  function start(): Child {
    if (!runtime?.entry || !runtime.node) throw new Error('OpenClaw was not found')
    tail.flush()
    output.reset()
    const console = openSync(paths.openclaw.console, 'a', 0o600)
    try {
      const child = spawn(runtime.node.path, [runtime.entry, 'gateway', 'run'], {
        cwd: workDir,
        // Its own group: it survives us, and can be ended with everything that it started.
        detached: true,
        windowsHide: true,
        stdio: ['ignore', console, console],
        env: gatewayEnvironment({ configFile: paths.openclaw.configFile, stateDir: paths.openclaw.stateDir, nodePath: runtime.node.path }),
      })
      child.unref()
      version = runtime.version
      void remember(child.pid, options.port())
      return spawnedChild(child)
    } finally {
      closeSync(console)
    }
  }

  async function remember(pid: number | undefined, port: number): Promise<void> {
    const identity = pid === undefined ? null : await durableIdentity(pid)
    if (identity) writeJsonFile(record, { ...identity, port } satisfies GatewayRecord)
  }

  function explainExit(exit: ChildExit): { fatal: boolean; fault: Fault } {
    tail.flush()
    rmSync(record, { force: true })
    // OpenClaw may complain about earlier crashes first; what says that it did not start is the cause.
    const errors = output.errors()
    const cause =
      errors.find((line) =>
        /failed to start|start blocked|invalid config|another openclaw process|EADDRINUSE|already in use/i.test(line),
      ) ?? errors[0]
    const first = cause?.split('\n').slice(0, 3).join(' ') ?? null
    const how = exit.signal ? `It was ended by ${exit.signal}.` : exit.code === null ? 'It ended.' : `It exited with code ${exit.code}.`
    if (exit.code === 78)
      return {
        fatal: true,
        fault: {
          reason: first ?? how,
          remedy: `Mend ${paths.openclaw.configFile}, then start again. OpenClaw refuses to run like this (exit code 78).`,
        },
      }
    const portTaken = exit.code === 1 && /EADDRINUSE|already in use|already listening/i.test(output.lastLines().join('\n'))
    if (portTaken)
      return { fatal: true, fault: { reason: first ?? how, remedy: 'End the program that has the port, or use another port.' } }
    return { fatal: false, fault: { reason: first && exit.signal === null ? `${how} ${first}` : how, remedy: null } }
  }

  return {
    name: 'gateway',
    get version() {
      return version
    },
    get portOwner() {
      return owner
    },
    get suggestedPort() {
      return suggestedPort
    },
    lastLines: () => output.lastLines(),
    useToken(next) {
      token = next
    },
    stop: () => tail.stop(),
    prepare,
    spawn: start,
    async isReady() {
      const startup = await gatewayStartup(options.port())
      if (!startup?.started) return false
      const hello = await gatewayHello({ port: options.port(), token })
      if (hello.ok) version = hello.version ?? startup.version
      return hello.ok
    },
    probe: () => gatewayReadiness(options.port()),
    drain: async () => void (await quiesceGateway({ port: options.port(), token }, 3000)),
    explainExit,
  }
}
