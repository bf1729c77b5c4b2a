import { Button, Checkbox, Group, MultiSelect, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type OutgoingEvent, outgoingEvents, outgoingEventWords } from '../../../../native-services/contract/webhooks-out.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

export const eventChoices = outgoingEvents.map((value) => ({ value, label: outgoingEventWords[value] }))

/** @param onDone With the secret of the new webhook, or null when nothing was made. */
export function NewOutgoing({
  boardId,
  onDone,
}: {
  boardId: string | null
  onDone: (made: { id: string; secret: string } | null) => void
}) {
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<string[]>(['task.created', 'task.status_changed'])
  const [allowPrivate, setAllowPrivate] = useState(false)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    const made = await attempt(
      () =>
        api.call('createOutgoingWebhook', {
          body: { board_id: boardId, name, url, events: events as OutgoingEvent[], allow_private: allowPrivate },
        }),
      { failed: strings.notCreated },
    )
    setBusy(false)
    if (!made) return
    const { secret, ...webhook } = made
    remember('outgoing_webhook', webhook)
    onDone({ id: webhook.id, secret })
  }
  return (
    <form className="webhook-new" onSubmit={(event) => void submit(event)}>
      <Stack gap={10}>
        <TextInput
          label={strings.name}
          placeholder={strings.namePlaceholder}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          autoFocus
        />
        <TextInput
          label={strings.url}
          type="url"
          placeholder="https://"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          maxLength={2000}
          required
        />
        <MultiSelect
          label={strings.events}
          data={eventChoices}
          value={events}
          onChange={setEvents}
          required
          comboboxProps={{ withinPortal: true }}
        />
        <Checkbox
          label={strings.allowPrivate}
          description={strings.allowPrivateHint}
          checked={allowPrivate}
          onChange={(event) => setAllowPrivate(event.currentTarget.checked)}
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={() => onDone(null)}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={events.length === 0}>
            {strings.create}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
