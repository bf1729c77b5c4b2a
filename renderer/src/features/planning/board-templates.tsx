/** Templates of boards. */
import { Button } from '@mantine/core'
import { Plus, SquareKanban, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { BoardTemplate } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, NoRows } from '../../ui/parts.tsx'
import { words as common } from '../../ui/strings.ts'
import { KeepBoardDialog, UseTemplateDialog } from './board-template-dialogs.tsx'
import { strings } from './strings.ts'
import { useBoardTemplates } from './use-planning.ts'

const words = strings.templates

export function BoardTemplates() {
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
      {using ? <UseTemplateDialog template={using} onClose={() => setUsing(null)} /> : null}
    </section>
  )
}
