// `npm test` must not be able to look green: it runs here on planted tests that fail in the ways that are easy to lose.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')

function runPlanted({ files, stages }: { files: Record<string, string>; stages: string[] }) {
  const folder = mkdtempSync(join(tmpdir(), 'mission-control-runner-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  mkdirSync(join(folder, 'test'))
  cpSync(join(root, 'test', 'vitest.config.ts'), join(folder, 'test', 'vitest.config.ts'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'test', file)), { recursive: true })
    writeFileSync(join(folder, 'test', file), text)
  }
  const run = spawnSync(process.execPath, [join(folder, 'scripts', 'test.mjs'), ...stages], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, MISSION_CONTROL_SKIP_INSTALL: '1' },
  })
  const lines = run.stdout.trimEnd().split('\n')
  return { status: run.status, output: run.stdout, last: lines.at(-1) }
}

const head = "import { expect, it } from 'vitest'\n"

it('counts what passed, failed and was skipped, and names what did not run', () => {
  const run = runPlanted({
    stages: ['unit', 'e2e'],
    files: {
      'unit/a.test.ts': `${head}it('fine', () => expect(1).toBe(1))\nit('wrong', () => expect(1).toBe(2))\nit.skip('left out', () => {})\n`,
    },
  })
  expect(run.status).toBe(1)
  expect(run.last).toBe('1 passed, 1 failed, 1 skipped')
  expect(run.output).toMatch(/FAILED\n.*wrong/)
  expect(run.output).toMatch(/NOT RUN\n(?:.*\n)*.*left out/)
  expect(run.output).toMatch(/NOT RUN\n(?:.*\n)*.*e2e/)
})

it('counts a file that cannot be loaded', () => {
  const run = runPlanted({ stages: ['unit'], files: { 'unit/a.test.ts': "import './missing.ts'\n" } })
  expect([run.status, run.last]).toEqual([1, '0 passed, 1 failed, 0 skipped'])
})

it('counts an error outside every test', () => {
  const late = `${head}it('fine', async () => {\n  setTimeout(() => { throw new Error('late') }, 1)\n  await new Promise((done) => setTimeout(done, 50))\n})\n`
  const run = runPlanted({ stages: ['unit'], files: { 'unit/a.test.ts': late } })
  expect([run.status, run.last]).toEqual([1, '1 passed, 1 failed, 0 skipped'])
})

it('counts a preparation that failed', () => {
  const broken = "import { beforeAll, it } from 'vitest'\nbeforeAll(() => { throw new Error('no') })\nit('never ran', () => {})\n"
  const run = runPlanted({ stages: ['unit'], files: { 'unit/a.test.ts': broken } })
  expect([run.status, run.last]).toEqual([1, '0 passed, 1 failed, 1 skipped'])
})

it('passes when everything passed', () => {
  const run = runPlanted({ stages: ['unit'], files: { 'unit/a.test.ts': `${head}it('fine', () => expect(1).toBe(1))\n` } })
  expect([run.status, run.last]).toEqual([0, '1 passed, 0 failed, 0 skipped'])
})
