// The shape of the repository itself.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
/** Empty in a source archive, which is no checkout. */
const tracked = (spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).stdout ?? '').split('\n').filter(Boolean)

describe.runIf(tracked.length > 0)('the tree', () => {
  it('has the agreed top level, and dot files of tools', () => {
    const top = new Set(tracked.map((path) => path.split('/')[0] ?? '').filter((name) => !name.startsWith('.')))
    const agreed =
      'CHANGELOG.md LICENSE README.md docs electron electron-builder.yml native-services package-lock.json package.json renderer resources scripts test tsconfig.json'
    expect([...top].sort()).toEqual(agreed.split(' ').sort())
  })
})

it('the lock file names no download address, so that any registry serves', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
})

it('every dependency has one exact version', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
  expect(loose).toEqual([])
})

it('what starts everything needs nothing but Node', () => {
  for (const file of tracked.filter((path) => /^scripts\/(start|test|lib\/.*)\.mjs$/.test(path))) {
    const imports = [...read(file).matchAll(/^import .* from '([^']+)'/gm)].map((match) => match[1] ?? '')
    expect(imports.filter((name) => !name.startsWith('node:') && !name.startsWith('.'))).toEqual([])
  }
})
