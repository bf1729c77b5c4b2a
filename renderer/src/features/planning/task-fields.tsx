/** Custom fields of a task: as properties in its drawer, as chips on its card. */
import './planning.css'
import type { Task } from '../../../../native-services/contract/entities.ts'
import type { CustomField } from '../../../../native-services/contract/planning.ts'
import { changeTask } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'
import { briefTime } from '../../lib/time.ts'
import { FieldInput } from './field-input.tsx'
import { strings } from './strings.ts'
import { useCustomFields } from './use-planning.ts'

export function TaskFields({ task }: { task: Task }) {
  const fields = useCustomFields(task.board_id).filter((field) => field.ui_visibility !== 'hidden')
  return fields.map((field) => (
    <div className="property" key={field.id}>
      <span title={field.description}>
        {field.label}
        {field.required ? <span aria-hidden> *</span> : null}
      </span>
      <FieldInput
        field={field}
        value={task.custom_field_values[field.field_key]}
        onChange={(value) => {
          const values = { ...task.custom_field_values, [field.field_key]: value }
          void changeTask(task, { custom_field_values: values }, strings.fields.notChanged)
        }}
      />
    </div>
  ))
}

function textOf(field: CustomField, value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'boolean') return value ? strings.fields.yes : strings.fields.no
  if (field.field_type === 'datetime' && typeof value === 'string') return briefTime(value)
  if (field.field_type === 'url' && typeof value === 'string') return value.replace(/^https?:\/\//, '')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Those of the board that are marked as visible. */
export function FieldChips({ task }: { task: Task }) {
  const map = useLive((state) => state.maps.custom_field)
  const shown = Object.values(map).filter(
    (field) =>
      field.board_ids.includes(task.board_id) &&
      (field.ui_visibility === 'always' || (field.ui_visibility === 'if_set' && task.custom_field_values[field.field_key] !== undefined)),
  )
  if (shown.length === 0) return null
  return (
    <dl className="field-chips">
      {shown
        .toSorted((a, b) => a.label.localeCompare(b.label))
        .map((field) => (
          <div key={field.id}>
            <dt>{field.label}</dt>
            <dd className="truncate">{textOf(field, task.custom_field_values[field.field_key])}</dd>
          </div>
        ))}
    </dl>
  )
}
