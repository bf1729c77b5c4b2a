/** What the pages of planning read. */
import { useEffect, useMemo, useState } from 'react'
import type { CustomField, RecurringTask, TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { api, explain } from '../../lib/api.ts'
import { replaceEntities } from '../../lib/entities.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useLive } from '../../lib/store.ts'

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
export function useRecurringTasks(boardId?: string): { items: RecurringTask[]; error: string | null; retry: () => void } {
  const map = useLive((state) => state.maps.recurring_task)
  const { error, retry } = useKind('recurring_task', () => fetchAll((query) => api.call('listRecurringTasks', { query })))
  const items = useMemo(
    () =>
      Object.values(map)
        .filter((row) => boardId === undefined || row.board_id === boardId)
        .toSorted((a, b) => (a.next_run_at ?? '9').localeCompare(b.next_run_at ?? '9') || a.name.localeCompare(b.name)),
    [map, boardId],
  )
  return { items, error, retry }
}

export function useBoardTemplates() {
  const map = useLive((state) => state.maps.board_template)
  const { error, retry } = useKind('board_template', async () => (await api.call('listBoardTemplates')).items)
  const items = useMemo(() => Object.values(map).toSorted((a, b) => a.name.localeCompare(b.name)), [map])
  return { items, error, retry }
}

function useKind<Name extends 'recurring_task' | 'board_template'>(
  name: Name,
  read: () => Promise<Parameters<typeof replaceEntities<Name>>[2]>,
): { error: string | null; retry: () => void } {
  const connection = useLive((state) => state.connection)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    read().then(
      (items) => {
        if (!current) return
        setError(null)
        useLive.setState((state) => ({ maps: replaceEntities(state.maps, name, items) }))
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
    // `read` is made anew at each render and always reads the same.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [connection, round, name])
  return { error, retry: () => setRound((value) => value + 1) }
}
