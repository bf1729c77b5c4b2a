/** The fields of a task, each changed where it stands. */
import { MultiSelect, Select } from '@mantine/core'
import { useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { changeTask } from '../../lib/actions.ts'
import { useAgents } from '../../lib/store.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { missingFor } from './assign-dialog.tsx'
import { DependencyPicker } from './dependency-picker.tsx'
import { TaskFields } from '../planning/task-fields.tsx'
import { TaskUsage } from '../usage/task-usage.tsx'
import { TagPicker } from './tag-picker.tsx'
import { strings } from './strings.ts'
import { StatusQuestion } from './status-question.tsx'

export function TaskProperties({ task }: { task: Task }) {
  const agents = useAgents(task.board_id)
  const [asking, setAsking] = useState<{ to: TaskStatus; missing: 'reason' | 'assignee' } | null>(null)
  const setStatus = (status: TaskStatus) => {
    if (status === task.status) return
    const missing = missingFor(task, status, agents.length > 0)
    if (missing) setAsking({ to: status, missing })
    else void changeTask(task, { status, expected_status: task.status }, boardStrings.notMoved)
  }
  const words = taskStates[task.status]
  return (
    <div className="properties">
      <div className="property">
        <span>{strings.status}</span>
        <Select
          aria-label={strings.status}
          allowDeselect={false}
          value={task.status}
          data={taskStatuses.map((status) => ({ value: status, label: taskStates[status].label }))}
          onChange={(value) => value && setStatus(value)}
          leftSection={
            <span data-tone={words.tone} style={{ color: 'var(--tone)', display: 'grid' }}>
              <StateIcon name={words.icon} />
            </span>
          }
        />
      </div>
      <div className="property" data-assignees>
        <span>{strings.assignees}</span>
        <MultiSelect
          aria-label={strings.assignees}
          placeholder={task.assigned_agent_ids.length === 0 ? strings.nobody : ''}
          value={task.assigned_agent_ids}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          onChange={(ids) => void changeTask(task, { assigned_agent_ids: ids })}
          hidePickedOptions
        />
      </div>
      <div className="property">
        <span>{strings.priority}</span>
        <Select
          aria-label={strings.priority}
          allowDeselect={false}
          value={task.priority}
          data={(['low', 'medium', 'high', 'urgent'] as const).map((level) => ({ value: level, label: boardStrings.priority[level] }))}
          onChange={(value) => value && void changeTask(task, { priority: value })}
        />
      </div>
      <DependencyPicker task={task} />
      <TagPicker task={task} />
      <TaskUsage taskId={task.id} />
      <TaskFields task={task} />
      {asking ? (
        <StatusQuestion
          task={task}
          to={asking.to}
          missing={asking.missing}
          onCancel={() => setAsking(null)}
          onAnswer={(answer) => {
            setAsking(null)
            void changeTask(task, { status: asking.to, expected_status: task.status, ...answer }, boardStrings.notMoved)
          }}
        />
      ) : null}
    </div>
  )
}
