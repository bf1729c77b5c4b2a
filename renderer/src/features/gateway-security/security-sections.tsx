/** Cards of the Gateway page: credentials and their drift, the gateway's own token, paired devices, version and capabilities. */
import './gateway-security.css'
import { Button, Switch } from '@mantine/core'
import { Check, CircleAlert, Minus, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Credential, GatewayDevice, TokenRotation } from '../../../../native-services/contract/gateway-security.ts'
import { changeSettings } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Note } from '../../ui/parts.tsx'
import { SecretHint } from '../../ui/secret-hint.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { InstallButton } from '../gateway/runtime-card.tsx'
import { strings } from './strings.ts'
import { useFetched } from './use-fetched.ts'

function useLocalGateway() {
  return useLive((state) => Object.values(state.maps.gateway).find((each) => each.is_local) ?? null)
}

function useConnected(): boolean {
  return useLive((state) => state.gatewayRuntime?.connected ?? false)
}

function CredentialRow({ row, mend, busy }: { row: Credential; mend: (() => void) | null; busy: boolean }) {
  const words = strings.drift
  const status = words.statuses[row.status]
  return (
    <tr data-row tabIndex={-1}>
      <td>
        {row.subject === 'gateway' ? (
          row.subject_name
        ) : (
          <Link href={`/agents/${row.subject}`} style={{ fontWeight: 550 }}>
            {row.subject_name}
          </Link>
        )}
      </td>
      <td className="muted">{words.sources[row.source]}</td>
      <td className="mono">{row.fingerprint ?? <span className="faint">—</span>}</td>
      <td>
        <span className="chip" data-tone={status.tone} title={row.message ?? undefined}>
          {status.label}
        </span>
      </td>
      <td className="muted hide-narrow">
        <RelativeTime at={row.since_at} />
      </td>
      <td className="security-action">
        {mend ? (
          <Button variant="default" size="compact-xs" loading={busy} aria-label={words.mendLabel(row.subject_name)} onClick={mend}>
            {words.mend}
          </Button>
        ) : null}
      </td>
    </tr>
  )
}

function CredentialsCard({ gatewayId }: { gatewayId: string }) {
  const words = strings.drift
  // What is pushed anyway says when to read again: a token's status of any agent.
  const marks = useLive((state) =>
    Object.values(state.maps.agent)
      .map((agent) => `${agent.id}${agent.token_status}${agent.token_hint ?? ''}`)
      .join(),
  )
  const hint = useLocalGateway()?.token_hint ?? ''
  const auto = useLive((state) => state.settings?.auto_mend_tokens ?? false)
  const { value, again } = useFetched(`${gatewayId}:${hint}:${marks}`, (signal) =>
    api.call('getGatewayDrift', { params: { gateway_id: gatewayId }, signal }),
  )
  const [all, setAll] = useState(false)
  const [busy, setBusy] = useState<string | null>(null)
  const items = value?.items ?? []
  const wrong = items.filter((row) => row.status !== 'in_sync' && !(row.source === 'ours' && row.status === 'missing'))
  const shown = all ? items : wrong
  const mend = async (subject: string) => {
    setBusy(subject)
    const result = await attempt(() => api.call('mendDrift', { params: { gateway_id: gatewayId, subject } }), { failed: words.failed })
    setBusy(null)
    if (result) toast(result.message)
    again()
  }
  return (
    <section className="card wide" aria-labelledby="credentials-title" id="credentials">
      <div className="card-head">
        <h2 id="credentials-title">{words.title}</h2>
        <span className="aside">
          {value ? (
            <span className="chip" data-tone={wrong.length > 0 ? 'bad' : 'good'}>
              {items.length === 0 ? words.none : wrong.length > 0 ? words.bad(wrong.length) : words.good(items.length)}
            </span>
          ) : null}
          {items.length > 0 ? (
            <Button variant="default" size="compact-xs" aria-expanded={all} onClick={() => setAll((open) => !open)}>
              {all ? words.showBad : words.showAll}
            </Button>
          ) : null}
        </span>
      </div>
      <div className="card-body stack" style={{ gap: 12 }}>
        <p className="muted">{words.body}</p>
        <Switch
          label={words.auto}
          description={words.autoHint}
          checked={auto}
          onChange={(event) => void changeSettings({ auto_mend_tokens: event.currentTarget.checked })}
        />
      </div>
      {shown.length > 0 ? (
        <div className="table-wrap security-table">
          <table className="table">
            <thead>
              <tr data-row tabIndex={-1}>
                <th>{words.columns.subject}</th>
                <th>{words.columns.source}</th>
                <th>{words.columns.fingerprint}</th>
                <th>{words.columns.status}</th>
                <th className="hide-narrow">{words.columns.since}</th>
                <th>
                  <span className="visually-hidden">{words.mend}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row, index) => {
                const mendable = row.status === 'drifted' || (row.status === 'missing' && row.source !== 'ours')
                const first = shown.findIndex((each) => each.subject === row.subject && each.status !== 'in_sync') === index
                return (
                  <CredentialRow
                    key={`${row.subject}:${row.source}:${row.fingerprint}`}
                    row={row}
                    mend={mendable && first && row.source !== 'service_definition' ? () => void mend(row.subject) : null}
                    busy={busy === row.subject}
                  />
                )
              })}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  )
}

function Steps({ result }: { result: TokenRotation }) {
  const words = strings.token
  return (
    <div className="stack" style={{ gap: 10 }}>
      <Note tone={result.rotated ? 'good' : 'bad'}>{result.message}</Note>
      <ol className="rotation-steps">
        {result.steps.map((step) => (
          <li key={step.step} data-outcome={step.outcome}>
            {step.outcome === 'done' ? (
              <Check size={13} aria-hidden />
            ) : step.outcome === 'failed' ? (
              <CircleAlert size={13} aria-hidden />
            ) : (
              <Minus size={13} aria-hidden />
            )}
            <span>
              {words.steps[step.step]}
              {step.outcome === 'done' ? null : <span className="faint"> · {words.outcomes[step.outcome]}</span>}
              {step.message ? <span className="muted">: {step.message}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

function TokenCard({ gatewayId, hint }: { gatewayId: string; hint: string | null }) {
  const words = strings.token
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<TokenRotation | null>(null)
  const rotate = async () => {
    setBusy(true)
    setResult(await attempt(() => api.call('rotateGatewayToken', { params: { gateway_id: gatewayId } }), { failed: words.failed }))
    setBusy(false)
  }
  return (
    <section className="card" aria-labelledby="gateway-token-title">
      <div className="card-head">
        <h2 id="gateway-token-title">{words.title}</h2>
        <span className="aside">
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<RotateCw size={12} aria-hidden />}
            loading={busy}
            onClick={() =>
              askOnce({ title: words.confirmTitle, body: words.confirm, confirmLabel: words.rotate, onConfirm: () => void rotate() })
            }
          >
            {words.rotate}
          </Button>
        </span>
      </div>
      <div className="card-body stack" style={{ gap: 12 }}>
        <p className="muted">{words.body}</p>
        <dl className="facts">
          <dt>{words.hint}</dt>
          <dd>
            <SecretHint hint={hint} />
          </dd>
        </dl>
        <div role="status">{busy ? <span className="muted">{words.running}</span> : null}</div>
        {result ? <Steps result={result} /> : null}
      </div>
    </section>
  )
}

function DevicesCard({ gatewayId, hint }: { gatewayId: string; hint: string | null }) {
  const words = strings.devices
  const connected = useConnected()
  const { value, again } = useFetched(
    connected ? `${gatewayId}:${hint ?? ''}` : null,
    (signal) => api.call('listGatewayDevices', { params: { gateway_id: gatewayId }, signal }),
    15_000,
  )
  const remove = (device: GatewayDevice) => {
    const name = device.name ?? words.unnamed
    askOnce({
      title: words.confirmTitle,
      body: words.confirm(name),
      confirmLabel: words.remove,
      onConfirm: () =>
        void attempt(() => api.call('removeGatewayDevice', { params: { gateway_id: gatewayId, device_id: device.device_id } }), {
          failed: words.failed,
          done: words.done,
        }).then(again),
    })
  }
  return (
    <section className="card" aria-labelledby="devices-title">
      <div className="card-head">
        <h2 id="devices-title">{words.title}</h2>
      </div>
      <div className="card-body stack" style={{ gap: 12 }}>
        <p className="muted">{words.body}</p>
        {!connected || !value ? (
          <p className="faint">{words.offline}</p>
        ) : value.items.length === 0 ? (
          <p className="faint">{words.none}</p>
        ) : null}
        {value && value.pending > 0 ? <Note tone="warning">{words.pending(value.pending)}</Note> : null}
        {connected && value
          ? value.items.map((device) => (
              <div key={device.device_id} className="device-row">
                <div className="grow">
                  <div>
                    <strong>{device.name ?? words.unnamed}</strong> <span className="mono faint">{device.device_id.slice(0, 10)}</span>{' '}
                    {device.outlived_rotation ? (
                      <span className="chip" data-tone="warning">
                        {words.outlived}
                      </span>
                    ) : null}
                  </div>
                  <div className="muted">
                    {[device.client_id, device.roles.join(', '), device.connected ? words.connected : null].filter(Boolean).join(' · ')}
                    {device.last_seen_at ? (
                      <>
                        {' · '}
                        <RelativeTime at={device.last_seen_at} />
                      </>
                    ) : null}
                  </div>
                </div>
                <Button variant="default" size="compact-xs" onClick={() => remove(device)}>
                  {words.remove}
                </Button>
              </div>
            ))
          : null}
      </div>
    </section>
  )
}

function CapabilitiesCard({ gatewayId }: { gatewayId: string }) {
  const words = strings.capabilities
  const connected = useConnected()
  const { value } = useFetched(`${gatewayId}:${connected}`, (signal) =>
    api.call('getGatewayCapabilities', { params: { gateway_id: gatewayId }, signal }),
  )
  return (
    <section className="card wide" aria-labelledby="capabilities-title">
      <div className="card-head">
        <h2 id="capabilities-title">{words.title}</h2>
        <span className="aside">
          {value && value.version !== null ? (
            <span className="chip" data-tone={value.supported ? 'good' : 'bad'}>
              {value.supported ? words.supported : words.unsupported}
            </span>
          ) : null}
        </span>
      </div>
      {value ? (
        <div className="card-body stack" style={{ gap: 12 }}>
          {value.reason ? (
            <Note tone={value.supported ? 'idle' : 'bad'}>
              <div className="row row-wrap">
                <span className="grow">
                  {value.reason} {value.remedy}
                </span>
                {value.supported ? null : <InstallButton variant="default" />}
              </div>
            </Note>
          ) : null}
          <dl className="facts">
            <dt>{words.version}</dt>
            <dd>
              {value.version ?? '—'} <span className="faint">{words.minimum(value.minimum_version)}</span>
            </dd>
            <dt>{words.protocol}</dt>
            <dd>{value.protocol ?? '—'}</dd>
            <dt>{words.files}</dt>
            <dd>{value.allowed_files.length > 0 ? value.allowed_files.join(', ') : <span className="faint">{words.asking}</span>}</dd>
            <dt>{words.config}</dt>
            <dd>{words.shapes[value.config_shape]}</dd>
            <dt>{words.tools}</dt>
            <dd>{value.responses_tools}</dd>
            <dt>{words.methods}</dt>
            <dd className="num">{value.methods_count}</dd>
            <dt>{words.scopes}</dt>
            <dd>{value.scopes.length > 0 ? value.scopes.join(', ') : '—'}</dd>
          </dl>
        </div>
      ) : null}
    </section>
  )
}

export function SecuritySections() {
  const gateway = useLocalGateway()
  if (!gateway) return null
  return (
    <>
      <CredentialsCard gatewayId={gateway.id} />
      <TokenCard gatewayId={gateway.id} hint={gateway.token_hint} />
      <DevicesCard gatewayId={gateway.id} hint={gateway.token_hint} />
      <CapabilitiesCard gatewayId={gateway.id} />
    </>
  )
}
