/** The first phases of a start, before Electron is ready: what was asked for, where the data lies, and whether we are the first. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { repositoryOpenclaw } from '../native-services/host/product.ts'
import { type HostConfig, loadConfig } from '../native-services/platform/config.ts'
import type { AppPort } from './ports.ts'
import { type DesktopArguments, parseArguments } from './shell/arguments.ts'

export interface Folders {
  /** The built page. */
  readonly renderer: string
  readonly resources: string
  /** Absolute path of the preload bundle. */
  readonly preload: string
}

export interface Asked {
  readonly arguments: DesktopArguments
  readonly config: HostConfig
}

/** @throws AppError that names the flag, variable or key which is wrong. */
export function readConfiguration(options: {
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  version: string
  folders: Folders
}): Asked {
  const asked = parseArguments(options.argv)
  const config = loadConfig({
    version: options.version,
    env: options.env,
    resourcesDir: options.folders.resources,
    staticDir: options.folders.renderer,
    openclawDir: repositoryOpenclaw(),
    flags: {
      demo: asked.demo,
      ...(asked.port !== null && { port: asked.port }),
      ...(asked.dataDir !== null && { dataDir: asked.dataDir }),
    },
  })
  return { arguments: asked, config }
}

/**
 * Puts Chromium's profile below the data folder. Electron's lock for a single instance belongs to that folder, so each data
 * folder (and the demo, which has its own) gets one desktop app.
 */
export function placeProfile(app: Pick<AppPort, 'setPath'>, dataDir: string): void {
  const profile = path.join(dataDir, 'desktop')
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  app.setPath('userData', profile)
  app.setPath('sessionData', profile)
}
