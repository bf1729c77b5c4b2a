/** Channels of the gateway, each account with its state; what cannot be known says why. */
import { Button } from '@mantine/core'
import { PlugZap, Radio } from 'lucide-react'
import { Link } from 'wouter'
import type { GatewayChannel } from '../../../../native-services/contract/gateway-config.ts'
import { api } from '../../lib/api.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { configStrings } from './config-strings.ts'
import { useGatewayRead } from './use-gateway-read.ts'

const words = configStrings.channels
type Account = GatewayChannel['accounts'][number]
const readChannels = (gatewayId: string) => api.call('listGatewayChannels', { params: { gateway_id: gatewayId } })
const operations = { start: 'startGatewayChannel', stop: 'stopGatewayChannel', logout: 'logoutGatewayChannel' } as const

function state(account: Account) {
  if (account.configured === false) return { label: words.states.unset, tone: 'idle' }
  if (account.last_error !== null && account.running !== true) return { label: words.states.failed, tone: 'bad' }
  if (account.enabled === false) return { label: words.states.off, tone: 'idle' }
  if (account.connected === true) return { label: words.states.connected, tone: 'good' }
  if (account.running === true) return { label: words.states.running, tone: 'good' }
  if (account.linked === false) return { label: words.states.unlinked, tone: 'warning' }
  return { label: words.states.stopped, tone: 'idle' }
}

const latest = (account: Account): string | null =>
  [account.last_inbound_at, account.last_outbound_at]
    .filter((at) => at !== null)
    .toSorted((a, b) => a.localeCompare(b))
    .at(-1) ?? null

export function ChannelsTab() {
  const { gatewayId, value, failure, again } = useGatewayRead(readChannels, { everyMs: 10_000, needsGateway: true })
  const act = async (action: keyof typeof operations, channel: GatewayChannel, account: Account) => {
    const done = await attempt(
      () =>
        api.call(operations[action], {
          params: { gateway_id: gatewayId ?? '', channel: channel.id },
          body: { account_id: account.account_id },
        }),
      { failed: words.failed },
    )
    if (done) toast(done.message)
    again()
  }
  const press = (action: keyof typeof operations, channel: GatewayChannel, account: Account) =>
    action === 'logout'
      ? askOnce({
          title: words.logoutTitle(channel.label),
          body: words.logoutBody,
          confirmLabel: words.actions.logout,
          onConfirm: () => void act(action, channel, account),
        })
      : void act(action, channel, account)
  const rows = value?.items.flatMap((channel) => channel.accounts.map((account) => ({ channel, account }))) ?? []
  const columns = words.columns
  return (
    <section className="card" aria-labelledby="channels-title">
      <div className="card-head">
        <h2 id="channels-title">{words.title}</h2>
      </div>
      {failure?.gatewayDown ? (
        <Empty
          icon={<PlugZap size={20} aria-hidden />}
          title={words.down}
          actions={
            <Link className="link" href="/gateway?tab=config">
              {configStrings.title}
            </Link>
          }
        >
          {words.downBody}
        </Empty>
      ) : failure ? (
        <LoadError message={failure.message} retry={again} />
      ) : !value ? (
        <div className="skeleton" style={{ height: 140, margin: 14 }} />
      ) : (
        <>
          {value.note ? (
            <div style={{ padding: 14 }}>
              <Note tone="idle">{value.note}</Note>
            </div>
          ) : null}
          {rows.length === 0 ? (
            <Empty
              icon={<Radio size={20} aria-hidden />}
              title={words.none}
              actions={
                <Link className="link" href="/gateway?tab=config">
                  {configStrings.title}
                </Link>
              }
            >
              {words.noneBody}
            </Empty>
          ) : (
            <div className="table-wrap">
              <table className="table">
                <thead>
                  <tr>
                    <th>{columns.channel}</th>
                    <th>{columns.state}</th>
                    <th className="hide-narrow">{columns.account}</th>
                    <th className="hide-narrow">{columns.last}</th>
                    <th>
                      <span className="visually-hidden">{columns.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ channel, account }) => {
                    const shown = state(account)
                    return (
                      <tr key={`${channel.id}:${account.account_id}`} data-row tabIndex={-1}>
                        <td>
                          <strong style={{ fontWeight: 550 }}>{channel.label}</strong> <span className="faint">{channel.detail}</span>
                        </td>
                        <td>
                          <span className="chip" data-tone={shown.tone}>
                            {shown.label}
                          </span>{' '}
                          {account.last_error ? <span className="muted">{account.last_error}</span> : null}
                        </td>
                        <td className="muted hide-narrow">{account.name ?? account.account_id}</td>
                        <td className="muted hide-narrow">
                          <RelativeTime at={latest(account)} none="—" />
                        </td>
                        <td>
                          <div className="row" style={{ justifyContent: 'flex-end' }}>
                            {value.actions
                              .filter((action) => account.configured !== false && (action !== 'start' || account.running !== true))
                              .filter((action) => action !== 'stop' || account.running === true)
                              .map((action) => (
                                <Button
                                  key={action}
                                  variant={action === 'logout' ? 'subtle' : 'default'}
                                  size="compact-xs"
                                  aria-label={words.label(words.actions[action], channel.label)}
                                  onClick={() => press(action, channel, account)}
                                >
                                  {words.actions[action]}
                                </Button>
                              ))}
                          </div>
                        </td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </section>
  )
}
