/** Outgoing webhooks: those of one board, or those of all boards. */
import '../webhooks/webhooks.css'
import { Button, Group, MultiSelect, Stack, Switch } from '@mantine/core'
import { ChevronDown, ChevronRight, KeyRound, Plus, Send, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { OutgoingEvent, OutgoingWebhook } from '../../../../native-services/contract/webhooks-out.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { CopyButton, LoadError, Note } from '../../ui/parts.tsx'
import { eventChoices, NewOutgoing } from './new-outgoing.tsx'
import { OutgoingDeliveries } from './outgoing-deliveries.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'

function lastResult(webhook: OutgoingWebhook): { text: string; tone: 'good' | 'bad' | 'idle' } {
  if (webhook.last_attempt_at === null) return { text: strings.never, tone: 'idle' }
  if (webhook.last_error !== null) return { text: webhook.last_error, tone: 'bad' }
  return { text: strings.lastOk(webhook.last_status ?? 0), tone: 'good' }
}

function Row({ webhook, secret, onSecret }: { webhook: OutgoingWebhook; secret: string | null; onSecret: (secret: string) => void }) {
  const [open, setOpen] = useState(false)
  const params = { webhook_id: webhook.id }
  const last = lastResult(webhook)
  const change = async (body: { enabled?: boolean; events?: OutgoingEvent[] }) => {
    const saved = await attempt(() => api.call('updateOutgoingWebhook', { params, body }), { failed: strings.notChanged })
    if (saved) remember('outgoing_webhook', saved)
  }
  const renew = async () => {
    const saved = await attempt(() => api.call('renewOutgoingSecret', { params, body: {} }), { failed: strings.notChanged })
    if (saved) onSecret(saved.secret)
  }
  return (
    <li className="webhook">
      <div className="row">
        <b className="grow truncate">{webhook.name}</b>
        <Switch
          aria-label={`${strings.enabled}: ${webhook.name}`}
          checked={webhook.enabled}
          onChange={(event) => void change({ enabled: event.currentTarget.checked })}
        />
        <button
          type="button"
          className="iconbtn"
          title={strings.newSecret}
          aria-label={`${strings.newSecret}: ${webhook.name}`}
          onClick={() =>
            askOnce({
              title: strings.newSecretTitle,
              body: strings.newSecretBody,
              confirmLabel: strings.newSecret,
              onConfirm: () => void renew(),
            })
          }
        >
          <KeyRound size={13} aria-hidden />
        </button>
        <button
          type="button"
          className="iconbtn"
          title={strings.remove}
          aria-label={`${strings.remove} ${webhook.name}`}
          onClick={() =>
            askOnce({
              title: strings.removeTitle,
              body: strings.removeBody,
              confirmLabel: strings.remove,
              onConfirm: () =>
                void attempt(() => api.call('deleteOutgoingWebhook', { params }), {
                  failed: strings.notChanged,
                  done: common.deleted(webhook.name),
                }),
            })
          }
        >
          <Trash2 size={13} aria-hidden />
        </button>
      </div>
      <div className="row webhook-address">
        <code className="grow truncate" title={webhook.url}>
          {webhook.url}
        </code>
        <span className="faint">{webhook.secret_hint}</span>
      </div>
      {secret === null ? null : (
        <Note tone="warning">
          {strings.secret}
          <span className="row webhook-address">
            <code className="grow truncate">{secret}</code>
            <CopyButton text={secret} label={strings.copySecret} />
          </span>
        </Note>
      )}
      <MultiSelect
        aria-label={`${strings.events}: ${webhook.name}`}
        data={eventChoices}
        value={webhook.events}
        onChange={(events) => (events.length > 0 ? void change({ events: events as OutgoingEvent[] }) : undefined)}
      />
      <div className="row faint">
        <span className="webhook-state grow truncate" data-tone={last.tone} title={last.text}>
          {last.text}
        </span>
        {webhook.queued_count > 0 ? <span>{strings.queued(webhook.queued_count)}</span> : null}
        {webhook.dead_count > 0 ? (
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => void attempt(() => api.call('replayDeadOutgoing', { params }), { failed: strings.notDone, done: strings.again })}
          >
            {strings.replayAll(webhook.dead_count)}
          </Button>
        ) : null}
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={!webhook.enabled}
          leftSection={<Send size={11} aria-hidden />}
          onClick={() => void attempt(() => api.call('testOutgoingWebhook', { params }), { failed: strings.notDone, done: strings.tested })}
        >
          {strings.test}
        </Button>
        <Button
          variant="subtle"
          size="compact-xs"
          rightSection={open ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {strings.deliveries}
        </Button>
      </div>
      {open ? <OutgoingDeliveries webhook={webhook} /> : null}
    </li>
  )
}

/** @param boardId Null: those that are told of all boards. */
export function OutgoingPanel({ boardId }: { boardId: string | null }) {
  const map = useLive((state) => state.maps.outgoing_webhook)
  const connection = useLive((state) => state.connection)
  const [adding, setAdding] = useState(false)
  const [shown, setShown] = useState<{ id: string; secret: string } | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const webhooks = useMemo(
    () =>
      Object.values(map)
        .filter((webhook) => webhook.board_id === boardId)
        .toSorted((a, b) => a.id.localeCompare(b.id)),
    [map, boardId],
  )
  useEffect(() => {
    if (connection !== 'live') return
    api.call('listOutgoingWebhooks').then(
      ({ items }) => {
        setError(null)
        useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'outgoing_webhook', items) }))
      },
      (reason: unknown) => setError(explain(reason)),
    )
  }, [connection, round])
  return (
    <Stack gap={12}>
      <p className="muted" style={{ margin: 0 }}>
        {strings.lead}
      </p>
      {error ? <LoadError message={error} retry={() => setRound((value) => value + 1)} /> : null}
      {webhooks.length === 0 && !adding && !error ? <p className="faint">{strings.empty}</p> : null}
      <ul className="webhooks">
        {webhooks.map((webhook) => (
          <Row
            key={webhook.id}
            webhook={webhook}
            secret={shown?.id === webhook.id ? shown.secret : null}
            onSecret={(secret) => setShown({ id: webhook.id, secret })}
          />
        ))}
      </ul>
      {adding ? (
        <NewOutgoing
          boardId={boardId}
          onDone={(made) => {
            setAdding(false)
            if (made) setShown(made)
          }}
        />
      ) : (
        <Group>
          <Button variant="default" leftSection={<Plus size={13} aria-hidden />} onClick={() => setAdding(true)}>
            {strings.add}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
