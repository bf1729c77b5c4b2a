/** A text that is too long for one field, in parts of which one is edited at a time. The whole text stays the truth; a part is a place in it. Pure. */

/** Longer texts are edited in parts: the browser lays a field out whole, and a million characters take it seconds. */
export const wholeChars = 100_000
export const partChars = 40_000
/** A part ends with a line, unless the next one is further away than this. */
const lineWithin = 2000

export interface TextPart {
  /** Of the text that it is a part of. */
  readonly whole: string
  /** Counted from 0. */
  readonly index: number
  readonly start: number
  readonly end: number
}

export const partCount = (text: string): number => Math.max(1, Math.ceil(text.length / partChars))

function boundary(text: string, index: number): number {
  if (index <= 0) return 0
  const at = index * partChars
  if (at >= text.length) return text.length
  const line = text.indexOf('\n', at)
  if (line !== -1 && line - at <= lineWithin) return line + 1
  // Not between the halves of one character.
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at
}

/** @param index beyond the last part: the last one */
export function partAt(text: string, index: number): TextPart {
  const last = partCount(text) - 1
  const part = Math.max(0, Math.min(index, last))
  const start = boundary(text, part)
  // The last line may reach past where the last part would begin.
  if (part > 0 && start >= text.length) return partAt(text, part - 1)
  return { whole: text, index: part, start, end: part === last ? text.length : boundary(text, part + 1) }
}

export const textOf = ({ whole, start, end }: TextPart): string => whole.slice(start, end)

/** The part with another text in it, and the text around it as it was. It keeps its place, however long it becomes. */
export function withText(part: TextPart, text: string): TextPart {
  const whole = part.whole.slice(0, part.start) + text + part.whole.slice(part.end)
  return { ...part, whole, end: part.start + text.length }
}
