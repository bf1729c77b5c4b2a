/** Operations of agents' sessions in the gateway. */
import { z } from 'zod'
import type { Operation } from './operations.ts'
import { ok } from './primitives.ts'
import * as sessions from './sessions.ts'

// oxfmt-ignore
export const sessionOperations = {
  listAgentSessions: { method: 'GET', path: '/agents/{agent_id}/sessions', auth: 'operator', tags: ['sessions'], summary: 'Its conversations in the gateway, newest first', response: z.object({ items: z.array(sessions.agentSession) }) },
  getSessionHistory: { method: 'GET', path: '/agents/{agent_id}/sessions/history', auth: 'operator', tags: ['sessions'], summary: 'The transcript of a session, oldest first, the newest part unless `before` is given', query: sessions.sessionHistoryQuery, response: sessions.sessionHistory },
  sendSessionMessage: { method: 'POST', path: '/agents/{agent_id}/sessions/message', auth: 'operator', tags: ['sessions'], summary: 'Say something in a session; the answer comes over the event stream', body: sessions.sessionSend, status: 202, response: sessions.sessionSent },
  abortSession: { method: 'POST', path: '/agents/{agent_id}/sessions/abort', auth: 'operator', tags: ['sessions'], summary: 'Stop the run of a session', body: sessions.sessionTarget, response: sessions.sessionAborted },
  resetSession: { method: 'POST', path: '/agents/{agent_id}/sessions/reset', auth: 'operator', tags: ['sessions'], summary: 'Begin a session anew; the agent forgets what was said in it', body: sessions.sessionTarget, response: ok },
} as const satisfies Record<string, Operation>
