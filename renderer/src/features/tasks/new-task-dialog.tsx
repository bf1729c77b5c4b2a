/** A task in a few keystrokes: title, Enter. */
import { Checkbox, Group, Select, Textarea, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { useOverlays } from '../../app/palette-state.ts'
import { createTask } from '../../lib/actions.ts'
import { keepQuery, navigate } from '../../lib/hash-location.ts'
import { useAgents, useBoards } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { NoBoardDialog } from '../boards/no-board-dialog.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { NewTaskFields, TemplateChoice } from '../planning/new-task-fields.tsx'
import { useCustomFields } from '../planning/use-planning.ts'
import { strings } from './strings.ts'

export function NewTaskDialog() {
  const words = strings.create
  const boards = useBoards()
  const wanted = useOverlays((state) => state.newTaskBoard)
  const [boardId, setBoardId] = useState(wanted ?? boards[0]?.id ?? '')
  const agents = useAgents(boardId)
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [assignee, setAssignee] = useState<string | null>(null)
  const [priority, setPriority] = useState<Task['priority']>('medium')
  const [tagIds, setTagIds] = useState<string[]>([])
  const [values, setValues] = useState<Record<string, unknown>>({})
  const fields = useCustomFields(boardId)
  const [another, setAnother] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const close = () => useOverlays.setState({ newTask: false })

  const save = async () => {
    const known = new Set(fields.map((each) => each.field_key))
    const own = Object.fromEntries(Object.entries(values).filter(([key]) => known.has(key)))
    const task = await createTask(boardId, {
      title,
      description,
      priority,
      ...(assignee ? { assigned_agent_id: assignee } : {}),
      ...(tagIds.length > 0 ? { tag_ids: tagIds } : {}),
      ...(Object.keys(own).length > 0 ? { custom_field_values: own } : {}),
    })
    if (!task) return false
    if (another) {
      setTitle('')
      setDescription('')
      field.current?.focus()
      toast(`Created #${task.number}`)
      return false
    }
    if (window.location.hash.startsWith(`#/boards/${boardId}`)) toast(`Created #${task.number}`)
    else navigate(keepQuery(`/boards/${boardId}/tasks/${task.id}`))
    return true
  }

  if (boards.length === 0)
    return (
      <NoBoardDialog title={words.title} onClose={close}>
        {words.noBoards}
      </NoBoardDialog>
    )
  return (
    <FormDialog
      title={words.title}
      size={540}
      gap={10}
      submit={words.submit}
      ready={title.trim() !== '' && boardId !== ''}
      save={save}
      onClose={close}
      beside={<Checkbox label={words.more} checked={another} onChange={(event) => setAnother(event.currentTarget.checked)} />}
    >
      <TemplateChoice
        boardId={boardId}
        onTemplate={(template) => {
          setTitle(template.title)
          setDescription(template.description)
          setPriority(template.priority)
          setTagIds(template.tag_ids)
          setValues(template.custom_field_values)
          field.current?.focus()
        }}
      />
      <TextInput
        ref={field}
        aria-label={strings.title}
        placeholder={words.titlePlaceholder}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={2000}
        data-autofocus
        size="sm"
      />
      <Textarea
        aria-label={strings.description}
        placeholder={words.description}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autosize
        minRows={4}
        maxRows={14}
      />
      <Group gap={8} grow>
        <Select
          label={words.board}
          allowDeselect={false}
          value={boardId}
          onChange={(value) => value && (setBoardId(value), setAssignee(null))}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
        />
        <Select
          label={words.assignee}
          placeholder={words.nobody}
          clearable
          value={assignee}
          onChange={setAssignee}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        />
        <Select
          label={words.priority}
          allowDeselect={false}
          value={priority}
          onChange={(value) => value && setPriority(value)}
          data={(['low', 'medium', 'high', 'urgent'] as const).map((level) => ({ value: level, label: boardStrings.priority[level] }))}
        />
      </Group>
      <NewTaskFields boardId={boardId} values={values} onValues={setValues} />
    </FormDialog>
  )
}
