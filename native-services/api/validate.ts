/** Reads what came with a request and checks it against the operation's schemas. Every refusal names the field. */
import type { z } from 'zod'
import { bodyLimit, limitWords, ordinaryBodyBytes } from '../contract/body-limits.ts'
import { AppError } from '../contract/errors.ts'
import type { Operation } from '../contract/operations.ts'
import { id } from '../contract/primitives.ts'

export const maximumBodyBytes = ordinaryBodyBytes
const tooLarge = (maximum = maximumBodyBytes): AppError =>
  new AppError('payload_too_large', `The request is larger than ${limitWords(maximum)}. Send less at once.`)

/** The first thing wrong, with its place. `place` is `body`, `query` or `path`. */
function refusal(error: z.ZodError, place: string): AppError {
  const issue = error.issues[0]
  if (!issue) return new AppError('invalid_request', `The ${place} is not valid.`, { field: place })
  const path = [place, ...issue.path.map(String)]
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    return new AppError('invalid_request', `Unknown field ${key}. Check its spelling; /openapi.json lists the fields.`, {
      field: [...path, key].join('.'),
    })
  }
  return new AppError('invalid_request', `${path.join('.')}: ${issue.message}.`, { field: path.join('.') })
}

export function check<Schema extends z.ZodType>(schema: Schema, value: unknown, place: string): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw refusal(parsed.error, place)
  return parsed.data
}

/** Nothing that is asked for here is nested like this; what is would end the stack of whoever writes it out again. */
const deepest = 100

function isTooDeep(value: unknown, left = deepest): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((each) => isTooDeep(each, left - 1))
}

/** Throws `malformed_json`, and `invalid_request` for what is nested too deep. */
export function parseJson(text: string, field?: string): unknown {
  const about = field === undefined ? {} : { field }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const what = field === undefined ? 'The body' : field
    throw new AppError('malformed_json', text === '' ? 'A JSON body is needed here.' : `${what} is not valid JSON.`, { cause, ...about })
  }
  if (isTooDeep(value)) throw new AppError('invalid_request', `It is nested more than ${deepest} levels deep.`, { field: field ?? 'body' })
  return value
}

/** Reads at most that many bytes; what the header promises is not believed. */
export async function readText(request: Request, maximum = maximumBodyBytes): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > maximum) throw tooLarge(maximum)
  if (!request.body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = request.body.getReader()
  let size = 0
  let text = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const chunk = part.value as Uint8Array
      size += chunk.byteLength
      if (size > maximum) throw tooLarge(maximum)
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    if (error instanceof AppError) throw error
    throw new AppError('malformed_json', 'The body could not be read as UTF-8 text.', { cause: error })
  }
}

export async function readBody(operation: Operation, request: Request): Promise<unknown> {
  if (operation.raw) return undefined
  if (!operation.body) {
    // Not read, but not without a bound either: it has to pass through us.
    if (Number(request.headers.get('content-length') ?? 0) > maximumBodyBytes) throw tooLarge()
    return undefined
  }
  const text = await readText(request, bodyLimit(request.method, new URL(request.url).pathname))
  return check(operation.body, parseJson(text), 'body')
}

/** Making a schema strict compiles it anew: once per operation, not once per request. */
const strictQueries = new WeakMap<z.ZodObject, z.ZodObject>()
function strictQuery(schema: z.ZodObject): z.ZodObject {
  const known = strictQueries.get(schema) ?? schema.strict()
  strictQueries.set(schema, known)
  return known
}

export function readQuery(operation: Operation, url: URL): unknown {
  if (!operation.query) return undefined
  const given: Record<string, string> = {}
  for (const [key, value] of url.searchParams) {
    if (key in given) throw new AppError('invalid_request', `${key} is given twice.`, { field: `query.${key}` })
    given[key] = value
  }
  return check(strictQuery(operation.query), given, 'query')
}

/** Ids that others made up: they are only ever looked up, never a part of a path or a query. */
export const foreignIds: ReadonlySet<string> = new Set(['file_name', 'exec_approval_id', 'device_id', 'subject', 'scope', 'seq', 'channel'])

/**
 * Every other parameter in our paths is an id of ours. Strangers who send bytes are not told what ours look like: theirs is only looked up, and
 * one that cannot be is answered like one that is not there.
 */
export function readParams(operation: Operation, params: Record<string, string>): Record<string, string> {
  if (operation.auth === 'none' && operation.raw) return params
  for (const [name, value] of Object.entries(params)) {
    if (!foreignIds.has(name) && !id.safeParse(value).success)
      throw new AppError('invalid_request', `${name} is not an id (a UUID).`, { field: `path.${name}` })
  }
  return params
}
