/** Board groups as the live store has them. */
import { useMemo } from 'react'
import type { BoardGroup, GroupMemory } from '../../../../native-services/contract/board-groups.ts'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { useBoards, useLive } from '../../lib/store.ts'

export function useBoardGroups(): BoardGroup[] {
  const map = useLive((state) => state.maps.board_group)
  return useMemo(() => Object.values(map).toSorted((a, b) => a.name.localeCompare(b.name)), [map])
}

export function useBoardGroup(id: string | null): BoardGroup | undefined {
  return useLive((state) => (id === null ? undefined : state.maps.board_group[id]))
}

export interface BoardsOfGroup {
  /** Null: the boards that belong to none. */
  group: BoardGroup | null
  boards: Board[]
}

/** Every group with its boards, by name; the boards without a group last. */
export function useBoardsByGroup(): BoardsOfGroup[] {
  const boards = useBoards()
  const groups = useBoardGroups()
  return useMemo(() => {
    const known = new Set(groups.map((group) => group.id))
    const sections: BoardsOfGroup[] = groups.map((group) => ({
      group,
      boards: boards.filter((board) => board.board_group_id === group.id),
    }))
    const rest = boards.filter((board) => board.board_group_id === null || !known.has(board.board_group_id))
    return rest.length > 0 ? [...sections, { group: null, boards: rest }] : sections
  }, [boards, groups])
}

/** The chat of a group, oldest first. */
export function useGroupChat(groupId: string): GroupMemory[] {
  const map = useLive((state) => state.maps.group_memory)
  return useMemo(
    () =>
      Object.values(map)
        .filter((entry) => entry.board_group_id === groupId && entry.is_chat)
        .toSorted((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id)),
    [map, groupId],
  )
}
