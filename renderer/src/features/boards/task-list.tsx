/** The board as rows, grouped by status. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { Hourglass, MessageSquare } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { keepQuery } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { UnreadMark } from '../tasks/unread-mark.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { PriorityMark } from './priority-mark.tsx'
import { WaitingFor } from '../tasks/waiting-for.tsx'
import { strings } from './strings.ts'

/** As many as one request takes. */
const mostAtOnce = 200

type Row = { kind: 'group'; status: TaskStatus; count: number } | { kind: 'task'; task: Task }

export function TaskList({
  tasks,
  agents,
  statuses,
}: {
  tasks: readonly Task[]
  agents: Readonly<Record<string, Agent>>
  statuses: readonly TaskStatus[]
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  // A row that a filter hides, or that is gone, is not changed behind anybody's back.
  const ids = tasks.filter((task) => chosen.has(task.id)).map((task) => task.id)
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id) && next.size < mostAtOnce) next.add(id)
    setChosen(next)
  }
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo<Row[]>(
    () =>
      statuses.flatMap((status) => {
        const group = tasks.filter((task) => task.status === status)
        return group.length === 0
          ? []
          : [{ kind: 'group' as const, status, count: group.length }, ...group.map((task) => ({ kind: 'task' as const, task }))]
      }),
    [tasks, statuses],
  )
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? 32 : 36),
    overscan: 20,
  })
  return (
    <>
      <div className="list-rows" ref={scroller} onKeyDown={moveInList}>
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index]
            if (!row) return null
            const style = { position: 'absolute' as const, top: item.start, left: 0, right: 0 }
            if (row.kind === 'group') {
              const words = taskStates[row.status]
              return (
                <div key={row.status} className="list-group" style={style} data-tone={words.tone}>
                  <span style={{ color: 'var(--tone)', display: 'grid' }}>
                    <StateIcon name={words.icon} />
                  </span>
                  {words.label} <span className="faint num">{row.count}</span>
                </div>
              )
            }
            const { task } = row
            return (
              <div key={task.id} className="list-line" style={style} data-chosen={chosen.has(task.id) ? '' : undefined}>
                <input
                  type="checkbox"
                  aria-label={strings.bulk.choose(task.number)}
                  checked={chosen.has(task.id)}
                  onChange={() => toggle(task.id)}
                />
                <Link
                  href={keepQuery(`/boards/${task.board_id}/tasks/${task.id}`)}
                  className="list-row"
                  data-row
                  onKeyDown={(event) => {
                    if (event.key === 'x' && !event.ctrlKey && !event.metaKey) toggle(task.id)
                  }}
                >
                  <span className="number">#{task.number}</span>
                  <span className="truncate grow" style={{ fontWeight: 500 }}>
                    {task.title}
                  </span>
                  <PriorityMark priority={task.priority} />
                  {task.waiting_for ? (
                    <span className="row muted truncate hide-narrow" data-tone="warning" style={{ fontSize: 12, gap: 5, maxWidth: 260 }}>
                      <Hourglass size={12} style={{ color: 'var(--tone)', flex: 'none' }} aria-label="Waits for" />
                      <span className="truncate">
                        <WaitingFor task={task} />
                      </span>
                    </span>
                  ) : null}
                  <UnreadMark task={task} />
                  {task.comment_count > 0 ? (
                    <span className="faint num row hide-narrow" style={{ gap: 4, fontSize: 12 }}>
                      <MessageSquare size={12} aria-hidden />
                      {task.comment_count}
                    </span>
                  ) : null}
                  <span className="avatars">
                    {task.assigned_agent_ids.slice(0, 3).map((id) => {
                      const agent = agents[id]
                      return agent ? <AgentAvatar key={id} agent={agent} size={20} /> : null
                    })}
                  </span>
                  <span className="faint hide-narrow" style={{ width: 64, textAlign: 'right', fontSize: 12 }}>
                    <RelativeTime at={task.last_message_at ?? task.updated_at} />
                  </span>
                </Link>
              </div>
            )
          })}
        </div>
      </div>
      {ids.length > 0 ? <BulkBar boardId={tasks[0]?.board_id ?? ''} ids={ids} onDone={() => setChosen(new Set())} /> : null}
    </>
  )
}
