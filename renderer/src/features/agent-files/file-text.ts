/** The text of a file as an editor needs it: one kind of line end, and the part that is not the user's set apart. */
import type { AgentFile } from '../../../../native-services/contract/agent-files.ts'

/** Text fields know only `\n`. */
export const editable = (content: string): string => content.replaceAll('\r\n', '\n')

/** With the line ends that the file had, when it had one kind only. */
export function withLineEnds(text: string, original: string): string {
  const windows = original.includes('\r\n') && !/(^|[^\r])\n/.test(original)
  return windows ? text.replaceAll('\n', '\r\n') : text
}

export interface Parts {
  above: string
  managed: string
  below: string
}

/** Splits at the managed lines; null when the file has none. `above + managed + below` is the text again. */
export function splitManaged(text: string, managed: AgentFile['managed']): Parts | null {
  if (!managed) return null
  const lines = text.split('\n')
  if (managed.end_line > lines.length) return null
  const above = lines.slice(0, managed.start_line - 1).map((line) => `${line}\n`)
  const rest = lines.slice(managed.end_line)
  return {
    above: above.join(''),
    managed: lines.slice(managed.start_line - 1, managed.end_line).join('\n'),
    below: rest.length === 0 ? '' : `\n${rest.join('\n')}`,
  }
}

/** The managed part keeps lines of its own, whatever is typed next to it. */
export function joinManaged({ above, managed, below }: Parts): string {
  const before = above === '' || above.endsWith('\n') ? above : `${above}\n`
  const after = below === '' || below.startsWith('\n') ? below : `\n${below}`
  return `${before}${managed}${after}`
}
