/** A board kept as a template, and a board made from one. */
import { Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BoardTemplate } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings } from './strings.ts'

const words = strings.templates

/** @param boardId The board that is meant; absent: it is chosen here. */
export function KeepBoardDialog({ boardId, onClose }: { boardId?: string; onClose: () => void }) {
  const boards = useBoards()
  const [source, setSource] = useState(boardId ?? boards[0]?.id ?? null)
  const [name, setName] = useState(boards.find((board) => board.id === source)?.name ?? '')
  const [description, setDescription] = useState('')
  const [withTasks, setWithTasks] = useState(true)
  const save = async () => {
    if (source === null) return false
    const saved = await attempt(
      () => api.call('createBoardTemplate', { body: { board_id: source, name, description, include_tasks: withTasks } }),
      {
        failed: strings.notSaved,
        done: `${name} was kept as a template`,
      },
    )
    if (!saved) return false
    remember('board_template', saved)
    return true
  }
  return (
    <FormDialog
      title={words.keepTitle}
      size={460}
      submit={strings.save}
      ready={source !== null && name.trim() !== ''}
      save={save}
      onClose={onClose}
    >
      {boardId === undefined ? (
        <Select
          label={words.source}
          allowDeselect={false}
          value={source}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
          onChange={setSource}
        />
      ) : null}
      <TextInput
        label={words.name}
        value={name}
        maxLength={120}
        required
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={words.description}
        value={description}
        autosize
        minRows={1}
        maxLength={2000}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Switch label={words.withTasks} checked={withTasks} onChange={(event) => setWithTasks(event.currentTarget.checked)} />
    </FormDialog>
  )
}

export function UseTemplateDialog({ template, onClose }: { template: BoardTemplate; onClose: () => void }) {
  const [name, setName] = useState('')
  const save = async () => {
    const board = await attempt(() => api.call('createBoardFromTemplate', { params: { board_template_id: template.id }, body: { name } }), {
      failed: 'The board was not created',
    })
    if (!board) return false
    remember('board', board)
    navigate(`/boards/${board.id}`)
    return true
  }
  return (
    <FormDialog
      title={words.useTitle(template.name)}
      size={420}
      submit={words.make}
      ready={name.trim() !== ''}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={words.boardName}
        value={name}
        maxLength={120}
        required
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
