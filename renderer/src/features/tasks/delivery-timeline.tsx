/** Each time a message was sent, and how that ended; followed live. */
import { useEffect, useState } from 'react'
import type { Notification } from '../../../../native-services/contract/entities.ts'
import { api, explain } from '../../lib/api.ts'
import { clockTime, exactTime } from '../../lib/time.ts'
import { Countdown } from '../../ui/time.tsx'
import { strings } from './strings.ts'
import { type TimelineStep, timelineSteps } from './timeline-steps.ts'

export function DeliveryTimeline({ row }: { row: Notification }) {
  const [steps, setSteps] = useState<TimelineStep[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    api.call('getNotificationTimeline', { params: { notification_id: row.id } }).then(
      (timeline) => {
        if (!current) return
        setSteps(timelineSteps(timeline))
        setError(null)
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [row])
  if (error) return <p className="muted">{error}</p>
  return (
    <ol className="delivery-timeline" tabIndex={0} aria-label={strings.threads.timeline} aria-busy={steps === null}>
      {(steps ?? []).map((step) => (
        <li key={step.key} data-tone={step.tone}>
          <span className="dot" data-tone={step.tone} />
          <div>
            <div className="row">
              <span className="grow">{step.label}</span>
              {step.until ? (
                <Countdown to={step.until} />
              ) : step.at ? (
                <time dateTime={step.at} title={exactTime(step.at)} className="faint num">
                  {clockTime(step.at)}
                </time>
              ) : null}
            </div>
            {step.detail ? <div className="timeline-detail">{step.detail}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  )
}
