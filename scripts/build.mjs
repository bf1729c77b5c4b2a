// Builds what is older than its sources: the page with vite, the programs with rolldown. Runs on the Node of node_modules.
//   node scripts/build.mjs [--force]
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { binOf, duration, nodeBinary, root, run, tail } from './lib/process.mjs'

const dist = join(root, 'dist')

// Native, or fetched by its own rules: these stay packages. The optional parts of `ws` are looked for at run time and may be absent.
const external = ['electron', 'better-sqlite3', 'pacote', 'bufferutil', 'utf-8-validate', /^node:/, ...builtinModules]

/** One file each, but for the shared parts: `services` and `cli` are separate builds, since each must start alone in a fresh process. */
const programs = [
  { entry: 'electron/main.ts', file: 'electron/main.js', format: 'esm' },
  { entry: 'electron/preload.ts', file: 'electron/preload.cjs', format: 'cjs' },
  { entry: 'native-services/services.ts', file: 'native-services/services.js', format: 'esm' },
  // A thread of the services host; it is started by its path.
  { entry: 'native-services/platform/log-worker.ts', file: 'native-services/log-worker.js', format: 'esm' },
  { entry: 'native-services/cli.ts', file: 'native-services/cli.js', format: 'esm' },
]

/** @returns the names of what was built. */
export async function build({ force = false, say = console.log } = {}) {
  const started = Date.now()
  const built = []
  const common = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs']
  const targets = [
    {
      name: 'page',
      sources: ['renderer', 'native-services/contract', ...common],
      output: 'renderer/index.html',
      make: buildPage,
      exists: existsSync(join(root, 'renderer', 'src', 'main.tsx')),
    },
    { name: 'programs', sources: ['electron', 'native-services', ...common], output: null, make: buildPrograms, exists: true },
  ]
  for (const target of targets) {
    if (!target.exists) continue
    const stampFile = join(dist, `.stamp-${target.name}`)
    const stamp = fingerprint(target.sources)
    const fresh =
      existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && (!target.output || existsSync(join(dist, target.output)))
    if (fresh && !force) continue
    if (built.length === 0) say('Building …')
    rmSync(stampFile, { force: true })
    await target.make()
    mkdirSync(dist, { recursive: true })
    writeFileSync(stampFile, stamp)
    built.push(target.name)
  }
  if (built.length > 0) say(`Built ${built.join(' and ')} in ${duration(Date.now() - started)}.`)
  return built
}

async function buildPage() {
  const result = await run(nodeBinary(), [binOf('vite'), 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'])
  if (result.code !== 0) throw new Error(`The page could not be built.\n${tail(result.output, 40)}`)
}

async function buildPrograms() {
  // Read at run time, so they lie beside the bundle that opens the database.
  const migrations = join(dist, 'native-services', 'migrations')
  rmSync(migrations, { recursive: true, force: true })
  cpSync(join(root, 'native-services', 'store', 'migrations'), migrations, { recursive: true })
  const { rolldown } = await import('rolldown')
  for (const { entry, file, format } of programs) {
    rmSync(join(dist, file), { force: true })
    if (!existsSync(join(root, entry))) continue
    const bundle = await rolldown({
      input: join(root, entry),
      cwd: root,
      platform: 'node',
      external,
      tsconfig: join(root, 'tsconfig.json'),
      onLog(level, log, handle) {
        // Third-party packages use `eval` and circular imports in ways that we cannot mend.
        if (level === 'warn' && log.id?.includes('node_modules')) return
        handle(level, log)
      },
    })
    try {
      await bundle.write({ file: join(dist, file), format, sourcemap: true, codeSplitting: false })
    } finally {
      await bundle.close()
    }
  }
}

/** Path, size and time of every source: notices an edit, an addition and a removal alike. */
function fingerprint(sources) {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    const stat = statSync(path)
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name))
    else hash.update(`${relative(root, path)} ${stat.size} ${stat.mtimeMs}\n`)
  }
  for (const source of sources) visit(join(root, source))
  return hash.digest('hex')
}

if (import.meta.filename === process.argv[1]) {
  try {
    await build({ force: process.argv.includes('--force') })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
