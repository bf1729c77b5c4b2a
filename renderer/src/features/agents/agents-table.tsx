/** Agents as rows: state with its reason, when it was seen and will be, what it does and what it costs. */
import { Checkbox } from '@mantine/core'
import { useRef } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates, tokenStates } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { useRowWindow } from '../../lib/use-row-window.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { RowGap } from '../../ui/row-gap.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { AgentRowActions } from './agent-actions.tsx'
import { BoardOf, CostToday, CurrentTask, NextCheckIn, useTodayByAgent } from './agent-facts.tsx'
import { strings } from './strings.ts'

const words = strings.columns
const columns = 10

export function AgentsTable({
  agents,
  chosen,
  onChoose,
}: {
  agents: readonly Agent[]
  chosen: readonly string[]
  onChoose: (ids: ReadonlySet<string>) => void
}) {
  const used = useTodayByAgent()
  const isChosen = new Set(chosen)
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useRowWindow({ list: body, count: agents.length, height: 50, keyOf: (place) => agents[place]?.id ?? '' })
  return (
    <div className="table-wrap" onKeyDown={moveInList}>
      <table className={rows.windowed ? 'table agents-table table-windowed' : 'table agents-table'} aria-rowcount={agents.length + 1}>
        <thead>
          <tr>
            <th className="select-cell">
              <Checkbox
                size="xs"
                aria-label={strings.selectAll}
                checked={chosen.length === agents.length}
                indeterminate={chosen.length > 0 && chosen.length < agents.length}
                onChange={(event) => onChoose(new Set(event.currentTarget.checked ? agents.map((agent) => agent.id) : []))}
              />
            </th>
            <th>{words.name}</th>
            <th>{words.state}</th>
            <th className="hide-medium">{words.board}</th>
            <th className="hide-narrow">{words.task}</th>
            <th>{words.seen}</th>
            <th className="hide-narrow">{words.next}</th>
            <th className="hide-medium">{words.token}</th>
            <th className="hide-narrow num">{words.cost}</th>
            <th>
              <span className="visually-hidden">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          <RowGap height={rows.above} columns={columns} />
          {rows.places.map((place) => {
            const agent = agents[place]
            if (!agent) return null
            return (
              <tr key={agent.id} data-index={place} aria-rowindex={place + 2} ref={rows.measure}>
                <td className="select-cell">
                  <Checkbox
                    size="xs"
                    aria-label={strings.select(agent.name)}
                    checked={isChosen.has(agent.id)}
                    onChange={() =>
                      onChoose(new Set(isChosen.has(agent.id) ? chosen.filter((id) => id !== agent.id) : [...chosen, agent.id]))
                    }
                  />
                </td>
                <td className="clickable">
                  <span className="agent-name-cell">
                    <AgentAvatar agent={agent} size={26} />
                    <span className="stack">
                      <Link href={`/agents/${agent.id}`} style={{ fontWeight: 550 }} data-row>
                        {agent.name}
                      </Link>
                      <span className="faint" style={{ fontSize: 12 }}>
                        {strings.roles[agent.role]}
                      </span>
                    </span>
                  </span>
                </td>
                <td>
                  <StateBadge words={agentStates[agent.status]} reason={agent.status_reason} />
                  {agent.status_reason && agent.status !== 'online' ? (
                    <div className="reason" title={agent.status_reason}>
                      {agent.status_reason}
                    </div>
                  ) : null}
                </td>
                <td className="hide-medium muted nowrap">
                  <BoardOf agent={agent} />
                </td>
                <td className="hide-narrow muted agent-task">
                  <CurrentTask agent={agent} />
                </td>
                <td className="muted">
                  <RelativeTime at={agent.last_seen_at} none={strings.never} />
                </td>
                <td className="hide-narrow muted">
                  <NextCheckIn agent={agent} />
                </td>
                <td className="hide-medium">
                  <StateBadge words={tokenStates[agent.token_status]} />
                </td>
                <td className="hide-narrow num muted">
                  <CostToday used={used?.get(agent.id)} known={used !== null} />
                </td>
                <td>
                  <AgentRowActions agent={agent} />
                </td>
              </tr>
            )
          })}
          <RowGap height={rows.below} columns={columns} />
        </tbody>
      </table>
    </div>
  )
}
