/** Priority as four small bars: read in passing, named on hover. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { strings } from './strings.ts'

const levels = { low: 1, medium: 2, high: 3, urgent: 4 }

export function PriorityMark({ priority }: { priority: Task['priority'] }) {
  if (priority === 'medium') return null
  const level = levels[priority]
  return (
    <span
      className="priority"
      data-level={priority}
      role="img"
      aria-label={`${strings.priority[priority]} priority`}
      title={`${strings.priority[priority]} priority`}
    >
      {[4, 6, 8, 10].map((height, index) => (
        <i key={height} style={{ height }} data-on={index < level ? '' : undefined} />
      ))}
    </span>
  )
}
