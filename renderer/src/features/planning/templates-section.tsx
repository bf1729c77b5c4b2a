/** Templates of tasks and of boards. */
import { Button } from '@mantine/core'
import { ClipboardList, Plus } from 'lucide-react'
import { useState } from 'react'
import type { TaskTemplate } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { BoardTemplates } from './board-templates.tsx'
import { ListCard } from './list-card.tsx'
import { DeleteButton, EditButton } from './row-buttons.tsx'
import { strings } from './strings.ts'
import { TaskTemplateDialog } from './task-template-dialog.tsx'
import { useTaskTemplates, useTemplatesRead } from './use-planning.ts'

const words = strings.templates

function Row({ template, onEdit }: { template: TaskTemplate; onEdit: () => void }) {
  const board = useLive((state) => (template.board_id === null ? undefined : state.maps.board[template.board_id]))
  return (
    <tr data-row tabIndex={-1}>
      <td>
        <b>{template.name}</b>
      </td>
      <td className="muted">{template.title}</td>
      <td className="muted hide-narrow">{template.board_id === null ? strings.allBoards : (board?.name ?? '')}</td>
      <td>
        <div className="planning-actions">
          <EditButton label={`${strings.edit} ${template.name}`} onClick={onEdit} />
          <DeleteButton
            label={`${strings.delete} ${template.name}`}
            name={template.name}
            title={words.deleteTitle(template.name)}
            body={words.deleteBody}
            remove={() => api.call('deleteTaskTemplate', { params: { task_template_id: template.id } })}
          />
        </div>
      </td>
    </tr>
  )
}

export function TemplatesSection() {
  const templates = useTaskTemplates()
  const [editing, setEditing] = useState<TaskTemplate | 'new' | null>(null)
  return (
    <>
      <ListCard
        title={words.tasks}
        aside={
          <span className="aside">
            <Button size="compact-xs" leftSection={<Plus size={12} aria-hidden />} onClick={() => setEditing('new')}>
              {words.addTask}
            </Button>
          </span>
        }
        lead={words.tasksLead}
        read={useTemplatesRead()}
        icon={<ClipboardList size={22} aria-hidden />}
        none={words.noneTasks}
        columns={[
          { label: words.columns.name },
          { label: words.columns.title },
          { label: words.columns.board, className: 'hide-narrow' },
          { label: words.columns.actions, hidden: true },
        ]}
        rows={templates.map((template) => (
          <Row key={template.id} template={template} onEdit={() => setEditing(template)} />
        ))}
      >
        {editing ? <TaskTemplateDialog template={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
      </ListCard>
      <BoardTemplates />
    </>
  )
}
