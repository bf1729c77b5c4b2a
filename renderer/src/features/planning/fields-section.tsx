/** Custom fields: what they are, who uses them. */
import { Button } from '@mantine/core'
import { ListPlus, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { CustomField } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, NoRows } from '../../ui/parts.tsx'
import { FieldDialog } from './field-dialog.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'
import { useCustomFields, useFieldsRead } from './use-planning.ts'

const words = strings.fields

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
