/** Agents, the activity feed and the outbox, for operators. The lifecycle does the work; here stand the checks before it. */
import { AppError } from '../../contract/errors.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { checkRoom } from './coordination.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listAgents'
  | 'createAgent'
  | 'getAgent'
  | 'updateAgent'
  | 'deleteAgent'
  | 'provisionAgent'
  | 'wakeAgent'
  | 'pauseAgent'
  | 'resumeAgent'
  | 'listActivity'
  | 'listNotifications'
  | 'replayNotification'
  | 'discardNotification'

export function agentHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, lifecycle } = deps
  const { showAgent } = entities
  const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const

  return {
    listAgents({ query }) {
      const { items, total } = store.agents.list(query)
      return { items: items.map(showAgent), total, ...pick(query) }
    },
    createAgent({ body }) {
      const boardId = body.board_id ?? null
      const board = boardId === null ? null : store.boards.get(boardId)
      if (board === undefined) throw new AppError('not_found', 'There is no such board.', { field: 'body.board_id' })
      const gatewayId = body.gateway_id ?? board?.gateway_id ?? store.gateways.local()?.id
      if (gatewayId === undefined || !store.gateways.get(gatewayId))
        throw new AppError('not_found', 'There is no such gateway.', { field: 'body.gateway_id' })
      if (board && board.gateway_id !== gatewayId)
        throw new AppError('invalid_request', 'The board belongs to another gateway.', { field: 'body.gateway_id' })
      // The seed's clients know two kinds only: on no board is the main one, and `is_board_lead` marks a lead.
      const role = board === null ? 'main' : body.is_board_lead === true ? 'lead' : body.role
      if (board !== null && role === 'main')
        throw new AppError('invalid_request', "The gateway's main agent belongs to no board. Leave board_id out.", { field: 'body.role' })
      if (body.is_board_lead === false && body.role === 'lead')
        throw new AppError('invalid_request', 'role and is_board_lead contradict each other. Send one of them.', {
          field: 'body.is_board_lead',
        })
      if (board && role === 'worker') checkRoom(deps, board)
      const agent = lifecycle.create({
        gateway_id: gatewayId,
        board_id: board?.id ?? null,
        name: body.name,
        role,
        heartbeat_config: body.heartbeat_config ?? { every: '10m', target: 'none' },
        identity_profile: body.identity_profile ?? {},
      })
      return showAgent(body.provision ? lifecycle.provision(agent.id) : agent)
    },
    getAgent: ({ params }) => showAgent(entities.mustAgent(params.agent_id)),
    updateAgent({ params, body }) {
      const agent = entities.mustAgent(params.agent_id)
      const patch = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Parameters<
        typeof lifecycle.rename
      >[1]
      return showAgent(Object.keys(patch).length === 0 ? agent : lifecycle.rename(agent.id, patch))
    },
    async deleteAgent({ params }) {
      await lifecycle.remove(entities.mustAgent(params.agent_id).id)
      return { ok: true }
    },
    provisionAgent: ({ params }) => showAgent(lifecycle.provision(entities.mustAgent(params.agent_id).id)),
    wakeAgent: ({ params }) => showAgent(lifecycle.wake(entities.mustAgent(params.agent_id).id)),
    pauseAgent: ({ params }) => showAgent(lifecycle.pause(entities.mustAgent(params.agent_id).id)),
    resumeAgent({ params }) {
      const agent = lifecycle.resume(entities.mustAgent(params.agent_id).id)
      deps.delivery.poke()
      return showAgent(agent)
    },

    listActivity: ({ query }) => ({ ...store.activity.list(query), ...pick(query) }),
    listNotifications: ({ query }) => ({ ...store.notifications.list(query), ...pick(query) }),
    replayNotification({ params }) {
      const row = entities.must(store.notifications.get(params.notification_id), 'message')
      if (row.state === 'leased') throw new AppError('conflict', 'This message is being sent right now.')
      if (row.state === 'delivered') throw new AppError('conflict', 'This message was delivered. Write a comment to reach the agent again.')
      store.write(() => {
        store.notifications.replay(row.id)
        store.activity.record({
          event_type: 'notification.replayed',
          message: `Operator sends again: ${row.title}`,
          ...byOperator,
          agent_id: row.agent_id,
          task_id: row.task_id,
          board_id: row.board_id,
        })
      })
      deps.delivery.poke()
      return entities.must(store.notifications.get(row.id), 'message')
    },
    discardNotification({ params }) {
      const row = entities.must(store.notifications.get(params.notification_id), 'message')
      // One that is under way ends with its run: the delivery sees the change and closes it.
      if (row.state === 'delivered' || row.state === 'skipped')
        throw new AppError('conflict', `This message is ${row.state}; there is nothing left to give up.`)
      store.write(() => {
        store.notifications.finish(row.id, { state: 'skipped', error_code: 'discarded', error: 'An operator gave it up.' })
        store.activity.record({
          event_type: 'notification.discarded',
          message: `Operator gave up: ${row.title}`,
          ...byOperator,
          agent_id: row.agent_id,
          task_id: row.task_id,
          board_id: row.board_id,
        })
      })
      return entities.must(store.notifications.get(row.id), 'message')
    },
  }
}
