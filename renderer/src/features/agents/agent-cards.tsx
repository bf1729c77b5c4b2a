/** Agents as cards: a wall to look at, each with its last beats. */
import '../heartbeats/heartbeats.css'
import { useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { UsageItem } from '../../../../native-services/contract/usage.ts'
import { agentStates, tokenStates } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { useRowWindow } from '../../lib/use-row-window.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { BeatBar } from '../heartbeats/beat-bar.tsx'
import { useBeats } from '../heartbeats/use-beats.ts'
import { AgentRowActions } from './agent-actions.tsx'
import { BoardOf, CostToday, CurrentTask, NextCheckIn, useTodayByAgent } from './agent-facts.tsx'
import { strings } from './strings.ts'

const words = strings.columns

function Card({ agent, used, known }: { agent: Agent; used: UsageItem | undefined; known: boolean }) {
  const box = useRef<HTMLElement>(null)
  const read = useBeats(agent, box)
  return (
    <article className="card agent-card" aria-label={agent.name} ref={box}>
      <header className="row">
        <AgentAvatar agent={agent} size={32} />
        <span className="stack grow">
          <Link href={`/agents/${agent.id}`} className="truncate agent-card-name" data-row>
            {agent.name}
          </Link>
          <span className="faint truncate">
            {strings.roles[agent.role]} · <BoardOf agent={agent} />
          </span>
        </span>
        <AgentRowActions agent={agent} />
      </header>
      <div>
        <div className="row">
          <span className="grow">
            <StateBadge words={agentStates[agent.status]} reason={agent.status_reason} />
          </span>
          <StateBadge words={tokenStates[agent.token_status]} label={strings.tokenIs(tokenStates[agent.token_status].label)} />
        </div>
        <p className="reason agent-card-reason" title={agent.status_reason ?? undefined}>
          {agent.status_reason ?? agentStates[agent.status].sentence}
        </p>
      </div>
      <BeatBar name={agent.name} read={read} />
      <dl className="facts">
        <dt>{words.task}</dt>
        <dd className="truncate">
          <CurrentTask agent={agent} />
        </dd>
        <dt>{words.seen}</dt>
        <dd>
          <RelativeTime at={agent.last_seen_at} none={strings.never} />
        </dd>
        <dt>{words.next}</dt>
        <dd>
          <NextCheckIn agent={agent} />
        </dd>
        <dt>{words.cost}</dt>
        <dd>
          <CostToday used={used} known={known} />
        </dd>
      </dl>
    </article>
  )
}

/** As many as fit beside each other. */
const leastWidth = 300
const gap = 16

export function AgentCards({ agents }: { agents: readonly Agent[] }) {
  const used = useTodayByAgent()
  const box = useRef<HTMLDivElement>(null)
  const [across, setAcross] = useState(1)
  useLayoutEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setAcross(Math.max(1, Math.floor((entry.contentRect.width + gap) / (leastWidth + gap))))
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  const lines = useRowWindow({
    list: box,
    count: Math.ceil(agents.length / across),
    height: 290,
    keyOf: (line) => `${across} ${agents[line * across]?.id ?? ''}`,
  })
  return (
    <div ref={box} onKeyDown={moveInList} style={{ paddingTop: lines.above, paddingBottom: lines.below }}>
      {lines.places.map((line) => (
        <div
          key={line}
          data-index={line}
          ref={lines.measure}
          className="agent-cards"
          style={{ gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))` }}
        >
          {agents.slice(line * across, (line + 1) * across).map((agent) => (
            <Card key={agent.id} agent={agent} used={used?.get(agent.id)} known={used !== null} />
          ))}
        </div>
      ))}
    </div>
  )
}
