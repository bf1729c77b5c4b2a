/** Agents among themselves: leads look after the workers of their board, the main agent speaks to leads. Every message goes through the outbox. */
import { AppError } from '../../contract/errors.ts'
import { errorText } from '../../platform/log.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { BoardRow } from '../../store/boards.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { TaskService } from '../task-service.ts'

type Ids = 'bulkAgents' | 'agentCreateAgent' | 'agentDeleteAgent' | 'agentNudge' | 'agentDeleteTask' | 'agentMessageLead' | 'agentBroadcast'

interface LeadMessage {
  content: string
  kind: 'question' | 'handoff'
  correlation_id?: string | null | undefined
}

/** Refuses a worker that would be one too many for its board. */
export function checkRoom({ store }: Pick<ApiDeps, 'store'>, board: BoardRow): void {
  if (store.agents.all({ board_id: board.id }).filter((agent) => agent.role === 'worker').length < board.max_agents) return
  throw new AppError(
    'conflict',
    `Board worker-agent limit reached (${board.max_agents}). Raise max_agents of the board, or remove an agent.`,
  )
}

export function coordinationHandlers(deps: ApiDeps, { entities, tasks }: { entities: Entities; tasks: TaskService }): HandlerGroup<Ids> {
  const { store, lifecycle } = deps
  const { seen } = createBoardAccess(entities)

  /** The board of a lead, which is the only one that it may act on. */
  function ledBoard(agent: AgentRow, boardId: string): BoardRow {
    const board = seen(agent, boardId)
    if (agent.role !== 'lead')
      throw new AppError('forbidden', 'Only the lead of a board may do this. Mention @lead in a comment to ask for it.')
    return board
  }

  function workerOf(board: BoardRow, agentId: string): AgentRow {
    const worker = entities.mustAgent(agentId)
    if (worker.board_id !== board.id || worker.role !== 'worker')
      throw new AppError('forbidden', 'A lead may do this to workers of its own board only.', { field: 'params.agent_id' })
    return worker
  }

  function onlyMain(agent: AgentRow): void {
    if (agent.role !== 'main') throw new AppError('forbidden', "Only the gateway's main agent speaks to leads this way.")
  }

  /** In the transaction under way: the message, and that it was sent. */
  function tell(message: { from: AgentRow; to: AgentRow; title: string; body: string; event_type: string }): void {
    const { from, to, title, body } = message
    store.notifications.enqueue({
      type: 'direct_message',
      agent_id: to.id,
      board_id: to.board_id,
      task_id: null,
      comment_id: null,
      title,
      body,
      session_key: to.openclaw_session_id,
    })
    store.activity.record({
      event_type: message.event_type,
      message: title,
      actor_type: 'agent',
      actor_name: from.name,
      agent_id: to.id,
      board_id: to.board_id,
      data: { from_agent_id: from.id },
    })
  }

  function tellLead(from: AgentRow, board: BoardRow, message: LeadMessage, event: string): AgentRow {
    const lead = store.agents.lead(board.id)
    if (!lead) throw new AppError('conflict', `The board "${board.name}" has no lead. A person must add one first.`)
    const correlation = message.correlation_id ? `Correlation ID: ${message.correlation_id}\n\n` : ''
    tell({
      from,
      to: lead,
      title: message.kind === 'question' ? `${from.name} asks you something` : `${from.name} hands something over to you`,
      body: `${correlation}${message.content}`,
      event_type: event,
    })
    return lead
  }

  const act = { wake: lifecycle.wake, provision: lifecycle.provision, pause: lifecycle.pause, resume: lifecycle.resume }

  return {
    bulkAgents({ body }) {
      const failed: { agent_id: string; detail: string; code: string }[] = []
      for (const agentId of new Set(body.agent_ids)) {
        try {
          act[body.action](entities.mustAgent(agentId).id)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          failed.push({ agent_id: agentId, detail: error.message, code: error.code })
        }
      }
      if (body.action === 'resume') deps.delivery.poke()
      return { done: new Set(body.agent_ids).size - failed.length, failed }
    },

    agentCreateAgent({ agent, body }) {
      if (agent.role !== 'lead' || agent.board_id === null) throw new AppError('forbidden', 'Only the lead of a board adds workers to it.')
      const board = entities.mustBoard(agent.board_id)
      checkRoom(deps, board)
      const worker = lifecycle.create({
        gateway_id: agent.gateway_id,
        board_id: board.id,
        name: body.name,
        role: 'worker',
        heartbeat_config: body.heartbeat_config ?? { every: '10m', target: 'none' },
        identity_profile: body.identity_profile ?? {},
      })
      return entities.showAgent(lifecycle.provision(worker.id))
    },
    async agentDeleteAgent({ agent, params }) {
      await lifecycle.remove(workerOf(ledBoard(agent, params.board_id), params.agent_id).id)
      return { ok: true }
    },
    agentNudge({ agent, params, body }) {
      const worker = workerOf(ledBoard(agent, params.board_id), params.agent_id)
      store.write(() =>
        tell({ from: agent, to: worker, title: `${agent.name} nudges ${worker.name}`, body: body.message, event_type: 'agent.nudge.sent' }),
      )
      return { ok: true }
    },
    agentDeleteTask({ agent, params }) {
      const board = ledBoard(agent, params.board_id)
      tasks.remove({ kind: 'agent', agent }, entities.mustTask(board.id, params.task_id))
      return { ok: true }
    },

    agentMessageLead({ agent, params, body }) {
      onlyMain(agent)
      const board = seen(agent, params.board_id)
      const lead = store.write(() => tellLead(agent, board, body, 'gateway.main.lead_message.sent'))
      return { ok: true, board_id: board.id, lead_agent_id: lead.id, lead_agent_name: lead.name, lead_created: false }
    },
    agentBroadcast({ agent, body }) {
      onlyMain(agent)
      const boards = body.board_ids
        ? body.board_ids.map((boardId) => seen(agent, boardId))
        : store.boards.list({ gateway_id: agent.gateway_id, limit: 1000, offset: 0 }).items
      const results = boards.map((board) => {
        try {
          const lead = store.write(() => tellLead(agent, board, body, 'gateway.main.lead_broadcast.sent'))
          return { board_id: board.id, lead_agent_id: lead.id, lead_agent_name: lead.name, ok: true, error: null }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          return { board_id: board.id, lead_agent_id: null, lead_agent_name: null, ok: false, error: errorText(error) }
        }
      })
      const sent = results.filter((result) => result.ok).length
      return { ok: true, sent, failed: results.length - sent, results }
    },
  }
}
