/** Where things lie on disk. Nothing here creates a folder except `ensureDataDirs`. */
import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export interface DataPaths {
  readonly root: string
  readonly database: string
  readonly lock: string
  readonly config: string
  readonly operatorToken: string
  readonly installKey: string
  /** What the host remembers of the settings that it needs before the services host has spoken. */
  readonly hostSettings: string
  readonly logs: string
  /** What the Logs page searches. */
  readonly logsDatabase: string
  readonly backups: string
  /** Files of tasks, named after their content. */
  readonly attachments: string
  /** Managed OpenClaw and Node, versions side by side. */
  readonly runtime: string
  readonly openclaw: {
    readonly root: string
    /** Own folder: the gateway sets it to 0700 and keeps backups next to the file. */
    readonly configDir: string
    readonly configFile: string
    readonly stateDir: string
    readonly workspaces: string
    /** Which gateway process we spawned, so that the next start knows it again. */
    readonly record: string
    /** stdout and stderr of the gateway: a file, so that it outlives us. */
    readonly console: string
  }
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
}

/** The data folder when none is named; the demo has its own. */
export function defaultDataDir(
  options: { demo: boolean },
  around: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
): string {
  const folder = `openclaw-mission-control${options.demo ? '-demo' : ''}`
  if (around.platform === 'win32')
    return path.win32.join(around.env['APPDATA'] || path.win32.join(around.home, 'AppData', 'Roaming'), folder)
  if (around.platform === 'darwin') return path.posix.join(around.home, 'Library', 'Application Support', folder)
  const xdg = around.env['XDG_DATA_HOME']
  // The XDG specification says that a relative path there is to be ignored.
  return path.posix.join(xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(around.home, '.local', 'share'), folder)
}

export function dataPaths(dataDir: string): DataPaths {
  const root = path.resolve(dataDir)
  const openclaw = path.join(root, 'openclaw')
  return {
    root,
    database: path.join(root, 'mission-control.sqlite'),
    lock: path.join(root, 'host.lock'),
    config: path.join(root, 'config.json'),
    operatorToken: path.join(root, 'operator-token'),
    installKey: path.join(root, 'install-key'),
    hostSettings: path.join(root, 'host-settings.json'),
    logs: path.join(root, 'logs'),
    logsDatabase: path.join(root, 'logs.sqlite'),
    backups: path.join(root, 'backups'),
    attachments: path.join(root, 'attachments'),
    runtime: path.join(root, 'runtime'),
    openclaw: {
      root: openclaw,
      configDir: path.join(openclaw, 'config'),
      configFile: path.join(openclaw, 'config', 'openclaw.json'),
      stateDir: path.join(openclaw, 'state'),
      workspaces: path.join(openclaw, 'workspaces'),
      record: path.join(openclaw, 'gateway.json'),
      console: path.join(root, 'logs', 'gateway-console.log'),
    },
  }
}

/** Creates the folders, readable by their owner only. */
export function ensureDataDirs(paths: DataPaths): void {
  for (const folder of [
    paths.root,
    paths.logs,
    paths.backups,
    paths.attachments,
    paths.runtime,
    paths.openclaw.root,
    paths.openclaw.configDir,
    paths.openclaw.stateDir,
    paths.openclaw.workspaces,
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  // It may have existed before us, wide open.
  if (process.platform !== 'win32') chmodSync(paths.root, 0o700)
}
