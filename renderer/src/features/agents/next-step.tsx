/** The next thing that will happen by itself, counting down where there is a moment. */
import type { Agent, Settings } from '../../../../native-services/contract/entities.ts'
import { agentStates } from '../../../../native-services/contract/states.ts'
import { useLive } from '../../lib/store.ts'
import { useNow } from '../../lib/time.ts'
import { Countdown, RelativeTime } from '../../ui/time.tsx'

/** What an agent in this state is waiting for, as a sentence. */
export function nextSentence(agent: Agent, settings: Settings | null): string {
  switch (agent.status) {
    case 'provisioning':
      return agent.provision_step ? `Being set up: ${agent.provision_step.replaceAll('_', ' ')}.` : 'Being set up.'
    case 'waking':
      return agent.wake_attempts >= agent.max_wake_attempts
        ? 'until it is offline, if it does not check in'
        : `until wake ${agent.wake_attempts + 1} of ${agent.max_wake_attempts}, if it does not check in`
    case 'online':
      if (settings?.heartbeats_paused) return 'Heartbeats are paused for all agents.'
      return agent.next_heartbeat_at ? 'until its next heartbeat' : 'It works when it is given something to do; heartbeats are off.'
    case 'late':
      return agent.next_heartbeat_at ? 'until it is woken again' : 'It is woken when there is something for it, or by hand.'
    case 'offline':
      return 'Nothing happens by itself any more. Read the reason, re-sync its token, then wake it.'
    case 'failed':
      return 'Nothing happens by itself. Mend what the error says, then provision it again.'
    case 'paused':
      return 'Nothing, until it is resumed.'
    case 'deleting':
      return 'It disappears when the gateway has let it go.'
  }
}

export function NextStep({ agent }: { agent: Agent }) {
  const settings = useLive((state) => state.settings)
  const now = useNow('second')
  const words = agentStates[agent.status]
  const until =
    agent.status === 'waking'
      ? agent.checkin_deadline_at
      : agent.status === 'online' || agent.status === 'late'
        ? agent.next_heartbeat_at
        : null
  const deadline = agent.status === 'waking' && agent.checkin_deadline_at ? Date.parse(agent.checkin_deadline_at) : null
  const total = settings?.checkin_deadline_ms ?? 30_000
  return (
    <div className="next-box" data-tone={words.tone}>
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
