// The dead-code check must really see unused exports and unused files: both are planted in a small project with our settings.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')

it('an unused export, an unused file and an unlisted package fail the dead-code check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mission-control-knip-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { knip } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { knip: unknown }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'planted', type: 'module', knip }))
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  mkdirSync(join(folder, 'native-services', 'domain'), { recursive: true })
  writeFileSync(
    join(folder, 'native-services', 'cli.ts'),
    "import { z } from 'zod'\nimport { used } from './domain/rule.ts'\nconsole.log(used, z)\n",
  )
  writeFileSync(join(folder, 'native-services', 'domain', 'rule.ts'), 'export const used = 1\nexport const forgotten = 2\n')
  writeFileSync(join(folder, 'native-services', 'domain', 'nobody.ts'), 'export const alone = 1\n')

  const run = spawnSync(process.execPath, [join(root, 'node_modules', 'knip', 'bin', 'knip.js')], { cwd: folder, encoding: 'utf8' })
  expect(run.status).toBe(1)
  expect(run.stdout).toContain('forgotten')
  expect(run.stdout).toContain('nobody.ts')
  expect(run.stdout).toContain('zod')
})
