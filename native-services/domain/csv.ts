/**
 * Tables as text: RFC 4180, with commas, quotes doubled, lines ending in CR LF; read tolerantly (a byte order mark, bare LF or CR).
 *
 * A cell that a spreadsheet would take for a formula is written behind an apostrophe, which is taken off again on the way in
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */

const dangerous = /^'*[=+\-@\t\r]/
const needsQuotes = /[",\r\n]|^\s|\s$/

function cell(text: string): string {
  const safe = dangerous.test(text) ? `'${text}` : text
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function printCsv(rows: readonly (readonly string[])[]): string {
  // A row of one empty cell would be an empty line, which readers leave out.
  return rows.map((row) => `${row.length === 1 && row[0] === '' ? '""' : row.map(cell).join(',')}\r\n`).join('')
}

export interface CsvRow {
  /** Line that it begins in, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export class CsvError extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.name = 'CsvError'
    this.line = line
  }
}

/** What stands between the cells: spreadsheets of many countries write semicolons, tables that were copied have tabs. Told by the head, which has no commas then. */
export function separatorOf(text: string): ',' | ';' | '\t' {
  const head = (/^\uFEFF?[\r\n]*([^\r\n]*)/.exec(text)?.[1] ?? '').replace(/"(?:[^"]|"")*"/g, '')
  if (head.includes(',')) return ','
  return head.includes(';') ? ';' : head.includes('\t') ? '\t' : ','
}

/** Empty lines are left out. Throws `CsvError` for a quote that is never closed, or that stands in the middle of a cell. */
export function parseCsv(text: string, separator: ',' | ';' | '\t' = ','): CsvRow[] {
  const ends = `${separator}\r\n`
  const rows: CsvRow[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let line = 1
  let begun = 1
  let cells: string[] = []
  let quotedAny = false

  function endRow(): void {
    if (cells.length > 1 || cells[0] !== '' || quotedAny) rows.push({ line: begun, cells })
    cells = []
    quotedAny = false
  }

  while (at < text.length) {
    if (cells.length === 0) begun = line
    let value = ''
    if (text[at] === '"') {
      quotedAny = true
      const opened = line
      at += 1
      for (;;) {
        const quote = text.indexOf('"', at)
        if (quote < 0) throw new CsvError('A quote is opened and never closed.', opened)
        value += text.slice(at, quote)
        at = quote + 1
        if (text[at] !== '"') break
        value += '"'
        at += 1
      }
      line += value.match(/\r\n|\r|\n/g)?.length ?? 0
      if (at < text.length && !ends.includes(text[at] ?? '')) throw new CsvError('There is text after a closing quote.', line)
    } else {
      const from = at
      while (at < text.length && !ends.includes(text[at] ?? '')) at += 1
      value = text.slice(from, at)
      if (value.includes('"')) throw new CsvError('A quote stands in a cell that is not quoted.', line)
    }
    cells.push(/^'+[=+\-@\t\r]/.test(value) ? value.slice(1) : value)
    if (text[at] === separator) {
      at += 1
      // One at the very end is followed by one more, empty cell.
      if (at === text.length || text[at] === '\r' || text[at] === '\n') cells.push('')
      else continue
    }
    endRow()
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1
    at += 1
    line += 1
  }
  return rows
}
