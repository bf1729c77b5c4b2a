/**
 * Measures runs by the gateway's events, which cost nothing to follow: it tells the delivery what a run of its own used and which model
 * it was, and writes the rows of runs that no message of ours caused (wakes, chats in a session, whatever agents do by themselves).
 * With the connection gone such a run goes unseen; the gateway's own total of the day, asked now and then, shows the difference.
 */
import type { RunKind } from '../contract/usage.ts'
import { localDay } from '../domain/local-day.ts'
import { readDayTotals, readModelCatalogue, readRunSign, readUsageMessage } from '../gateway/usage-reader.ts'
import type { GatewayConnection, GatewayEvent, SeenRun } from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { Store } from '../store/store.ts'

interface Meter {
  session_key: string
  gateway_agent_id: string | null
  started_at: number
  seen: SeenRun
  messages: Set<string>
  ended: 'ok' | 'failed' | 'aborted' | null
}

export interface RunMeter {
  start(): void
  stop(): void
  /** What was seen of a run so far; null: nothing. */
  seen(runId: string): SeenRun | null
  /** Somebody looks at usage: ask the gateway for its totals, at most once a minute. */
  look(): void
}

/** The last message of a run may come after the word of its end. */
const settleMs = 3000
const runsFollowed = 2000
const lookEveryMs = 60_000
const slowLookMs = 3_600_000
/** How long the gateway repeats its totals, and how long it takes to count them. */
const totalsKeptMs = 30_000
const totalsSoonMs = 2000
const totalsAsked = 5
/** Keys of runs that a person starts in a session. */
export const chatRunKey = 'mc-chat-'

export function createRunMeter(options: {
  store: Store
  clock: Clock
  log: Log
  gateway: Pick<GatewayConnection, 'onEvent' | 'onState' | 'state' | 'request'>
}): RunMeter {
  const { store, clock, gateway } = options
  const log = options.log.scope('usage')
  const meters = new Map<string, Meter>()
  /** The run that a session is in, for messages that do not name theirs. */
  const current = new Map<string, string>()
  const waiting = new Set<TimerHandle>()
  let stops: (() => void)[] = []
  let slow: TimerHandle | null = null
  let lookedAt = 0
  let connected = false
  let stopped = false
  /** The gateway is being asked for its totals, perhaps again and again. */
  let counting = false

  function meterOf(runId: string, sessionKey: string, agent: string | null): Meter {
    const known = meters.get(runId)
    if (known) return known
    const meter: Meter = {
      session_key: sessionKey,
      gateway_agent_id: agent,
      started_at: clock.now(),
      seen: { provider: null, model: null, tokens: null, cost_micros: null },
      messages: new Set(),
      ended: null,
    }
    meters.set(runId, meter)
    // Runs whose end is never told must not pile up.
    const oldest = meters.size > runsFollowed ? meters.keys().next().value : undefined
    if (oldest !== undefined) meters.delete(oldest)
    return meter
  }

  function onEvent(event: GatewayEvent): void {
    if (event.event === 'config.changed') return void readCatalogue()
    const message = readUsageMessage(event)
    if (message) {
      const runId = message.run_id ?? current.get(message.session_key)
      if (runId === undefined) return
      const meter = meterOf(runId, message.session_key, message.gateway_agent_id)
      if (message.message_id !== null) {
        if (meter.messages.has(message.message_id)) return
        meter.messages.add(message.message_id)
      }
      const before = meter.seen.tokens ?? { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 }
      meter.seen = {
        provider: message.provider ?? meter.seen.provider,
        model: message.model ?? meter.seen.model,
        tokens: {
          input_tokens: before.input_tokens + message.tokens.input_tokens,
          output_tokens: before.output_tokens + message.tokens.output_tokens,
          cache_read_tokens: before.cache_read_tokens + message.tokens.cache_read_tokens,
          cache_write_tokens: before.cache_write_tokens + message.tokens.cache_write_tokens,
        },
        cost_micros: (meter.seen.cost_micros ?? 0) + message.cost_micros,
      }
      return
    }
    const sign = readRunSign(event)
    if (!sign) return
    const meter = meterOf(sign.run_id, sign.session_key, sign.gateway_agent_id)
    if (sign.ended === null) current.set(sign.session_key, sign.run_id)
    else if (meter.ended === null) {
      meter.ended = sign.ended
      const endedAt = clock.now()
      const timer = clock.setTimer(settleMs, () => {
        waiting.delete(timer)
        settle(sign.run_id, meter, endedAt)
      })
      waiting.add(timer)
    }
  }

  function settle(runId: string, meter: Meter, endedAt: number): void {
    if (current.get(meter.session_key) === runId) current.delete(meter.session_key)
    try {
      if (!store.usage.knows(runId)) record(runId, meter, endedAt)
    } catch (error) {
      log.warn('usage.record_failed', { run_id: runId, error: errorText(error) })
    }
    meters.delete(runId)
  }

  function record(runId: string, meter: Meter, endedAt: number): void {
    const key = /^agent:([^:]+):/.exec(meter.session_key)?.[1]
    const id = key ?? meter.gateway_agent_id
    const local = store.gateways.local()
    const agent = id === null || id === undefined || !local ? undefined : store.agents.byGatewayAgentId(local.id, id)
    // Agents that are not ours are not on our books.
    if (!agent) return
    const configured = store.usage.configuredModel(agent.gateway_agent_id)
    const taskId = /:mc-task-([0-9a-f-]{36})$/i.exec(meter.session_key)?.[1]
    const task = taskId === undefined ? undefined : store.tasks.get(taskId)
    store.write(() =>
      store.usage.record({
        run_id: runId,
        kind: kindOf(runId, meter.session_key),
        agent_id: agent.id,
        board_id: task?.board_id ?? agent.board_id,
        task_id: task?.id ?? null,
        notification_id: null,
        session_key: meter.session_key,
        provider: meter.seen.provider ?? configured.provider,
        model: meter.seen.model ?? configured.model,
        tokens: meter.seen.tokens,
        reported_micros: meter.seen.cost_micros,
        outcome: meter.ended ?? 'ok',
        started_at: meter.started_at,
        ended_at: endedAt,
      }),
    )
  }

  async function readCatalogue(): Promise<void> {
    try {
      const next = readModelCatalogue(await gateway.request('config.get', {}))
      const { read_at: _, ...before } = store.usage.catalogue()
      if (JSON.stringify(next) === JSON.stringify(before)) return
      store.write(() => store.usage.setCatalogue({ ...next, read_at: clock.now() }))
    } catch (error) {
      log.debug('usage.catalogue_unread', { error: redact(errorText(error)) })
    }
  }

  function look(): void {
    const now = clock.now()
    if (now < lookedAt + lookEveryMs || counting || !gateway.state().connected) return
    lookedAt = now
    counting = true
    void readDay(localDay(now), 1)
  }

  /** The gateway answers from a cache that it brings up to date behind the answer, so one question is often not enough. */
  async function readDay(day: string, asked: number): Promise<void> {
    let again: number | null = null
    try {
      const totals = readDayTotals(
        await gateway.request('usage.cost', { mode: 'gateway', agentScope: 'all', startDate: day, endDate: day }),
      )
      if (!totals || stopped) return
      const old = totals.counted_at !== null && clock.now() - totals.counted_at >= totalsKeptMs
      const last = asked >= totalsAsked
      // Less than all of it would look like a difference to our own books.
      if ((totals.complete && !old) || last) store.write(() => store.usage.setGatewayDay(day, totals))
      else again = old ? totalsSoonMs : totalsKeptMs + totalsSoonMs
    } catch (error) {
      // Not every gateway can tell; the page says what we know ourselves.
      log.debug('usage.totals_unread', { error: redact(errorText(error)) })
    } finally {
      counting = again !== null
    }
    if (again === null) return
    const timer = clock.setTimer(again, () => {
      waiting.delete(timer)
      void readDay(day, asked + 1)
    })
    waiting.add(timer)
  }

  function slowLook(): void {
    look()
    slow = clock.setTimer(slowLookMs, slowLook)
  }

  return {
    start() {
      stops = [
        gateway.onEvent(onEvent),
        gateway.onState((state) => {
          // It also tells of small things every half minute.
          const came = state.connected && !connected
          connected = state.connected
          if (came) void readCatalogue()
          if (!connected) current.clear()
        }),
      ]
      slow = clock.setTimer(slowLookMs, slowLook)
    },
    stop() {
      stopped = true
      for (const stop of stops) stop()
      slow?.cancel()
      for (const timer of waiting) timer.cancel()
      // What has ended is on the books before the store is closed.
      for (const [runId, meter] of meters) if (meter.ended !== null) settle(runId, meter, clock.now())
    },
    seen: (runId) => meters.get(runId)?.seen ?? null,
    look,
  }
}

function kindOf(runId: string, sessionKey: string): RunKind {
  if (runId.startsWith('mc-wake-')) return 'wake'
  if (runId.startsWith(chatRunKey)) return 'chat'
  return sessionKey.includes('onboarding') ? 'onboarding' : 'other'
}
