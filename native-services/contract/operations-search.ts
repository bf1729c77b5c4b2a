import { z } from 'zod'
import type { Operation } from './operations.ts'
import { boardSearchQuery, searchHit, searchQuery } from './search.ts'

// oxfmt-ignore
export const searchOperations = {
  search: { method: 'GET', path: '/search', auth: 'operator', tags: ['search'], summary: 'Tasks, comments, documents and board memory that contain all words, best first; the last word may be unfinished', query: searchQuery, response: z.object({ items: z.array(searchHit) }) },
  agentSearch: { method: 'GET', path: '/agent/boards/{board_id}/search', auth: 'agent', tags: ['agent-main', 'agent-lead', 'agent-worker'], summary: 'The same on your board', query: boardSearchQuery, response: z.object({ items: z.array(searchHit) }) },
} as const satisfies Record<string, Operation>
