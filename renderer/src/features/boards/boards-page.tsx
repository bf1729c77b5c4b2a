/** All boards: what each is for and how far it is. */
import './board.css'
import '../board-groups/board-groups.css'
import { Button } from '@mantine/core'
import { Boxes, Plus, SquareKanban } from 'lucide-react'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { type TaskStatus, taskStates } from '../../../../native-services/contract/states.ts'
import { openNewBoard, openNewGroup } from '../../app/palette-state.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAllBoards } from '../../lib/board-tasks.ts'
import { useAgents, useBoards, useTasks } from '../../lib/store.ts'
import { Empty, PageHead } from '../../ui/parts.tsx'
import { strings as groupStrings } from '../board-groups/strings.ts'
import { useBoardsByGroup } from '../board-groups/use-groups.ts'
import { TryDemoButton } from '../demo/demo-controls.tsx'
import { BoardCard } from './board-card.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { strings } from './strings.ts'
import { TaskList } from './task-list.tsx'
import { readFilters } from './filters.ts'
import { useChosen } from './use-chosen.ts'

function TasksOfAllBoards({ status }: { status: TaskStatus }) {
  const all = useTasks()
  const tasks = useMemo(() => all.filter((task) => task.status === status), [all, status])
  const statuses = useMemo(() => [status], [status])
  const { ids, choose, clear } = useChosen(tasks)
  // One request changes tasks of one board.
  const first = tasks.find((task) => ids.has(task.id))
  const own = tasks.filter((task) => ids.has(task.id) && task.board_id === first?.board_id)
  return (
    <>
      <TaskList tasks={tasks} statuses={statuses} group="status" chosen={ids} onChoose={choose} onClear={clear} />
      {first ? <BulkBar boardId={first.board_id} tasks={own} onDone={clear} /> : null}
    </>
  )
}

export function BoardsPage() {
  const boards = useBoards()
  const sections = useBoardsByGroup()
  const agents = useAgents()
  const [query, setQuery] = useQuery()
  const { status } = readFilters(query)
  useAllBoards(status !== '')

  if (status !== '') {
    // "3 blocked" on the Overview opens here: the same figure, every board.
    return (
      <div className="page-flush">
        <PageHead title={strings.onAllBoards(taskStates[status].label)} />
        <div className="filters">
          <Button variant="default" onClick={() => setQuery({ status: null })}>
            {strings.clear}
          </Button>
        </div>
        <TasksOfAllBoards status={status} />
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
                <>
                  <Button leftSection={<Plus size={14} aria-hidden />} onClick={openNewBoard}>
                    {strings.newBoard}
                  </Button>
                  <TryDemoButton />
                </>
              }
            >
              {strings.noneBody}
            </Empty>
          </div>
        ) : (
          <>
            <div className="row">
              <span className="grow muted">{strings.boards(boards.length)}</span>
              <Button variant="default" leftSection={<Boxes size={14} aria-hidden />} onClick={openNewGroup}>
                {groupStrings.newGroup}
              </Button>
              <Button leftSection={<Plus size={14} aria-hidden />} onClick={openNewBoard}>
                {strings.newBoard}
              </Button>
            </div>
            {sections.map(({ group, boards: own }) => (
              <section key={group?.id ?? ''} className="group-section" aria-label={group?.name ?? groupStrings.otherBoards}>
                {group || sections.length > 1 ? (
                  <div className="group-section-head">
                    <h2 className="truncate">
                      {group ? (
                        <Link href={`/groups/${group.id}`} className="link">
                          {group.name}
                        </Link>
                      ) : (
                        groupStrings.otherBoards
                      )}
                    </h2>
                    <span className="faint truncate">{group?.description || groupStrings.count(own.length)}</span>
                  </div>
                ) : null}
                <div className="boards-grid" onKeyDown={moveInList}>
                  {own.map((board) => (
                    <BoardCard key={board.id} board={board} agents={agents} />
                  ))}
                </div>
              </section>
            ))}
          </>
        )}
      </div>
    </div>
  )
}
