/** One control per type of custom field. It tells of a value when it is whole: when it is chosen, or when the field is left. */
import { JsonInput, NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { CustomField } from '../../../../native-services/contract/planning.ts'
import { strings } from './strings.ts'

type Shape = Pick<CustomField, 'label' | 'field_type' | 'options' | 'required' | 'description'>

const asText = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)

/** `2026-03-01T09:00` in the time of this machine, as the control wants it. */
function localMoment(value: unknown): string {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return ''
  const at = new Date(value)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

const momentOf = (text: string): string => new Date(text).toISOString()

/** @param onChange The new value, null for none. */
export function FieldInput({
  field,
  value,
  onChange,
  labelled = false,
}: {
  field: Shape
  value: unknown
  onChange: (value: unknown) => void
  /** Shows its name above it; otherwise it only has it for a screen reader. */
  labelled?: boolean
}) {
  const shown = field.field_type === 'datetime' ? localMoment(value) : asText(value)
  const [draft, setDraft] = useState(shown)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => setDraft(shown), [shown])
  const name = labelled
    ? { label: field.label, withAsterisk: field.required, ...(field.description === '' ? {} : { description: field.description }) }
    : { 'aria-label': field.label, ...(field.description === '' ? {} : { title: field.description }) }

  /** In a form that is sent as a whole, every key counts: Enter sends it without leaving the field. */
  const type = (text: string, read: (text: string) => unknown = (all) => all) => {
    setDraft(text)
    if (labelled) onChange(text.trim() === '' ? null : read(text))
  }
  const leave = (read: (text: string) => unknown = (text) => text) => {
    if (draft === shown) return
    onChange(draft.trim() === '' ? null : read(draft))
  }
  const typed = {
    ...name,
    value: draft,
    onBlur: () => leave(),
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key !== 'Escape' || draft === shown) return
      event.stopPropagation()
      setDraft(shown)
    },
  }
  switch (field.field_type) {
    case 'text':
    case 'url':
      return (
        <TextInput
          {...typed}
          type={field.field_type}
          placeholder={field.field_type === 'url' ? 'https://' : ''}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )
    case 'long_text':
      return <Textarea {...typed} autosize minRows={1} maxRows={8} onChange={(event) => type(event.currentTarget.value)} />
    case 'number':
      return (
        <NumberInput
          {...name}
          value={draft === '' ? '' : Number(draft)}
          hideControls
          onChange={(next) => {
            setDraft(String(next))
            // `3.` is on its way to a number.
            if (labelled && (typeof next === 'number' || next === '')) onChange(next === '' ? null : next)
          }}
          onBlur={() => leave(Number)}
        />
      )
    case 'boolean':
      return (
        <Select
          {...name}
          clearable={!field.required}
          value={value === true ? 'true' : value === false ? 'false' : null}
          data={[
            { value: 'true', label: strings.fields.yes },
            { value: 'false', label: strings.fields.no },
          ]}
          onChange={(next) => onChange(next === null ? null : next === 'true')}
        />
      )
    case 'select':
      return (
        <Select
          {...name}
          clearable={!field.required}
          value={typeof value === 'string' ? value : null}
          data={field.options}
          onChange={(next) => onChange(next)}
        />
      )
    case 'date':
      return <TextInput {...name} type="date" value={draft} onChange={(event) => type(event.currentTarget.value)} onBlur={() => leave()} />
    case 'datetime':
      return (
        <TextInput
          {...name}
          type="datetime-local"
          value={draft}
          onChange={(event) => type(event.currentTarget.value, momentOf)}
          onBlur={() => leave(momentOf)}
        />
      )
    case 'json':
      return (
        <JsonInput
          {...name}
          value={draft}
          autosize
          minRows={1}
          maxRows={8}
          error={problem}
          onChange={(next) => {
            setDraft(next)
            setProblem(null)
          }}
          onBlur={() => {
            try {
              if (draft.trim() !== '') JSON.parse(draft)
              leave((text) => JSON.parse(text) as unknown)
            } catch {
              setProblem(strings.fields.notJson)
            }
          }}
        />
      )
  }
}
