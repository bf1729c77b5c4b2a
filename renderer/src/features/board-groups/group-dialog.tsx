/** Creates a board group, or changes one: its name, what it is for, which boards are in it. */
import { MultiSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BoardGroup } from '../../../../native-services/contract/board-groups.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings } from './strings.ts'

/** @param group Absent: a new one. */
export function GroupDialog({ group, onClose }: { group?: BoardGroup; onClose: () => void }) {
  const boards = useBoards()
  const [name, setName] = useState(group?.name ?? '')
  const [description, setDescription] = useState(group?.description ?? '')
  const before = group ? boards.filter((board) => board.board_group_id === group.id).map((board) => board.id) : []
  const [chosen, setChosen] = useState<string[]>(before)

  const move = async (boardId: string, to: string | null) => {
    const board = await api.call('updateBoard', { params: { board_id: boardId }, body: { board_group_id: to } })
    remember('board', board)
  }
  const save = async () => {
    const saved = await attempt(
      async () => {
        if (!group) return api.call('createBoardGroup', { body: { name, description, board_ids: chosen } })
        const changed = await api.call('updateBoardGroup', { params: { board_group_id: group.id }, body: { name, description } })
        for (const id of chosen) if (!before.includes(id)) await move(id, group.id)
        for (const id of before) if (!chosen.includes(id)) await move(id, null)
        return changed
      },
      { failed: group ? strings.notSaved : strings.notCreated },
    )
    if (!saved) return false
    remember('board_group', saved)
    if (!group) navigate(`/groups/${saved.id}`)
    return true
  }

  return (
    <FormDialog
      title={group ? strings.editGroup : strings.newGroupTitle}
      size={460}
      submit={group ? strings.save : strings.create}
      ready={name.trim() !== ''}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={strings.name}
        placeholder={strings.namePlaceholder}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        required
        data-autofocus
      />
      <Textarea
        label={strings.description}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autosize
        minRows={2}
        maxRows={6}
      />
      <MultiSelect
        label={strings.boards}
        description={strings.boardsHint}
        value={chosen}
        onChange={setChosen}
        data={boards.map((board) => ({ value: board.id, label: board.name }))}
        searchable
        clearable
      />
    </FormDialog>
  )
}
