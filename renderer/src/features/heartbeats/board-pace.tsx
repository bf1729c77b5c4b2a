/** One interval for all agents of a board. */
import { Select } from '@mantine/core'
import { useState } from 'react'
import { api } from '../../lib/api.ts'
import { useBoards } from '../../lib/store.ts'
import { PaceCard } from './pace-card.tsx'
import { strings } from './strings.ts'

export function BoardPace() {
  const boards = useBoards()
  const [chosen, setChosen] = useState<string | null>(null)
  const boardId = chosen ?? boards[0]?.id
  if (boardId === undefined) return null
  return (
    <PaceCard
      title={strings.pace}
      hint={strings.paceHint}
      apply={(body) => api.call('applyBoardHeartbeat', { params: { board_id: boardId }, body })}
    >
      <Select
        label={strings.paceBoard}
        allowDeselect={false}
        value={boardId}
        onChange={setChosen}
        data={boards.map((board) => ({ value: board.id, label: board.name }))}
        w={220}
      />
    </PaceCard>
  )
}
