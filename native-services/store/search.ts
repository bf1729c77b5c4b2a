/** Full-text search. Triggers of the database keep the index; nobody has to remember it. */
import type { SearchHit } from '../contract/search.ts'
import type { Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type SearchRow = Stored<SearchHit>

const hitBegin = '\u0002'
const hitEnd = '\u0003'

/** What was typed, as a query: every word must occur, the last one may be unfinished. Null when there is no word in it. */
export function searchExpression(text: string): string | null {
  const words = text.match(/[\p{L}\p{N}_]+/gu)?.slice(0, 12)
  if (!words) return null
  return words.map((word, index) => (index === words.length - 1 ? `"${word}"*` : `"${word}"`)).join(' ')
}

function pieces(snippet: string): SearchHit['snippet'] {
  return snippet.split(hitBegin).flatMap((part, index) => {
    if (index === 0) return part === '' ? [] : [{ text: part, hit: false }]
    const [hit = '', rest = ''] = part.split(hitEnd)
    return [...(hit === '' ? [] : [{ text: hit, hit: true }]), ...(rest === '' ? [] : [{ text: rest, hit: false }])]
  })
}

/** Scripts that put no spaces between words, and pictures: the index knows no words there, so such texts are looked through. */
const withoutWords =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Extended_Pictographic}]/u
const passageBefore = 24
const passageChars = 120

/** What must occur somewhere in a text; null when the index can answer. */
export function searchParts(text: string): string[] | null {
  return withoutWords.test(text) ? text.split(/\s+/).slice(0, 12) : null
}

function passage(text: string, part: string): SearchHit['snippet'] {
  const at = text.toLowerCase().indexOf(part.toLowerCase())
  if (at < 0) return [{ text: text.slice(0, passageChars).toWellFormed(), hit: false }]
  const from = Math.max(0, at - passageBefore)
  const end = at + part.length
  const before = `${from > 0 ? '…' : ''}${text.slice(from, at).toWellFormed()}`
  const after = text.slice(end, from + passageChars).toWellFormed()
  return [
    ...(before === '' ? [] : [{ text: before, hit: false }]),
    { text: text.slice(at, end), hit: true },
    ...(after === '' ? [] : [{ text: after, hit: false }]),
  ]
}

const columns = `r.kind, r.ref_id AS id, coalesce(t.board_id, m.board_id, b.board_id, d.board_id) AS board_id, coalesce(t.id, m.task_id, d.task_id) AS task_id,
  coalesce(t.number, mt.number) AS task_number, coalesce(t.title, d.title, mt.title, b.author_name) AS title,
  coalesce(t.created_at, m.created_at, b.created_at, d.created_at) AS created_at`
const sources = `LEFT JOIN tasks t ON r.kind = 'task' AND t.id = r.ref_id
  LEFT JOIN messages m ON r.kind = 'comment' AND m.id = r.ref_id
  LEFT JOIN documents d ON r.kind = 'document' AND d.id = r.ref_id
  LEFT JOIN tasks mt ON mt.id = coalesce(m.task_id, d.task_id)
  LEFT JOIN board_memory b ON r.kind = 'memory' AND b.id = r.ref_id`
const onBoard = '(? IS NULL OR coalesce(t.board_id, m.board_id, b.board_id, d.board_id) = ?)'

export function searchRepository({ db }: RepositoryContext) {
  // A word in a title weighs more than one in a text.
  const find = db.prepare(`
    SELECT ${columns}, snippet(search_index, -1, '${hitBegin}', '${hitEnd}', '…', 14) AS snippet
    FROM search_index JOIN search_rows r ON r.id = search_index.rowid ${sources}
    WHERE search_index MATCH ? AND ${onBoard} ORDER BY bm25(search_index, 5.0, 1.0) LIMIT ?`)
  const lookThrough = db.prepare(`
    SELECT ${columns}, c.title || char(10) || c.body AS snippet
    FROM search_content c JOIN search_rows r ON r.id = c.id ${sources}
    WHERE ${onBoard} AND NOT EXISTS (SELECT 1 FROM json_each(?) part WHERE c.title || char(10) || c.body NOT LIKE part.value ESCAPE '\\')
    ORDER BY r.kind = 'task' DESC, r.id DESC LIMIT ?`)

  return {
    /** Best first. */
    find(query: { q: string; board_id?: string | undefined; limit: number }): SearchRow[] {
      const board = query.board_id ?? null
      type Found = Omit<SearchRow, 'snippet'> & { snippet: string }
      const parts = searchParts(query.q)
      if (parts) {
        const patterns = parts.map((part) => `%${part.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`)
        const rows = lookThrough.all(board, board, JSON.stringify(patterns), query.limit) as Found[]
        return rows.map((row) => ({ ...row, snippet: passage(row.snippet.trim(), parts[0] ?? '') }))
      }
      const expression = searchExpression(query.q)
      if (expression === null) return []
      return (find.all(expression, board, board, query.limit) as Found[]).map((row) => ({ ...row, snippet: pieces(row.snippet) }))
    },
  }
}
