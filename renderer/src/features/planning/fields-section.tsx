/** Custom fields: what they are, who uses them. */
import { Button } from '@mantine/core'
import { ListPlus, Plus } from 'lucide-react'
import { useState } from 'react'
import type { CustomField } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { FieldDialog } from './field-dialog.tsx'
import { ListCard } from './list-card.tsx'
import { DeleteButton, EditButton } from './row-buttons.tsx'
import { strings } from './strings.ts'
import { useCustomFields, useFieldsRead } from './use-planning.ts'

const words = strings.fields
const narrow = 'hide-narrow'

function Row({ field, onEdit }: { field: CustomField; onEdit: () => void }) {
  const boards = useLive((state) => state.maps.board)
  return (
    <tr data-row tabIndex={-1}>
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
      <td className={narrow}>{words.visibilities[field.ui_visibility]}</td>
      <td className="hide-narrow num nowrap">{words.values(field.value_count)}</td>
      <td>
        <div className="planning-actions">
          <EditButton label={`${strings.edit} ${field.label}`} onClick={onEdit} />
          <DeleteButton
            label={`${strings.delete} ${field.label}`}
            name={field.label}
            title={words.deleteTitle(field.label)}
            body={words.deleteBody(field.value_count)}
            remove={() => api.call('deleteCustomField', { params: { custom_field_id: field.id }, query: { force: 'true' } })}
          />
        </div>
      </td>
    </tr>
  )
}

export function FieldsSection() {
  const fields = useCustomFields()
  const [editing, setEditing] = useState<CustomField | 'new' | null>(null)
  return (
    <ListCard
      title={strings.tabs.fields}
      aside={
        <span className="aside">
          <Button size="compact-xs" leftSection={<Plus size={12} aria-hidden />} onClick={() => setEditing('new')}>
            {words.add}
          </Button>
        </span>
      }
      lead={words.lead}
      read={useFieldsRead()}
      icon={<ListPlus size={22} aria-hidden />}
      none={words.none}
      noneBody={words.noneBody}
      columns={[
        { label: words.label },
        { label: words.type },
        { label: words.boards },
        { label: words.visibility, className: narrow },
        { label: words.valuesHead, className: narrow, hidden: true },
        { label: strings.edit, hidden: true },
      ]}
      rows={fields.map((field) => (
        <Row key={field.id} field={field} onEdit={() => setEditing(field)} />
      ))}
    >
      {editing ? <FieldDialog field={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </ListCard>
  )
}
