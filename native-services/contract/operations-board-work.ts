/** Operations of board chat and memory, bulk changes, undo and tags. */
import { z } from 'zod'
import * as work from './board-work.ts'
import type { Operation } from './operations.ts'
import { ok, page } from './primitives.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const boardAgent = ['agent-lead', 'agent-worker'] as const

// oxfmt-ignore
export const boardWorkOperations = {
  bulkUpdateTasks: { method: 'POST', path: '/boards/{board_id}/tasks/bulk', auth: 'operator', tags: ['tasks'], summary: 'Change up to 200 tasks alike; each one succeeds or fails by itself', body: work.bulkUpdate, response: work.bulkResult },
  archiveDoneTasks: { method: 'POST', path: '/boards/{board_id}/tasks/archive-done', auth: 'operator', tags: ['tasks'], summary: 'Archive everything that is done', response: work.bulkResult },
  undo: { method: 'POST', path: '/undo', auth: 'operator', tags: ['tasks'], summary: 'Take the last change back, with the token of its answer (header X-Undo-Token, good for 60 s)', body: work.undoRequest, response: work.undone },
  listBoardMemory: { method: 'GET', path: '/boards/{board_id}/memory', auth: 'operator', tags: ['boards'], summary: 'Chat and memory of a board, newest first', query: work.memoryQuery, response: page(work.boardMemory) },
  createBoardMemory: { method: 'POST', path: '/boards/{board_id}/memory', auth: 'operator', tags: ['boards'], summary: 'Write to the board; with the tag `chat` its lead and whoever is mentioned hear of it; /pause and /resume act on the board', body: work.memoryCreate, status: 201, response: work.boardMemory },
  agentBoardMemory: { method: 'GET', path: '/agent/boards/{board_id}/memory', auth: 'agent', tags: anyAgent, summary: 'Chat and memory of your board, newest first', query: work.memoryQuery, response: page(work.boardMemory) },
  agentCreateBoardMemory: { method: 'POST', path: '/agent/boards/{board_id}/memory', auth: 'agent', tags: boardAgent, summary: 'Write to the board; with the tag `chat` its lead and whoever is mentioned hear of it', body: work.memoryCreate, status: 201, response: work.boardMemory },
  listTags: { method: 'GET', path: '/tags', auth: 'operator', tags: ['tags'], summary: 'Tags, by name', response: z.object({ items: z.array(work.tag) }) },
  createTag: { method: 'POST', path: '/tags', auth: 'operator', tags: ['tags'], summary: 'Create a tag', body: work.tagCreate, status: 201, response: work.tag },
  updateTag: { method: 'PATCH', path: '/tags/{tag_id}', auth: 'operator', tags: ['tags'], summary: 'Rename or recolour a tag', body: work.tagUpdate, response: work.tag },
  deleteTag: { method: 'DELETE', path: '/tags/{tag_id}', auth: 'operator', tags: ['tags'], summary: 'Delete a tag; tasks lose it', response: ok },
} as const satisfies Record<string, Operation>
