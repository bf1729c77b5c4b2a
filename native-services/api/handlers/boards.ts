/** Boards and their tasks, for operators. */
import { AppError } from '../../contract/errors.ts'
import { checkGoal } from '../board-goal.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { TaskService } from '../task-service.ts'
import type { ThreadService } from '../thread-service.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listBoards'
  | 'createBoard'
  | 'getBoard'
  | 'updateBoard'
  | 'deleteBoard'
  | 'getBoardSnapshot'
  | 'listTasks'
  | 'createTask'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'listComments'
  | 'createComment'

const operator = { kind: 'operator' } as const
const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const snapshotTasks = 50_000

/** `Ship it!` → `ship-it`; `fallback` when nothing is left. */
export function slugOf(name: string, fallback = 'board'): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  return slug.slice(0, 60) || fallback
}

export function boardHandlers(
  deps: ApiDeps,
  { entities, tasks, threads }: { entities: Entities; tasks: TaskService; threads: ThreadService },
): HandlerGroup<Ids> {
  const { store } = deps

  function freeSlug(gatewayId: string, wanted: string): string {
    for (let n = 1; ; n += 1) {
      const slug = n === 1 ? wanted : `${wanted}-${n}`
      if (!store.boards.slugTaken(gatewayId, slug)) return slug
    }
  }

  return {
    listBoards: ({ query }) => ({ ...store.boards.list(query), ...pick(query) }),
    createBoard({ body }) {
      const gateway = body.gateway_id === undefined ? entities.must(store.gateways.local(), 'gateway') : store.gateways.get(body.gateway_id)
      if (!gateway) throw new AppError('not_found', 'There is no such gateway.', { field: 'body.gateway_id' })
      const source = checkGoal(store, null, body)
      return store.write(() => {
        const board = store.boards.create({
          gateway_id: gateway.id,
          name: body.name,
          slug: freeSlug(gateway.id, slugOf(body.slug || body.name)),
          description: body.description,
          board_type: body.board_type,
          objective: body.objective ?? null,
          success_metrics: body.success_metrics,
          target_date: body.target_date ?? null,
          goal_confirmed: body.goal_confirmed,
          goal_source: body.goal_source ?? null,
          ...source,
          board_group_id: body.board_group_id ?? null,
          max_agents: body.max_agents,
        })
        store.activity.record({
          event_type: 'board.created',
          message: `Operator created the board ${board.name}`,
          ...byOperator,
          board_id: board.id,
          gateway_id: gateway.id,
        })
        return board
      })
    },
    getBoard: ({ params }) => entities.mustBoard(params.board_id),
    updateBoard({ params, body }) {
      const board = entities.mustBoard(params.board_id)
      const fields = Object.entries(body).filter(([, value]) => value !== undefined)
      if (fields.length > 0) {
        const source = checkGoal(store, board, body)
        store.write(() => {
          store.boards.update(board.id, { ...body, ...source })
          const paused = body.paused !== undefined && body.paused !== board.paused
          store.activity.record({
            event_type: paused ? (body.paused ? 'board.paused' : 'board.resumed') : 'board.updated',
            message: paused
              ? `Operator ${body.paused ? 'paused' : 'resumed'} the board ${board.name}`
              : `Operator changed ${fields.map(([field]) => field).join(', ')} of the board ${board.name}`,
            ...byOperator,
            board_id: board.id,
            data: Object.fromEntries(fields),
          })
        })
        if (board.paused && body.paused === false) deps.delivery.poke()
      }
      return entities.mustBoard(board.id)
    },
    deleteBoard({ params }) {
      const board = entities.mustBoard(params.board_id)
      if (board.agent_count > 0) throw new AppError('conflict', `The board still has ${board.agent_count} agents. Remove them first.`)
      store.write(() => {
        store.boards.remove(board.id)
        store.activity.record({
          event_type: 'board.deleted',
          message: `Operator deleted the board ${board.name}`,
          ...byOperator,
          gateway_id: board.gateway_id,
          data: { board_id: board.id },
        })
      })
      return { ok: true }
    },
    getBoardSnapshot({ params, query }) {
      const board = entities.mustBoard(params.board_id)
      const { items, total } = store.tasks.list({ board_id: board.id, ...query, limit: snapshotTasks, offset: 0 })
      const agents = store.agents.all({ board_id: board.id }).map(entities.showAgent)
      return { board, tasks: items, agents, total, rev: store.revision() }
    },

    listTasks: ({ params, query }) => ({
      ...store.tasks.list({ board_id: entities.mustBoard(params.board_id).id, ...query }),
      ...pick(query),
    }),
    createTask: ({ params, body }) => tasks.create(operator, entities.mustBoard(params.board_id), body),
    getTask: ({ params }) => entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id),
    updateTask({ params, body }) {
      const board = entities.mustBoard(params.board_id)
      return tasks.update(operator, board, entities.mustTask(board.id, params.task_id), body)
    },
    deleteTask({ params }) {
      tasks.remove(operator, entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id))
      return { ok: true }
    },
    listComments: ({ params, query }) => ({
      ...store.messages.list(entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id).id, query),
      ...pick(query),
    }),
    createComment({ params, body }) {
      const task = entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id)
      const comment = tasks.comment(operator, task, body)
      return { ...comment, reach: threads.reach(task, comment) }
    },
  }
}
