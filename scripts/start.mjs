// `npm start`: from a fresh clone to a running control center. Plain Node >= 18; everything else is fetched.
//   npm start -- [--headless] [--demo] [--port N] [--data-dir DIR] [--no-open]
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { electronBinary, fetchElectron, reasonForNoSandbox, reasonForNoWindow } from './lib/electron.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { childEnv, isWindows, nodeBinary, root, run } from './lib/process.mjs'

const usage = `npm start -- [options]

  --headless        no window: serve the control center to a browser
  --demo            a scripted model, a sample board and four agents, in a data folder of its own
  --port N          port of the control center (default 8642)
  --data-dir DIR    where everything is kept
  --no-open         do not open the browser`

async function main() {
  const flags = process.argv.slice(2)
  if (flags.includes('--help') || flags.includes('-h')) return console.log(usage)

  await ensureInstalled()
  const built = await run(nodeBinary(), [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
  if (built.code !== 0) throw new Error('The build failed; see above.')

  const electron = flags.includes('--headless') ? null : await findElectron()
  if (electron) await hand(electron, [root, ...flags])
  else
    await hand(nodeBinary(), [join(root, 'dist', 'native-services', 'cli.js'), 'serve', ...flags.filter((flag) => flag !== '--headless')])
}

/** The desktop binary, or null after one line that says why there is none. */
async function findElectron() {
  const headless = (why) => {
    console.log(`No window (${why}). The same control center runs headless:`)
    return null
  }
  const reason = reasonForNoWindow()
  if (reason) return headless(reason)
  const binary = electronBinary() ?? (await fetchElectron())
  if (!binary) return headless("Electron's binary cannot be had here; `npx install-electron` tries again")
  const sandbox = reasonForNoSandbox(binary)
  return sandbox ? headless(sandbox) : binary
}

/**
 * Lets the program have our terminal, passes signals on, and ends as it ends. The program gets a process group of its own: a terminal
 * sends Ctrl+C to the whole group, npm sends it to us once more, and a control center that hears it twice stops without draining.
 */
function hand(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: childEnv({ NODE_ENV: 'production' }), stdio: 'inherit', detached: !isWindows })
    let last = 0
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        const again = Date.now() - last < 500
        last = Date.now()
        // On Windows the console has told the child itself, and `kill` would end it at once.
        if (!again && !isWindows) child.kill(signal)
      })
    }
    // npm dies of a SIGTERM without telling us: without it nobody would stop what it started.
    if (process.env['npm_lifecycle_event']) {
      const parent = process.ppid
      setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1_000).unref()
    }
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`)
      process.exitCode = 1
      done()
    })
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
      done()
    })
  })
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
