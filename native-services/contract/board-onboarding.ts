/** The interview in which the gateway's main agent finds out what a board is for, and what came of it. */
import { z } from 'zod'
import { agent, board } from './entities.ts'
import { successMetric, successMetricsInput, targetDate } from './goals.ts'
import { id, maybeTimestamp, timestamp } from './primitives.ts'

/**
 * `asking`: the agent's turn, until `deadline_at`. `timed_out`: it did not answer in time; a late answer still counts.
 * `answering`: the operator's turn. `completed`: a draft waits for a word. `confirmed` and `cancelled` are final.
 */
export const onboardingStatuses = ['asking', 'answering', 'timed_out', 'completed', 'confirmed', 'cancelled'] as const
export type OnboardingStatus = (typeof onboardingStatuses)[number]

export const autonomyLevels = ['ask_first', 'balanced', 'autonomous'] as const
const option = z.object({ id: z.string(), label: z.string() })

export const onboardingLead = z.object({
  name: z.string(),
  role: z.string().nullable(),
  communication_style: z.string().nullable(),
  custom_instructions: z.string().nullable(),
  autonomy_level: z.enum(autonomyLevels).nullable(),
})
export const onboardingDraft = z.object({
  objective: z.string(),
  success_metrics: z.array(successMetric),
  target_date: z.string().nullable(),
  /** The lead that it proposes. */
  lead_agent: onboardingLead.nullable(),
})

export const boardOnboarding = z.object({
  id,
  board_id: id,
  /** The main agent that asks; null when it is gone. */
  agent_id: id.nullable(),
  agent_name: z.string(),
  status: z.enum(onboardingStatuses),
  messages: z.array(z.object({ role: z.enum(['agent', 'operator']), content: z.string(), at: timestamp })),
  question: z.object({ content: z.string(), options: z.array(option) }).nullable(),
  draft: onboardingDraft.nullable(),
  /** The message to the agent that is under way, or was the last. */
  notification_id: id.nullable(),
  /** By when the agent should have answered; null when it is not its turn. */
  deadline_at: maybeTimestamp,
  /** Time that the agent has for each question. */
  answer_minutes: z.number().int(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type BoardOnboarding = z.infer<typeof boardOnboarding>

export const onboardingStart = z.strictObject({ answer_minutes: z.number().int().min(1).max(1440).default(10) })
export const onboardingAnswer = z.strictObject({
  /** Id of an option, or the answer itself. */
  answer: z.string().trim().min(1).max(10_000),
  /** In the operator's own words, with or instead of an option. */
  other_text: z.string().trim().max(10_000).optional(),
})
const short = z.string().trim().min(1).max(120)
/** What the operator changed of the draft; what is absent stands as drafted. */
export const onboardingConfirm = z.strictObject({
  objective: z.string().trim().min(1).max(10_000).optional(),
  success_metrics: successMetricsInput.min(1).optional(),
  target_date: targetDate.nullable().optional(),
  /** Null: no lead. Absent: the one that the draft proposes, if the board has none. */
  lead_name: short.nullable().optional(),
})

const optionInput = z.union([
  short.transform((label) => ({ id: label, label })),
  z.object({ id: z.union([short, z.number().transform(String)]), label: z.string().trim().min(1).max(300) }),
])
const maybe = (most: number) => z.string().trim().max(most).nullable().default(null)

/** One word of the agent: a question, or the end of the interview. Replies are read with it, too; then unknown fields are passed over. */
export const onboardingWordFields = z.object({
  status: z.enum(['question', 'complete']).default('question'),
  question: z.string().trim().min(1).max(4000).optional(),
  options: z.array(optionInput).max(8).default([]),
  objective: z.string().trim().min(1).max(10_000).optional(),
  success_metrics: successMetricsInput.default([]),
  target_date: targetDate.nullable().default(null),
  lead_agent: z
    .object({
      name: short,
      role: maybe(200),
      communication_style: maybe(500),
      custom_instructions: maybe(10_000),
      autonomy_level: z.enum(autonomyLevels).nullable().default(null),
    })
    .nullable()
    .default(null),
})
type Word = z.infer<typeof onboardingWordFields>
function whole(word: Word, context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void }): void {
  const missing = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
  if (word.status === 'question' && word.question === undefined) missing('question', 'a question is needed, or status "complete"')
  if (word.status === 'complete' && word.objective === undefined) missing('objective', 'the objective is needed to complete')
  if (word.status === 'complete' && word.success_metrics.length === 0)
    missing('success_metrics', 'at least one metric is needed to complete')
}
export const onboardingWord = onboardingWordFields.strict().superRefine(whole)
export const onboardingReply = onboardingWordFields.superRefine(whole)
export type OnboardingWord = z.infer<typeof onboardingWord>

export const onboardingConfirmed = z.object({ onboarding: boardOnboarding, board, agent: agent.nullable() })
