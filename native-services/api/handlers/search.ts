import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'

export function searchHandlers({ store }: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<'search' | 'agentSearch'> {
  const { seen } = createBoardAccess(entities)
  return {
    search: ({ query }) => ({ items: store.search.find(query) }),
    agentSearch: ({ agent, params, query }) => ({ items: store.search.find({ ...query, board_id: seen(agent, params.board_id).id }) }),
  }
}
