/** In place of a dialog that needs a board, while there is none. */
import { Button, Group } from '@mantine/core'
import { openNewBoard } from '../../app/palette-state.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { strings } from './strings.ts'

export function NoBoardDialog({ title, children, onClose }: { title: string; children: string; onClose: () => void }) {
  return (
    <Dialog opened onClose={onClose} title={title} size={420}>
      <p className="muted">{children}</p>
      <Group justify="flex-end" mt={14}>
        <Button
          onClick={() => {
            onClose()
            openNewBoard()
          }}
        >
          {strings.newBoard}
        </Button>
      </Group>
    </Dialog>
  )
}
