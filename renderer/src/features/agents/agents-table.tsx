/** Agents as rows: state with its reason, when it was seen and will be, what it does and what it costs. */
import { Checkbox } from '@mantine/core'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates, tokenStates } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { AgentRowActions } from './agent-actions.tsx'
import { BoardOf, CostToday, CurrentTask, NextCheckIn, useTodayByAgent } from './agent-facts.tsx'
import { strings } from './strings.ts'

const words = strings.columns

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
  return (
    <div className="table-wrap" onKeyDown={moveInList}>
      <table className="table agents-table">
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
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.id}>
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
          ))}
        </tbody>
      </table>
    </div>
  )
}
