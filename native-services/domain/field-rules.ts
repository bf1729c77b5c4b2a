/** The rules of custom fields: what a value of each type is, and which values a task ends up with. */
import { AppError } from '../contract/errors.ts'
import type { CustomField, FieldType } from '../contract/planning.ts'

export type FieldFacts = Pick<CustomField, 'field_key' | 'label' | 'field_type' | 'options' | 'required' | 'default_value'>

const longest: Partial<Record<FieldType, number>> = { text: 500, long_text: 20_000, url: 2000, json: 20_000 }
const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && !leap ? 28 : (days[month - 1] ?? 0))
}

function isDatetime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
    isDate(text.slice(0, 10)) &&
    !Number.isNaN(Date.parse(text))
  )
}

function isWebAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol)
  } catch {
    return false
  }
}

/** The value as it is kept, or what is wrong with it, e.g. `must be a number`. Null and empty text mean: no value. */
export function checkFieldValue(field: FieldFacts, value: unknown): { value: unknown } | { problem: string } {
  if (value === null || value === undefined) return { value: null }
  if (field.field_type === 'json') {
    const text = JSON.stringify(value)
    return text.length > (longest.json ?? 0)
      ? { problem: 'is longer than 20,000 characters of JSON' }
      : { value: JSON.parse(text) as unknown }
  }
  if (field.field_type === 'number') {
    return typeof value === 'number' && Number.isFinite(value)
      ? { value: Object.is(value, -0) ? 0 : value }
      : { problem: 'must be a number' }
  }
  if (field.field_type === 'boolean') return typeof value === 'boolean' ? { value } : { problem: 'must be true or false' }
  if (typeof value !== 'string') return { problem: 'must be text' }
  const text = field.field_type === 'long_text' ? value : value.trim()
  if (text.trim() === '') return { value: null }
  const most = longest[field.field_type] ?? Infinity
  if (text.length > most) return { problem: `must not be longer than ${most.toLocaleString('en')} characters` }
  switch (field.field_type) {
    case 'text':
      return /[\r\n]/.test(text) ? { problem: 'must be one line' } : { value: text }
    case 'long_text':
      return { value: text }
    case 'date':
      return isDate(text) ? { value: text } : { problem: 'must be a day like 2026-03-01' }
    case 'datetime':
      return isDatetime(text)
        ? { value: new Date(text).toISOString() }
        : { problem: 'must be a moment like 2026-03-01T09:00:00Z, with its offset' }
    case 'url':
      return isWebAddress(text) ? { value: text } : { problem: 'must be an address that begins with http:// or https://' }
    case 'select':
      return field.options.includes(text) ? { value: text } : { problem: `must be one of ${field.options.join(', ')}` }
  }
}

/** A text as it stands in a cell of a table, as a value of the field; what cannot be one is left for `checkFieldValue` to refuse. */
export function fieldValueFromText(field: Pick<FieldFacts, 'field_type'>, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return null
  switch (field.field_type) {
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : trimmed
    case 'boolean':
      return /^(true|yes|1|x)$/i.test(trimmed) ? true : /^(false|no|0)$/i.test(trimmed) ? false : trimmed
    case 'json':
      try {
        return JSON.parse(trimmed)
      } catch {
        return trimmed
      }
    case 'text':
    case 'long_text':
    case 'date':
    case 'datetime':
    case 'url':
    case 'select':
      return text
  }
}

/** A value as text in a cell. */
export function fieldValueToText(field: Pick<FieldFacts, 'field_type'>, value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' && field.field_type !== 'json' ? value : JSON.stringify(value)
}

/**
 * What changes for a task: field key → new value, null for none. Only what really changes is in it.
 * Throws `invalid_request` with the field `body.custom_field_values.<key>` for a value that its field does not take, a key that the board does
 * not have, and a required field without a value.
 *
 * Required fields are looked at when a task is created, when their value is taken away, and when the task leaves the inbox: a field that
 * became required later does not lock the tasks that are there, but nobody begins work without it.
 */
export function planFieldValues(input: {
  fields: readonly FieldFacts[]
  current: Readonly<Record<string, unknown>>
  asked: Readonly<Record<string, unknown>> | undefined
  moment: 'creation' | 'change' | 'leaves_inbox'
}): Map<string, unknown> {
  const { fields, current, asked = {}, moment } = input
  const changes = new Map<string, unknown>()
  for (const key of Object.keys(asked))
    if (!fields.some((field) => field.field_key === key))
      throw refuse(key, `This board has no custom field ${key}. GET /custom-fields?board_id=… lists those that it has.`)
  for (const field of fields) {
    const key = field.field_key
    const before = current[key] ?? null
    const given = Object.hasOwn(asked, key) && asked[key] !== undefined
    let value: unknown = before
    if (given) {
      const checked = checkFieldValue(field, asked[key])
      if ('problem' in checked) throw refuse(key, `${field.label} ${checked.problem}.`)
      value = checked.value
    } else if (moment === 'creation') value = field.default_value ?? null
    const looked = moment === 'creation' || moment === 'leaves_inbox' || (given && before !== null)
    if (field.required && value === null && looked) throw refuse(key, `${field.label} is required on this board. Give it a value.`)
    if (JSON.stringify(value) !== JSON.stringify(before)) changes.set(key, value)
  }
  return changes
}

function refuse(key: string, message: string): AppError {
  return new AppError('invalid_request', message, { field: `body.custom_field_values.${key}` })
}

/** Checks a definition: options only and always for `select`, a default that the field itself takes. Answers with the default as it is kept. */
export function checkDefinition(field: FieldFacts): unknown {
  if (field.field_type === 'select' && field.options.length === 0)
    throw new AppError('invalid_request', 'A select needs at least one option.', { field: 'body.options' })
  if (field.field_type !== 'select' && field.options.length > 0)
    throw new AppError('invalid_request', 'Only a select has options.', { field: 'body.options' })
  if (new Set(field.options).size !== field.options.length)
    throw new AppError('invalid_request', 'An option is there twice.', { field: 'body.options' })
  const checked = checkFieldValue(field, field.default_value)
  if ('problem' in checked) throw new AppError('invalid_request', `The default ${checked.problem}.`, { field: 'body.default_value' })
  return checked.value
}
