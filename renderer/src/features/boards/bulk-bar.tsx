/** What can be done with the chosen rows of the list, all at once. */
import { Button, Menu } from '@mantine/core'
import { X } from 'lucide-react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import type { BodyInputOf } from '../../../../native-services/contract/operations.ts'
import { taskStates } from '../../../../native-services/contract/states.ts'
import { changeTasks } from '../../lib/actions.ts'
import { useAgents } from '../../lib/store.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { strings } from './strings.ts'

/** The others need a word with them: a reason, an agent. */
const targets = ['inbox', 'review', 'done', 'archived'] as const
const priorities = ['low', 'medium', 'high', 'urgent'] as const

export function BulkBar({ boardId, tasks, onDone }: { boardId: string; tasks: readonly Task[]; onDone: () => void }) {
  const agents = useAgents(boardId)
  const change = (patch: BodyInputOf<'bulkUpdateTasks'>['patch']) => {
    onDone()
    void changeTasks(boardId, tasks, patch, strings.bulk.changed)
  }
  return (
    <div className="bulk-bar" role="toolbar" aria-label={strings.bulk.label}>
      <b className="num">{strings.bulk.chosen(tasks.length)}</b>
      <Menu>
        <Menu.Target>
          <Button variant="default">{strings.moveTo}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {targets.map((status) => (
            <Menu.Item key={status} leftSection={<StateIcon name={taskStates[status].icon} />} onClick={() => change({ status })}>
              {taskStates[status].label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target>
          <Button variant="default" disabled={agents.length === 0}>
            {strings.bulk.assign}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {agents.map((agent) => (
            <Menu.Item key={agent.id} onClick={() => change({ assigned_agent_ids: [agent.id] })}>
              {agent.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target>
          <Button variant="default">{strings.bulk.priority}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {priorities.map((priority) => (
            <Menu.Item key={priority} onClick={() => change({ priority })}>
              {strings.priority[priority]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <span className="grow" />
      <button type="button" className="iconbtn" aria-label={strings.bulk.clear} onClick={onDone}>
        <X size={15} aria-hidden />
      </button>
    </div>
  )
}
