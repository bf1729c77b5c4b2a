// Runs a script of ours or the command of a package on the Node of node_modules, whatever Node started npm:
//   node scripts/with-node.mjs scripts/build.mjs --force      node scripts/with-node.mjs oxlint --fix
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { binOf, nodeBinary, root, run } from './lib/process.mjs'

const [what = '', ...args] = process.argv.slice(2)
await ensureInstalled()
const { code } = await run(nodeBinary(), [/\.m?js$/.test(what) ? join(root, what) : binOf(what), ...args], { stdio: 'inherit' })
process.exitCode = code
