/** Board groups: the groups themselves, what stands on their boards, their chat and memory, one pace for all their agents. */
import { broadcastTag } from '../../contract/board-groups.ts'
import { AppError } from '../../contract/errors.ts'
import type { BodyOf, QueryOf } from '../../contract/operations.ts'
import { tellGroup } from '../../delivery/group-chat.ts'
import { parseEvery } from '../../domain/agent-interval.ts'
import { withReport } from '../../domain/goal-rules.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { BoardGroupRow, GroupMemoryRow } from '../../store/board-groups.ts'
import type { BoardRow } from '../../store/boards.ts'
import { applyPace } from '../apply-pace.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { boardGroupOperations } from '../../contract/operations-board-groups.ts'
import { slugOf } from './boards.ts'
import { pick } from './operator.ts'

type Ids = keyof typeof boardGroupOperations

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const byAgent = (agent: AgentRow) => ({ actor_type: 'agent', actor_name: agent.name, agent_id: agent.id }) as const
const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

export function boardGroupHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, lifecycle } = deps
  const { seen, writable } = createBoardAccess(entities)

  const mustGroup = (id: string): BoardGroupRow => entities.must(store.boardGroups.get(id), 'board group')
  function groupOf(board: BoardRow): BoardGroupRow | null {
    return board.board_group_id === null ? null : mustGroup(board.board_group_id)
  }
  function groupToUse(board: BoardRow): BoardGroupRow {
    const group = groupOf(board)
    if (!group) throw new AppError('conflict', `The board ${board.name} belongs to no group. Choose one in its settings.`)
    return group
  }

  function checkName(name: string, own?: BoardGroupRow): void {
    const taken = store.boardGroups.byName(name)
    if (taken && taken.id !== own?.id) throw new AppError('conflict', `There is a group ${taken.name} already.`, { field: 'body.name' })
  }
  function freeSlug(wanted: string): string {
    for (let n = 1; ; n += 1) {
      const slug = n === 1 ? wanted : `${wanted}-${n}`
      if (!store.boardGroups.slugTaken(slug)) return slug
    }
  }

  function snapshot(group: BoardGroupRow, boardIds: readonly string[], query: QueryOf<'getBoardGroupSnapshot'>) {
    const names = new Map(store.agents.all().map((agent) => [agent.id, agent.name]))
    const boards = boardIds.map((id) => {
      const board = entities.mustBoard(id)
      const pressing = store.boardGroups.pressingTaskIds(id, { done: query.include_done ?? false, limit: query.per_board_task_limit })
      const tasks = pressing.flatMap((taskId) => {
        const task = store.tasks.get(taskId)
        if (!task) return []
        const { number, title, status, priority, due_at, assigned_agent_ids, is_blocked, waiting_for, updated_at } = task
        const assignees = assigned_agent_ids.flatMap((agentId) => names.get(agentId) ?? [])
        return { id: task.id, number, title, status, priority, due_at, assigned_agent_ids, is_blocked, waiting_for, updated_at, assignees }
      })
      return { board, task_counts: board.task_counts, tasks }
    })
    return { group, boards }
  }
  function snapshotAround(board: BoardRow, query: QueryOf<'getGroupSnapshotOfBoard'>) {
    const group = groupOf(board)
    if (!group) return { group: null, boards: [] }
    const ids = store.boardGroups.boardIds(group.id).filter((id) => query.include_self !== false || id !== board.id)
    return snapshot(group, ids, query)
  }

  function list(group: BoardGroupRow | null, query: QueryOf<'listGroupMemory'>) {
    if (!group) return { items: [], total: 0, ...pick(query) }
    return { ...store.groupMemory.list({ board_group_id: group.id, ...query }), ...pick(query) }
  }

  function write(group: BoardGroupRow, agent: AgentRow | null, body: BodyOf<'createGroupMemory'>): GroupMemoryRow {
    const tags = [...new Set(body.tags)]
    const isChat = tags.includes('chat') || tags.includes(broadcastTag)
    const memory = store.write(() => {
      const { memory: entry } = store.groupMemory.add({
        board_group_id: group.id,
        board_id: agent?.board_id ?? null,
        content: body.content,
        tags,
        is_chat: isChat,
        source: agent ? 'agent' : 'operator',
        author_type: agent ? 'agent' : 'user',
        author_name: agent?.name ?? 'Operator',
        agent_id: agent?.id ?? null,
        source_notification_id: null,
      })
      if (isChat) {
        const told = tellGroup(store, entry)
        if (tags.includes(broadcastTag))
          store.activity.record({
            event_type: 'board_group.broadcast',
            message: `${entry.author_name} wrote to everybody in ${group.name}: ${plural(told, 'agent')}`,
            ...(agent ? byAgent(agent) : byOperator),
            board_id: entry.board_id,
            data: { board_group_id: group.id, memory_id: entry.id },
          })
      }
      return entities.must(store.groupMemory.get(entry.id), 'message')
    })
    deps.delivery.poke()
    return memory
  }

  function pace(group: BoardGroupRow, body: BodyOf<'applyGroupHeartbeat'>, agent: AgentRow | null) {
    parseEvery(body.every)
    return store.write(() => {
      const meant = store.boardGroups
        .boardIds(group.id)
        .flatMap((id) => store.agents.all({ board_id: id }))
        .filter((each) => body.include_board_leads || each.role !== 'lead')
      const result = applyPace(lifecycle, meant, body.every)
      store.activity.record({
        event_type: 'board_group.heartbeat_applied',
        message: `${agent?.name ?? 'Operator'} set the heartbeat of ${plural(result.updated_agent_ids.length, 'agent')} of ${group.name} to ${body.every}`,
        ...(agent ? byAgent(agent) : byOperator),
        data: { board_group_id: group.id, every: body.every, include_board_leads: body.include_board_leads },
      })
      return { board_group_id: group.id, requested: meant.length, ...result }
    })
  }

  return {
    listBoardGroups: ({ query }) => ({ ...store.boardGroups.list(query), ...pick(query) }),
    createBoardGroup({ body }) {
      checkName(body.name)
      const boardIds = [...new Set(body.board_ids)]
      const missing = boardIds.findIndex((id) => !store.boards.get(id))
      if (missing >= 0) throw new AppError('not_found', 'There is no such board.', { field: `body.board_ids.${missing}` })
      return store.write(() => {
        const group = store.boardGroups.create({
          name: body.name,
          slug: freeSlug(slugOf(body.slug || body.name, 'group')),
          description: body.description,
        })
        for (const id of boardIds) store.boards.update(id, { board_group_id: group.id })
        store.activity.record({
          event_type: 'board_group.created',
          message: `Operator created the board group ${group.name}${boardIds.length > 0 ? ` with ${plural(boardIds.length, 'board')}` : ''}`,
          ...byOperator,
          data: { board_group_id: group.id, board_ids: boardIds },
        })
        return group
      })
    },
    getBoardGroup: ({ params }) => mustGroup(params.board_group_id),
    updateBoardGroup({ params, body }) {
      const group = mustGroup(params.board_group_id)
      if (body.name !== undefined) checkName(body.name, group)
      const fields = Object.entries(body).filter(([, value]) => value !== undefined)
      if (fields.length > 0)
        store.write(() => {
          store.boardGroups.update(group.id, body)
          store.activity.record({
            event_type: 'board_group.updated',
            message: `Operator changed ${fields.map(([field]) => field).join(', ')} of the board group ${group.name}`,
            ...byOperator,
            data: { board_group_id: group.id, ...Object.fromEntries(fields) },
          })
        })
      return mustGroup(group.id)
    },
    deleteBoardGroup({ params }) {
      const group = mustGroup(params.board_group_id)
      store.write(() => {
        // What was not sent yet has nowhere to be answered any more.
        for (const id of store.boardGroups.waitingMessages(group.id))
          store.notifications.finish(id, { state: 'skipped', error_code: 'group_gone', error: 'The group was deleted.' })
        store.boardGroups.remove(group.id)
        store.activity.record({
          event_type: 'board_group.deleted',
          message: `Operator deleted the board group ${group.name}`,
          ...byOperator,
          data: { board_group_id: group.id },
        })
      })
      return { ok: true }
    },

    getBoardGroupSnapshot({ params, query }) {
      const group = mustGroup(params.board_group_id)
      return snapshot(group, store.boardGroups.boardIds(group.id), query)
    },
    getGroupSnapshotOfBoard: ({ params, query }) => snapshotAround(entities.mustBoard(params.board_id), query),
    agentGroupSnapshot: ({ agent, params, query }) => snapshotAround(seen(agent, params.board_id), query),

    applyGroupHeartbeat: ({ params, body }) => pace(mustGroup(params.board_group_id), body, null),
    agentGroupHeartbeat({ agent, params, body }) {
      const group = groupToUse(seen(agent, params.board_id))
      if (agent.role !== 'lead') throw new AppError('forbidden', 'Only the lead of a board sets the pace of its group. Mention @lead.')
      return pace(group, body, agent)
    },

    listGroupMemory: ({ params, query }) => list(mustGroup(params.board_group_id), query),
    createGroupMemory: ({ params, body }) => write(mustGroup(params.board_group_id), null, body),
    listGroupMemoryOfBoard: ({ params, query }) => list(groupOf(entities.mustBoard(params.board_id)), query),
    createGroupMemoryOfBoard: ({ params, body }) => write(groupToUse(entities.mustBoard(params.board_id)), null, body),
    agentGroupMemory: ({ agent, params, query }) => list(groupOf(seen(agent, params.board_id)), query),
    agentCreateGroupMemory: ({ agent, params, body }) => write(groupToUse(writable(agent, params.board_id)), agent, body),

    agentReportMetric({ agent, params, body }) {
      const board = writable(agent, params.board_id)
      if (agent.role !== 'lead')
        throw new AppError('forbidden', 'Only the lead of a board reports its figures. Mention @lead with the number.')
      const metrics = withReport(board.success_metrics, body)
      if (!metrics)
        throw new AppError(
          'not_found',
          `The goal of ${board.name} has no metric of that name. GET /api/v1/agent/boards/${board.id} lists them.`,
          {
            field: 'body.name',
          },
        )
      store.write(() => {
        store.boards.update(board.id, { success_metrics: metrics })
        store.activity.record({
          event_type: 'board.metric_reported',
          message: `${agent.name} reported ${body.name} of ${board.name}: ${body.current}`,
          ...byAgent(agent),
          board_id: board.id,
          data: { name: body.name, current: body.current },
        })
      })
      return entities.mustBoard(board.id)
    },
  }
}
