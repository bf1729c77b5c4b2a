// Every import rule of docs/architecture.md is broken once on purpose, in a folder laid out like this repository, and the
// linter, with our real configuration, must say so. A gate that reads nothing is green for ever: it must have read the files, too.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')

/** `[file, line]`: the line must be refused in that file. */
const forbidden: [file: string, line: string][] = [
  ['native-services/contract/a.ts', "import { x } from '../domain/x.ts'"],
  ['native-services/contract/b.ts', "import { x } from 'node:fs'"],
  ['native-services/contract/c.ts', "import { x } from 'hono'"],
  ['native-services/domain/a.ts', "import { x } from '../store/x.ts'"],
  ['native-services/domain/b.ts', "import { x } from '../platform/x.ts'"],
  ['native-services/platform/a.ts', "import { x } from '../store/x.ts'"],
  ['native-services/store/a.ts', "import { x } from '../gateway/x.ts'"],
  ['native-services/store/deep/b.ts', "import { x } from '../../api/x.ts'"],
  ['native-services/gateway/a.ts', "import { x } from '../store/x.ts'"],
  ['native-services/lifecycle/a.ts', "import { x } from '../delivery/x.ts'"],
  ['native-services/delivery/a.ts', "import { x } from '../api/x.ts'"],
  ['native-services/heartbeat/a.ts', "import { x } from '../supervision/x.ts'"],
  ['native-services/api/a.ts', "import { x } from '../host/x.ts'"],
  ['native-services/api/b.ts', "import { x } from '../compose.ts'"],
  ['native-services/supervision/a.ts', "import { x } from '../openclaw/x.ts'"],
  ['native-services/openclaw/a.ts', "import { x } from '../supervision/x.ts'"],
  ['native-services/host/a.ts', "import { x } from '../store/x.ts'"],
  ['native-services/host/b.ts', "import { x } from '../services.ts'"],
  ['native-services/compose.ts', "import { x } from '../renderer/src/x.ts'"],
  ['native-services/cli.ts', "import { x } from '../electron/x.ts'"],
  ['native-services/services.ts', "import { app } from 'electron'"],
  ['native-services/host/c.ts', "import type { App } from 'electron'"],
  ['native-services/store/c.ts', "import { x } from '../../test/support/x.ts'"],
  ['renderer/src/a.ts', "import { x } from '../../native-services/platform/x.ts'"],
  ['renderer/src/features/b.ts', "import { x } from '../../../native-services/compose.ts'"],
  ['renderer/src/c.ts', "import { x } from 'node:fs'"],
  ['renderer/src/d.ts', "import { x } from '../../electron/bridge.ts'"],
  ['renderer/src/e.ts', "import { ipcRenderer } from 'electron'"],
  ['renderer/src/f.ts', "import { x } from '../../test/support/x.ts'"],
  ['electron/shell/a.ts', "import { x } from '../../native-services/store/x.ts'"],
  ['electron/main.ts', "import { x } from '../native-services/services.ts'"],
  ['electron/shell/b.ts', "import { app } from 'electron'"],
  ['electron/shell/c.ts', "import { x } from '../../renderer/src/x.ts'"],
  ['electron/adapters/a.ts', "import { x } from '../../native-services/api/x.ts'"],
  ['electron/adapters/b.ts', "import { x } from '../../test/fakes/x.ts'"],
]

const allowed: [file: string, line: string][] = [
  ['native-services/contract/ok.ts', "import { z } from 'zod'"],
  ['native-services/domain/ok.ts', "import { x } from '../contract/x.ts'"],
  ['native-services/store/ok.ts', "import { x } from '../domain/x.ts'"],
  ['native-services/delivery/ok.ts', "import { x } from '../gateway/x.ts'"],
  ['native-services/api/ok.ts', "import { x } from '../heartbeat/x.ts'"],
  ['native-services/host/ok.ts', "import { x } from '../supervision/x.ts'"],
  ['native-services/compose2.ts', "import { x } from './api/x.ts'"],
  ['renderer/src/ok.ts', "import { x } from '../../native-services/contract/x.ts'"],
  ['electron/shell/ok.ts', "import { x } from '../../native-services/host/x.ts'"],
  ['electron/shell/ok-type.ts', "import type { App } from 'electron'"],
  ['electron/adapters/ok.ts', "import { app } from 'electron'"],
]

const other: [file: string, rule: string, source: string][] = [
  ['native-services/api/any.ts', 'no-explicit-any', 'export const x = (value: any): unknown => value\n'],
  ['native-services/api/ignore.ts', 'ban-ts-comment', '// @ts-ignore\nexport const x = 1\n'],
  [
    'native-services/api/floating.ts',
    'no-floating-promises',
    'async function work(): Promise<void> {}\nexport const start = (): void => {\n  work()\n}\n',
  ],
  [
    'native-services/api/switch.ts',
    'switch-exhaustiveness-check',
    "export function f(state: 'a' | 'b'): number {\n  switch (state) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
  ],
  ['native-services/api/default.ts', 'no-default-export', 'export default 1\n'],
  ['native-services/api/unused.ts', 'no-unused-vars', 'const forgotten = 1\nexport const x = 2\n'],
  ['native-services/api/ring-a.ts', 'no-cycle', "import { b } from './ring-b.ts'\nexport const a = (): unknown => b\n"],
  ['native-services/api/ring-b.ts', 'no-cycle', "import { a } from './ring-a.ts'\nexport const b = (): unknown => a\n"],
]

interface Diagnostic {
  code: string
  filename: string
}

describe('the import rules', () => {
  let folder: string
  let diagnostics: Diagnostic[]
  let filesRead: number

  const found = (file: string) =>
    diagnostics.filter(({ filename }) => filename.replaceAll('\\', '/').endsWith(file)).map(({ code }) => code)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mission-control-lint-'))
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(folder, name))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    for (const [file, line] of [...forbidden, ...allowed])
      write(
        file,
        `${line}\nexport const used = ${/\{ (\w+) \}/.exec(line)?.[1] === undefined || line.includes('type') ? 0 : /\{ (\w+) \}/.exec(line)?.[1]}\n`,
      )
    for (const [file, , source] of other) write(file, source)
    const run = spawnSync(process.execPath, [oxlint, '--format', 'json', 'native-services', 'electron', 'renderer'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    })
    const report = JSON.parse(run.stdout) as { diagnostics: Diagnostic[]; number_of_files: number }
    diagnostics = report.diagnostics
    filesRead = report.number_of_files
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are checked on every file', () => {
    expect(filesRead).toBe(forbidden.length + allowed.length + other.length)
  })

  it.each(forbidden)('%s may not say %s', (file) => {
    expect(found(file)).toContain('eslint(no-restricted-imports)')
  })

  it.each(allowed)('%s may say %s', (file) => {
    expect(found(file)).not.toContain('eslint(no-restricted-imports)')
  })

  it.each(other)('%s breaks %s', (file, rule) => {
    expect(found(file).some((code) => code.endsWith(`(${rule})`))).toBe(true)
  })
})

describe('the tree', () => {
  it('is large enough for the linter to have looked at it', () => {
    const run = spawnSync(process.execPath, [oxlint, '--format', 'json'], { cwd: root, encoding: 'utf8', maxBuffer: 64_000_000 })
    const { number_of_files: count } = JSON.parse(run.stdout) as { number_of_files: number }
    expect(count).toBeGreaterThan(globSync('native-services/**/*.ts', { cwd: root }).length)
    // The whole tree is linted with types: half a minute when the machine has other work.
  }, 180_000)

  it('loads electron nowhere but in the adapters, not even late', () => {
    const files = globSync('{electron,native-services,renderer}/**/*.{ts,tsx}', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
    const late = files.filter(
      (file) =>
        !file.startsWith('electron/adapters/') && /(?:import|require)\(\s*['"]electron['"/]/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(files.length).toBeGreaterThan(0)
    expect(late).toEqual([])
  })
})
