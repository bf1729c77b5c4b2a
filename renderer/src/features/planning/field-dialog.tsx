/** A custom field: made anew, or changed. */
import { Group, MultiSelect, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type CustomField, type FieldType, fieldTypes, fieldVisibilities } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { FieldInput } from './field-input.tsx'
import { strings } from './strings.ts'

const words = strings.fields

const keyOf = (label: string): string =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63)

export function FieldDialog({ field, onClose }: { field: CustomField | null; onClose: () => void }) {
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
  const fieldKey = key ?? keyOf(label)
  const ready = label.trim() !== '' && fieldKey !== '' && (type !== 'select' || options.length > 0)

  const save = async () => {
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
    if (!saved) return false
    remember('custom_field', saved)
    return true
  }

  return (
    <FormDialog
      title={field ? words.editTitle(field.label) : words.add}
      size={520}
      submit={strings.save}
      ready={ready}
      save={save}
      onClose={onClose}
    >
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
    </FormDialog>
  )
}
