/**
 * The boundary between the store's shapes and the wire's: times become ISO 8601 here, and nowhere else.
 * What a handler returns then passes through the operation's schema, so that a field that is not in the contract (a token hash, a lease) never leaves.
 */

type WireTime<Value> = null extends Value ? number | null : number

/** The wire's shape with every time an integer: what handlers return. */
export type Internal<Wire> = Wire extends readonly (infer Item)[]
  ? Internal<Item>[]
  : Wire extends object
    ? {
        [Key in keyof Wire]: Key extends `${string}_at` | 'at'
          ? Wire[Key] extends string | null
            ? WireTime<Wire[Key]>
            : Internal<Wire[Key]>
          : Internal<Wire[Key]>
      }
    : Wire

const isTime = (key: string): boolean => key === 'at' || key.endsWith('_at')

/** Objects whose keys others chose: a number called `repeat_at` in there is a number. */
const foreignObjects = new Set(['payload', 'rubric_scores', 'custom_field_values', 'default_value'])

/** A copy with every `*_at` number as an ISO string, at any depth. */
export function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toWire)
  // A plain loop: every answer and every frame passes here, and pairs of keys and values cost three times as much.
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const entry = (value as Record<string, unknown>)[key]
    if (typeof entry === 'number') copy[key] = isTime(key) ? isoTime(entry) : entry
    else copy[key] = typeof entry === 'object' && entry !== null && !foreignObjects.has(key) ? toWire(entry) : entry
  }
  return copy
}

/** ISO 8601 with milliseconds and `Z`; a number that is no moment stays readable instead of throwing. */
export function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}
