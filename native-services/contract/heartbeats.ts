/** Heartbeats: when an agent is asked for a sign of life, what came of each, and what it cost. Browser-safe. */
import { z } from 'zod'
import type { Tone } from './states.ts'
import { id, maybeTimestamp, timestamp } from './primitives.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day like 22:00')

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** No beats from `from` until `to`, which may lie on the next day. */
export const quietHours = z
  .strictObject({
    from: timeOfDay,
    to: timeOfDay,
    /** IANA name, e.g. `Europe/Berlin`. Absent: the machine's own. */
    timezone: z.string().max(64).refine(isTimezone, 'must be a time zone like Europe/Berlin').optional(),
  })
  .refine((quiet) => quiet.from !== quiet.to, 'must end at another time than it begins')
export type QuietHours = z.infer<typeof quietHours>

export const beatOutcomes = ['sent', 'seen', 'missed', 'skipped'] as const
export type BeatOutcome = (typeof beatOutcomes)[number]

export const heartbeat = z.object({
  id,
  agent_id: id,
  expected_at: timestamp,
  /** Null: it was not sent. */
  sent_at: maybeTimestamp,
  /** The check-in that answered it. */
  seen_at: maybeTimestamp,
  outcome: z.enum(beatOutcomes),
  /** A code of `beatReasons`; null when there is nothing to explain. */
  reason: z.string().nullable(),
  /** The message that carried it. */
  notification_id: id.nullable(),
  /** What the run used, as the gateway reports it; null when it was not run, or not told. */
  input_tokens: z.number().int().nullable(),
  output_tokens: z.number().int().nullable(),
})
export type Heartbeat = z.infer<typeof heartbeat>

export const heartbeatsQuery = z.object({ limit: z.coerce.number().int().min(1).max(500).default(40) })

export const heartbeatApply = z.strictObject({
  every: z.string().regex(/^(\d+(s|m|h)|disabled)$/, 'a number with s, m or h, or `disabled`'),
  /** The lead keeps its own pace unless this is true. */
  include_board_leads: z.boolean().default(false),
})

export const heartbeatApplied = z.object({
  board_id: id,
  /** Agents that the change was meant for. */
  requested: z.number().int(),
  updated_agent_ids: z.array(id),
  failed_agent_ids: z.array(id),
})

export const beatWords: Readonly<Record<BeatOutcome, { label: string; tone: Tone }>> = {
  sent: { label: 'Waiting for the check-in', tone: 'busy' },
  seen: { label: 'Checked in', tone: 'good' },
  missed: { label: 'Missed', tone: 'bad' },
  skipped: { label: 'Left out', tone: 'idle' },
}

/** Why a beat was left out or missed, for a person. */
export const beatReasons: Readonly<Record<string, string>> = {
  nothing_to_do: 'Nothing to do, so no model was asked.',
  quiet_hours: 'Quiet hours.',
  agent_paused: 'The agent was paused.',
  agent_deleting: 'The agent was being removed.',
  agent_failed: 'The agent was not set up.',
  agent_provisioning: 'The agent was being set up.',
  agent_waking: 'It was being woken, which asks for a check-in anyway.',
  board_paused: 'Its board was paused.',
  overslept: 'This machine was asleep, or the program was not running.',
  previous_undelivered: 'The beat before was still waiting to be delivered.',
  gateway_down: 'The gateway was not connected.',
  token_refused: 'Its token is out of step, so its check-ins are refused. Re-sync its token.',
  agent_busy: 'It was busy with another run.',
  delivery_failed: 'The gateway could not run it. Its messages say why.',
  daily_cap: 'The daily cap was reached.',
  no_answer: 'It was asked and did not check in.',
}
