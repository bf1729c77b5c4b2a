/** Templates of boards. */
import { Button } from '@mantine/core'
import { Plus, SquareKanban } from 'lucide-react'
import { useState } from 'react'
import type { BoardTemplate } from '../../../../native-services/contract/planning.ts'
import { api } from '../../lib/api.ts'
import { useBoards } from '../../lib/store.ts'
import { KeepBoardDialog, UseTemplateDialog } from './board-template-dialogs.tsx'
import { ListCard } from './list-card.tsx'
import { DeleteButton } from './row-buttons.tsx'
import { strings } from './strings.ts'
import { useBoardTemplates } from './use-planning.ts'

const words = strings.templates

function Row({ template, onUse }: { template: BoardTemplate; onUse: () => void }) {
  return (
    <tr data-row tabIndex={-1}>
      <td>
        <span className="planning-row-name">
          <b>{template.name}</b>
          {template.description === '' ? null : <span className="faint">{template.description}</span>}
        </span>
      </td>
      <td className="num hide-narrow">{words.counts(template.counts)}</td>
      <td>
        <div className="planning-actions">
          <Button variant="default" size="compact-xs" onClick={onUse}>
            {words.use}
          </Button>
          <DeleteButton
            label={`${strings.delete} ${template.name}`}
            name={template.name}
            title={words.deleteTitle(template.name)}
            body={words.deleteBody}
            remove={() => api.call('deleteBoardTemplate', { params: { board_template_id: template.id } })}
          />
        </div>
      </td>
    </tr>
  )
}

export function BoardTemplates() {
  const { items, read } = useBoardTemplates()
  const boards = useBoards()
  const [keeping, setKeeping] = useState(false)
  const [using, setUsing] = useState<BoardTemplate | null>(null)
  return (
    <ListCard
      title={words.boards}
      aside={
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
      }
      lead={words.boardsLead}
      read={read}
      icon={<SquareKanban size={22} aria-hidden />}
      none={words.noneBoards}
      columns={[
        { label: words.columns.name },
        { label: words.columns.holds, className: 'hide-narrow' },
        { label: words.columns.actions, hidden: true },
      ]}
      rows={items.map((template) => (
        <Row key={template.id} template={template} onUse={() => setUsing(template)} />
      ))}
    >
      {keeping ? <KeepBoardDialog onClose={() => setKeeping(false)} /> : null}
      {using ? <UseTemplateDialog template={using} onClose={() => setUsing(null)} /> : null}
    </ListCard>
  )
}
