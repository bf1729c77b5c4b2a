/** Tasks as rows, in groups. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { type TaskStatus, taskStates } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAgents, useLive } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { type GroupChoice, groupTasks } from './filters.ts'
import { PriorityMark } from './priority-mark.tsx'
import { strings } from './strings.ts'
import { TaskRow } from './task-row.tsx'

type Row = { kind: 'group'; key: string; count: number } | { kind: 'task'; task: Task }

function GroupHead({ group, groupKey }: { group: GroupChoice; groupKey: string }) {
  const agent = useLive((state) => state.maps.agent[groupKey])
  if (group === 'status') {
    const words = taskStates[groupKey as TaskStatus]
    return (
      <>
        <span style={{ color: 'var(--tone)', display: 'grid' }} data-tone={words.tone}>
          <StateIcon name={words.icon} />
        </span>
        {words.label}
      </>
    )
  }
  if (group === 'priority') {
    const priority = groupKey as Task['priority']
    return (
      <>
        <PriorityMark priority={priority} />
        {strings.priority[priority]}
      </>
    )
  }
  return agent ? (
    <>
      <AgentAvatar agent={agent} size={20} />
      {agent.name}
    </>
  ) : (
    strings.unassigned
  )
}

export function TaskList({
  tasks,
  statuses,
  group,
  chosen,
  onChoose,
  onClear,
}: {
  tasks: readonly Task[]
  statuses: readonly TaskStatus[]
  group: GroupChoice
  chosen: ReadonlySet<string>
  onChoose: (id: string, within?: readonly string[]) => void
  onClear: () => void
}) {
  const agents = useAgents()
  const agentIds = agents.map((agent) => agent.id).join(' ')
  const scroller = useRef<HTMLDivElement>(null)
  const groups = useMemo(
    () => groupTasks(tasks, group, { statuses, agentIds: agentIds.split(' ') }).map((each) => ({ ...each })),
    [tasks, statuses, group, agentIds],
  )
  const rows = useMemo<Row[]>(
    () =>
      groups.flatMap((each) => [
        ...(group === 'none' ? [] : [{ kind: 'group' as const, key: each.key, count: each.tasks.length }]),
        ...each.tasks.map((task) => ({ kind: 'task' as const, task })),
      ]),
    [groups, group],
  )
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index]
      return row?.kind === 'task' ? row.task.id : `group ${row?.key}`
    },
    [rows],
  )
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? 32 : 37),
    overscan: 12,
    getItemKey,
  })
  const latest = useRef(groups)
  useLayoutEffect(() => {
    latest.current = groups
  })
  const choose = useCallback(
    (task: Task, range: boolean) => onChoose(task.id, range ? latest.current.flatMap((each) => each.tasks.map(({ id }) => id)) : undefined),
    [onChoose],
  )
  return (
    <div
      className="list-rows"
      ref={scroller}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && chosen.size > 0 && !event.defaultPrevented) {
          event.stopPropagation()
          onClear()
        } else moveInList(event)
      }}
    >
      {rows.length === 0 ? <p className="column-empty list-none">{strings.noTasks}</p> : null}
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index]
          if (!row) return null
          if (row.kind === 'task')
            return <TaskRow key={row.task.id} task={row.task} top={item.start} chosen={chosen.has(row.task.id)} onChoose={choose} />
          return (
            <div key={`group ${row.key}`} className="list-group" style={{ top: item.start }} role="heading" aria-level={2}>
              <GroupHead group={group} groupKey={row.key} />
              <span className="faint num">{row.count}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
