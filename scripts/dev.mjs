// `npm run dev -- [options of serve]`: the control center from its sources and the page with hot reload, side by side.
// The services run as TypeScript, without a build; restart after editing them. The page is at the address that vite prints and
// shares the session of the control center: open the one-time link first (both are on 127.0.0.1).
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { binOf, childEnv, nodeBinary, root } from './lib/process.mjs'

await ensureInstalled()
const commands = [
  [join(root, 'native-services', 'cli.ts'), 'serve', '--no-open', ...process.argv.slice(2)],
  [binOf('vite'), '--config', 'renderer/vite.config.ts', '--host', '127.0.0.1'],
]
const children = commands.map((args) => spawn(nodeBinary(), args, { cwd: root, env: childEnv(), stdio: 'inherit' }))
const stopAll = (signal) => children.forEach((child) => child.kill(signal))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopAll(signal))
for (const child of children) {
  child.on('exit', (code) => {
    process.exitCode ??= code ?? 1
    stopAll('SIGTERM')
  })
}
