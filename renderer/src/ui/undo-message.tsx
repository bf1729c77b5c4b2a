import { Button } from '@mantine/core'

export function UndoMessage({ message, onUndo }: { message: string; onUndo: () => void }) {
  return (
    <div className="row">
      <span className="grow">{message}</span>
      <Button variant="light" size="compact-xs" onClick={onUndo}>
        Undo
      </Button>
    </div>
  )
}
