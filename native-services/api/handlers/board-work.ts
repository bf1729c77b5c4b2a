/** Board chat and memory, changes of many tasks at once, undo, tags. */
import type { BodyOf } from '../../contract/operations.ts'
import { AppError } from '../../contract/errors.ts'
import { tellChat } from '../../delivery/board-chat.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { MemoryRow } from '../../store/board-memory.ts'
import type { BoardRow } from '../../store/boards.ts'
import type { TagRow } from '../../store/tags.ts'
import type { TaskRow } from '../../store/tasks.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { TaskService } from '../task-service.ts'
import type { UndoService } from '../undo-service.ts'
import { pick } from './operator.ts'

type Ids =
  | 'bulkUpdateTasks'
  | 'archiveDoneTasks'
  | 'undo'
  | 'listBoardMemory'
  | 'createBoardMemory'
  | 'agentBoardMemory'
  | 'agentCreateBoardMemory'
  | 'listTags'
  | 'createTag'
  | 'updateTag'
  | 'deleteTag'

const operator = { kind: 'operator' } as const
const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const mostArchived = 10_000

export function boardWorkHandlers(
  deps: ApiDeps,
  { entities, tasks, undo }: { entities: Entities; tasks: TaskService; undo: UndoService },
): HandlerGroup<Ids> {
  const { store } = deps
  const { seen, writable } = createBoardAccess(entities)

  /** One transaction; a task that refuses keeps none of the others. */
  function changeAll(board: BoardRow, ids: readonly string[], patch: BodyOf<'updateTask'>, positions?: ReadonlyMap<string, number>) {
    const results = store.write(() =>
      ids.map((id) => {
        try {
          const position = positions?.get(id)
          const own = position === undefined ? patch : { ...patch, position }
          const task: TaskRow = tasks.update(operator, board, entities.mustTask(board.id, id), own)
          return { task_id: id, ok: true, code: null, detail: null, task }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          return { task_id: id, ok: false, code: error.code, detail: error.message, task: null }
        }
      }),
    )
    const changed = results.filter((result) => result.ok).length
    return { results, changed, failed: results.length - changed }
  }

  /** `/pause` and `/resume`, written by a person alone on their line, act on the board. */
  function obey(board: BoardRow, content: string): boolean {
    const command = /^\/(pause|resume)$/i.exec(content.trim())?.[1]?.toLowerCase()
    if (command === undefined) return false
    const paused = command === 'pause'
    if (paused !== board.paused) {
      store.boards.update(board.id, { paused })
      store.activity.record({
        event_type: paused ? 'board.paused' : 'board.resumed',
        message: `Operator ${paused ? 'paused' : 'resumed'} the board ${board.name}, in its chat`,
        ...byOperator,
        board_id: board.id,
      })
    }
    return true
  }

  function write(board: BoardRow, agent: AgentRow | null, body: BodyOf<'createBoardMemory'>): MemoryRow {
    const tags = [...new Set(body.tags)]
    const isChat = tags.includes('chat')
    const memory = store.write(() => {
      const { memory: entry } = store.boardMemory.add({
        board_id: board.id,
        content: body.content,
        tags,
        is_chat: isChat,
        source: agent ? 'agent' : 'operator',
        author_type: agent ? 'agent' : 'user',
        author_name: agent?.name ?? 'Operator',
        agent_id: agent?.id ?? null,
        source_notification_id: null,
      })
      const obeyed = isChat && agent === null && obey(board, body.content)
      if (isChat && !obeyed) tellChat(store, entry)
      return entry
    })
    deps.delivery.poke()
    return memory
  }

  function freeSlug(name: string, own?: TagRow): string {
    const slug =
      name
        .normalize('NFKD')
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-+|-+$/g, '')
        .toLowerCase() || 'tag'
    const taken = store.tags.bySlug(slug)
    if (taken && taken.id !== own?.id) throw new AppError('conflict', `There is a tag ${taken.name} already.`, { field: 'body.name' })
    return slug
  }

  return {
    bulkUpdateTasks({ params, body: { task_ids, patch, positions = [] } }) {
      if (positions.length > 0 && positions.length !== task_ids.length)
        throw new AppError('invalid_request', 'There must be one position for each task.', { field: 'body.positions' })
      const places = new Map(positions.map((position, nth) => [task_ids[nth] ?? '', position]))
      return changeAll(entities.mustBoard(params.board_id), [...new Set(task_ids)], patch, places)
    },
    archiveDoneTasks({ params }) {
      const board = entities.mustBoard(params.board_id)
      const done = store.tasks.list({ board_id: board.id, status: 'done', limit: mostArchived, offset: 0 }).items
      return changeAll(
        board,
        done.map((task) => task.id),
        { status: 'archived' },
      )
    },
    undo({ body }) {
      return { ok: true, ...undo.undo(body.token) }
    },

    listBoardMemory: ({ params, query }) => ({
      ...store.boardMemory.list({ board_id: entities.mustBoard(params.board_id).id, ...query }),
      ...pick(query),
    }),
    createBoardMemory: ({ params, body }) => write(entities.mustBoard(params.board_id), null, body),
    agentBoardMemory: ({ agent, params, query }) => ({
      ...store.boardMemory.list({ board_id: seen(agent, params.board_id).id, ...query }),
      ...pick(query),
    }),
    agentCreateBoardMemory: ({ agent, params, body }) => write(writable(agent, params.board_id), agent, body),

    listTags: () => ({ items: store.tags.list() }),
    createTag: ({ body }) =>
      store.write(() => store.tags.create({ name: body.name, slug: freeSlug(body.name), color: body.color.toLowerCase() })),
    updateTag({ params, body }) {
      const tag = entities.must(store.tags.get(params.tag_id), 'tag')
      return store.write(() => {
        store.tags.update(tag.id, {
          name: body.name,
          slug: body.name === undefined ? undefined : freeSlug(body.name, tag),
          color: body.color?.toLowerCase(),
        })
        return entities.must(store.tags.get(tag.id), 'tag')
      })
    },
    deleteTag({ params }) {
      const tag = entities.must(store.tags.get(params.tag_id), 'tag')
      store.write(() => store.tags.remove(tag.id))
      return { ok: true }
    },
  }
}
