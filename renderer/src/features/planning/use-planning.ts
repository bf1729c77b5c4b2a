/** What the pages of planning read. */
import { useEffect, useMemo, useState } from 'react'
import type { CustomField, RecurringTask, TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { api, explain } from '../../lib/api.ts'
import { replaceEntities } from '../../lib/entities.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useLive } from '../../lib/store.ts'
import type { ListRead } from '../../ui/parts.tsx'

/** Custom fields by name; those of one board when it is given. */
export function useCustomFields(boardId?: string): CustomField[] {
  const map = useLive((state) => state.maps.custom_field)
  return useMemo(
    () =>
      Object.values(map)
        .filter((field) => boardId === undefined || field.board_ids.includes(boardId))
        .toSorted((a, b) => a.label.localeCompare(b.label)),
    [map, boardId],
  )
}

/** Templates of tasks by name; with a board, its own and the ones for every board. */
export function useTaskTemplates(boardId?: string): TaskTemplate[] {
  const map = useLive((state) => state.maps.task_template)
  return useMemo(
    () =>
      Object.values(map)
        .filter((template) => boardId === undefined || template.board_id === null || template.board_id === boardId)
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    [map, boardId],
  )
}

/** Recurring tasks, the next to run first; fetched by whoever looks, kept true by the stream. */
export function useRecurringTasks(boardId?: string): { items: RecurringTask[]; read: ListRead } {
  const map = useLive((state) => state.maps.recurring_task)
  const read = useKind('recurring_task', () => fetchAll((query) => api.call('listRecurringTasks', { query })))
  const items = useMemo(
    () =>
      Object.values(map)
        .filter((row) => boardId === undefined || row.board_id === boardId)
        .toSorted((a, b) => (a.next_run_at ?? '9').localeCompare(b.next_run_at ?? '9') || a.name.localeCompare(b.name)),
    [map, boardId],
  )
  return { items, read }
}

export function useBoardTemplates() {
  const map = useLive((state) => state.maps.board_template)
  const read = useKind('board_template', async () => (await api.call('listBoardTemplates')).items)
  const items = useMemo(() => Object.values(map).toSorted((a, b) => a.name.localeCompare(b.name)), [map])
  return { items, read }
}

/** The lists that boards open without: Planning reads them itself, so that it can say when they could not be read. */
export const useFieldsRead = (): ListRead => useKind('custom_field', async () => (await api.call('listCustomFields')).items)
export const useTemplatesRead = (): ListRead => useKind('task_template', async () => (await api.call('listTaskTemplates')).items)
export const useTagsRead = (): ListRead => useKind('tag', async () => (await api.call('listTags')).items)

function useKind<Name extends 'recurring_task' | 'board_template' | 'custom_field' | 'task_template' | 'tag'>(
  name: Name,
  fetch: () => Promise<Parameters<typeof replaceEntities<Name>>[2]>,
): ListRead {
  const connection = useLive((state) => state.connection)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const [loaded, setLoaded] = useState(false)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    fetch().then(
      (items) => {
        if (!current) return
        setError(null)
        setLoaded(true)
        useLive.setState((state) => ({ maps: replaceEntities(state.maps, name, items) }))
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
    // `fetch` is made anew at each render and always reads the same.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [connection, round, name])
  return { loaded, error, retry: () => setRound((value) => value + 1) }
}
