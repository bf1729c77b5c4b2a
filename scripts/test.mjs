// `npm test`: everything that can be checked on this machine, and a table of what could not.
//   npm test [-- stage …]      e.g. `npm test -- unit services`
// Plain Node >= 18. Ends with `N passed, N failed, N skipped`; exit code 1 when anything failed.
// MISSION_CONTROL_REQUIRE_ALL=1 makes everything that did not run a failure (for release builds).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ensureBrowser } from './lib/browser.mjs'
import { electronBinary, virtualDisplay } from './lib/electron.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { ensureOpenClaw } from './lib/openclaw.mjs'
import { binOf, childEnv, duration, nodeBinary, root, run } from './lib/process.mjs'

const resultsFolder = join(root, 'test-results')
const minute = 60_000
const suiteLimit = 20 * minute
const tooLong = 'took longer than 20 minutes'

/** A browser and an OpenClaw are looked for once, when the first stage needs them. */
const env = {}
const needs = {
  browser: once(async () => {
    const browser = await ensureBrowser()
    if (browser) env['CHROME_BIN'] = browser
    return browser ? null : 'no Chromium or Chrome found, and none could be installed (set CHROME_BIN)'
  }),
  openclaw: once(() => ensureOpenClaw()),
  build: once(async () => {
    const { code } = await run(nodeBinary(), [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
    return code === 0 ? null : 'the build failed'
  }),
  electron: async () => {
    const binary = electronBinary()
    if (binary) env['ELECTRON_BIN'] = binary
    return binary ? null : 'no Electron binary on disk (run `npx install-electron`)'
  },
}

// A stage is a command that passes or fails, or folders of vitest. `alone`: one file at a time, since each starts a gateway of 800 MB.
const stages = [
  { name: 'format', title: 'Formatting', command: () => [binOf('oxfmt'), '--check'] },
  { name: 'lint', title: 'Lint, with types', command: () => [binOf('oxlint')] },
  { name: 'types', title: 'Types', command: () => [binOf('typescript', 'tsc')] },
  { name: 'dead', title: 'Dead code', command: () => [binOf('knip')] },
  { name: 'build', title: 'Build', command: () => [join(root, 'scripts', 'build.mjs')] },
  { name: 'unit', title: 'Unit', folders: ['unit', 'contract', 'renderer'] },
  { name: 'architecture', title: 'Architecture', folders: ['architecture'] },
  { name: 'services', title: 'Services: real processes, SQLite, HTTP', folders: ['services'], needs: ['build'] },
  { name: 'gateway', title: 'Gateway: the real OpenClaw', folders: ['gateway'], needs: ['openclaw', 'build'], alone: true },
  { name: 'e2e', title: 'End to end: the page in a browser', folders: ['e2e'], needs: ['browser', 'openclaw', 'build'], alone: true },
  { name: 'electron', title: 'Electron', folders: ['electron'], needs: ['electron', 'build'], alone: true, display: true },
  { name: 'packaging', title: 'Packaging', folders: ['packaging'], needs: ['build'], alone: true },
]

const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {{ what: string, why: string }[]} */
const notRun = []
const secondTry = []
/** @type {string[]} */
const failures = []

async function main() {
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
  const unknown = wanted.filter((word) => !stages.some(({ name }) => name === word))
  if (unknown.length > 0)
    throw new Error(`There is no stage ${unknown.join(', ')}. The stages: ${stages.map(({ name }) => name).join(' ')}`)

  const started = Date.now()
  await ensureInstalled()
  mkdirSync(resultsFolder, { recursive: true })
  for (const stage of stages) if (wanted.length === 0 || wanted.includes(stage.name)) await runStage(stage)
  if (wanted.length === 0) {
    for (const file of strayTests()) notRun.push({ what: file, why: 'it lies in no folder that a stage runs' })
    notRun.push({ what: 'installers', why: 'dmg, nsis, AppImage and deb are built by the release workflow on their own systems' })
  }
  report(Date.now() - started)
}

async function runStage(stage) {
  const folders = stage.folders?.filter((folder) => testFiles(join(root, 'test', folder)).length > 0)
  if (folders?.length === 0) return void notRun.push({ what: stage.name, why: 'it has no test files' })

  console.log(`\n── ${stage.title} ${'─'.repeat(Math.max(0, 66 - stage.title.length))}`)
  for (const need of stage.needs ?? []) {
    const missing = await needs[need]()
    if (!missing) continue
    console.log(`not run: ${missing}`)
    if (need === 'build') fail(stage.name, missing)
    else
      notRun.push({
        what: `${stage.name} (${folders.flatMap((folder) => testFiles(join(root, 'test', folder))).length} files)`,
        why: missing,
      })
    return
  }

  const started = Date.now()
  if (stage.command) {
    const { code } = await run(nodeBinary(), stage.command(), { stdio: 'inherit', env: childEnv(env), timeoutMs: 5 * minute })
    if (code === 0) total.passed += 1
    else fail(stage.name, code === 124 ? 'took longer than 5 minutes' : `ended with ${code}`)
  } else await runTests(stage, folders)
  console.log(`   ${stage.name}: ${duration(Date.now() - started)}`)
}

async function runTests(stage, folders) {
  const file = join(resultsFolder, `${stage.name}.json`)
  rmSync(file, { force: true })
  const args = [binOf('vitest'), 'run', '--config', 'test/vitest.config.ts', ...folders.map((folder) => `test/${folder}/`)]
  args.push(
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    // What runs against programs of others gets a second try, and the report names who needed it.
    ...(stage.alone ? ['--maxWorkers=1', '--no-file-parallelism', '--retry=1'] : []),
  )
  const display = stage.display ? virtualDisplay() : null
  const [command, ...rest] = display ? [display, '-a', nodeBinary(), ...args] : [nodeBinary(), ...args]
  const { code } = await run(command, rest, { stdio: 'inherit', env: childEnv(env), timeoutMs: suiteLimit })
  if (!existsSync(file)) return fail(stage.name, code === 124 ? tooLong : `vitest ended with ${code} and left no results`)

  const results = JSON.parse(readFileSync(file, 'utf8'))
  let failedHere = 0
  for (const suite of results.testResults) {
    const suiteName = relative(root, suite.name).split(sep).join('/')
    // A file that could not be loaded, or whose preparation failed, has no failed tests to count.
    const notEvenStarted = suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed')
    if (notEvenStarted) {
      failedHere += 1
      fail(stage.name, `${suiteName}: ${(suite.message || 'could not be prepared').split('\n')[0]}`)
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') {
        total.passed += 1
        if (test.failureMessages.length > 0) secondTry.push(`${suiteName} › ${test.fullName}: ${test.failureMessages[0].split('\n')[0]}`)
      } else if (test.status === 'failed') {
        failedHere += 1
        // Each try left a message; the end of a long log is often all that somebody sees of it.
        fail(stage.name, `${suiteName} › ${test.fullName}`, test.failureMessages.map(firstLines))
      } else {
        total.skipped += 1
        if (!notEvenStarted) notRun.push({ what: `${suiteName} › ${test.fullName}`, why: test.status === 'todo' ? 'to do' : 'skipped' })
      }
    }
  }
  if (code !== 0 && failedHere === 0) fail(stage.name, code === 124 ? tooLong : `an error outside the tests (vitest ended with ${code})`)
}

function fail(stage, what, why = []) {
  total.failed += 1
  failures.push([`${stage}: ${what}`, ...why].join('\n'))
}

/** What went wrong and where in our own files, indented below the name of the test. */
function firstLines(message) {
  const lines = message.split('\n').map((line) => line.trimEnd())
  const where = lines.find((line) => /^\s+at .*[\\/]test[\\/]/.test(line))
  return [...lines.filter((line) => line !== '' && !/^\s+at /.test(line)).slice(0, 12), ...(where ? [where] : [])]
    .map((line) => `      ${line.slice(0, 200)}`)
    .join('\n')
}

function report(tookMs) {
  if (process.env['MISSION_CONTROL_REQUIRE_ALL'] === '1')
    for (const { what, why } of notRun) if (what !== 'installers') fail(what, `not run: ${why}`)
  if (notRun.length > 0) {
    console.log('\nNOT RUN')
    const width = Math.min(70, Math.max(...notRun.map(({ what }) => what.length)))
    for (const { what, why } of notRun) console.log(`  ${what.padEnd(width)}  ${why}`)
  }
  if (secondTry.length > 0) {
    console.log('\nPASSED ON THE SECOND TRY')
    for (const line of secondTry) console.log(`  ${line}`)
  }
  if (failures.length > 0) {
    console.log('\nFAILED')
    for (const line of failures) console.log(`  ${line}`)
  }
  console.log(`\nTook ${duration(tookMs)}.`)
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

function testFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? testFiles(path) : /\.test\.tsx?$/.test(entry.name) ? [path] : []
  })
}

/** A test that no stage picks up would be green for ever. `bench` is measured by hand. */
function strayTests() {
  const known = [...stages.flatMap(({ folders = [] }) => folders), 'bench']
  return testFiles(join(root, 'test'))
    .map((file) => relative(join(root, 'test'), file).split(sep).join('/'))
    .filter((file) => !known.includes(file.split('/')[0] ?? ''))
    .map((file) => `test/${file}`)
}

function once(work) {
  let answer
  return () => (answer ??= work())
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
