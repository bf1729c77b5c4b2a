import { z } from 'zod'
import { logLine } from './entities.ts'
import { logContextQuery, logExportQuery, logPage, logsQuery, logStats } from './logs.ts'
import type { Operation } from './operations.ts'

// oxfmt-ignore
export const logOperations = {
  listLogs: { method: 'GET', path: '/logs', auth: 'operator', tags: ['logs'], summary: 'Log lines, oldest first: the newest page unless `before` or `after` is given. Searches all that is on disk', query: logsQuery, response: logPage },
  getLogStats: { method: 'GET', path: '/logs/stats', auth: 'operator', tags: ['logs'], summary: 'How much log there is, since when, and where', response: logStats },
  getLogLine: { method: 'GET', path: '/logs/lines/{seq}', auth: 'operator', tags: ['logs'], summary: 'One line, whole', response: logLine },
  getLogContext: { method: 'GET', path: '/logs/context/{seq}', auth: 'operator', tags: ['logs'], summary: 'A line and those around it, oldest first', query: logContextQuery, response: z.object({ items: z.array(logLine), has_before: z.boolean(), has_after: z.boolean() }) },
  exportLogs: { method: 'GET', path: '/logs/export', auth: 'operator', tags: ['logs'], summary: 'The newest 200,000 lines that match, oldest first, as a file: one JSON object per line, or text', query: logExportQuery, response: z.string(), streams: true },
} as const satisfies Record<string, Operation>
