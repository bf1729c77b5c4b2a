/** A task is never blocked without a reason. */
import { Button, Group, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { strings } from './strings.ts'

export function BlockedDialog({ task, onReason, onCancel }: { task: Task; onReason: (reason: string) => void; onCancel: () => void }) {
  const words = strings.blocked
  const [reason, setReason] = useState(task.blocked_reason ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') onReason(reason.trim())
  }
  return (
    <Dialog opened onClose={onCancel} title={words.title} size={440}>
      <form onSubmit={submit}>
        <Textarea
          aria-label={words.title}
          description={words.body}
          placeholder={words.placeholder}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={3}
          maxLength={2000}
          data-autofocus
          inputWrapperOrder={['description', 'input']}
        />
        <Group justify="flex-end" gap={8} mt={14}>
          <Button variant="default" onClick={onCancel}>
            {strings.cancel}
          </Button>
          <Button type="submit" disabled={reason.trim() === ''}>
            {words.submit}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
