/** All agents: who is there, who is not and why. */
import './agent.css'
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import { Plus, Search, Users } from 'lucide-react'
import { useState } from 'react'
import { agentStates, agentStatuses } from '../../../../native-services/contract/states.ts'
import { openNewAgent } from '../../app/palette-state.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { useAgents, useBoards } from '../../lib/store.ts'
import { Empty, PageHead } from '../../ui/parts.tsx'
import { ImportButton } from '../agent-files/import-button.tsx'
import { TryDemoButton } from '../demo/demo-controls.tsx'
import { AgentCards } from './agent-cards.tsx'
import { AgentsTable } from './agents-table.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { strings } from './strings.ts'

export function AgentsPage() {
  const agents = useAgents()
  const boards = useBoards()
  const [query, setQuery] = useQuery()
  const { q = '', status = '', board = '' } = query
  const cards = query['view'] === 'cards'
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
          w={160}
        />
        <Select
          aria-label={words.state}
          placeholder={strings.anyStatus}
          clearable
          w={120}
          value={status || null}
          onChange={(value) => setQuery({ status: value })}
          data={agentStatuses.map((each) => ({ value: each, label: agentStates[each].label }))}
        />
        <Select
          aria-label={words.board}
          placeholder={strings.allBoards}
          clearable
          w={140}
          value={board || null}
          onChange={(value) => setQuery({ board: value })}
          data={boards.map((each) => ({ value: each.id, label: each.name }))}
        />
        <SegmentedControl
          aria-label={strings.view}
          value={cards ? 'cards' : 'table'}
          onChange={(value) => setQuery({ view: value === 'cards' ? 'cards' : null })}
          data={[
            { value: 'table', label: strings.table },
            { value: 'cards', label: strings.cards },
          ]}
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
          <div className={cards && shown.length > 0 ? undefined : 'card'}>
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
            ) : cards ? (
              <AgentCards agents={shown} />
            ) : (
              <AgentsTable agents={shown} chosen={chosen} onChoose={setSelected} />
            )}
          </div>
        </div>
      </div>
    </div>
  )
}
