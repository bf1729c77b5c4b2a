/** All agents: who is there, who is not and why. */
import './agent.css'
import { Button, Checkbox, Select, TextInput } from '@mantine/core'
import { Plus, Search, Users } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { agentStates, agentStatuses, tokenStates } from '../../../../native-services/contract/states.ts'
import { openNewAgent } from '../../app/palette-state.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAgents, useBoards, useLive } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { Empty, PageHead } from '../../ui/parts.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { ImportButton } from '../agent-files/import-button.tsx'
import { TryDemoButton } from '../demo/demo-controls.tsx'
import { AgentRowActions } from './agent-actions.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { strings } from './strings.ts'

export function AgentsPage() {
  const agents = useAgents()
  const boards = useBoards()
  const boardMap = useLive((state) => state.maps.board)
  const [query, setQuery] = useQuery()
  const { q = '', status = '', board = '' } = query
  const shown = agents.filter(
    (agent) =>
      (status === '' || agent.status === status) &&
      (board === '' || agent.board_id === board) &&
      agent.name.toLowerCase().includes(q.trim().toLowerCase()),
  )
  const words = strings.columns
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  // What is filtered away, or gone, is not acted on.
  const chosen = shown.filter((agent) => selected.has(agent.id)).map((agent) => agent.id)
  const toggle = (id: string) =>
    setSelected((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])))

  return (
    <div className="page-flush">
      <PageHead title={strings.title} />
      <div className="filters">
        <TextInput
          data-page-filter
          aria-label={strings.filter}
          placeholder={strings.filter}
          leftSection={<Search size={13} aria-hidden />}
          value={q}
          onChange={(event) => setQuery({ q: event.currentTarget.value })}
          w={190}
        />
        <Select
          aria-label={words.state}
          placeholder={strings.anyStatus}
          clearable
          w={140}
          value={status || null}
          onChange={(value) => setQuery({ status: value })}
          data={agentStatuses.map((each) => ({ value: each, label: agentStates[each].label }))}
        />
        <Select
          aria-label={words.board}
          placeholder={strings.allBoards}
          clearable
          w={170}
          value={board || null}
          onChange={(value) => setQuery({ board: value })}
          data={boards.map((each) => ({ value: each.id, label: each.name }))}
        />
        <span className="grow" />
        <ImportButton />
        <Button leftSection={<Plus size={14} aria-hidden />} onClick={openNewAgent}>
          {strings.newAgent}
        </Button>
      </div>
      {chosen.length > 0 ? <BulkBar ids={chosen} onClear={() => setSelected(new Set())} /> : null}
      <div className="page">
        <div className="page-inner">
          <div className="card">
            {agents.length === 0 ? (
              <Empty
                icon={<Users size={22} aria-hidden />}
                title={strings.none}
                actions={
                  <>
                    <Button onClick={openNewAgent}>{strings.newAgent}</Button>
                    <TryDemoButton />
                  </>
                }
              >
                {strings.noneBody}
              </Empty>
            ) : shown.length === 0 ? (
              <Empty title={strings.noMatch} />
            ) : (
              <div className="table-wrap" onKeyDown={moveInList}>
                <table className="table">
                  <thead>
                    <tr>
                      <th className="select-cell">
                        <Checkbox
                          size="xs"
                          aria-label={strings.selectAll}
                          checked={chosen.length === shown.length}
                          indeterminate={chosen.length > 0 && chosen.length < shown.length}
                          onChange={(event) => setSelected(new Set(event.currentTarget.checked ? shown.map((agent) => agent.id) : []))}
                        />
                      </th>
                      <th>{words.name}</th>
                      <th>{words.state}</th>
                      <th className="hide-narrow">{words.board}</th>
                      <th>{words.seen}</th>
                      <th className="hide-narrow">{words.next}</th>
                      <th className="hide-narrow">{words.token}</th>
                      <th className="hide-narrow">{words.wakes}</th>
                      <th>
                        <span className="visually-hidden">{words.actions}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((agent) => (
                      <tr key={agent.id}>
                        <td className="select-cell">
                          <Checkbox
                            size="xs"
                            aria-label={strings.select(agent.name)}
                            checked={selected.has(agent.id)}
                            onChange={() => toggle(agent.id)}
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
                            <div className="reason truncate" title={agent.status_reason}>
                              {agent.status_reason}
                            </div>
                          ) : null}
                        </td>
                        <td className="hide-narrow muted">
                          {agent.board_id ? (
                            <Link href={`/boards/${agent.board_id}`}>{boardMap[agent.board_id]?.name ?? '—'}</Link>
                          ) : (
                            strings.noBoard
                          )}
                        </td>
                        <td className="muted">
                          <RelativeTime at={agent.last_seen_at} none={strings.never} />
                        </td>
                        <td className="hide-narrow muted">
                          {agent.checkin_deadline_at ? (
                            <Countdown to={agent.checkin_deadline_at} />
                          ) : (
                            <RelativeTime
                              at={agent.next_heartbeat_at}
                              none={agent.heartbeat_config.every === 'disabled' ? strings.off : '—'}
                            />
                          )}
                        </td>
                        <td className="hide-narrow">
                          <StateBadge words={tokenStates[agent.token_status]} />
                        </td>
                        <td className="hide-narrow num muted">
                          {agent.wake_attempts > 0 ? `${agent.wake_attempts}/${agent.max_wake_attempts}` : '—'}
                        </td>
                        <td>
                          <AgentRowActions agent={agent} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </div>
        </div>
      </div>
    </div>
  )
}
