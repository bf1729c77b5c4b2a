/** The heartbeats of agents, the worst first. Only a handful is drawn, however many there are. */
import '../heartbeats/heartbeats.css'
import { useMemo, useRef } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates, type AgentStatus } from '../../../../native-services/contract/states.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { BeatBar } from '../heartbeats/beat-bar.tsx'
import { useBeats } from '../heartbeats/use-beats.ts'
import { strings } from './strings.ts'

const shown = 8
const order: Readonly<Record<AgentStatus, number>> = {
  failed: 0,
  offline: 1,
  late: 2,
  waking: 3,
  provisioning: 4,
  online: 5,
  paused: 6,
  deleting: 7,
}

/** Those in trouble first, then those that were silent the longest. */
export function worstFirst<Row extends Pick<Agent, 'status' | 'last_seen_at' | 'name'>>(agents: readonly Row[]): Row[] {
  return agents.toSorted(
    (a, b) =>
      order[a.status] - order[b.status] || (a.last_seen_at ?? '').localeCompare(b.last_seen_at ?? '') || a.name.localeCompare(b.name),
  )
}

function Row({ agent }: { agent: Agent }) {
  const box = useRef<HTMLLIElement>(null)
  const read = useBeats(agent, box)
  return (
    <li className="beat-row" ref={box}>
      <Link href={`/agents/${agent.id}`} className="truncate beat-name" data-row>
        {agent.name}
      </Link>
      <span className="beat-state">
        <StateBadge words={agentStates[agent.status]} reason={agent.status_reason} />
      </span>
      <BeatBar name={agent.name} read={read} />
      <span className="beat-seen faint num">
        <RelativeTime at={agent.last_seen_at} />
      </span>
    </li>
  )
}

export function BeatsCard({ agents }: { agents: readonly Agent[] }) {
  // Who is silent the longest changes with every check-in: rows that jump about all the time help nobody, so among those that are well the name decides.
  const rows = useMemo(
    () => worstFirst(agents.map((agent) => (agent.status === 'online' ? { ...agent, last_seen_at: null } : agent))).slice(0, shown),
    [agents],
  )
  const byId = useMemo(() => new Map(agents.map((agent) => [agent.id, agent])), [agents])
  if (agents.length === 0) return null
  return (
    <section className="card" aria-labelledby="beats-overview-title">
      <div className="card-head">
        <h2 id="beats-overview-title" title={strings.beatsHint}>
          {strings.beats}
        </h2>
        <span className="aside num">
          <Link href="/schedules">{strings.allAgents(agents.length)}</Link>
        </span>
      </div>
      <ul className="beat-list">
        {rows.map(({ id }) => {
          const agent = byId.get(id)
          return agent ? <Row key={id} agent={agent} /> : null
        })}
      </ul>
    </section>
  )
}
