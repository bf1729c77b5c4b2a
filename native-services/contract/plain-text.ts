/** Markdown as the one line of plain text that a row of a list shows. Pure. */

const paired = (mark: string): RegExp => new RegExp(`(?<!\\\\)${mark}(?=\\S)([^\\n]*?[^\\s\\\\])${mark}`, 'g')
const marks: readonly RegExp[] = [paired('\\*\\*'), paired('\\*'), paired('~~'), paired('`')]

/** Without its marks; names such as `delete_branch` keep their underscores, and a lone `*` stays what it is. */
export function plainText(markdown: string): string {
  const lines = markdown
    .replace(/^ {0,3}(```|~~~)[^\n]*$/gm, ' ')
    .replace(/!?\[([^\]\n]*)\]\([^)\s]*(?:\s+"[^"\n]*")?\)/g, '$1')
    // The line below the head of a table, then the bars between cells.
    .replace(/^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/gm, ' ')
    .replace(/^[ \t]*\|(.*)\|[ \t]*$/gm, (_, cells: string) => cells.replaceAll('|', ' '))
    .replace(/^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)+/gm, '')
  const unmarked = marks.reduce((text, mark) => text.replace(mark, '$1'), lines)
  return unmarked
    .replace(/(?<![\p{L}\p{N}_])(__?)(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}_])/gu, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!|~>])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

/** At most so many characters, the last of them an ellipsis when something was left out. */
export function shortened(text: string, most = 140): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** How a Markdown text begins. What is far behind the cut is not looked at. */
export const firstWords = (markdown: string, most = 140): string => shortened(plainText(markdown.slice(0, most * 8)), most)
