// Running other programs: plain Node >= 18, no dependencies, the same on the three systems.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const isWindows = process.platform === 'win32'

/** Whether a Node version runs the product: OpenClaw's own `engines` is the narrowest of all. */
export function nodeIsNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26
}

/** The Node that everything runs with: the one from the registry when it is there, else the present one (which may be too old). */
export function nodeBinary() {
  const installed = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')
  return existsSync(installed) ? installed : process.execPath
}

/** The environment of every child: our Node first on PATH, so that nested `node` and shebangs find it too. */
export function childEnv(extra = {}) {
  return withNodeFirst(nodeBinary(), { ...process.env, ...extra })
}

function withNodeFirst(node, env) {
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...env, [pathKey]: [dirname(node), env[pathKey]].filter(Boolean).join(delimiter) }
}

/** The script behind a package's command, so that it runs without a shell or a `.cmd` shim: `[file]` for `node file …`. */
export function binOf(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : (bin[command] ?? Object.values(bin)[0]))
}

/**
 * Runs a program to its end. Never throws: `code` is 127 when it could not be started and 124 when `timeoutMs` ended it.
 * `stdio: 'pipe'` collects stdout and stderr into `output`; a child gets its own process group then, so that a timeout reaches its children too.
 */
export function run(command, args, { cwd = root, env = childEnv(), stdio = 'pipe', timeoutMs = 0, shell = false, onOutput } = {}) {
  return new Promise((done) => {
    const ownGroup = !isWindows && timeoutMs > 0
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      windowsHide: true,
      detached: ownGroup,
      stdio: stdio === 'pipe' ? ['ignore', 'pipe', 'pipe'] : stdio,
    })
    let output = ''
    let timedOut = false
    const collect = (chunk) => {
      output = (output + chunk).slice(-400_000)
      onOutput?.(String(chunk))
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    const kill = (signal) => {
      try {
        if (ownGroup) process.kill(-child.pid, signal)
        else child.kill(signal)
      } catch {
        // Gone already.
      }
    }
    const timer = timeoutMs
      ? setTimeout(() => {
          timedOut = true
          kill('SIGTERM')
          setTimeout(() => kill('SIGKILL'), 5_000).unref()
        }, timeoutMs)
      : undefined
    // In its own group the child does not hear the terminal's Ctrl+C: pass it on, then end with it.
    let interrupted = false
    const onSignal = (signal) => {
      interrupted = true
      kill(signal)
      setTimeout(() => kill('SIGKILL'), 5_000).unref()
    }
    if (ownGroup) for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal)
    let settled = false
    const finish = (code) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, onSignal)
      if (interrupted) process.exit(130)
      done({ code: timedOut ? 124 : code, output, timedOut })
    }
    child.on('error', (error) => {
      collect(`${error.message}\n`)
      finish(127)
    })
    // 'exit', not 'close': a grandchild that keeps the pipe open must not keep us waiting for ever.
    child.on('exit', (code, signal) =>
      setTimeout(() => finish(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15)), 50),
    )
  })
}

/** Runs npm, the very one that started us when there is one, on `node` (a path; the present Node unless given). */
export function npm(args, { node = process.execPath, ...options } = {}) {
  const cli = process.env['npm_execpath']
  const env = withNodeFirst(node, process.env)
  if (cli?.endsWith('.js') && existsSync(cli)) return run(node, [cli, ...args], { env, ...options })
  return run(isWindows ? 'npm.cmd' : 'npm', args, { env, ...options, shell: isWindows })
}

/** Where a program lies on PATH, or null. */
export function which(name) {
  const extensions = isWindows ? ['.exe', '.cmd', ''] : ['']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const extension of extensions) {
      const file = join(folder, name + extension)
      if (folder && existsSync(file)) return file
    }
  }
  return null
}

/** `12.3 s` or `2 min 3 s`. */
export function duration(ms) {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** The last lines of a program's output: what a person needs to see of a failure. */
export function tail(text, lines = 25) {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
