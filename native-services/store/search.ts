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

export function searchRepository({ db }: RepositoryContext) {
  // A word in a title weighs more than one in a text.
  const find = db.prepare(`
    SELECT r.kind, r.ref_id AS id, snippet(search_index, -1, '${hitBegin}', '${hitEnd}', '…', 14) AS snippet,
      coalesce(t.board_id, m.board_id, b.board_id, d.board_id) AS board_id, coalesce(t.id, m.task_id, d.task_id) AS task_id,
      coalesce(t.number, mt.number) AS task_number,
      coalesce(t.title, d.title, mt.title, b.author_name) AS title, coalesce(t.created_at, m.created_at, b.created_at, d.created_at) AS created_at
    FROM search_index JOIN search_rows r ON r.id = search_index.rowid
    LEFT JOIN tasks t ON r.kind = 'task' AND t.id = r.ref_id
    LEFT JOIN messages m ON r.kind = 'comment' AND m.id = r.ref_id
    LEFT JOIN documents d ON r.kind = 'document' AND d.id = r.ref_id
    LEFT JOIN tasks mt ON mt.id = coalesce(m.task_id, d.task_id)
    LEFT JOIN board_memory b ON r.kind = 'memory' AND b.id = r.ref_id
    WHERE search_index MATCH ? AND (? IS NULL OR coalesce(t.board_id, m.board_id, b.board_id, d.board_id) = ?)
    ORDER BY bm25(search_index, 5.0, 1.0) LIMIT ?`)

  return {
    /** Best first. */
    find(query: { q: string; board_id?: string | undefined; limit: number }): SearchRow[] {
      const expression = searchExpression(query.q)
      if (expression === null) return []
      const board = query.board_id ?? null
      return (find.all(expression, board, board, query.limit) as (Omit<SearchRow, 'snippet'> & { snippet: string })[]).map((row) => ({
        ...row,
        snippet: pieces(row.snippet),
      }))
    },
  }
}
