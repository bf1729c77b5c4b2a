/** Templates of tasks and of boards. */
import { Button } from '@mantine/core'
import { ClipboardList, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, NoRows } from '../../ui/parts.tsx'
import { words as common } from '../../ui/strings.ts'
import { BoardTemplates } from './board-templates.tsx'
import { strings } from './strings.ts'
import { TaskTemplateDialog } from './task-template-dialog.tsx'
import { useTaskTemplates, useTemplatesRead } from './use-planning.ts'

const words = strings.templates

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
