// Brings node_modules into the state that package-lock.json describes, and no further: a second start does nothing here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { duration, isWindows, nodeIsNewEnough, npm, root, tail } from './process.mjs'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.mission-control-install')
const lockFile = join(root, 'package-lock.json')
const nodeFile = isWindows ? 'node.exe' : 'node'
const linkedNode = join(modules, 'node', 'bin', nodeFile)

class InstallError extends Error {}

/** Installs packages and Node when needed, unless MISSION_CONTROL_SKIP_INSTALL is set. Throws an `InstallError` whose message is for a person. */
export async function ensureInstalled({ say = console.log } = {}) {
  if (process.env['MISSION_CONTROL_SKIP_INSTALL']) return
  const stamp = currentStamp()
  if (readStamp() === stamp && works(linkedNode)) return
  // Node first: npm leaves out platform packages that do not suit the Node it runs on, and an old one would lack half of the tools.
  const node = await ensureNode(say)
  if (readStamp() !== stamp && !(existsSync(lockFile) && sameAsLock())) await installPackages({ node, say })
  if (!works(linkedNode)) linkNode(node)
  writeFileSync(stampFile, stamp)
}

function currentStamp() {
  const described = readFileSync(existsSync(lockFile) ? lockFile : join(root, 'package.json'))
  return `${createHash('sha256').update(described).digest('hex')} ${process.platform}-${process.arch}\n`
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null
}

/** Someone may have run `npm ci` by hand: npm's own record of what it installed tells, and nothing needs to be fetched again. */
function sameAsLock() {
  const hidden = join(modules, '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link || (entry.peer && !entry.dev)) return true
    if ((entry.optional || entry.devOptional) && !isForThisMachine(entry)) return true
    return present[path]?.version === entry.version && existsSync(join(root, path, 'package.json'))
  })
}

/** Of the optional packages those matter that carry a binary for this very system. */
function isForThisMachine({ os, cpu, libc }) {
  if (!os?.includes(process.platform) || !cpu?.includes(process.arch)) return false
  return !libc || libc.includes(process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl')
}

async function installPackages({ node, say }) {
  const started = Date.now()
  say('Installing packages (first start, needs the npm registry, about a minute) …')
  // Install scripts are not needed: the native parts come prebuilt, Electron fetches itself at first use, Node is linked below.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  let result = existsSync(lockFile) ? await npm(['ci', ...quiet], { node }) : { code: 1, output: '' }
  // Another version of npm may judge the lock file incomplete for its platform. The versions in it still hold for `install`, which may not write it.
  if (result.code !== 0 && (!existsSync(lockFile) || /EUSAGE|in sync/.test(result.output))) {
    result = await npm(['install', '--no-save', ...quiet], { node })
  }
  if (result.code !== 0) {
    throw new InstallError(
      `The packages could not be installed (npm ended with ${result.code}).\n${tail(result.output)}\nCheck the network or the registry of npm, then try again.`,
    )
  }
  say(`Packages installed in ${duration(Date.now() - started)}.`)
}

/**
 * A Node that is new enough: the linked one, the cached one, or the platform's package from the npm registry (the npm package `node` would
 * link it in an install script, which we and newer versions of npm do not run). The present one serves where none can be had.
 */
async function ensureNode(say) {
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node
  const platform = isWindows ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${prefix}-${platform}-${process.arch}`
  const folder = join(root, '.cache', 'node', `${version}-${process.platform}-${process.arch}`)
  const cached = join(folder, 'node_modules', name, 'bin', nodeFile)
  for (const binary of [linkedNode, cached]) if (works(binary)) return binary

  say(`Fetching Node ${version} …`)
  let output = ''
  // The exact version first; not every registry holds every version of every platform.
  for (const wanted of [version, '24', '26']) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const quiet = ['--no-save', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    const result = await npm(['install', ...quiet, `--prefix=${folder}`, `${name}@${wanted}`], { cwd: folder })
    output = result.output
    if (existsSync(cached) && !isWindows) chmodSync(cached, 0o755)
    if (result.code === 0 && works(cached)) return cached
  }
  rmSync(folder, { recursive: true, force: true })
  if (nodeIsNewEnough(process.version)) return process.execPath
  throw new InstallError(
    `Node 24.16 or newer is needed. It could not be fetched from the npm registry (package ${name}), and the present one is ${process.version}.\n${tail(output, 8)}\nInstall Node 24 and try again.`,
  )
}

/** Puts Node where everything looks for it; a link where the file system can. */
function linkNode(node) {
  if (node === process.execPath) return
  mkdirSync(dirname(linkedNode), { recursive: true })
  rmSync(linkedNode, { force: true })
  try {
    linkSync(node, linkedNode)
  } catch {
    copyFileSync(node, linkedNode)
  }
}

function works(binary) {
  if (!existsSync(binary)) return false
  try {
    return nodeIsNewEnough(
      execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 }).trim(),
    )
  } catch {
    return false
  }
}
