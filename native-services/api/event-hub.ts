/**
 * The event stream: one hub, many subscribers. Changes are gathered for the length of one turn of the event loop, read and written out once,
 * and handed to everybody; a subscriber that does not read is dropped, because it can resume from the last revision it saw.
 */
import type { EventName, ReplyStream } from '../contract/events.ts'
import type { TimerHandle } from '../platform/clock.ts'
import type { Change } from '../store/store.ts'
import type { ApprovalService } from './approval-service.ts'
import type { Attention } from './attention.ts'
import type { ApiDeps } from './deps.ts'
import type { Entities } from './entities.ts'
import type { GatewayHealthWatch } from './gateway-health.ts'
import type { ProcessMonitor } from './process-monitor.ts'
import { createSessionFrames } from './session-frames.ts'
import { isoTime, toWire } from './wire.ts'

export interface EventHub {
  /** @param since Resume after this revision; null begins now. @param session Whose runs are told as well. */
  open(options: { since: number | null; logs: boolean; session?: FollowedSession | null; signal: AbortSignal }): ReadableStream<Uint8Array>
  subscribers(): number
  /** Ends every stream. */
  stop(): void
}

/** The one conversation that a subscriber looks at. */
interface FollowedSession {
  readonly key: string
  readonly agent_id: string
}

interface Subscriber {
  readonly logs: boolean
  readonly session: FollowedSession | null
  /** Changes up to this revision were sent. */
  rev: number
  controller: ReadableStreamDefaultController<Uint8Array>
  end(): void
}

const pingEveryMs = 15_000
/** Bytes waiting for a subscriber that does not read, above which it is let go. */
const mostWaitingBytes = 4 * 1024 * 1024
const replyEveryMs = 50
const replayPage = 500
const encoder = new TextEncoder()

function frame<Name extends EventName>(event: Name, data: unknown, id?: number): Uint8Array {
  return encoder.encode(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

export function createEventHub(
  deps: Pick<ApiDeps, 'store' | 'clock' | 'log' | 'live' | 'logs' | 'delivery' | 'execApprovals' | 'connection' | 'version'>,
  parts: {
    entities: Entities
    attention: Attention
    approvals: Pick<ApprovalService, 'showExec'>
    monitor: ProcessMonitor
    health: Pick<GatewayHealthWatch, 'onChange'>
  },
): EventHub {
  const { store, clock, live } = deps
  const log = deps.log.scope('api/events')
  const subscribers = new Set<Subscriber>()
  let gathered = new Map<string, Change>()
  let flushing = false
  let stopped = false

  function send(subscriber: Subscriber, bytes: Uint8Array): void {
    if (!subscribers.has(subscriber)) return
    subscriber.controller.enqueue(bytes)
    // `desiredSize` counts what waits against the high-water mark; below zero the other end is not reading.
    if ((subscriber.controller.desiredSize ?? 0) < 0) {
      log.warn('events.subscriber_dropped', { rev: subscriber.rev })
      subscriber.end()
    }
  }

  function broadcast(bytes: Uint8Array): void {
    for (const subscriber of subscribers) send(subscriber, bytes)
  }

  function changeFrame(change: Change): Uint8Array | null {
    try {
      const data = change.deleted ? null : parts.entities.wire(change.entity, change.entity_id)
      return frame('change', { rev: change.rev, entity: change.entity, id: change.entity_id, data }, change.rev)
    } catch (error) {
      // One row that does not fit its schema must not end everybody's stream.
      log.error('events.entity_invalid', {
        entity: change.entity,
        id: change.entity_id,
        error: error instanceof Error ? error.message : String(error),
      })
      return null
    }
  }

  function flush(): void {
    flushing = false
    if (stopped) return
    const changes = [...gathered.values()].sort((a, b) => a.rev - b.rev)
    gathered = new Map()
    if (subscribers.size === 0) return
    for (const change of changes) {
      const bytes = changeFrame(change)
      if (!bytes) continue
      for (const subscriber of subscribers) {
        // What a subscriber was given when it resumed is not told again.
        if (change.rev <= subscriber.rev) continue
        subscriber.rev = change.rev
        send(subscriber, bytes)
      }
    }
  }

  const stops = [
    store.onCommit((changes) => {
      for (const change of changes) gathered.set(`${change.entity}:${change.entity_id}`, change)
      if (flushing) return
      flushing = true
      setImmediate(flush)
    }),
    live.onChange((what) => {
      if (subscribers.size === 0) return
      if (what === 'gateway') broadcast(gatewayFrame())
      if (what === 'runtime') broadcast(frame('runtime', live.runtime()))
    }),
    parts.attention.onChange(() => broadcast(attentionFrame())),
    deps.execApprovals.onChange(() => broadcast(execFrame())),
    deps.logs.subscribe((batch) => {
      const listening = [...subscribers].filter((subscriber) => subscriber.logs)
      if (listening.length === 0) return
      const bytes = frame('log', toWire(batch))
      for (const subscriber of listening) send(subscriber, bytes)
    }),
    deps.delivery.onReply(reply),
    parts.monitor.onSample((sample) => {
      if (subscribers.size > 0 && parts.monitor.watched()) broadcast(frame('processes', toWire({ sample, parts: parts.monitor.states() })))
    }),
    parts.health.onChange((health) => broadcast(frame('gateway_health', toWire(health)))),
  ]

  const gatewayFrame = (): Uint8Array => frame('gateway', toWire(live.gateway()))
  const execFrame = (): Uint8Array => frame('exec_approvals', toWire({ items: deps.execApprovals.list().map(parts.approvals.showExec) }))
  const attentionFrame = (): Uint8Array => frame('attention', toWire({ items: parts.attention.items() }))

  // The text of a reply grows word by word; twenty times a second is as fast as anybody reads.
  const replies = new Map<string, ReplyStream>()
  let replyTimer: TimerHandle | null = null
  function flushReplies(): void {
    replyTimer?.cancel()
    replyTimer = null
    for (const words of replies.values()) broadcast(frame('reply', words))
    replies.clear()
  }
  function reply(words: ReplyStream): void {
    if (subscribers.size === 0) return
    replies.set(words.notification_id, words)
    if (words.done) flushReplies()
    else replyTimer ??= clock.setTimer(replyEveryMs, flushReplies)
  }

  const sessions = createSessionFrames({
    connection: deps.connection,
    clock,
    wanted: (key) => [...subscribers].some((subscriber) => subscriber.session?.key === key),
    emit(words) {
      for (const subscriber of subscribers)
        if (subscriber.session?.key === words.session_key)
          send(subscriber, frame('session', { agent_id: subscriber.session.agent_id, ...words }))
    },
  })

  let ping: TimerHandle | null = null
  function beat(): void {
    if (subscribers.size > 0) broadcast(frame('ping', { at: isoTime(clock.now()) }))
    ping = clock.setTimer(pingEveryMs, beat)
  }
  ping = clock.setTimer(pingEveryMs, beat)

  /** Sends what was missed. Synchronous, so that nothing can be committed in between. */
  function replay(subscriber: Subscriber): void {
    for (;;) {
      const { gap, changes } = store.changesSince(subscriber.rev, replayPage)
      if (gap) {
        subscriber.rev = store.revision()
        return send(subscriber, frame('reset', { rev: subscriber.rev }, subscriber.rev))
      }
      for (const change of changes) {
        subscriber.rev = change.rev
        const bytes = changeFrame(change)
        if (bytes) send(subscriber, bytes)
      }
      if (changes.length < replayPage || !subscribers.has(subscriber)) return
    }
  }

  return {
    open({ since, logs, session = null, signal }) {
      let subscriber: Subscriber | null = null
      const leave = (): void => {
        if (subscriber) subscribers.delete(subscriber)
      }
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const rev = store.revision()
            const mine: Subscriber = {
              logs,
              session,
              rev: since ?? rev,
              controller,
              end() {
                if (!subscribers.delete(mine)) return
                signal.removeEventListener('abort', mine.end)
                try {
                  controller.close()
                } catch {
                  // The other end has closed it already.
                }
              },
            }
            subscriber = mine
            subscribers.add(mine)
            signal.addEventListener('abort', mine.end, { once: true })
            // Only a fresh stream may take the newest revision as its cursor: a resumed one has not been given what lies before it yet.
            send(mine, frame('hello', { rev, version: deps.version }, since === null ? rev : undefined))
            if (since !== null) replay(mine)
            send(mine, gatewayFrame())
            send(mine, frame('runtime', live.runtime()))
            send(mine, attentionFrame())
            send(mine, execFrame())
            if (signal.aborted || stopped) mine.end()
          },
          cancel: leave,
        },
        { highWaterMark: mostWaitingBytes, size: (chunk) => chunk?.byteLength ?? 0 },
      )
    },
    subscribers: () => subscribers.size,
    stop() {
      stopped = true
      ping?.cancel()
      replyTimer?.cancel()
      for (const stop of stops) stop()
      sessions.stop()
      for (const subscriber of subscribers) subscriber.end()
    },
  }
}
