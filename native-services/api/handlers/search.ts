import type { ApiDeps, HandlerGroup } from '../deps.ts'

export function searchHandlers({ store }: ApiDeps): HandlerGroup<'search'> {
  return { search: ({ query }) => ({ items: store.search.find(query) }) }
}
