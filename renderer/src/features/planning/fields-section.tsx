/** Custom fields: what they are, who uses them. */
import { Button, Group, MultiSelect, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { ListPlus, Pencil, Plus, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type CustomField, type FieldType, fieldTypes, fieldVisibilities } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useBoards, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Empty, NoRows } from '../../ui/parts.tsx'
import { FieldInput } from './field-input.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'
import { useCustomFields, useFieldsRead } from './use-planning.ts'

const words = strings.fields

const keyOf = (label: string): string =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63)

function FieldDialog({ field, onClose }: { field: CustomField | null; onClose: () => void }) {
  const boards = useBoards()
  const [label, setLabel] = useState(field?.label ?? '')
  const [key, setKey] = useState<string | null>(field?.field_key ?? null)
  const [type, setType] = useState<FieldType>(field?.field_type ?? 'text')
  const [options, setOptions] = useState<string[]>(field?.options ?? [])
  const [description, setDescription] = useState(field?.description ?? '')
  const [boardIds, setBoardIds] = useState<string[]>(field?.board_ids ?? boards.map((board) => board.id))
  const [required, setRequired] = useState(field?.required ?? false)
  const [fallback, setFallback] = useState<unknown>(field?.default_value ?? null)
  const [visibility, setVisibility] = useState<CustomField['ui_visibility']>(field?.ui_visibility ?? 'if_set')
  const [busy, setBusy] = useState(false)
  const fieldKey = key ?? keyOf(label)
  const ready = label.trim() !== '' && fieldKey !== '' && (type !== 'select' || options.length > 0)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    const body = {
      label,
      description,
      required,
      default_value: fallback,
      ui_visibility: visibility,
      board_ids: boardIds,
      options: type === 'select' ? options : [],
    }
    const saved = await attempt(
      () =>
        field
          ? api.call('updateCustomField', { params: { custom_field_id: field.id }, body })
          : api.call('createCustomField', { body: { ...body, field_key: fieldKey, field_type: type } }),
      { failed: strings.notSaved },
    )
    setBusy(false)
    if (!saved) return
    remember('custom_field', saved)
    onClose()
  }

  return (
    <Dialog opened onClose={onClose} title={field ? words.editTitle(field.label) : words.add} size={520}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap={12}>
          <Group grow align="flex-start" gap={10}>
            <TextInput
              label={words.label}
              value={label}
              maxLength={120}
              required
              data-autofocus
              onChange={(event) => setLabel(event.currentTarget.value)}
            />
            <TextInput
              label={words.key}
              description={words.keyHint}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={fieldKey}
              disabled={field !== null}
              maxLength={63}
              onChange={(event) => setKey(event.currentTarget.value)}
            />
          </Group>
          <Group grow align="flex-start" gap={10}>
            <Select
              label={words.type}
              description={words.typeHint}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              allowDeselect={false}
              disabled={field !== null}
              value={type}
              data={fieldTypes.map((each) => ({ value: each, label: words.types[each] }))}
              onChange={(value) => {
                if (!value) return
                setType(value)
                setFallback(null)
              }}
            />
            <Select
              label={words.visibility}
              allowDeselect={false}
              value={visibility}
              data={fieldVisibilities.map((each) => ({ value: each, label: words.visibilities[each] }))}
              onChange={(value) => value && setVisibility(value)}
            />
          </Group>
          {type === 'select' ? (
            <TagsInput label={words.options} description={words.optionsHint} value={options} onChange={setOptions} maxTags={100} required />
          ) : null}
          <Textarea
            label={words.description}
            value={description}
            autosize
            minRows={1}
            maxLength={2000}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <MultiSelect
            label={words.boards}
            description={words.boardsHint}
            value={boardIds}
            data={boards.map((board) => ({ value: board.id, label: board.name }))}
            onChange={setBoardIds}
            hidePickedOptions
          />
          <FieldInput
            key={type}
            field={{ label: words.default, field_type: type, options, required: false, description: '' }}
            value={fallback}
            onChange={setFallback}
            labelled
          />
          <Switch
            label={words.required}
            description={words.requiredHint}
            checked={required}
            onChange={(event) => setRequired(event.currentTarget.checked)}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {strings.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={!ready}>
              {strings.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

export function FieldsSection() {
  const fields = useCustomFields()
  const read = useFieldsRead()
  const boards = useLive((state) => state.maps.board)
  const [editing, setEditing] = useState<CustomField | 'new' | null>(null)
  const remove = (field: CustomField) =>
    askOnce({
      title: words.deleteTitle(field.label),
      body: words.deleteBody(field.value_count),
      confirmLabel: strings.delete,
      onConfirm: () =>
        void attempt(() => api.call('deleteCustomField', { params: { custom_field_id: field.id }, query: { force: 'true' } }), {
          failed: strings.notDeleted,
          done: common.deleted(field.label),
        }),
    })
  return (
    <section className="card" aria-labelledby="fields-title">
      <div className="card-head">
        <h2 id="fields-title">{strings.tabs.fields}</h2>
        <span className="aside">
          <Button size="compact-xs" leftSection={<Plus size={12} aria-hidden />} onClick={() => setEditing('new')}>
            {words.add}
          </Button>
        </span>
      </div>
      <p className="muted planning-lead">{words.lead}</p>
      {fields.length === 0 ? (
        <NoRows read={read}>
          <Empty icon={<ListPlus size={22} aria-hidden />} title={words.none}>
            {words.noneBody}
          </Empty>
        </NoRows>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{words.label}</th>
                <th>{words.type}</th>
                <th>{words.boards}</th>
                <th className="hide-narrow">{words.visibility}</th>
                <th className="hide-narrow">
                  <span className="visually-hidden">{strings.fields.valuesHead}</span>
                </th>
                <th>
                  <span className="visually-hidden">{strings.edit}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => (
                <tr key={field.id} data-row tabIndex={-1}>
                  <td>
                    <span className="planning-row-name">
                      <b>
                        {field.label}
                        {field.required ? ' *' : ''}
                      </b>
                      <code className="faint">{field.field_key}</code>
                    </span>
                  </td>
                  <td>
                    <span className="planning-row-name">
                      {words.types[field.field_type]}
                      {field.options.length > 0 ? <span className="reason">{field.options.join(', ')}</span> : null}
                    </span>
                  </td>
                  <td>{field.board_ids.flatMap((id) => boards[id]?.name ?? []).join(', ') || <span className="faint">–</span>}</td>
                  <td className="hide-narrow">{words.visibilities[field.ui_visibility]}</td>
                  <td className="hide-narrow num nowrap">{words.values(field.value_count)}</td>
                  <td>
                    <div className="planning-actions">
                      <button
                        type="button"
                        className="iconbtn"
                        aria-label={`${strings.edit} ${field.label}`}
                        data-main
                        onClick={() => setEditing(field)}
                      >
                        <Pencil size={13} aria-hidden />
                      </button>
                      <button
                        type="button"
                        className="iconbtn"
                        aria-label={`${strings.delete} ${field.label}`}
                        onClick={() => remove(field)}
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
      {editing ? <FieldDialog field={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </section>
  )
}
