/** The tasks that must be done before this one. */
import './tags.css'
import { MultiSelect } from '@mantine/core'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates } from '../../../../native-services/contract/states.ts'
import { changeTask } from '../../lib/actions.ts'
import { useTasks } from '../../lib/store.ts'
import { strings } from './strings.ts'

export function DependencyPicker({ task }: { task: Task }) {
  const tasks = useTasks(task.board_id)
  const chosen = new Set(task.depends_on_task_ids)
  // What is finished is offered only while it is chosen: to be taken off again.
  const offered = tasks.filter(
    (other) => other.id !== task.id && (chosen.has(other.id) || (other.status !== 'done' && other.status !== 'archived')),
  )
  return (
    <div className="property wide">
      <span>{strings.dependsOn}</span>
      <MultiSelect
        aria-label={strings.dependsOn}
        placeholder={chosen.size === 0 ? strings.nothing : ''}
        searchable
        hidePickedOptions
        disabled={task.status === 'done'}
        limit={50}
        value={task.depends_on_task_ids}
        data={offered.map((other) => ({ value: other.id, label: `#${other.number} ${other.title}` }))}
        renderOption={({ option }) => {
          const other = offered.find((each) => each.id === option.value)
          return (
            <span className="row" style={{ gap: 8, minWidth: 0 }}>
              <span className="grow truncate">{option.label}</span>
              <span className="faint">{other ? taskStates[other.status].label : ''}</span>
            </span>
          )
        }}
        onChange={(ids) => void changeTask(task, { depends_on_task_ids: ids }, strings.dependenciesNotChanged)}
      />
    </div>
  )
}
