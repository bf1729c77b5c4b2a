/** What planning adds to the menu of a board, and the dialogs behind it. */
import { Menu } from '@mantine/core'
import { CalendarSync, CopyPlus, Download, FileUp } from 'lucide-react'

import { navigate } from '../../lib/hash-location.ts'
import { part } from '../../lib/part.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { downloadBoard, downloadTasks } from './files.ts'
import { strings } from './strings.ts'

const KeepBoardDialog = part(async () => (await import('./board-template-dialogs.tsx')).KeepBoardDialog)
const RecurringSection = part(async () => (await import('./recurring-section.tsx')).RecurringSection)

/** @param onOpen Opens the dialog of that name; it stands in the address as `plan`. */
export function BoardMenuItems({ boardId, onOpen }: { boardId: string; onOpen: (dialog: string) => void }) {
  const words = strings.menu
  return (
    <>
      <Menu.Divider />
      <Menu.Item leftSection={<CalendarSync size={13} aria-hidden />} onClick={() => onOpen('recurring')}>
        {words.recurring}
      </Menu.Item>
      <Menu.Item leftSection={<CopyPlus size={13} aria-hidden />} onClick={() => onOpen('template')}>
        {words.template}
      </Menu.Item>
      <Menu.Item leftSection={<Download size={13} aria-hidden />} onClick={() => void downloadBoard(boardId)}>
        {words.json}
      </Menu.Item>
      <Menu.Item leftSection={<Download size={13} aria-hidden />} onClick={() => void downloadTasks(boardId)}>
        {words.csv}
      </Menu.Item>
      <Menu.Item leftSection={<FileUp size={13} aria-hidden />} onClick={() => navigate(`/planning?tab=files&board=${boardId}`)}>
        {words.import}
      </Menu.Item>
    </>
  )
}

export function BoardPlanDialogs({ boardId, open, onClose }: { boardId: string; open: string | undefined; onClose: () => void }) {
  if (open === 'template') return <KeepBoardDialog boardId={boardId} onClose={onClose} />
  if (open === 'recurring')
    return (
      <Dialog opened onClose={onClose} title={strings.recurring.title} size={860}>
        <RecurringSection boardId={boardId} />
      </Dialog>
    )
  return null
}
