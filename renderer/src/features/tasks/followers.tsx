/** Who follows a task: the operator himself, and agents; shown and changed in one place. */
import { Popover, Switch, Tooltip } from '@mantine/core'
import { Check, Eye, EyeOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import type { Subscriptions } from '../../../../native-services/contract/threads.ts'
import { api, explain } from '../../lib/api.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { strings } from './strings.ts'
import { subscribe, watchTask } from './thread-actions.ts'

const words = strings.threads

function FollowerList({ task, agents }: { task: Task; agents: readonly Agent[] }) {
  const [list, setList] = useState<Subscriptions | null>(null)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    api.call('listSubscriptions', { params: { board_id: task.board_id, task_id: task.id } }).then(
      (answer) => {
        if (current) setList(answer)
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [task])
  if (error) return <p className="muted">{error}</p>
  const reasons = new Map((list?.agents ?? []).map((each) => [each.agent_id, each.reasons]))
  return (
    <ul className="followers">
      {agents.map((agent) => {
        const why = reasons.get(agent.id)
        const assigned = task.assigned_agent_ids.includes(agent.id)
        return (
          <li key={agent.id}>
            <AgentAvatar agent={agent} size={20} />
            <span className="grow truncate">
              {agent.name}
              {why ? <span className="faint"> {why.map((reason) => words.reasons[reason]).join(', ')}</span> : null}
            </span>
            {assigned ? (
              <Check size={15} aria-label={words.follows(agent.name)} />
            ) : (
              <Switch
                size="xs"
                aria-label={words.follows(agent.name)}
                checked={why !== undefined}
                disabled={list === null}
                onChange={(event) =>
                  void subscribe(task, agent.id, event.currentTarget.checked).then((answer) => {
                    if (answer) setList(answer)
                  })
                }
              />
            )}
          </li>
        )
      })}
    </ul>
  )
}

export function Followers({ task, agents }: { task: Task; agents: readonly Agent[] }) {
  const [open, setOpen] = useState(false)
  const Icon = task.watching ? Eye : EyeOff
  return (
    <Popover opened={open} onChange={setOpen} width={300} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={task.watching ? words.watching : words.notWatching} disabled={open}>
          <button
            type="button"
            className="iconbtn"
            aria-label={`${words.followers}: ${task.watching ? words.watching : words.notWatching}`}
            aria-haspopup="dialog"
            aria-expanded={open}
            onClick={() => setOpen((value) => !value)}
          >
            <Icon size={15} aria-hidden />
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.followers}>
        <div style={{ padding: 8 }}>
          <Switch
            label={words.watch}
            description={words.watchHint}
            checked={task.watching}
            onChange={(event) => void watchTask(task, event.currentTarget.checked)}
          />
          {agents.length > 0 ? <p className="followers-title">{words.agentsFollow}</p> : null}
          {open ? <FollowerList task={task} agents={agents} /> : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
