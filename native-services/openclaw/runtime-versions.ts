/**
 * The versions of OpenClaw on this machine: those below the runtime folder lie side by side, each with its Node; one that a person
 * installed is found on PATH. Which one counts is a small file. Nothing is deleted here unless it is asked for by name.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { LinkedRuntimeVersion } from '../contract/gateway-config.ts'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'
import { findRuntime, type FoundRuntime, type ManagedPointer, managedPointerFile, nodeExecutableIn, readManagedPointer } from './find.ts'

/** What an installation wrote beside its packages; one from before that is read off its folder's name. */
const aboutFile = 'mission-control-runtime.json'
const folderName = /^openclaw-(.+)-([0-9a-f]{6})$/

export function writeAbout(folder: string, pointer: ManagedPointer): void {
  writeJsonFile(path.join(folder, aboutFile), pointer)
}

function pointerOf(runtimeDir: string, folder: string): ManagedPointer | null {
  const [, version = '', tag = ''] = folderName.exec(folder) ?? []
  if (tag === '') return null
  try {
    const about = readJsonFile(path.join(runtimeDir, folder, aboutFile)) as Partial<ManagedPointer> | null
    if (typeof about?.node === 'string')
      return {
        openclaw: folder,
        node: about.node,
        openclaw_version: about.openclaw_version ?? version,
        node_version: about.node_version ?? '',
      }
  } catch {
    // Read off the names below.
  }
  const node = readdirSync(runtimeDir).find((name) => name.startsWith('node-') && name.endsWith(`-${tag}`))
  return {
    openclaw: folder,
    node: node ?? '',
    openclaw_version: version,
    node_version: node?.slice('node-'.length, -tag.length - 1) ?? '',
  }
}

/** Every managed one, complete or not. */
export function managedPointers(runtimeDir: string): ManagedPointer[] {
  if (!existsSync(runtimeDir)) return []
  return readdirSync(runtimeDir).flatMap((name) => pointerOf(runtimeDir, name) ?? [])
}

export function managedProblem(runtimeDir: string, pointer: ManagedPointer): string | null {
  if (!existsSync(path.join(runtimeDir, pointer.openclaw, 'node_modules', 'openclaw', 'openclaw.mjs'))) return 'Its files are not complete.'
  if (pointer.node === '' || !existsSync(nodeExecutableIn(path.join(runtimeDir, pointer.node)))) return 'Its Node is not there.'
  return null
}

/** Node that comes along, and the script to run. */
export function managedProgram(runtimeDir: string, pointer: ManagedPointer): { entry: string; nodePath: string } {
  return {
    entry: path.join(runtimeDir, pointer.openclaw, 'node_modules', 'openclaw', 'openclaw.mjs'),
    nodePath: nodeExecutableIn(path.join(runtimeDir, pointer.node)),
  }
}

/** @param running Version of the gateway that runs and that we started; null when there is none. */
export async function listRuntimeVersions(options: {
  runtimeDir: string
  openclawPath: string | null
  openclawDir: string | null
  found: FoundRuntime
  running: string | null
}): Promise<LinkedRuntimeVersion[]> {
  const { runtimeDir, found, running } = options
  const current = readManagedPointer(runtimeDir)
  const managed = managedPointers(runtimeDir).map((pointer): LinkedRuntimeVersion => {
    const { entry } = managedProgram(runtimeDir, pointer)
    return {
      id: pointer.openclaw,
      source: 'managed',
      version: pointer.openclaw_version,
      node_version: pointer.node_version || null,
      path: entry,
      current: found.source === 'managed' && current?.openclaw === pointer.openclaw,
      running: false,
      installed_at: Math.round(statSync(path.join(runtimeDir, pointer.openclaw)).birthtimeMs) || null,
      problem: managedProblem(runtimeDir, pointer),
    }
  })
  const other =
    found.source === 'setting' || found.source === 'path'
      ? found
      : // A folder that cannot be: what would be found if nothing were managed.
        await findRuntime({ openclawPath: null, runtimeDir: path.join(runtimeDir, '.none'), openclawDir: options.openclawDir })
  const foundHere: LinkedRuntimeVersion[] =
    other.entry === null
      ? []
      : [
          {
            id: other.source === 'setting' ? 'setting' : 'path',
            source: other.source === 'setting' ? 'setting' : 'path',
            version: other.version,
            node_version: other.node?.version ?? null,
            path: other.entry,
            current: found.entry === other.entry,
            running: false,
            installed_at: null,
            problem: other.problem,
          },
        ]
  const all = [...foundHere, ...managed.toSorted((a, b) => (b.installed_at ?? 0) - (a.installed_at ?? 0))]
  const runs = all
    .filter((each) => running !== null && each.version === running)
    .toSorted((a, b) => Number(b.current) - Number(a.current))[0]
  return all.map((each) => ({ ...each, running: each === runs }))
}

/** Makes one count from the next start on; null for none of the managed ones. What counted before is remembered beside it. */
export function pointTo(runtimeDir: string, pointer: ManagedPointer | null): void {
  const file = managedPointerFile(runtimeDir)
  const before = readManagedPointer(runtimeDir)
  if (pointer) {
    if (before) writeJsonFile(path.join(runtimeDir, 'previous'), before)
    writeJsonFile(file, pointer)
  } else if (existsSync(file)) renameSync(file, path.join(runtimeDir, 'previous'))
}

/** Throws `conflict` for the one that counts. */
export function removeManaged(runtimeDir: string, id: string): void {
  const pointer = managedPointers(runtimeDir).find((each) => each.openclaw === id)
  if (!pointer)
    throw new AppError('not_found', 'There is no such version. What was found on this machine is removed where it was installed.')
  if (readManagedPointer(runtimeDir)?.openclaw === id)
    throw new AppError('conflict', 'This version is in use. Switch to another one first.')
  const shared = managedPointers(runtimeDir).some((each) => each.openclaw !== id && each.node === pointer.node)
  rmSync(path.join(runtimeDir, id), { recursive: true, force: true })
  if (pointer.node !== '' && !shared) rmSync(path.join(runtimeDir, pointer.node), { recursive: true, force: true })
}
