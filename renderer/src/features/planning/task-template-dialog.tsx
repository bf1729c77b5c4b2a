/** A template of tasks: made anew, or changed. */
import { Group, MultiSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useBoards, useTags } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { FieldInput } from './field-input.tsx'
import { strings } from './strings.ts'
import { useCustomFields } from './use-planning.ts'

const words = strings.templates
const levels = ['low', 'medium', 'high', 'urgent'] as const

export function TaskTemplateDialog({ template, onClose }: { template: TaskTemplate | null; onClose: () => void }) {
  const boards = useBoards()
  const tags = useTags()
  const [name, setName] = useState(template?.name ?? '')
  const [boardId, setBoardId] = useState<string | null>(template?.board_id ?? null)
  const [title, setTitle] = useState(template?.title ?? '')
  const [description, setDescription] = useState(template?.description ?? '')
  const [priority, setPriority] = useState<TaskTemplate['priority']>(template?.priority ?? 'medium')
  const [tagIds, setTagIds] = useState<string[]>(template?.tag_ids ?? [])
  const [values, setValues] = useState<Record<string, unknown>>(template?.custom_field_values ?? {})
  const fields = useCustomFields(boardId ?? undefined)
  const save = async () => {
    const known = new Set(fields.map((field) => field.field_key))
    const body = {
      name,
      board_id: boardId,
      title,
      description,
      priority,
      tag_ids: tagIds.filter((id) => tags.some((tag) => tag.id === id)),
      custom_field_values: Object.fromEntries(Object.entries(values).filter(([key]) => known.has(key))),
    }
    const saved = await attempt(
      () =>
        template
          ? api.call('updateTaskTemplate', { params: { task_template_id: template.id }, body })
          : api.call('createTaskTemplate', { body }),
      { failed: strings.notSaved },
    )
    if (!saved) return false
    remember('task_template', saved)
    return true
  }
  return (
    <FormDialog title={words.taskTitle} size={520} submit={strings.save} ready={name.trim() !== ''} save={save} onClose={onClose}>
      <Group grow gap={10}>
        <TextInput
          label={words.name}
          value={name}
          maxLength={120}
          required
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={words.forBoard}
          placeholder={strings.allBoards}
          clearable
          value={boardId}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
          onChange={setBoardId}
        />
      </Group>
      <TextInput label={words.title} value={title} maxLength={2000} onChange={(event) => setTitle(event.currentTarget.value)} />
      <Textarea
        label={words.description}
        value={description}
        autosize
        minRows={3}
        maxRows={10}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Group grow gap={10}>
        <Select
          label={words.priority}
          allowDeselect={false}
          value={priority}
          data={levels.map((level) => ({ value: level, label: boardStrings.priority[level] }))}
          onChange={(value) => value && setPriority(value)}
        />
        <MultiSelect
          label={words.tagNames}
          value={tagIds}
          data={tags.map((tag) => ({ value: tag.id, label: tag.name }))}
          onChange={setTagIds}
          hidePickedOptions
        />
      </Group>
      {fields.length > 0 ? (
        <div className="planning-fields">
          {fields.map((field) => (
            <FieldInput
              key={field.id}
              field={{ ...field, required: false }}
              value={values[field.field_key]}
              onChange={(value) => setValues((before) => ({ ...before, [field.field_key]: value }))}
              labelled
            />
          ))}
        </div>
      ) : null}
    </FormDialog>
  )
}
