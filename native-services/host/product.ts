/** Where the product lies: the repository (or the packed app) around this file. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { managedOpenclawVersion } from '../openclaw/find.ts'

/** The folder with our `package.json`: the same number of steps up for the sources and for the bundle is not a given, so look. */
export function productRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error('package.json of the product was not found')
    folder = parent
  }
  return folder
}

export function productVersion(): string {
  const parsed = JSON.parse(readFileSync(path.join(productRoot(), 'package.json'), 'utf8')) as { version?: string }
  return parsed.version ?? '0.0.0'
}

/** The built renderer; null when it was not built. */
export function builtRenderer(): string | null {
  const folder = path.join(productRoot(), 'dist', 'renderer')
  return existsSync(path.join(folder, 'index.html')) ? folder : null
}

/** The OpenClaw that the repository keeps for development and tests; null outside a clone. */
export function repositoryOpenclaw(): string | null {
  const folder = path.join(productRoot(), '.cache', 'openclaw', managedOpenclawVersion)
  return existsSync(path.join(folder, 'node_modules', 'openclaw')) ? folder : null
}
