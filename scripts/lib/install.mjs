// Brings node_modules into the state that package-lock.json describes, and no further: a second start does nothing here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { duration, isWindows, nodeIsNewEnough, npm, root, tail } from './process.mjs'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.mission-control-install')
const lockFile = join(root, 'package-lock.json')

class InstallError extends Error {}

/** Installs packages and Node when needed, unless MISSION_CONTROL_SKIP_INSTALL is set. Throws an `InstallError` whose message is for a person. */
export async function ensureInstalled({ say = console.log } = {}) {
  if (process.env['MISSION_CONTROL_SKIP_INSTALL']) return
  const stamp = currentStamp()
  if (readStamp() !== stamp) {
    if (!(existsSync(lockFile) && sameAsLock())) await installPackages(say)
    await ensureNode(say)
    writeFileSync(stampFile, stamp)
    return
  }
  await ensureNode(say)
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
    if (path === '' || entry.optional || entry.devOptional || entry.peer || entry.link) return true
    return present[path]?.version === entry.version && existsSync(join(root, path, 'package.json'))
  })
}

async function installPackages(say) {
  const started = Date.now()
  say(`Installing packages (first start, needs the npm registry, one or two minutes) …`)
  // Install scripts are not needed: the native parts come prebuilt, Electron fetches itself at first use, Node is linked below.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  let result = existsSync(lockFile) ? await npm(['ci', ...quiet]) : { code: 1, output: '' }
  // Another version of npm may judge the lock file incomplete for its platform. The versions in it still hold for `install`, which may not write it.
  if (result.code !== 0 && (!existsSync(lockFile) || /EUSAGE|in sync/.test(result.output)))
    result = await npm(['install', '--no-save', ...quiet])
  if (result.code !== 0) {
    throw new InstallError(
      `The packages could not be installed (npm ended with ${result.code}).\n${tail(result.output)}\nCheck the network or the registry of npm, then try again.`,
    )
  }
  say(`Packages installed in ${duration(Date.now() - started)}.`)
}

/**
 * The npm package `node` links its binary in an install script, which we (and newer versions of npm) do not run:
 * fetch the platform's package and link it here. A system Node that is new enough serves where none can be had.
 */
async function ensureNode(say) {
  const folder = join(modules, 'node')
  const binary = join(folder, 'bin', isWindows ? 'node.exe' : 'node')
  if (works(binary)) return
  const version = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  const platform = isWindows ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${prefix}-${platform}-${process.arch}`
  say(`Fetching Node ${version} …`)
  const temporary = join(modules, `.mission-control-node-${process.pid}`)
  let output = ''
  try {
    mkdirSync(temporary, { recursive: true })
    writeFileSync(join(temporary, 'package.json'), '{ "private": true }\n')
    // The exact version first; not every registry holds every version of every platform.
    for (const wanted of [version, '24', '26']) {
      const result = await npm(
        [
          'install',
          '--no-save',
          '--ignore-scripts',
          '--no-package-lock',
          '--no-audit',
          '--no-fund',
          '--loglevel=error',
          `--prefix=${temporary}`,
          `${name}@${wanted}`,
        ],
        {
          cwd: temporary,
        },
      )
      output = result.output
      const fetched = join(temporary, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node')
      if (result.code !== 0 || !existsSync(fetched)) continue
      if (!isWindows) chmodSync(fetched, 0o755)
      if (!works(fetched)) continue
      mkdirSync(dirname(binary), { recursive: true })
      rmSync(binary, { force: true })
      try {
        linkSync(fetched, binary)
      } catch {
        copyFileSync(fetched, binary)
      }
      if (isWindows && !existsSync(join(folder, 'bin', 'node'))) writeFileSync(join(folder, 'bin', 'node'), '')
      return
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  if (nodeIsNewEnough(process.version)) {
    rmSync(binary, { force: true })
    return
  }
  throw new InstallError(
    `Node 24.16 or newer is needed. It could not be fetched from the npm registry (package ${name}), and the present one is ${process.version}.\n${tail(output, 8)}\nInstall Node 24 and try again.`,
  )
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
