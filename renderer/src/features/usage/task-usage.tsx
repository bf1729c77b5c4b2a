/** What a task has used so far: one line of its properties. Nothing while there was no run. */
import { api } from '../../lib/api.ts'
import { useFetched } from '../gateway-security/use-fetched.ts'
import { dayBack, money, tokens } from './format.ts'
import { strings } from './strings.ts'

export function TaskUsage({ taskId }: { taskId: string }) {
  const { value } = useFetched(
    taskId,
    (signal) => api.call('getUsage', { query: { task_id: taskId, group_by: 'agent', from: dayBack(365), to: dayBack(0) }, signal }),
    30_000,
  )
  if (!value || value.totals.runs === 0) return null
  const title = value.items
    .map((item) => `${item.label}: ${strings.taskWords(tokens(item.total_tokens), money(item.cost_micros))}`)
    .join('\n')
  return (
    <div className="property">
      <span>{strings.task}</span>
      <span className="num" title={title}>
        {strings.taskWords(tokens(value.totals.total_tokens), money(value.totals.cost_micros))}
      </span>
    </div>
  )
}
