/** Templates of tasks and of boards. */
import { Button, Group, MultiSelect, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { ClipboardList, Pencil, Plus, SquareKanban, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { BoardTemplate, TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useBoards, useLive, useTags } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Empty, NoRows } from '../../ui/parts.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { FieldInput } from './field-input.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'
import { useBoardTemplates, useCustomFields, useTaskTemplates, useTemplatesRead } from './use-planning.ts'

const words = strings.templates
const levels = ['low', 'medium', 'high', 'urgent'] as const

function TaskTemplateDialog({ template, onClose }: { template: TaskTemplate | null; onClose: () => void }) {
  const boards = useBoards()
  const tags = useTags()
  const [name, setName] = useState(template?.name ?? '')
  const [boardId, setBoardId] = useState<string | null>(template?.board_id ?? null)
  const [title, setTitle] = useState(template?.title ?? '')
  const [description, setDescription] = useState(template?.description ?? '')
  const [priority, setPriority] = useState<TaskTemplate['priority']>(template?.priority ?? 'medium')
  const [tagIds, setTagIds] = useState<string[]>(template?.tag_ids ?? [])
  const [values, setValues] = useState<Record<string, unknown>>(template?.custom_field_values ?? {})
  const [busy, setBusy] = useState(false)
  const fields = useCustomFields(boardId ?? undefined)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || busy) return
    setBusy(true)
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
    setBusy(false)
    if (!saved) return
    remember('task_template', saved)
    onClose()
  }
  return (
    <Dialog opened onClose={onClose} title={words.taskTitle} size={520}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap={12}>
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
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {strings.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {strings.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

/** @param boardId The board that is meant; absent: it is chosen here. */
export function KeepBoardDialog({ boardId, onClose }: { boardId?: string; onClose: () => void }) {
  const boards = useBoards()
  const [source, setSource] = useState(boardId ?? boards[0]?.id ?? null)
  const [name, setName] = useState(boards.find((board) => board.id === source)?.name ?? '')
  const [description, setDescription] = useState('')
  const [withTasks, setWithTasks] = useState(true)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (source === null || name.trim() === '' || busy) return
    setBusy(true)
    const saved = await attempt(
      () => api.call('createBoardTemplate', { body: { board_id: source, name, description, include_tasks: withTasks } }),
      {
        failed: strings.notSaved,
        done: `${name} was kept as a template`,
      },
    )
    setBusy(false)
    if (!saved) return
    remember('board_template', saved)
    onClose()
  }
  return (
    <Dialog opened onClose={onClose} title={words.keepTitle} size={460}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap={12}>
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
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {strings.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={source === null || name.trim() === ''}>
              {strings.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

function UseDialog({ template, onClose }: { template: BoardTemplate; onClose: () => void }) {
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || busy) return
    setBusy(true)
    const board = await attempt(() => api.call('createBoardFromTemplate', { params: { board_template_id: template.id }, body: { name } }), {
      failed: 'The board was not created',
    })
    setBusy(false)
    if (!board) return
    remember('board', board)
    onClose()
    navigate(`/boards/${board.id}`)
  }
  return (
    <Dialog opened onClose={onClose} title={words.useTitle(template.name)} size={420}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap={12}>
          <TextInput
            label={words.boardName}
            value={name}
            maxLength={120}
            required
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {strings.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {words.make}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

function BoardTemplates() {
  const { items, read } = useBoardTemplates()
  const boards = useBoards()
  const [keeping, setKeeping] = useState(false)
  const [using, setUsing] = useState<BoardTemplate | null>(null)
  return (
    <section className="card" aria-labelledby="board-templates-title">
      <div className="card-head">
        <h2 id="board-templates-title">{words.boards}</h2>
        <span className="aside">
          <Button
            size="compact-xs"
            leftSection={<Plus size={12} aria-hidden />}
            disabled={boards.length === 0}
            onClick={() => setKeeping(true)}
          >
            {words.keep}
          </Button>
        </span>
      </div>
      <p className="muted planning-lead">{words.boardsLead}</p>
      {items.length === 0 ? (
        <NoRows read={read}>
          <Empty icon={<SquareKanban size={22} aria-hidden />} title={words.noneBoards} />
        </NoRows>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{words.columns.name}</th>
                <th className="hide-narrow">{words.columns.holds}</th>
                <th>
                  <span className="visually-hidden">{words.columns.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((template) => (
                <tr key={template.id} data-row tabIndex={-1}>
                  <td>
                    <span className="planning-row-name">
                      <b>{template.name}</b>
                      {template.description === '' ? null : <span className="faint">{template.description}</span>}
                    </span>
                  </td>
                  <td className="num hide-narrow">{words.counts(template.counts)}</td>
                  <td>
                    <div className="planning-actions">
                      <Button variant="default" size="compact-xs" onClick={() => setUsing(template)}>
                        {words.use}
                      </Button>
                      <button
                        type="button"
                        className="iconbtn"
                        aria-label={`${strings.delete} ${template.name}`}
                        onClick={() =>
                          askOnce({
                            title: words.deleteTitle(template.name),
                            body: words.deleteBody,
                            confirmLabel: strings.delete,
                            onConfirm: () =>
                              void attempt(() => api.call('deleteBoardTemplate', { params: { board_template_id: template.id } }), {
                                failed: strings.notDeleted,
                                done: common.deleted(template.name),
                              }),
                          })
                        }
                      >
                        <Trash2 size={13} aria-hidden />
                      </button>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {keeping ? <KeepBoardDialog onClose={() => setKeeping(false)} /> : null}
      {using ? <UseDialog template={using} onClose={() => setUsing(null)} /> : null}
    </section>
  )
}

export function TemplatesSection() {
  const templates = useTaskTemplates()
  const read = useTemplatesRead()
  const boards = useLive((state) => state.maps.board)
  const [editing, setEditing] = useState<TaskTemplate | 'new' | null>(null)
  return (
    <>
      <section className="card" aria-labelledby="task-templates-title">
        <div className="card-head">
          <h2 id="task-templates-title">{words.tasks}</h2>
          <span className="aside">
            <Button size="compact-xs" leftSection={<Plus size={12} aria-hidden />} onClick={() => setEditing('new')}>
              {words.addTask}
            </Button>
          </span>
        </div>
        <p className="muted planning-lead">{words.tasksLead}</p>
        {templates.length === 0 ? (
          <NoRows read={read}>
            <Empty icon={<ClipboardList size={22} aria-hidden />} title={words.noneTasks} />
          </NoRows>
        ) : (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{words.columns.name}</th>
                  <th>{words.columns.title}</th>
                  <th className="hide-narrow">{words.columns.board}</th>
                  <th>
                    <span className="visually-hidden">{words.columns.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {templates.map((template) => (
                  <tr key={template.id} data-row tabIndex={-1}>
                    <td>
                      <b>{template.name}</b>
                    </td>
                    <td className="muted">{template.title}</td>
                    <td className="muted hide-narrow">
                      {template.board_id === null ? strings.allBoards : (boards[template.board_id]?.name ?? '')}
                    </td>
                    <td>
                      <div className="planning-actions">
                        <button
                          type="button"
                          className="iconbtn"
                          aria-label={`${strings.edit} ${template.name}`}
                          data-main
                          onClick={() => setEditing(template)}
                        >
                          <Pencil size={13} aria-hidden />
                        </button>
                        <button
                          type="button"
                          className="iconbtn"
                          aria-label={`${strings.delete} ${template.name}`}
                          onClick={() =>
                            askOnce({
                              title: words.deleteTitle(template.name),
                              body: words.deleteBody,
                              confirmLabel: strings.delete,
                              onConfirm: () =>
                                void attempt(() => api.call('deleteTaskTemplate', { params: { task_template_id: template.id } }), {
                                  failed: strings.notDeleted,
                                  done: common.deleted(template.name),
                                }),
                            })
                          }
                        >
                          <Trash2 size={13} aria-hidden />
                        </button>
                      </div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {editing ? <TaskTemplateDialog template={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
      </section>
      <BoardTemplates />
    </>
  )
}
