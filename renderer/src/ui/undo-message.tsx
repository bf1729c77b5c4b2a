import { Button } from '@mantine/core'
import { words } from './strings.ts'

export function UndoMessage({ message, onUndo }: { message: string; onUndo: () => void }) {
  return (
    <div className="row">
      <span className="grow">{message}</span>
      <Button variant="light" size="compact-xs" onClick={onUndo}>
        {words.undo}
      </Button>
    </div>
  )
}
