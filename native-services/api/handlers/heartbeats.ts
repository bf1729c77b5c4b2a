/** Heartbeats, for operators: the ledger of an agent, a beat now, one pace for a whole board. */
import { parseEvery } from '../../domain/agent-interval.ts'
import { applyPace } from '../apply-pace.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'

type Ids = 'listHeartbeats' | 'heartbeatNow' | 'applyBoardHeartbeat'

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const

export function heartbeatHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, lifecycle, heartbeat } = deps

  return {
    listHeartbeats({ params, query }) {
      const agent = entities.mustAgent(params.agent_id)
      return { items: store.heartbeats.list(agent.id, query.limit), next_heartbeat_at: agent.next_heartbeat_at }
    },

    heartbeatNow({ params }) {
      const agent = entities.mustAgent(params.agent_id)
      return store.write(() => {
        const beat = heartbeat.beatNow(agent)
        store.activity.record({
          event_type: 'agent.heartbeat_now',
          message: `Operator asked ${agent.name} to check in`,
          ...byOperator,
          agent_id: agent.id,
          board_id: agent.board_id,
        })
        return beat
      })
    },

    applyBoardHeartbeat({ params, body }) {
      const board = entities.mustBoard(params.board_id)
      parseEvery(body.every)
      const meant = store.agents.all({ board_id: board.id }).filter((agent) => body.include_board_leads || agent.role !== 'lead')
      return store.write(() => {
        const result = applyPace(lifecycle, meant, body.every)
        store.activity.record({
          event_type: 'board.heartbeat_applied',
          message: `Operator set the heartbeat of ${result.updated_agent_ids.length} ${result.updated_agent_ids.length === 1 ? 'agent' : 'agents'} of ${board.name} to ${body.every}`,
          ...byOperator,
          board_id: board.id,
          data: { every: body.every, include_board_leads: body.include_board_leads },
        })
        return { board_id: board.id, requested: meant.length, ...result }
      })
    },
  }
}
