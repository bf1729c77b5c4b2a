/** `mission-control service …`: runs the control center at boot, under systemd or launchd, and takes that back. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../contract/errors.ts'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import { DataDirLockedError, livingHolder, type LockHolder } from '../platform/data-dir-lock.ts'
import type { DataPaths } from '../platform/paths.ts'
import { configFrom, type ServeFlags } from './cli-serve.ts'
import { serveOptions, type ServiceCommand, type ServiceDefinition, serviceDefinition } from './os-service.ts'
import { productRoot } from './product.ts'

const answersWithinMs = 60_000

export async function serviceCommand(args: string[], flags: ServeFlags): Promise<number> {
  const [action] = args
  const root = productRoot()
  const define = (options: readonly string[]): ServiceDefinition =>
    serviceDefinition({
      platform: process.platform,
      home: homedir(),
      configHome: process.env['XDG_CONFIG_HOME'],
      uid: process.getuid?.() ?? 0,
      root,
      node: process.execPath,
      options,
    })
  if (action === 'install') {
    // Refuses wrong options now, not at the next boot. What is taken away or asked about does not need right ones.
    const config = configFrom(flags)
    const { words, left } = serveOptions(config, { flags: { ...flags }, env: process.env })
    return install({ definition: define(words), paths: config.paths, root, left })
  }
  if (action === 'uninstall') return uninstall(define([]))
  if (action === 'status') return status(define([]))
  console.error('mission-control service install, uninstall or status')
  return 2
}

interface Installation {
  readonly definition: ServiceDefinition
  readonly paths: DataPaths
  readonly root: string
  /** Variables of this shell that it will not have. */
  readonly left: readonly string[]
}

async function install({ definition, paths, root, left }: Installation): Promise<number> {
  if (!existsSync(path.join(root, 'dist', 'native-services', 'cli.js')))
    throw new AppError('conflict', 'There is no built program here that could be started at boot. Run `npm run build` first.')
  // Whoever runs by hand has the data folder; the service would only fail. One that the service runs is restarted.
  const holder = await livingHolder(paths.lock)
  if (holder && run(definition.look).status !== 0) throw new DataDirLockedError(holder, paths.root)

  const text = definition.fill(readFileSync(path.join(root, 'resources', definition.template), 'utf8'))
  mkdirSync(path.dirname(definition.file), { recursive: true })
  writeFileAtomic(definition.file, text, 0o644)
  console.log(`Wrote ${definition.file}`)
  if (left.length > 0)
    console.log(
      `Set in this shell and not for the service: ${left.join(', ')}. ${
        definition.manager === 'systemd'
          ? 'Put them into ~/.config/openclaw-mission-control/environment (mode 0600), then install again.'
          : 'Add them to EnvironmentVariables in that file, then install again.'
      }`,
    )
  for (const step of definition.start) carryOut(step, definition)

  const runs = await answering(paths.lock, holder)
  if (!runs)
    throw new AppError(
      'internal',
      `The service was started, but does not answer after ${answersWithinMs / 1000} s. Look at ${definition.manager === 'systemd' ? 'journalctl --user -u mission-control' : path.join(paths.logs, 'host.log')}.`,
    )
  console.log(`It runs on ${runs.url ?? ''} and starts again at boot. Sign in with: mission-control link`)
  return 0
}

async function answering(lockFile: string, before: LockHolder | null): Promise<LockHolder | null> {
  for (let waited = 0; waited < answersWithinMs; waited += 250) {
    const holder = await livingHolder(lockFile)
    if (holder?.url && holder.pid !== before?.pid) return holder
    await wait(250)
  }
  return null
}

function uninstall(definition: ServiceDefinition): number {
  if (!existsSync(definition.file)) {
    console.log('There is no service to take away.')
    return 0
  }
  const [first, ...rest] = definition.stop
  if (first) carryOut(first, definition)
  rmSync(definition.file)
  for (const step of rest) carryOut(step, definition)
  console.log(`Stopped, and removed ${definition.file}. What it kept stays in the data folder.`)
  return 0
}

function status(definition: ServiceDefinition): number {
  const installed = existsSync(definition.file)
  const active = installed && run(definition.look).status === 0
  console.log(
    !installed
      ? 'Not installed. Install it with: mission-control service install'
      : active
        ? `Running, from ${definition.file}`
        : `Installed in ${definition.file}, and not running. Start it with: mission-control service install`,
  )
  return active ? 0 : 1
}

const run = ({ command, args }: ServiceCommand) => spawnSync(command, [...args], { encoding: 'utf8', timeout: 60_000 })

function carryOut(step: ServiceCommand, definition: ServiceDefinition): void {
  const { status: code, error, stderr } = run(step)
  if (code === 0) return
  const said = error?.message ?? stderr.trim().split('\n')[0] ?? ''
  const line = `${[step.command, ...step.args].join(' ')}: ${said || `ended with ${code ?? 'a signal'}`}`
  if (step.mayFail) {
    if (step.note) console.log(`${line}\n${step.note}`)
    return
  }
  throw new AppError(
    'internal',
    `${line}\n${definition.file} is there. ${
      definition.manager === 'systemd'
        ? 'If this user has no session bus, set XDG_RUNTIME_DIR=/run/user/$(id -u), or install the file as a system service.'
        : 'launchd takes it at the next login.'
    }`,
  )
}
