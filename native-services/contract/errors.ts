/**
 * Error codes: what went wrong, in a form a program can act on.
 * `message` (the wire's `detail`) is a sentence for a person and says what to do; `field` names the offending input.
 */
import { z } from 'zod'

/** Code → HTTP status. The only place where the two meet. */
export const errorStatus = {
  invalid_request: 422,
  malformed_json: 400,
  unauthorized: 401,
  agent_token_invalid: 401,
  forbidden: 403,
  origin_not_allowed: 403,
  task_board_mismatch: 403,
  task_assignee_mismatch: 403,
  task_update_field_forbidden: 403,
  only_lead_can_change_status: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  task_transition_invalid: 409,
  task_gate_failed: 409,
  task_blocked_cannot_transition: 409,
  gone: 410,
  payload_too_large: 413,
  comment_required: 422,
  blocked_reason_required: 422,
  too_many_requests: 429,
  internal: 500,
  gateway_error: 502,
  gateway_unavailable: 503,
  /** The database takes no writes: held by another program, not writable, or damaged. */
  database_unavailable: 503,
  shutting_down: 503,
  /** Said by the desktop app in the place of services that do not answer: they come back by themselves, or do not. */
  services_starting: 503,
  services_failed: 503,
  disk_full: 507,
} as const

export type ErrorCode = keyof typeof errorStatus

/** Body of every error answer. */
export const errorBody = z.object({
  detail: z.string(),
  code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  request_id: z.string(),
  /** Path of the input that was refused, e.g. `body.title`. */
  field: z.string().optional(),
  /** A remedy the UI can offer as a button. */
  fix: z.string().optional(),
  /** What a program needs to go on, e.g. `current_hash` of a file that was changed meanwhile. */
  data: z.record(z.string(), z.unknown()).optional(),
})
export type ErrorBody = z.infer<typeof errorBody>

/** An error with a code. Thrown anywhere below the API; the API turns it into an `ErrorBody`. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly fix: string | undefined
  readonly data: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: { field?: string; fix?: string; data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.field = details.field
    this.fix = details.fix
    this.data = details.data
  }

  get status(): number {
    return errorStatus[this.code]
  }
}
