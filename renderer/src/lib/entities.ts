/** Entity maps and the pure functions that change them. No React, no network: the live store is tested through these. */
import type { ChangeFrame, EntityName, EntityOf } from '../../../native-services/contract/events.ts'

/** Everything with an id; `settings` is a single row and kept apart. */
export type MappedName = Exclude<EntityName, 'settings'>
export type EntityMaps = { readonly [Name in MappedName]: Readonly<Record<string, EntityOf<Name>>> }

export const emptyMaps: EntityMaps = {
  gateway: {},
  board: {},
  agent: {},
  task: {},
  comment: {},
  notification: {},
  activity: {},
  job: {},
  approval: {},
  question: {},
  board_memory: {},
  webhook: {},
  outgoing_webhook: {},
  tag: {},
  custom_field: {},
  recurring_task: {},
  task_template: {},
  board_template: {},
  board_group: {},
  group_memory: {},
  document: {},
  attachment: {},
  board_onboarding: {},
  operator_notice: {},
  api_token: {},
  backup: {},
}

/** Kinds that grow without end; the newest are kept, the rest is fetched again by whoever looks further back. */
const limits: Partial<Record<MappedName, number>> = {
  activity: 1000,
  notification: 2000,
  comment: 5000,
  board_memory: 2000,
  group_memory: 2000,
  approval: 2000,
  question: 2000,
  operator_notice: 1000,
}

function trimmed<Value>(map: Record<string, Value>, limit: number): Record<string, Value> {
  const keys = Object.keys(map)
  if (keys.length <= limit * 1.2) return map
  // Ids are UUIDv7: their order is the order of creation.
  return Object.fromEntries(
    keys
      .toSorted()
      .slice(-limit)
      .map((key) => [key, map[key] as Value]),
  )
}

/** Applies change frames in their order. Returns the same object when nothing changed. */
export function applyChanges(maps: EntityMaps, frames: readonly ChangeFrame[]): EntityMaps {
  const next: Record<string, Record<string, unknown>> = {}
  for (const frame of frames) {
    if (frame.entity === 'settings') continue
    const map = (next[frame.entity] ??= { ...maps[frame.entity] })
    if (frame.data === null) delete map[frame.id]
    else map[frame.id] = frame.data
  }
  const names = Object.keys(next) as MappedName[]
  if (names.length === 0) return maps
  const result: Record<string, Record<string, unknown>> = { ...maps }
  for (const name of names) {
    const limit = limits[name]
    result[name] = limit === undefined ? (next[name] ?? {}) : trimmed(next[name] ?? {}, limit)
  }
  return result as unknown as EntityMaps
}

/** Adds fetched entities without forgetting the others of the same kind. */
export function mergeEntities<Name extends MappedName>(maps: EntityMaps, name: Name, items: readonly EntityOf<Name>[]): EntityMaps {
  if (items.length === 0) return maps
  const map: Record<string, unknown> = { ...maps[name] }
  for (const item of items) map[(item as { id: string }).id] = item
  return { ...maps, [name]: map }
}

/** Replaces a whole kind: what the list does not contain is gone. */
export function replaceEntities<Name extends MappedName>(maps: EntityMaps, name: Name, items: readonly EntityOf<Name>[]): EntityMaps {
  return { ...maps, [name]: Object.fromEntries(items.map((item) => [(item as { id: string }).id, item])) }
}
