/** The heartbeat of one agent, for its page: the last beats, the next one, its rhythm. */
import './heartbeats.css'
import { Button } from '@mantine/core'
import { HeartPulse } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { BeatBar } from './beat-bar.tsx'
import { beatNow, rhythmOf } from './beat-now.ts'
import { beatSentence, totalCost } from './beat-words.ts'
import { RhythmDialog } from './rhythm-dialog.tsx'
import { strings } from './strings.ts'
import { useBeats } from './use-beats.ts'

export function HeartbeatCard({ agent }: { agent: Agent }) {
  const box = useRef<HTMLElement>(null)
  const read = useBeats(agent, box)
  const { beats } = read
  const [editing, setEditing] = useState(false)
  const last = beats?.[0]
  const quiet = agent.heartbeat_config.quiet_hours
  const cost = totalCost(beats ?? [])
  return (
    <section className="card" aria-labelledby="heartbeat-title" ref={box}>
      <div className="card-head">
        <h2 id="heartbeat-title">{strings.heartbeat}</h2>
        <span className="aside">
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<HeartPulse size={12} aria-hidden />}
            onClick={() => void beatNow(agent)}
            disabled={agent.status === 'paused' || agent.status === 'deleting'}
          >
            {strings.beatNow}
          </Button>
          <Button variant="default" size="compact-xs" onClick={() => setEditing(true)}>
            {strings.edit}
          </Button>
        </span>
      </div>
      <div className="card-body stack" style={{ gap: 11 }}>
        <BeatBar name={agent.name} read={read} />
        <dl className="facts">
          <dt>{strings.columns.every}</dt>
          <dd>
            {rhythmOf(agent)}
            {quiet ? <span className="muted">, {strings.quietBetween(quiet.from, quiet.to)}</span> : null}
          </dd>
          <dt>{strings.columns.next}</dt>
          <dd>
            <RelativeTime at={agent.next_heartbeat_at} none={strings.off} live />
          </dd>
          <dt>{strings.columns.last}</dt>
          <dd>
            {last ? (
              <>
                <RelativeTime at={last.expected_at} /> <span className="muted">{beatSentence(last)}</span>
              </>
            ) : (
              <span className="faint">{beats ? strings.noBeats : '—'}</span>
            )}
          </dd>
          {cost ? (
            <>
              <dt>{strings.cost}</dt>
              <dd>{strings.tokens(cost.input_tokens, cost.output_tokens)}</dd>
            </>
          ) : null}
        </dl>
      </div>
      {editing ? <RhythmDialog agent={agent} onClose={() => setEditing(false)} /> : null}
    </section>
  )
}
