/** The next thing that will happen by itself, counting down where there is a moment. */
import type { Agent, Settings } from '../../../../native-services/contract/entities.ts'
import { agentStates } from '../../../../native-services/contract/states.ts'
import { useLive } from '../../lib/store.ts'
import { useNow } from '../../lib/time.ts'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { strings } from './strings.ts'

const words = strings.nextSteps

/** What an agent in this state is waiting for, as a sentence. */
export function nextSentence(agent: Agent, settings: Settings | null): string {
  switch (agent.status) {
    case 'provisioning':
      return words.provisioning(agent.provision_step?.replaceAll('_', ' ') ?? null)
    case 'waking':
      return agent.wake_attempts >= agent.max_wake_attempts
        ? words.lastWake
        : words.nextWake(agent.wake_attempts + 1, agent.max_wake_attempts)
    case 'online':
      if (settings?.heartbeats_paused) return words.heartbeatsPaused
      return agent.next_heartbeat_at ? words.untilBeat : words.noBeats
    case 'late':
      return agent.next_heartbeat_at ? words.untilWake : words.noWake
    default:
      return words[agent.status]
  }
}

export function NextStep({ agent }: { agent: Agent }) {
  const settings = useLive((state) => state.settings)
  const now = useNow('second')
  const { tone } = agentStates[agent.status]
  const until =
    agent.status === 'waking'
      ? agent.checkin_deadline_at
      : agent.status === 'online' || agent.status === 'late'
        ? agent.next_heartbeat_at
        : null
  const deadline = agent.status === 'waking' && agent.checkin_deadline_at ? Date.parse(agent.checkin_deadline_at) : null
  const total = settings?.checkin_deadline_ms ?? 30_000
  return (
    <div className="next-box" data-tone={tone}>
      {until ? (
        <span className="big">
          <Countdown to={until} />
        </span>
      ) : null}
      <div className="grow">
        <div className="muted">{nextSentence(agent, settings)}</div>
        {deadline === null ? null : (
          <div className="bar" data-tone="busy" aria-hidden>
            <span style={{ width: `${Math.max(0, Math.min(100, ((deadline - now) / total) * 100))}%` }} />
          </div>
        )}
      </div>
      {until ? (
        <span className="faint" style={{ fontSize: 12 }}>
          <RelativeTime at={until} live />
        </span>
      ) : null}
    </div>
  )
}
