/** All boards: what each is for and how far it is. */
import './board.css'
import { Button } from '@mantine/core'
import { Plus, SquareKanban } from 'lucide-react'
import { Link } from 'wouter'
import { taskStates, taskStatuses } from '../../../../native-services/contract/states.ts'
import { openNewBoard } from '../../app/palette-state.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAllBoards } from '../../lib/board-tasks.ts'
import { useAgents, useBoards, useLive, useTasks } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { Empty, PageHead } from '../../ui/parts.tsx'
import { strings } from './strings.ts'
import { TaskList } from './task-list.tsx'
import { readFilters } from './filters.ts'

const counted = taskStatuses.filter((status) => status !== 'archived')

export function BoardsPage() {
  const boards = useBoards()
  const tasks = useTasks()
  const agents = useAgents()
  const agentMap = useLive((state) => state.maps.agent)
  const [query, setQuery] = useQuery()
  const { status } = readFilters(query)
  useAllBoards(status !== '')

  if (status !== '') {
    // "3 blocked" on the Overview opens here: the same figure, every board.
    return (
      <div className="page-flush">
        <PageHead title={`${taskStates[status].label} on all boards`} />
        <div className="filters">
          <Button variant="default" onClick={() => setQuery({ status: null })}>
            {strings.clear}
          </Button>
        </div>
        <TaskList tasks={tasks} agents={agentMap} statuses={[status]} />
      </div>
    )
  }

  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner">
        {boards.length === 0 ? (
          <div className="card">
            <Empty
              icon={<SquareKanban size={22} aria-hidden />}
              title={strings.none}
              actions={
                <Button leftSection={<Plus size={14} aria-hidden />} onClick={openNewBoard}>
                  {strings.newBoard}
                </Button>
              }
            >
              {strings.noneBody}
            </Empty>
          </div>
        ) : (
          <>
            <div className="row">
              <span className="grow muted">
                {boards.length} {boards.length === 1 ? 'board' : 'boards'}
              </span>
              <Button leftSection={<Plus size={14} aria-hidden />} onClick={openNewBoard}>
                {strings.newBoard}
              </Button>
            </div>
            <div className="boards-grid" onKeyDown={moveInList}>
              {boards.map((board) => {
                const own = board.task_counts
                const members = agents.filter((agent) => agent.board_id === board.id)
                return (
                  <Link key={board.id} href={`/boards/${board.id}`} className="card board-card" data-row>
                    <div className="row">
                      <span className="card-title truncate grow">{board.name}</span>
                      {board.paused ? <span className="chip">Paused</span> : null}
                    </div>
                    <p className="muted" style={{ minHeight: 19 }}>
                      {board.description || board.objective || ''}
                    </p>
                    <div
                      className="board-bar"
                      role="img"
                      aria-label={counted.map((each) => `${own[each] ?? 0} ${taskStates[each].label}`).join(', ')}
                    >
                      {counted.map((each) => {
                        const count = own[each] ?? 0
                        return count > 0 ? (
                          <span
                            key={each}
                            data-tone={taskStates[each].tone}
                            style={{ flex: count }}
                            title={`${count} ${taskStates[each].label}`}
                          />
                        ) : null
                      })}
                    </div>
                    <div className="row faint num" style={{ fontSize: 12 }}>
                      <span className="avatars">
                        {members.slice(0, 5).map((agent) => (
                          <AgentAvatar key={agent.id} agent={agent} size={22} dot />
                        ))}
                      </span>
                      <span className="grow" />
                      {own.done ?? 0} of {counted.reduce((sum, each) => sum + (own[each] ?? 0), 0)} done
                    </div>
                  </Link>
                )
              })}
            </div>
          </>
        )}
      </div>
    </div>
  )
}
