/** Reads what the gateway says about its channels. Versions and channels differ in detail, so nothing here throws. */
import type { GatewayChannel } from '../contract/gateway-config.ts'
import { redact } from '../platform/redact.ts'

type Json = Record<string, unknown>
type Account = GatewayChannel['accounts'][number]
type ChannelAccount = Omit<Account, 'last_inbound_at' | 'last_outbound_at'> & {
  last_inbound_at: number | null
  last_outbound_at: number | null
}
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? redact(value) : null)
const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)
const time = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : null

function readAccount(raw: unknown, fallback: string): ChannelAccount {
  const account = object(raw)
  return {
    account_id: text(account['accountId']) ?? fallback,
    name: text(account['name']),
    enabled: flag(account['enabled']),
    configured: flag(account['configured']),
    linked: flag(account['linked']),
    running: flag(account['running']),
    connected: flag(account['connected']),
    last_error: text(account['lastError']),
    last_inbound_at: time(account['lastInboundAt']),
    last_outbound_at: time(account['lastOutboundAt']),
  }
}

/** The answer of `channels.status`, in its order. */
export function readChannels(answer: unknown): (Omit<GatewayChannel, 'accounts'> & { accounts: ChannelAccount[] })[] {
  const status = object(answer)
  const states = object(status['channels'])
  const accounts = object(status['channelAccounts'])
  const labels = object(status['channelLabels'])
  const details = object(status['channelDetailLabels'])
  const ids = new Set([
    ...list(status['channelOrder']).filter((id) => typeof id === 'string'),
    ...Object.keys(states),
    ...Object.keys(accounts),
  ])
  return [...ids].map((id) => {
    const own = list(accounts[id])
    const state = object(states[id])
    return {
      id,
      label: text(labels[id]) ?? id,
      detail: text(details[id]),
      accounts:
        own.length > 0
          ? own.map((each, index) => readAccount(each, index === 0 ? 'default' : String(index)))
          : Object.keys(state).length > 0
            ? [readAccount(state, 'default')]
            : [],
    }
  })
}
