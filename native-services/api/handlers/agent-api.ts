/** What agents themselves may call. Workers and leads see their own board, the main agent the boards of its gateway. */
import { AppError } from '../../contract/errors.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { TaskService } from '../task-service.ts'
import { pick } from './operator.ts'

type Ids =
  | 'agentHealthz'
  | 'agentHeartbeat'
  | 'agentBoards'
  | 'agentBoard'
  | 'agentAgents'
  | 'agentTasks'
  | 'agentCreateTask'
  | 'agentTask'
  | 'agentUpdateTask'
  | 'agentComments'
  | 'agentTaskActivity'
  | 'agentCreateComment'

export function agentApiHandlers(deps: ApiDeps, { entities, tasks }: { entities: Entities; tasks: TaskService }): HandlerGroup<Ids> {
  const { store, lifecycle } = deps
  const { seen, writable } = createBoardAccess(entities)

  return {
    agentHealthz: ({ agent }) => ({
      ok: true,
      agent_id: agent.id,
      board_id: agent.board_id,
      gateway_id: agent.gateway_id,
      status: agent.status,
      is_board_lead: agent.is_board_lead,
    }),
    agentHeartbeat: ({ agent }) => entities.showAgent(lifecycle.checkIn(agent.id)),
    agentBoards: ({ agent, query }) => ({
      ...store.boards.list({
        ...query,
        ...(agent.role === 'main' ? { gateway_id: agent.gateway_id } : { ids: agent.board_id === null ? [] : [agent.board_id] }),
      }),
      ...pick(query),
    }),
    agentBoard: ({ agent, params }) => seen(agent, params.board_id),
    agentAgents({ agent, query }) {
      const { items, total } = store.agents.list({
        ...query,
        ...(agent.role === 'main' ? { gateway_id: agent.gateway_id } : { board_id: agent.board_id ?? '' }),
      })
      return { items: items.map(entities.showAgent), total, ...pick(query) }
    },
    agentTasks: ({ agent, params, query }) => ({
      ...store.tasks.list({ board_id: seen(agent, params.board_id).id, ...query }),
      ...pick(query),
    }),
    agentCreateTask({ agent, params, body }) {
      const board = seen(agent, params.board_id)
      if (agent.role !== 'lead')
        throw new AppError('forbidden', 'Only the lead of a board creates tasks. Mention @lead in a comment to propose one.')
      return tasks.create({ kind: 'agent', agent }, board, body)
    },
    agentTask: ({ agent, params }) => entities.mustTask(seen(agent, params.board_id).id, params.task_id),
    agentUpdateTask({ agent, params, body }) {
      const board = writable(agent, params.board_id)
      return tasks.update({ kind: 'agent', agent }, board, entities.mustTask(board.id, params.task_id), body)
    },
    agentComments({ agent, params, query }) {
      const task = entities.mustTask(seen(agent, params.board_id).id, params.task_id)
      if (query.last === undefined) return { ...store.messages.list(task.id, query), ...pick(query) }
      const items = store.messages.tail(task.id, query.last)
      return { items, total: task.comment_count, limit: query.last, offset: Math.max(0, task.comment_count - items.length) }
    },
    agentTaskActivity: ({ agent, params, query }) => ({
      ...store.activity.list({ task_id: entities.mustTask(seen(agent, params.board_id).id, params.task_id).id, ...query }),
      ...pick(query),
    }),
    agentCreateComment: ({ agent, params, body }) =>
      tasks.comment({ kind: 'agent', agent }, entities.mustTask(writable(agent, params.board_id).id, params.task_id), body),
  }
}
