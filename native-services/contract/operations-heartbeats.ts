/** Operations of heartbeats. */
import { agent } from './entities.ts'
import * as heartbeats from './heartbeats.ts'
import type { Operation } from './operations.ts'
import { z } from 'zod'

// oxfmt-ignore
export const heartbeatOperations = {
  listHeartbeats: { method: 'GET', path: '/agents/{agent_id}/heartbeats', auth: 'operator', tags: ['heartbeats'], summary: 'Beats expected and seen, newest first', query: heartbeats.heartbeatsQuery, response: z.object({ items: z.array(heartbeats.heartbeat), next_heartbeat_at: agent.shape.next_heartbeat_at }) },
  heartbeatNow: { method: 'POST', path: '/agents/{agent_id}/heartbeat-now', auth: 'operator', tags: ['heartbeats'], summary: 'Ask for a check-in now; the rhythm stays', status: 202, response: heartbeats.heartbeat },
  applyBoardHeartbeat: { method: 'POST', path: '/boards/{board_id}/heartbeat', auth: 'operator', tags: ['heartbeats'], summary: 'Give all agents of a board one interval', body: heartbeats.heartbeatApply, response: heartbeats.heartbeatApplied },
} as const satisfies Record<string, Operation>
