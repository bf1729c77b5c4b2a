// The real OpenClaw that the tests run against: one exact version, outside node_modules, fetched once.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { duration, nodeBinary, npm, root, tail } from './process.mjs'

export const openclawVersion = '2026.9.6'
const cache = join(root, '.cache', 'openclaw')
const entry = join(cache, openclawVersion, 'node_modules', 'openclaw', 'openclaw.mjs')

/** Installs it when it is missing. Answers null, or why it cannot be had. An interrupted install leaves nothing that looks whole. */
export async function ensureOpenClaw({ say = console.log } = {}) {
  if (existsSync(entry)) return null
  const started = Date.now()
  say(`Installing OpenClaw ${openclawVersion} for the tests (650 MB, once) …`)
  const temporary = join(cache, `.${openclawVersion}-${process.pid}`)
  mkdirSync(temporary, { recursive: true })
  try {
    writeFileSync(join(temporary, 'package.json'), '{ "private": true }\n')
    const args = [
      'install',
      `openclaw@${openclawVersion}`,
      '--save-exact',
      '--ignore-scripts',
      '--omit=dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `--prefix=${temporary}`,
    ]
    const result = await npm(args, { node: nodeBinary(), cwd: temporary, timeoutMs: 600_000 })
    if (result.code !== 0) return `OpenClaw ${openclawVersion} could not be installed: ${tail(result.output, 3)}`
    rmSync(join(cache, openclawVersion), { recursive: true, force: true })
    renameSync(temporary, join(cache, openclawVersion))
    say(`OpenClaw installed in ${duration(Date.now() - started)}.`)
    return null
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
