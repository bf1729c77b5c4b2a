/**
 * A long text in pieces that are drawn one after another, so that no text is so long that the page stands still. Pure.
 * Pieces end where a paragraph ends; a block of code that is longer than a piece is closed and opened again.
 */

/** Longer texts are cut, until somebody wants to see the rest. */
export const shownAtFirst = 8000
/** What is drawn at once. */
export const pieceLength = 8000

const fence = /^ {0,3}(`{3,}|~{3,})/

/** @param most Characters of a piece; a single line that is longer is cut. */
export function markdownPieces(text: string, most = pieceLength): string[] {
  if (text.length <= most) return [text]
  const pieces: string[] = []
  let lines: string[] = []
  let length = 0
  /** The line that opened the block of code that we are in. */
  let opened: string | null = null

  function end(): void {
    if (lines.length === 0) return
    if (opened !== null) lines.push(fence.exec(opened)?.[1] ?? '```')
    pieces.push(lines.join('\n'))
    lines = opened === null ? [] : [opened]
    length = opened === null ? 0 : opened.length + 1
  }

  for (const whole of text.split('\n')) {
    for (let at = 0; at === 0 || at < whole.length; at += most) {
      const line = whole.length > most ? whole.slice(at, at + most) : whole
      // Past three quarters the next empty line will do; at the end any line.
      if (length + line.length > most || (length > most * 0.75 && line.trim() === '' && opened === null)) end()
      const mark = fence.exec(line)?.[1]
      if (mark !== undefined && opened === null) opened = line.slice(0, 200)
      else if (mark !== undefined && opened !== null && mark[0] === opened.trim()[0] && line.trim() === mark) opened = null
      lines.push(line)
      length += line.length + 1
    }
  }
  opened = null
  end()
  return pieces
}

/** The beginning of a long text, and whether it is all of it. */
export function markdownHead(text: string, most = shownAtFirst): { head: string; cut: boolean } {
  // A little more than shown is not worth a button.
  if (text.length <= most * 1.2) return { head: text, cut: false }
  return { head: markdownPieces(text.slice(0, most * 2), most)[0] ?? '', cut: true }
}
