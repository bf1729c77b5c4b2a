/** Which lines are shown. Pure. */
import type { LogLine } from '../../../../native-services/contract/entities.ts'

const levels: readonly LogLine['level'][] = ['debug', 'info', 'warn', 'error']

export interface LogFilter {
  readonly text: string
  /** The least level shown. */
  readonly level: string
  readonly source: string
  readonly agent: string
}

export function logMatches(line: LogLine, filter: LogFilter): boolean {
  const least = levels.indexOf(filter.level as LogLine['level'])
  if (least > 0 && levels.indexOf(line.level) < least) return false
  if (filter.source !== '' && line.source !== filter.source) return false
  if (filter.agent !== '' && line.agent_id !== filter.agent) return false
  const text = filter.text.trim().toLowerCase()
  return text === '' || line.message.toLowerCase().includes(text) || line.scope.toLowerCase().includes(text) || line.request_id === text
}

/** Two runs of lines as one, by their numbers; a line that is in both stands once. */
export function joinLines(first: readonly LogLine[], second: readonly LogLine[]): readonly LogLine[] {
  if (first.length === 0) return second
  const last = first.at(-1)?.seq ?? 0
  const rest = second.filter((line) => line.seq > last)
  return rest.length === 0 ? first : [...first, ...rest]
}
