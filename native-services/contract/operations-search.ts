import { z } from 'zod'
import type { Operation } from './operations.ts'
import { searchHit, searchQuery } from './search.ts'

// oxfmt-ignore
export const searchOperations = {
  search: { method: 'GET', path: '/search', auth: 'operator', tags: ['search'], summary: 'Tasks, comments, documents and board memory that contain all words, best first; the last word may be unfinished', query: searchQuery, response: z.object({ items: z.array(searchHit) }) },
} as const satisfies Record<string, Operation>
