/**
 * The small shapes that every other schema is made of.
 *
 * Names: a field has one name from the SQLite column to the wire to the component (`snake_case`).
 * Times: integer milliseconds UTC in the store, ISO 8601 strings on the wire; the API converts every `*_at` field.
 */
import { z } from 'zod'

/** A line that names something: whatever else is in it, a person can see something of it. */
export const visibleText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => /[^\s\p{C}]/u.test(text), 'must have something that can be seen')
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be whole characters')

/** UUIDv7: sortable by creation time. */
export const id = z.string().regex(/^[0-9a-f-]{36}$/i, 'must be a UUID')

/** A moment on the wire: ISO 8601 with milliseconds and `Z`. */
export const timestamp = z.string().describe('ISO 8601, UTC')

/** A moment that may not have come. */
export const maybeTimestamp = timestamp.nullable()

/** Query strings carry text only: `true|1|yes|on` and their opposites, as the seed's API accepted them. */
export const queryBoolean = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
  .transform((value) => value === 'true' || value === '1' || value === 'yes' || value === 'on')

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(200),
  offset: z.coerce.number().int().min(0).default(0),
})

/** Every list answers in this shape. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    total: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int(),
  })
}

export interface Page<Item> {
  items: Item[]
  total: number
  limit: number
  offset: number
}

export const ok = z.object({ ok: z.literal(true) })
