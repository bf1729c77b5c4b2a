/** How an entity looks below the API: the wire's shape with its times as integer milliseconds. */

type Time<Value> = null extends Value ? number | null : number

/** `Stored<Task>` is `Task` with every `*_at` a number. */
export type Stored<Wire> = { [Key in keyof Wire]: Key extends `${string}_at` ? Time<Wire[Key]> : Wire[Key] }

export interface Paging {
  limit: number
  offset: number
}

export interface Listed<Item> {
  items: Item[]
  total: number
}

/** Builds `WHERE` from the conditions that apply. */
export function where(conditions: readonly (readonly [sql: string, ...values: (string | number | null)[]] | false | undefined | null)[]) {
  const active = conditions.filter((condition) => condition !== false && condition !== undefined && condition !== null)
  return {
    sql: active.length > 0 ? `WHERE ${active.map(([sql]) => sql).join(' AND ')}` : '',
    values: active.flatMap(([, ...values]) => values),
  }
}

/** `SET a = ?, b = ?` for the fields that are given (`undefined` means: leave). Booleans become 0/1. */
export function assignments(patch: Readonly<Record<string, string | number | boolean | null | undefined>>) {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined) as [string, string | number | boolean | null][]
  return {
    sql: given.map(([key]) => `${key} = ?`).join(', '),
    values: given.map(([, value]) => (typeof value === 'boolean' ? Number(value) : value)),
  }
}
