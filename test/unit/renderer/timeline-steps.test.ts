import { expect, it } from 'vitest'
import type { Notification } from '../../../native-services/contract/entities.ts'
import type { DeliveryAttempt } from '../../../native-services/contract/threads.ts'
import { timelineSteps } from '../../../renderer/src/features/tasks/timeline-steps.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const id = '00000000-0000-7000-8000-000000000001'
const row = (patch: Partial<Notification> = {}): Notification => ({
  id,
  type: 'mention',
  agent_id: id,
  board_id: id,
  task_id: id,
  comment_id: id,
  title: 'Operator mentioned you',
  session_key: 's',
  state: 'queued',
  attempts: 0,
  next_attempt_at: at(0),
  last_error_code: null,
  last_error: null,
  run_id: null,
  delivered_at: null,
  created_at: at(0),
  ...patch,
})
const attempt = (n: number, patch: Partial<DeliveryAttempt>): DeliveryAttempt => ({
  attempt: n,
  started_at: at(n * 10),
  accepted_at: null,
  ended_at: null,
  outcome: 'running',
  error_code: null,
  error: null,
  run_id: null,
  next_attempt_at: null,
  ...patch,
})
const labels = (input: Parameters<typeof timelineSteps>[0]): string[] => timelineSteps(input).map((step) => step.label)

it('a message that waits for its turn', () => {
  expect(labels({ notification: row(), attempts: [], reply: null })).toEqual(['Queued', 'Waits for its turn'])
})

it('accepted and replied', () => {
  const done = attempt(1, { accepted_at: at(11), ended_at: at(19), outcome: 'delivered', run_id: 'resp_1' })
  const input = { notification: row({ state: 'delivered' }), attempts: [done], reply: { comment_id: id, created_at: at(19) } }
  expect(labels(input)).toEqual(['Queued', 'Sent to the gateway', 'Accepted', 'Replied'])
  expect(timelineSteps(input)[2]?.detail).toBe('run resp_1')
  expect(labels({ ...input, reply: null }).at(-1)).toBe('Taken; no reply in the thread')
})

it('failed, and tried again at a moment', () => {
  const failed = attempt(1, { ended_at: at(12), outcome: 'retry', error: 'overloaded', next_attempt_at: at(30) })
  const steps = timelineSteps({ notification: row({ attempts: 1, next_attempt_at: at(30) }), attempts: [failed], reply: null })
  expect(steps.map((step) => step.label)).toEqual(['Queued', 'Sent to the gateway', 'Failed', 'Next try'])
  expect(steps.at(-1)?.until).toBe(at(30))
  expect(steps[2]?.detail).toBe('overloaded')
})

it('dead, sent again by hand, and given up before it was sent', () => {
  const dead = attempt(1, { ended_at: at(12), outcome: 'dead', error: 'refused' })
  const again = attempt(2, { ended_at: at(20), outcome: 'sent_again' })
  expect(labels({ notification: row({ state: 'dead', attempts: 1 }), attempts: [dead], reply: null }).at(-1)).toBe('Failed for good')
  expect(labels({ notification: row(), attempts: [dead, again], reply: null }).slice(-2)).toEqual([
    'Sent again by the operator',
    'Next try',
  ])
  const skipped = row({ state: 'skipped', last_error: 'The task was archived.', next_attempt_at: null })
  expect(timelineSteps({ notification: skipped, attempts: [], reply: null }).at(-1)).toMatchObject({
    label: 'Not sent',
    detail: 'The task was archived.',
  })
})
