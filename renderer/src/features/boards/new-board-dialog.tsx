import { Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useOverlays } from '../../app/palette-state.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { GroupSelect } from '../board-groups/group-select.tsx'
import { useBoardTemplates } from '../planning/use-planning.ts'
import { draftOf, goalBody, GoalFields, goalFits } from '../goals/goal-fields.tsx'
import { strings } from './strings.ts'

export function NewBoardDialog() {
  const words = strings.create
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [goal, setGoal] = useState(() => draftOf(null))
  const [groupId, setGroupId] = useState<string | null>(null)
  const [templateId, setTemplateId] = useState<string | null>(null)
  const templates = useBoardTemplates().items
  const template = templates.find((each) => each.id === templateId)
  const fits = template !== undefined || goalFits(goal)
  const close = () => useOverlays.setState({ newBoard: false })

  const save = async () => {
    const board = await attempt(
      () =>
        template
          ? api.call('createBoardFromTemplate', { params: { board_template_id: template.id }, body: { name } })
          : api.call('createBoard', { body: { name, description, ...goalBody(goal), board_group_id: groupId } }),
      { failed: 'The board was not created' },
    )
    if (!board) return false
    remember('board', board)
    if (!window.location.hash.startsWith('#/welcome')) navigate(`/boards/${board.id}`)
    return true
  }

  return (
    <FormDialog title={words.title} size={540} submit={words.submit} ready={name.trim() !== '' && fits} save={save} onClose={close}>
      <TextInput
        label={words.name}
        placeholder={words.namePlaceholder}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        required
        data-autofocus
      />
      {templates.length > 0 ? (
        <Select
          label={words.template}
          allowDeselect={false}
          value={templateId ?? ''}
          onChange={(value) => setTemplateId(value || null)}
          data={[{ value: '', label: words.empty }, ...templates.map((each) => ({ value: each.id, label: each.name }))]}
          {...(template
            ? { description: words.brings(template.counts.tasks, template.counts.custom_fields, template.counts.recurring_tasks) }
            : {})}
        />
      ) : null}
      {template ? (
        <p className="muted">{template.description || words.goalLater}</p>
      ) : (
        <>
          <Textarea
            label={words.description}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            autosize
            minRows={2}
          />
          <GoalFields draft={goal} onChange={setGoal} />
          <GroupSelect value={groupId} onChange={setGroupId} />
        </>
      )}
    </FormDialog>
  )
}
