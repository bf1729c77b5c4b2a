/** Stylesheets of features are all loaded into one page in time: a class that two of them define looks right until both pages were seen. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const features = path.join(import.meta.dirname, '..', '..', '..', 'renderer', 'src', 'features')

it('no class is defined by two features', () => {
  const owners = new Map<string, Set<string>>()
  for (const file of globSync('*/*.css', { cwd: features })) {
    const text = readFileSync(path.join(features, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
    for (const [, name = ''] of text.matchAll(/^\.([a-z][\w-]*)\s*\{/gm))
      owners.set(name, (owners.get(name) ?? new Set()).add(path.dirname(file)))
  }
  expect(owners.size).toBeGreaterThan(100)
  expect([...owners].filter(([, folders]) => folders.size > 1).map(([name, folders]) => `${name}: ${[...folders].join(', ')}`)).toEqual([])
})
