/** Everything that the page knows from the beginning, fetched at once; what it replaces, and what it leaves. */
import type { ApiClient } from '../../../native-services/contract/client.ts'
import { ApiError } from '../../../native-services/contract/client.ts'
import { replaceEntities } from './entities.ts'
import { fetchAll } from './fetch-all.ts'
import type { LiveState } from './store.ts'

export async function fetchSnapshot(api: ApiClient) {
  const [
    settings,
    overview,
    runtime,
    modelProvider,
    gateways,
    boards,
    agents,
    jobs,
    activity,
    approvals,
    questions,
    tags,
    customFields,
    taskTemplates,
    boardGroups,
    notices,
  ] = await Promise.all([
    api.call('getSettings'),
    api.call('getOverview'),
    api.call('getRuntime'),
    // Not essential: the page must open when the host cannot answer this one yet.
    api.call('getModelProvider').catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) throw error
      return null
    }),
    fetchAll((query) => api.call('listGateways', { query })),
    fetchAll((query) => api.call('listBoards', { query })),
    fetchAll((query) => api.call('listAgents', { query })),
    api.call('listJobs', { query: { limit: 50 } }),
    api.call('listActivity', { query: { limit: 200 } }),
    fetchAll((query) => api.call('listAllApprovals', { query: { ...query, status: 'pending' } })),
    fetchAll((query) => api.call('listQuestions', { query: { ...query, status: 'open' } })),
    api.call('listTags'),
    // Not essential: boards open without them.
    api.call('listCustomFields').catch(() => ({ items: [] })),
    api.call('listTaskTemplates').catch(() => ({ items: [] })),
    fetchAll((query) => api.call('listBoardGroups', { query })),
    api.call('listNotices', { query: { limit: 200 } }),
  ])
  return {
    settings,
    overview,
    runtime,
    modelProvider,
    gateways,
    boards,
    agents,
    jobs: jobs.items,
    activity: activity.items,
    // What was decided is fetched by the page that shows it.
    approvals,
    questions,
    tags: tags.items,
    customFields: customFields.items,
    taskTemplates: taskTemplates.items,
    boardGroups,
    notices: notices.items,
  }
}
export type Snapshot = Awaited<ReturnType<typeof fetchSnapshot>>

/** @param isLoaded whose tasks are here and stay; those of other boards were of the moment */
export function withSnapshot(state: LiveState, read: Snapshot, isLoaded: (boardId: string) => boolean): Partial<LiveState> {
  const { settings, overview, runtime, modelProvider } = read
  let maps = replaceEntities(state.maps, 'gateway', read.gateways)
  maps = replaceEntities(maps, 'board', read.boards)
  maps = replaceEntities(maps, 'agent', read.agents)
  maps = replaceEntities(maps, 'job', read.jobs)
  maps = replaceEntities(maps, 'activity', read.activity)
  maps = replaceEntities(maps, 'approval', read.approvals)
  maps = replaceEntities(maps, 'question', read.questions)
  maps = replaceEntities(maps, 'tag', read.tags)
  maps = replaceEntities(maps, 'custom_field', read.customFields)
  maps = replaceEntities(maps, 'task_template', read.taskTemplates)
  maps = replaceEntities(maps, 'board_group', read.boardGroups)
  maps = replaceEntities(maps, 'operator_notice', read.notices)
  // Threads and deliveries are fetched by the task that shows them; what is here may be out of date.
  const task = Object.fromEntries(Object.entries(maps.task).filter(([, each]) => isLoaded(each.board_id)))
  maps = { ...maps, task, comment: {}, notification: {}, board_memory: {}, webhook: {}, group_memory: {} }
  return {
    maps,
    boards: Object.fromEntries(Object.entries(state.boards).filter(([id]) => isLoaded(id))),
    settings,
    overview,
    runtime,
    modelProvider,
    attention: overview.attention,
    gatewayRuntime: overview.gateway,
    gatewayHealth: overview.gateway_health ?? null,
    version: overview.version,
    ready: true,
    loadError: null,
    session: 'in',
  }
}
