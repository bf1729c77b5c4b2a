/** Saved filters. They stand with the settings, on the server: the same in every window and after a restart. */
import { useMemo } from 'react'
import type { SavedFilter } from '../../../../native-services/contract/entities.ts'
import { changeSettings } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { strings } from './strings.ts'

const none: readonly SavedFilter[] = []
const most = 300

export function useSavedFilters(boardId: string) {
  const all = useLive((state) => state.settings?.saved_filters) ?? none
  const list = useMemo(() => all.filter((filter) => filter.board_id === boardId), [all, boardId])
  return {
    list,
    /** One of the same name is replaced. */
    save(name: string, query: string): void {
      const { settings, maps } = useLive.getState()
      // Those of boards that are gone go when the next one comes.
      const others = (settings?.saved_filters ?? none).filter(
        (filter) => maps.board[filter.board_id] && !(filter.board_id === boardId && filter.name === name),
      )
      if (others.length >= most) return toast(strings.saved.full)
      void changeSettings({ saved_filters: [...others, { board_id: boardId, name, query }] })
    },
    remove(name: string): void {
      const rest = (useLive.getState().settings?.saved_filters ?? none).filter((each) => each.board_id !== boardId || each.name !== name)
      void changeSettings({ saved_filters: rest })
    },
  }
}
