/** What planning adds to the form of a new task: a template to begin with, and the custom fields of the board. */
import './planning.css'
import { Select } from '@mantine/core'
import type { TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { FieldInput } from './field-input.tsx'
import { strings } from './strings.ts'
import { useCustomFields, useTaskTemplates } from './use-planning.ts'

/** Nothing when the board has no templates. */
export function TemplateChoice({ boardId, onTemplate }: { boardId: string; onTemplate: (template: TaskTemplate) => void }) {
  const templates = useTaskTemplates(boardId)
  if (templates.length === 0) return null
  return (
    <Select
      aria-label={strings.templates.choose}
      placeholder={strings.templates.choosePlaceholder}
      value={null}
      data={templates.map((template) => ({ value: template.id, label: template.name }))}
      onChange={(id) => {
        const template = templates.find((each) => each.id === id)
        if (template) onTemplate(template)
      }}
    />
  )
}

/** Required fields, those that always show, and those that a template brought. */
export function NewTaskFields({
  boardId,
  values,
  onValues,
}: {
  boardId: string
  values: Readonly<Record<string, unknown>>
  onValues: (values: Record<string, unknown>) => void
}) {
  const fields = useCustomFields(boardId).filter(
    (field) => field.required || field.ui_visibility === 'always' || values[field.field_key] !== undefined,
  )
  if (fields.length === 0) return null
  return (
    <div className="planning-fields">
      {fields.map((field) => (
        <FieldInput
          key={field.id}
          field={field}
          value={values[field.field_key] ?? field.default_value}
          onChange={(value) => onValues({ ...values, [field.field_key]: value })}
          labelled
        />
      ))}
    </div>
  )
}
