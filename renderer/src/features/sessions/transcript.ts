/** What is known of a conversation, put together from pages. Pure. */
import type { SessionMessage } from '../../../../native-services/contract/sessions.ts'

/** The newest page laid over what is known. A page that begins elsewhere is of a new conversation, or too far on: it stands alone. */
export function withNewest(known: readonly SessionMessage[], newest: readonly SessionMessage[]): readonly SessionMessage[] {
  const first = newest[0]
  const at = first ? known.findIndex((item) => item.id === first.id) : -1
  return at > 0 ? [...known.slice(0, at), ...newest] : newest
}

/** An older page in front. Pages overlap when the conversation grew in between. */
export function withOlder(known: readonly SessionMessage[], older: readonly SessionMessage[]): readonly SessionMessage[] {
  const ids = new Set(known.map((item) => item.id))
  return [...older.filter((item) => !ids.has(item.id)), ...known]
}

/** What of the words so far is not in the transcript yet: a run that calls tools has its first words there before its last. */
export function unsaid(words: string, runId: string | null, items: readonly SessionMessage[]): string {
  let rest = words.trim()
  for (const item of items) {
    if (item.role !== 'assistant' || (item.run_id !== null && runId !== null && item.run_id !== runId)) continue
    const said = item.text.trim()
    if (said !== '' && rest.startsWith(said) && (runId === null || item.run_id === runId || rest === said))
      rest = rest.slice(said.length).trim()
  }
  return rest
}

/** Whether what was just sent is in the transcript: the gateway writes it down when the run begins, not before, and puts the time in front. */
export function arrived(sent: { text: string; before: ReadonlySet<string> }, items: readonly SessionMessage[]): boolean {
  return items.some((item) => item.role === 'user' && !sent.before.has(item.id) && item.text.includes(sent.text))
}

/** The first line with something in it, for a folded call. */
export function firstLine(text: string, limit = 120): string {
  const line =
    text
      .split('\n')
      .find((each) => /[\p{L}\p{N}]/u.test(each))
      ?.trim() ?? ''
  return line.length > limit ? `${line.slice(0, limit)}…` : line
}
