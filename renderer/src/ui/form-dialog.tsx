/** A dialog that asks for something and keeps it: closed when that was kept, open with everything typed when it was not. */
import { Button, Group, Stack } from '@mantine/core'
import { type ReactNode, type SyntheticEvent, useState } from 'react'
import { Dialog } from './dialog.tsx'
import { words } from './strings.ts'

export function FormDialog({
  title,
  size,
  gap = 12,
  submit,
  ready,
  save,
  onClose,
  beside,
  children,
}: {
  title: string
  size: number
  gap?: number
  /** What the button says. */
  submit: string
  /** All that is needed is there. */
  ready: boolean
  /** Says itself what went wrong. False leaves the dialog open. */
  save: () => Promise<boolean>
  onClose: () => void
  /** Left of the buttons. */
  beside?: ReactNode
  children: ReactNode
}) {
  const [busy, setBusy] = useState(false)
  const run = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    const kept = await save().finally(() => setBusy(false))
    if (kept) onClose()
  }
  return (
    <Dialog opened onClose={onClose} title={title} size={size}>
      <form
        onSubmit={(event) => void run(event)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run(event)
        }}
      >
        <Stack gap={gap}>
          {children}
          <Group justify={beside ? 'space-between' : 'flex-end'} gap={8}>
            {beside}
            <Group gap={8}>
              <Button variant="default" onClick={onClose}>
                {words.cancel}
              </Button>
              <Button type="submit" loading={busy} disabled={!ready}>
                {submit}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
