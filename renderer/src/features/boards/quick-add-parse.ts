/** A task in one line: `Fix the door @ivy #house !high`. Pure. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { priorities } from './filters.ts'

export interface Known {
  readonly agents: readonly { readonly id: string; readonly name: string }[]
  readonly tags: readonly { readonly id: string; readonly name: string }[]
}

export interface QuickTask {
  /** What is left when the marks that were understood are taken out. */
  readonly title: string
  readonly agent_ids: readonly string[]
  readonly tag_ids: readonly string[]
  readonly priority: Task['priority'] | null
}

const marks = ['@', '#', '!'] as const
export type Mark = (typeof marks)[number]
const isMark = (letter: string | undefined): letter is Mark => (marks as readonly (string | undefined)[]).includes(letter)
const wordEnds = (letter: string | undefined) => letter === undefined || /[\s,;:.!?)]/.test(letter)

/** `Max Power` may be written `max-power`. */
const spellings = (name: string): string[] => {
  const lower = name.toLowerCase()
  return [...new Set([lower, lower.replace(/\s+/g, '-'), lower.replace(/\s+/g, '')])]
}

/** The longest name that stands at `from`, and where it ends. */
function nameAt<Named extends { name: string }>(lower: string, from: number, list: readonly Named[]): { item: Named; end: number } | null {
  let best: { item: Named; end: number } | null = null
  for (const item of list) {
    for (const spelling of spellings(item.name)) {
      const end = from + spelling.length
      if (spelling !== '' && lower.startsWith(spelling, from) && wordEnds(lower[end]) && end > (best?.end ?? 0)) best = { item, end }
    }
  }
  return best
}

/** What is not understood stays in the title, letter by letter: `#12` and `me@example.org` are words like others. */
export function parseQuickAdd(text: string, known: Known): QuickTask {
  // One letter for one letter, so that places in both are the same.
  const lower = Array.from({ length: text.length }, (_, at) => {
    const small = text.charAt(at).toLowerCase()
    return small.length === 1 ? small : text.charAt(at)
  }).join('')
  const agentIds = new Set<string>()
  const tagIds = new Set<string>()
  let priority: Task['priority'] | null = null
  let title = ''
  let at = 0
  while (at < text.length) {
    const mark = text[at]
    if (isMark(mark) && (at === 0 || /\s/.test(text[at - 1] ?? ''))) {
      const agent = mark === '@' ? nameAt(lower, at + 1, known.agents) : null
      const tag = mark === '#' ? nameAt(lower, at + 1, known.tags) : null
      const level =
        mark === '!'
          ? nameAt(
              lower,
              at + 1,
              priorities.map((name) => ({ name })),
            )
          : null
      const end = agent?.end ?? tag?.end ?? level?.end
      if (end !== undefined) {
        if (agent) agentIds.add(agent.item.id)
        if (tag) tagIds.add(tag.item.id)
        if (level) priority = level.item.name
        at = end
        continue
      }
    }
    title += text[at]
    at += 1
  }
  return { title: title.replace(/\s+/g, ' ').trim(), agent_ids: [...agentIds], tag_ids: [...tagIds], priority }
}

export interface MarkQuery {
  readonly mark: Mark
  /** Where the mark stands. */
  readonly start: number
  readonly text: string
}

/** The mark being typed at the caret; null when there is none. */
export function markAt(value: string, caret: number): MarkQuery | null {
  const match = /(?:^|\s)([@#!])([\p{L}\p{N}_.-]{0,40}(?: [\p{L}\p{N}_.-]{1,40})?)$/u.exec(value.slice(0, caret))
  if (!match || !isMark(match[1])) return null
  const text = match[2] ?? ''
  return { mark: match[1], start: caret - text.length - 1, text }
}

/** Puts the name in, with one space after it. */
export function completeMark(value: string, caret: number, query: MarkQuery, name: string): { value: string; caret: number } {
  const head = `${value.slice(0, query.start)}${query.mark}${name} `
  return { value: head + value.slice(caret).replace(/^ /, ''), caret: head.length }
}
