/** Priority as four small bars: read in passing, named on hover. Drawn by the style sheet: a board has hundreds. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { strings } from './strings.ts'

export function PriorityMark({ priority }: { priority: Task['priority'] }) {
  const words = `${strings.priority[priority]} priority`
  return <span className="priority" data-level={priority} role="img" aria-label={words} title={words} />
}
