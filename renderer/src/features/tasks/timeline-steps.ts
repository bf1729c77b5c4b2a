/** The story of one message as steps, oldest first. Pure. */
import type { Tone } from '../../../../native-services/contract/states.ts'
import type { DeliveryAttempt, deliveryTimeline } from '../../../../native-services/contract/threads.ts'
import type { z } from 'zod'

export interface TimelineStep {
  readonly key: string
  readonly label: string
  /** Null: has not come yet. */
  readonly at: string | null
  readonly tone: Tone
  readonly detail: string | null
  /** When the next try is due. */
  readonly until?: string
}

const endings: Readonly<Record<DeliveryAttempt['outcome'], { label: string; tone: Tone }>> = {
  running: { label: 'The agent is at work', tone: 'busy' },
  delivered: { label: 'Taken', tone: 'good' },
  skipped: { label: 'Given up', tone: 'idle' },
  retry: { label: 'Failed', tone: 'warning' },
  refunded: { label: 'Put back, through no fault of its own', tone: 'warning' },
  dead: { label: 'Failed for good', tone: 'bad' },
  interrupted: { label: 'Interrupted; it goes out again', tone: 'warning' },
  sent_again: { label: 'Sent again by the operator', tone: 'idle' },
}

export function timelineSteps({ notification, attempts, reply }: z.infer<typeof deliveryTimeline>): TimelineStep[] {
  const steps: TimelineStep[] = [{ key: 'queued', label: 'Queued', at: notification.created_at, tone: 'idle', detail: notification.title }]
  let sends = 0
  for (const attempt of attempts) {
    const end = endings[attempt.outcome]
    const key = String(attempt.attempt)
    if (attempt.outcome === 'sent_again') {
      steps.push({ key, label: end.label, at: attempt.started_at, tone: end.tone, detail: null })
      continue
    }
    sends += 1
    steps.push({
      key: `${key}-sent`,
      label: sends === 1 ? 'Sent to the gateway' : `Sent, try ${sends}`,
      at: attempt.started_at,
      tone: 'busy',
      detail: null,
    })
    if (attempt.accepted_at) {
      const detail = attempt.run_id === null ? null : `run ${attempt.run_id}`
      steps.push({ key: `${key}-accepted`, label: 'Accepted', at: attempt.accepted_at, tone: 'busy', detail })
    }
    const replied = attempt.outcome === 'delivered' && reply !== null
    steps.push({
      key: `${key}-end`,
      label: replied ? 'Replied' : attempt.outcome === 'delivered' ? 'Taken; no reply in the thread' : end.label,
      at: attempt.ended_at,
      tone: end.tone,
      detail: attempt.error,
    })
  }
  if (notification.state === 'queued') {
    const due = notification.next_attempt_at
    steps.push({
      key: 'next',
      label: sends === 0 ? 'Waits for its turn' : 'Next try',
      at: null,
      tone: 'busy',
      detail: sends === 0 ? notification.last_error : null,
      ...(due && sends > 0 ? { until: due } : {}),
    })
  }
  // Given up, or no longer worth sending, without having been sent.
  if ((notification.state === 'skipped' || notification.state === 'dead') && attempts.at(-1)?.outcome !== notification.state)
    steps.push({
      key: 'end',
      label: notification.state === 'dead' ? 'Failed for good' : 'Not sent',
      at: null,
      tone: notification.state === 'dead' ? 'bad' : 'idle',
      detail: notification.last_error,
    })
  return steps
}
