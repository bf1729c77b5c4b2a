/**
 * Restore points of OpenClaw's configuration file: the last twenty, as files for their owner only, beside our other backups. They hold
 * the same secrets as the file itself, so they are no rows of the database.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeJsonFile } from './atomic-file.ts'
import { createId } from './ids.ts'

const kept = 20

export interface KeptConfig {
  readonly id: string
  /** Milliseconds. */
  readonly created_at: number
  readonly reason: string
  readonly valid: boolean
  readonly openclaw_version: string | null
  /** The file, byte by byte. */
  readonly text: string
}

export interface ConfigSnapshots {
  /** Newest first. */
  list(): KeptConfig[]
  get(id: string): KeptConfig | null
  /** Throws when it cannot be written: then nothing may be changed either. */
  add(snapshot: Omit<KeptConfig, 'id' | 'created_at'>, now: number): KeptConfig
}

export const configSnapshotsFolder = (backups: string): string => path.join(backups, 'openclaw-config')

export function createConfigSnapshots(folder: string): ConfigSnapshots {
  const name = /^[0-9a-f-]{36}\.json$/

  function read(file: string): KeptConfig | null {
    try {
      const value = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Partial<KeptConfig>
      return typeof value.id === 'string' && typeof value.text === 'string' ? (value as KeptConfig) : null
    } catch {
      return null
    }
  }
  function files(): string[] {
    try {
      return readdirSync(folder)
        .filter((file) => name.test(file))
        .toSorted()
        .toReversed()
    } catch {
      return []
    }
  }

  return {
    list: () => files().flatMap((file) => read(file) ?? []),
    get: (id) => (name.test(`${id}.json`) ? read(`${id}.json`) : null),
    add(snapshot, now) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const id = createId(now)
      const whole: KeptConfig = { id, created_at: now, ...snapshot }
      writeJsonFile(path.join(folder, `${id}.json`), whole)
      for (const old of files().slice(kept)) rmSync(path.join(folder, old), { force: true })
      return whole
    },
  }
}
