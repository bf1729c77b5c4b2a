/** What the host is told of: the state that the tray shows, a moment after it changed, and new trouble, once. */
import type { Settings } from '../contract/entities.ts'
import type { ServicesToHost } from '../contract/host-link.ts'
import { supervisorStates, worstTone } from '../contract/states.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { Store } from '../store/store.ts'
import type { Attention } from './attention.ts'
import type { LiveState } from './live-state.ts'

const settleMs = 100
/** Rows of Needs attention of which a person is told although nothing is broken. */
const asksSomebody = /^(exec|approval|question|cap):/
/** Trouble that the notification centre tells of, by the operator's own preferences. */
const toldAsNotice = /^(approval|question|notification|agent):/

export interface HostState {
  start(): void
  /** Now, for a host that has just heard that we are ready. */
  send(): void
  /** Something that the tray shows changed. */
  soon(): void
  stop(): void
}

/** @param options.post Null without a host. */
export function createHostState(options: {
  store: Store
  clock: Clock
  live: LiveState
  attention: Attention
  settings: () => Settings
  gatewayId: () => string
  post: ((message: ServicesToHost) => void) | null
}): HostState {
  const { store, clock, live, attention, post } = options
  const stops: (() => void)[] = []
  let timer: TimerHandle | null = null
  let stopped = false
  let toldState = live.gateway().state

  function send(): void {
    timer?.cancel()
    timer = null
    const settings = options.settings()
    const agents = store.agents.countByStatus()
    const items = attention.items()
    post?.({
      type: 'state',
      state: {
        attention_count: items.length,
        attention: items.slice(0, 10).map(({ title, link }) => ({ title, link })),
        worst_tone: worstTone(items.length === 0 ? ['good'] : items.map((item) => item.tone)),
        agents_online: agents.online ?? 0,
        agents_total: Object.values(agents).reduce((total, n) => total + n, 0),
        deliveries_paused: settings.delivery_paused,
        close_to_tray: settings.close_to_tray,
        start_hidden: settings.start_hidden,
        stop_gateway_on_quit: settings.stop_gateway_on_quit,
        gateway_autostart: settings.gateway_autostart,
        gateway_id: options.gatewayId(),
      },
    })
  }
  function soon(): void {
    if (post && !stopped) timer ??= clock.setTimer(settleMs, send)
  }

  /** Other programs hear of the gateway, too. */
  function announceGateway(): void {
    const { state, reason } = live.gateway()
    if (stopped || state === toldState) return
    const from = toldState
    toldState = state
    const message = `The gateway is ${supervisorStates[state].label.toLowerCase()}${reason === null ? '' : `: ${reason}`}`
    store.write(() => store.webhooksOut.announce({ type: 'gateway.state', message, data: { from, to: state, reason } }))
  }

  return {
    start() {
      let known = new Set(attention.items().map((item) => item.key))
      stops.push(
        live.onChange(soon),
        live.onChange(announceGateway),
        attention.onChange((items) => {
          for (const item of items)
            if ((item.tone === 'bad' || asksSomebody.test(item.key)) && !toldAsNotice.test(item.key) && !known.has(item.key))
              post?.({ type: 'notify', title: item.title, body: item.reason, link: item.link })
          known = new Set(items.map((item) => item.key))
          soon()
        }),
      )
    },
    send,
    soon,
    stop() {
      stopped = true
      timer?.cancel()
      for (const stop of stops) stop()
    },
  }
}
