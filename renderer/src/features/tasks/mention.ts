/** Completing `@name` while it is typed. Pure: text and caret in, text and caret out. */

export interface MentionQuery {
  /** Where the `@` stands. */
  readonly start: number
  /** What follows it, up to the caret. */
  readonly text: string
  /** It was begun with a quotation mark: `@"Max P`. */
  readonly quoted?: true
}

/** The mention being typed at the caret; null when there is none. An `@` inside a word (an address) is not one. */
export function mentionAt(value: string, caret: number): MentionQuery | null {
  const before = value.slice(0, caret)
  const match =
    /(?:^|[\s([{>"'])@(?:"([\p{L}\p{N}_.-]{0,40}(?: [\p{L}\p{N}_.-]{0,40}){0,3})|([\p{L}\p{N}_.-]{0,40}(?: [\p{L}\p{N}_.-]{0,40})?))$/u.exec(
      before,
    )
  if (!match) return null
  if (match[1] === undefined) {
    const text = match[2] ?? ''
    return { start: caret - text.length - 1, text }
  }
  const text = match[1]
  return { start: caret - text.length - 2, text, quoted: true }
}

/** Names that fit, best first: those that begin with it, then those where a later word does. */
export function matchNames<Named extends { name: string }>(list: readonly Named[], text: string, most = 6): Named[] {
  const wanted = text.toLowerCase()
  const begins = list.filter((each) => each.name.toLowerCase().startsWith(wanted))
  const within = list.filter(
    (each) =>
      !begins.includes(each) &&
      each.name
        .toLowerCase()
        .split(/[\s_-]+/)
        .some((word) => word.startsWith(wanted)),
  )
  return [...begins, ...within].slice(0, most)
}

/** Puts the name in, with one space after it. */
export function completeMention(value: string, caret: number, query: MentionQuery, name: string): { value: string; caret: number } {
  const head = `${value.slice(0, query.start)}${query.quoted ? `@"${name}"` : `@${name}`} `
  const tail = value.slice(caret).replace(query.quoted ? /^"? ?/ : /^ /, '')
  return { value: head + tail, caret: head.length }
}
