/** What agents ask of people: approvals (yes or no), questions (an answer), and OpenClaw's own requests to run a command. */
import { z } from 'zod'
import { id, maybeTimestamp, pageQuery, timestamp } from './primitives.ts'

export const approvalStatuses = ['pending', 'approved', 'rejected'] as const
export type ApprovalStatus = (typeof approvalStatuses)[number]

export const approval = z.object({
  id,
  board_id: id,
  task_id: id.nullable(),
  /** The agent that asks; null when a person opened it, or when the agent is gone. */
  agent_id: id.nullable(),
  /** Name of whoever asks. */
  requested_by: z.string(),
  /** What is to be done, e.g. `deploy`, `close_task`. */
  action_type: z.string(),
  reason: z.string(),
  /** Whatever else the agent sent along. */
  payload: z.record(z.string(), z.unknown()),
  /** How sure the agent is, 0 to 100. */
  confidence: z.number(),
  /** Criterion → score. */
  rubric_scores: z.record(z.string(), z.number()),
  status: z.enum(approvalStatuses),
  /** What the person said with the decision. */
  resolution_comment: z.string().nullable(),
  resolved_at: maybeTimestamp,
  created_at: timestamp,
  updated_at: timestamp,
})
export type Approval = z.infer<typeof approval>

export const questionStatuses = ['open', 'answered', 'expired'] as const
export type QuestionStatus = (typeof questionStatuses)[number]

export const question = z.object({
  id,
  board_id: id,
  task_id: id.nullable(),
  agent_id: id,
  agent_name: z.string(),
  content: z.string(),
  /** The agent's own mark; asking again with the same mark while the question is open asks once. */
  correlation_id: z.string().nullable(),
  status: z.enum(questionStatuses),
  answer: z.string().nullable(),
  expires_at: maybeTimestamp,
  /** When it was answered or expired. */
  resolved_at: maybeTimestamp,
  created_at: timestamp,
  updated_at: timestamp,
})
export type Question = z.infer<typeof question>

export const execDecisions = ['allow-once', 'allow-always', 'deny'] as const
export type ExecDecision = (typeof execDecisions)[number]

/** A command that an agent wants to run and the gateway holds back. It lives in the gateway; nothing of it is stored here. */
export const execApproval = z.object({
  /** The gateway's id. */
  id: z.string(),
  command: z.string(),
  cwd: z.string().nullable(),
  /** The program that the command resolves to. */
  resolved_path: z.string().nullable(),
  gateway_agent_id: z.string().nullable(),
  /** Our agent with that id inside the gateway. */
  agent_id: id.nullable(),
  agent_name: z.string().nullable(),
  session_key: z.string().nullable(),
  /** The task in whose session it happens. */
  board_id: id.nullable(),
  task_id: id.nullable(),
  allowed_decisions: z.array(z.enum(execDecisions)),
  created_at: timestamp,
  /** Unanswered by then, it is denied. */
  expires_at: timestamp,
})
export type ExecApproval = z.infer<typeof execApproval>

/** Enough to decide by; what is larger belongs into a file. */
const longestPayload = 50_000

const requestFields = {
  action_type: z.string().trim().min(1).max(200),
  task_id: id.nullable().optional(),
  payload: z
    .record(z.string().max(200), z.unknown())
    .refine((value) => JSON.stringify(value).length <= longestPayload, 'must be at most 50,000 characters long as JSON')
    .default({}),
  confidence: z.number().min(0).max(100),
  rubric_scores: z
    .record(z.string().min(1).max(200), z.number())
    .refine((value) => Object.keys(value).length <= 50, 'must have at most 50 criteria')
    .default({}),
  /** The reason; `payload.reason` and `payload.decision.reason` are read when it is absent. */
  lead_reasoning: z.string().max(20_000).optional(),
}

/** An agent can neither decide nor speak for another agent: there is no field for it. */
export const agentApprovalCreate = z.strictObject(requestFields)
export const approvalCreate = z.strictObject({ ...requestFields, agent_id: id.nullable().optional() })
export const approvalResolve = z.strictObject({
  status: z.enum(['approved', 'rejected']),
  comment: z.string().trim().max(10_000).optional(),
})
export const approvalsQuery = pageQuery.extend({ status: z.enum(approvalStatuses).optional(), task_id: id.optional() })
export const allApprovalsQuery = approvalsQuery.extend({ board_id: id.optional() })

export const askUser = z.strictObject({
  content: z.string().trim().min(1).max(20_000),
  correlation_id: z.string().trim().min(1).max(200).optional(),
  task_id: id.nullable().optional(),
  /** After that the question has expired. Default a day, at most thirty. */
  timeout_minutes: z.number().int().min(1).max(43_200).default(1440),
})
export const asked = z.object({
  ok: z.literal(true),
  question_id: id,
  board_id: id,
  task_id: id.nullable(),
  correlation_id: z.string().nullable(),
  status: z.enum(questionStatuses),
  expires_at: maybeTimestamp,
})
export const questionsQuery = pageQuery.extend({
  status: z.enum(questionStatuses).optional(),
  board_id: id.optional(),
  task_id: id.optional(),
})
export const questionAnswer = z.strictObject({ answer: z.string().trim().min(1).max(20_000) })

export const execDecision = z.strictObject({ decision: z.enum(execDecisions) })
