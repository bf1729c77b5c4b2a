/**
 * The typed client: one method, `call`, for every operation in the table. The renderer, the command line and the tests use it.
 * It only needs a `fetch`; who adds the credential (cookie, header, Electron's protocol handler) is the caller's affair.
 */
import { type ErrorBody, errorBody } from './errors.ts'
import {
  type BodyInputOf,
  type OperationId,
  operations,
  type Operation,
  type ParamsOf,
  type QueryInputOf,
  type ResponseOf,
} from './operations.ts'

/** The server answered with an error. `body` is null when the answer was not ours (a proxy, a crash). */
export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorBody | null

  constructor(status: number, body: ErrorBody | null) {
    super(body?.detail ?? `The server answered ${status}.`)
    this.name = 'ApiError'
    this.status = status
    this.body = body
  }
}

/** The server could not be reached at all. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The control center does not answer. It may be restarting.', { cause })
    this.name = 'UnreachableError'
  }
}

type Part<Key extends string, Value> = [Value] extends [undefined] ? object : { [K in Key]: Value }
type Optional<Key extends string, Value> = [Value] extends [undefined] ? object : { [K in Key]?: Value }
type Params<Id extends OperationId> = [keyof ParamsOf<Id>] extends [never] ? object : { params: ParamsOf<Id> }

export type CallInput<Id extends OperationId> = Params<Id> &
  Optional<'query', QueryInputOf<Id>> &
  Part<'body', BodyInputOf<Id>> & {
    signal?: AbortSignal
    /** Headers of the answer, e.g. `x-undo-token`. */
    onHeaders?: (headers: Headers) => void
  }

export interface ApiClient {
  /** Calls an operation. Throws `ApiError` for an error answer and `UnreachableError` when there is none. */
  call<Id extends OperationId>(
    operationId: Id,
    ...input: object extends CallInput<Id> ? [CallInput<Id>?] : [CallInput<Id>]
  ): Promise<ResponseOf<Id>>
}

interface LooseInput {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
  onHeaders?: (headers: Headers) => void
}

/** @param baseUrl `''` for same-origin, or `http://127.0.0.1:8642`. */
export function createApiClient(options: { baseUrl: string; fetch?: typeof fetch; headers?: () => Record<string, string> }): ApiClient {
  const send = options.fetch ?? fetch
  return {
    async call(operationId, ...rest) {
      const operation: Operation = operations[operationId]
      const input = (rest[0] ?? {}) as LooseInput
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ''))
      const query = new URLSearchParams()
      for (const [key, value] of Object.entries(input.query ?? {})) if (value !== undefined) query.set(key, String(value))
      const search = query.size > 0 ? `?${query.toString()}` : ''
      const init: RequestInit = { method: operation.method, headers: { accept: 'application/json', ...options.headers?.() } }
      if (input.body !== undefined) {
        init.body = JSON.stringify(input.body)
        init.headers = { ...(init.headers as Record<string, string>), 'content-type': 'application/json' }
      }
      if (input.signal) init.signal = input.signal
      let response: Response
      try {
        response = await send(`${options.baseUrl}/api/v1${path}${search}`, init)
      } catch (cause) {
        if (input.signal?.aborted) throw cause
        throw new UnreachableError(cause)
      }
      const payload: unknown = await response.json().catch(() => null)
      if (!response.ok) {
        const parsed = errorBody.safeParse(payload)
        throw new ApiError(response.status, parsed.success ? parsed.data : null)
      }
      input.onHeaders?.(response.headers)
      return payload as ResponseOf<typeof operationId>
    },
  }
}
