/** Webhooks of a board: addresses, and what came through them. */
import './webhooks.css'
import { Button, Group, PasswordInput, Select, Stack, Switch, TextInput } from '@mantine/core'
import { ChevronDown, ChevronRight, Plus, RotateCw, Trash2 } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { deliveryStates } from '../../../../native-services/contract/states.ts'
import type { Webhook, WebhookPayload } from '../../../../native-services/contract/webhooks.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useAgents, useLive, useWebhooks } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { CopyButton, LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'

function NewWebhook({ boardId, onDone }: { boardId: string; onDone: () => void }) {
  const agents = useAgents(boardId)
  const [description, setDescription] = useState('')
  const [agentId, setAgentId] = useState<string | null>(null)
  const [secret, setSecret] = useState('')
  const [header, setHeader] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const webhook = await attempt(
      () =>
        api.call('createWebhook', {
          params: { board_id: boardId },
          body: {
            description,
            agent_id: agentId,
            ...(secret === '' ? {} : { secret }),
            ...(header.trim() === '' ? {} : { signature_header: header }),
          },
        }),
      { failed: strings.notCreated },
    )
    setBusy(false)
    if (!webhook) return
    remember('webhook', webhook)
    onDone()
  }
  return (
    <form className="webhook-new" onSubmit={(event) => void submit(event)}>
      <Stack gap={10}>
        <TextInput
          label={strings.what}
          placeholder={strings.whatPlaceholder}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          maxLength={200}
          autoFocus
        />
        <Select
          label={strings.who}
          placeholder={strings.boardLead}
          clearable
          value={agentId}
          onChange={setAgentId}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        />
        <PasswordInput
          label={strings.secret}
          description={strings.secretHint}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          autoComplete="new-password"
          minLength={8}
          maxLength={200}
        />
        {secret === '' ? null : (
          <TextInput
            label={strings.header}
            description={strings.headerHint}
            value={header}
            onChange={(event) => setHeader(event.currentTarget.value)}
            maxLength={64}
          />
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onDone}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {strings.create}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Payloads({ webhook }: { webhook: Webhook }) {
  const [items, setItems] = useState<readonly WebhookPayload[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const outbox = useLive((state) => state.maps.notification)
  const params = { board_id: webhook.board_id, webhook_id: webhook.id }
  useEffect(() => {
    let current = true
    api.call('listWebhookPayloads', { params: { board_id: webhook.board_id, webhook_id: webhook.id }, query: { limit: '50' } }).then(
      (page) => {
        if (!current) return
        setItems(page.items)
        setError(null)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
    // One more event, or one more try.
  }, [webhook.board_id, webhook.id, webhook.payload_count, webhook.last_received_at, round])
  if (error) return <LoadError message={error} retry={() => setRound((value) => value + 1)} />
  if (!items) return null
  if (items.length === 0) return <p className="muted">{strings.noEvents}</p>
  const replay = async (payload: WebhookPayload) => {
    const done = await attempt(() => api.call('replayWebhookPayload', { params: { ...params, payload_id: payload.id } }), {
      failed: strings.notReplayed,
      done: strings.replayed,
    })
    if (done) setRound((value) => value + 1)
  }
  return (
    <ul className="webhook-payloads">
      {items.map((payload) => {
        const state = (payload.notification_id ? outbox[payload.notification_id]?.state : undefined) ?? payload.delivery_state
        const words = state === null ? null : deliveryStates[state]
        return (
          <li key={payload.id}>
            <div className="row">
              <RelativeTime at={payload.received_at} />
              <span className="webhook-state" data-tone={words?.tone ?? 'warning'}>
                {words?.label ?? strings.notTold}
              </span>
              <span className="faint grow">{strings.size(payload.length)}</span>
              <Button
                variant="subtle"
                size="compact-xs"
                leftSection={<RotateCw size={11} aria-hidden />}
                onClick={() => void replay(payload)}
              >
                {strings.replay}
              </Button>
            </div>
            <pre>{payload.payload}</pre>
          </li>
        )
      })}
    </ul>
  )
}

function Row({ webhook }: { webhook: Webhook }) {
  const [open, setOpen] = useState(false)
  const agents = useAgents(webhook.board_id)
  const params = { board_id: webhook.board_id, webhook_id: webhook.id }
  const address = webhook.endpoint_url
  const name = webhook.description === '' ? strings.unnamed : webhook.description
  const change = async (body: { enabled?: boolean; agent_id?: string | null }) => {
    const saved = await attempt(() => api.call('updateWebhook', { params, body }), { failed: strings.notChanged })
    if (saved) remember('webhook', saved)
  }
  return (
    <li className="webhook">
      <div className="row">
        <b className="grow truncate">{name}</b>
        <Switch
          aria-label={`${strings.enabled}: ${name}`}
          checked={webhook.enabled}
          onChange={(event) => void change({ enabled: event.currentTarget.checked })}
        />
        <button
          type="button"
          className="iconbtn"
          aria-label={`${strings.remove} ${name}`}
          onClick={() =>
            askOnce({
              title: strings.removeTitle,
              body: strings.removeBody(webhook.payload_count),
              confirmLabel: strings.remove,
              onConfirm: () =>
                void attempt(() => api.call('deleteWebhook', { params }), { failed: strings.notChanged, done: common.deleted(name) }),
            })
          }
        >
          <Trash2 size={13} aria-hidden />
        </button>
      </div>
      <div className="row webhook-address">
        <code className="grow truncate" title={address}>
          {address}
        </code>
        <CopyButton text={address} label={strings.copy} />
      </div>
      <div className="row faint">
        <Select
          aria-label={`${strings.who}: ${name}`}
          placeholder={strings.boardLead}
          clearable
          w={190}
          value={webhook.agent_id}
          onChange={(id) => void change({ agent_id: id })}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        />
        <span className="grow">{webhook.has_secret ? strings.signed(webhook.secret_hint) : strings.open}</span>
        <Button
          variant="subtle"
          rightSection={open ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {strings.count(webhook.payload_count)}
        </Button>
      </div>
      {open ? <Payloads webhook={webhook} /> : null}
    </li>
  )
}

export function WebhooksPanel({ boardId }: { boardId: string }) {
  const webhooks = useWebhooks(boardId)
  const connection = useLive((state) => state.connection)
  const [adding, setAdding] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (connection !== 'live') return
    api.call('listWebhooks', { params: { board_id: boardId } }).then(
      ({ items }) => {
        setError(null)
        useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'webhook', items) }))
      },
      (reason: unknown) => setError(explain(reason)),
    )
  }, [boardId, connection, round])
  return (
    <Stack gap={12}>
      <p className="muted" style={{ margin: 0 }}>
        {strings.lead}
      </p>
      {error ? <LoadError message={error} retry={() => setRound((value) => value + 1)} /> : null}
      {webhooks.length === 0 && !adding && !error ? <p className="faint">{strings.empty}</p> : null}
      <ul className="webhooks">
        {webhooks.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {adding ? (
        <NewWebhook boardId={boardId} onDone={() => setAdding(false)} />
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
