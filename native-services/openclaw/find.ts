/** Finds OpenClaw and a Node that can run it. Looks only; `install.ts` brings what is missing. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { RuntimeInfo } from '../contract/entities.ts'
import { readJsonFile } from '../platform/atomic-file.ts'

const run = promisify(execFile)

/** The version that this release was tested with and that a managed install brings. */
export const managedOpenclawVersion = '2026.9.6'

export interface FoundNode {
  readonly path: string
  readonly version: string
}

export interface FoundRuntime {
  readonly source: RuntimeInfo['source']
  /** Absolute path of `openclaw.mjs`; null when there is none. */
  readonly entry: string | null
  readonly version: string | null
  readonly node: FoundNode | null
  /** A sentence; null when everything needed is there. */
  readonly problem: string | null
}

export interface FindOptions {
  /** The person's own choice: `openclaw.mjs` or the folder that contains it. */
  readonly openclawPath: string | null
  readonly runtimeDir: string
  /** A folder with `node_modules/openclaw`. */
  readonly openclawDir: string | null
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** OpenClaw's `engines.node`: `>=24.16 <25 || >=26.1`. */
export function nodeFits(version: string): boolean {
  const match = /^v?(\d+)\.(\d+)\./.exec(version)
  if (!match) return false
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26
}

/** What `<runtime>/current` points at. */
export interface ManagedPointer {
  /** Folders below the runtime folder. */
  readonly openclaw: string
  readonly node: string
  readonly openclaw_version: string
  readonly node_version: string
}

export function managedPointerFile(runtimeDir: string): string {
  return path.join(runtimeDir, 'current')
}

export function readManagedPointer(runtimeDir: string): ManagedPointer | null {
  try {
    const value = readJsonFile(managedPointerFile(runtimeDir)) as Partial<ManagedPointer> | null
    if (typeof value?.openclaw !== 'string' || typeof value.node !== 'string') return null
    return {
      openclaw: value.openclaw,
      node: value.node,
      openclaw_version: value.openclaw_version ?? '',
      node_version: value.node_version ?? '',
    }
  } catch {
    return null
  }
}

/** The executable inside an unpacked Node package of npm. */
export function nodeExecutableIn(folder: string): string {
  return process.platform === 'win32' ? path.join(folder, 'bin', 'node.exe') : path.join(folder, 'bin', 'node')
}

function entryIn(folder: string): string | null {
  const entry = path.join(folder, 'node_modules', 'openclaw', 'openclaw.mjs')
  return existsSync(entry) ? entry : null
}

function versionOf(entry: string): string | null {
  try {
    const parsed = JSON.parse(readFileSync(path.join(path.dirname(entry), 'package.json'), 'utf8')) as { version?: unknown }
    return typeof parsed.version === 'string' ? parsed.version : null
  } catch {
    return null
  }
}

function chosenEntry(choice: string): string | null {
  if (choice.endsWith('.mjs')) return existsSync(choice) ? choice : null
  const direct = path.join(choice, 'openclaw.mjs')
  return existsSync(direct) ? direct : entryIn(choice)
}

function searchPath(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
}

function executablesOnPath(name: string, env: Readonly<Record<string, string | undefined>>): string[] {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  return searchPath(env)
    .flatMap((folder) => names.map((file) => path.join(folder, file)))
    .filter((file) => existsSync(file))
}

/** From the command on PATH to the script behind it: a link to it (npm on POSIX), or a shim beside `node_modules` (npm on Windows). */
function entryOnPath(env: Readonly<Record<string, string | undefined>>): string | null {
  for (const command of executablesOnPath('openclaw', env)) {
    const real = realpathSync(command)
    if (path.basename(real) === 'openclaw.mjs') return real
    const folder = path.dirname(real)
    const beside = entryIn(folder) ?? entryIn(path.join(folder, '..', 'lib')) ?? entryIn(path.join(folder, '..', '..'))
    if (beside) return beside
  }
  return null
}

/** Null when it cannot be run. */
export async function nodeAt(file: string): Promise<FoundNode | null> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 10_000, windowsHide: true })
    return { path: file, version: stdout.trim().replace(/^v/, '') }
  } catch {
    return null
  }
}

/** A Node that OpenClaw accepts: the managed one, the one that runs us (never Electron's), the ones on PATH. */
async function findNode(options: FindOptions): Promise<{ node: FoundNode | null; seen: string[] }> {
  const env = options.env ?? process.env
  const seen: string[] = []
  const managed = readManagedPointer(options.runtimeDir)
  if (managed) {
    const node = await nodeAt(nodeExecutableIn(path.join(options.runtimeDir, managed.node)))
    if (node && nodeFits(node.version)) return { node, seen }
  }
  if (process.versions['electron'] === undefined) {
    if (nodeFits(process.versions.node)) return { node: { path: process.execPath, version: process.versions.node }, seen }
    seen.push(process.versions.node)
  }
  const beside = options.openclawDir
    ? [path.join(options.openclawDir, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')].filter((file) =>
        existsSync(file),
      )
    : []
  for (const file of [...executablesOnPath('node', env), ...beside]) {
    const node = await nodeAt(file)
    if (!node) continue
    if (nodeFits(node.version)) return { node, seen }
    seen.push(node.version)
  }
  return { node: null, seen }
}

/** Setting → managed → PATH → the given folder. A choice that a person made is not silently replaced by another find. */
export async function findRuntime(options: FindOptions): Promise<FoundRuntime> {
  const { node, seen } = await findNode(options)
  const withEntry = (source: RuntimeInfo['source'], entry: string): FoundRuntime => {
    const nodeProblem = `OpenClaw needs Node 24.16 or a later 24, or 26.1 and above; ${seen.length > 0 ? `found only ${[...new Set(seen)].join(', ')}` : 'none was found'}. Use "Install OpenClaw", which brings its own.`
    return { source, entry, version: versionOf(entry), node, problem: node ? null : nodeProblem }
  }

  if (options.openclawPath) {
    const entry = chosenEntry(options.openclawPath)
    if (entry) return withEntry('setting', entry)
    return {
      source: 'setting',
      entry: null,
      version: null,
      node,
      problem: `There is no openclaw.mjs at ${options.openclawPath}. Correct openclaw_path in config.json, or remove it.`,
    }
  }
  const managed = readManagedPointer(options.runtimeDir)
  const managedEntry = managed && entryIn(path.join(options.runtimeDir, managed.openclaw))
  if (managedEntry) return withEntry('managed', managedEntry)
  const onPath = entryOnPath(options.env ?? process.env)
  if (onPath) return withEntry('path', onPath)
  const given = options.openclawDir ? entryIn(options.openclawDir) : null
  if (given) return withEntry('path', given)
  return { source: 'none', entry: null, version: null, node, problem: 'OpenClaw is not installed on this machine. Use "Install OpenClaw".' }
}

/** What the API tells about it. */
export function runtimeInfoOf(found: FoundRuntime): RuntimeInfo {
  return {
    installed: found.entry !== null && found.problem === null,
    source: found.source,
    version: found.version,
    path: found.entry,
    node_path: found.node?.path ?? null,
    node_version: found.node?.version ?? null,
    problem: found.problem,
    managed_version: managedOpenclawVersion,
  }
}
