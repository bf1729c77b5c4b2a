/**
 * The delivery: takes due messages from the outbox, at most one per session at a time and oldest first, runs them in the gateway
 * and writes the answers back. It acts when something was committed and when the next message comes due; it never polls.
 *
 * At least once to the gateway, exactly once in effect: a message is leased before it is sent and finished in the transaction
 * that posts its reply; a crash in between sends it again, and the reply's unique source keeps the thread clean.
 */
import type { Settings } from '../contract/entities.ts'
import { skipSentences, verdictFor } from '../domain/delivery-rules.ts'
import {
  type GatewayConnection,
  type GatewayConnectionState,
  GatewayError,
  type ResponsesClient,
  type RunUsage,
  type SeenRun,
} from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Change, Store } from '../store/store.ts'
import { isBoardMessage } from './board-chat.ts'
import { boardPromptFacts, buildBoardPrompt } from './board-prompt.ts'
import { buildGroupPrompt, groupPromptFacts } from './group-prompt.ts'
import { capCode, capHold } from './cap-hold.ts'
import { buildOnboardingPrompt } from './onboarding.ts'
import { createGate, type HoldReason } from './hold.ts'
import { createOutboxLoop } from './outbox-loop.ts'
import { createOutcomes, type Outcome, type RetryLimits } from './outcome.ts'
import { buildPlainPrompt, buildPrompt, threadLength } from './prompt.ts'
import { createReplyStreams } from './reply-stream.ts'
import { recordRun } from './run-record.ts'
import type { Delivery, DeliveryStats, Notifier } from './types.ts'
import { unassignedWork } from './unassigned-work.ts'

export interface DeliveryOptions {
  store: Store
  clock: Clock
  log: Log
  responses: Pick<ResponsesClient, 'run'>
  gateway: Pick<GatewayConnection, 'state' | 'onState'>
  notifier: Notifier
  settings: () => Pick<Settings, 'delivery_concurrency' | 'delivery_paused' | 'delivery_expire_ms'>
  limits?: Partial<RetryLimits>
  /** What the gateway's events said of a run (by its id); it is forgotten with that. */
  seenRun?: (runId: string) => SeenRun | null
  /** How long a lease lasts; renewed at a third of it while the run goes on. */
  leaseMs?: number
  /** Messages taken at once, at most; as many as may run when absent. */
  takeAtMost?: number
  /** How long to wait for word of the gateway before one message tries by itself. */
  fallbackMs?: number
  /** Uniform in [0, 1). */
  random?: () => number
}

const defaultLimits: RetryLimits = { base_ms: 5000, max_ms: 300_000, attempts: 8, optional_attempts: 3, no_response_sends: 3 }

const longestLookMs = 250
const lookAgainMs = 25

export function createDelivery(options: DeliveryOptions): Delivery {
  const { store, clock, responses, gateway, notifier } = options
  const log = options.log.scope('delivery')
  const leaseMs = options.leaseMs ?? 120_000
  const outcomes = createOutcomes({
    store,
    clock,
    notifier,
    limits: { ...defaultLimits, ...options.limits },
    random: options.random ?? Math.random,
  })
  const gate = createGate({ clock, fallbackMs: options.fallbackMs ?? 60_000 })
  const replies = createReplyStreams({ clock, log })
  const stats: Omit<DeliveryStats, 'running' | 'paused'> = {
    delivered: 0,
    failed: 0,
    consecutive_failures: 0,
    last_delivery_at: null,
    last_send_at: null,
    last_send_error: null,
    last_error_at: null,
    last_error_message: null,
    no_response_terminal_skips: 0,
    required_retry_exhausted: 0,
  }
  let running = false
  let stopping = false
  let expiry: TimerHandle | null = null
  let unsubscribe: (() => void)[] = []

  /** Read once for each look: it is asked for again and again. */
  let most = 0
  const loop = createOutboxLoop<NotificationRow>({
    store,
    clock,
    log,
    name: 'delivery',
    leaseMs,
    outbox: store.notifications,
    lineOf: (row) => row.session_key,
    ready() {
      expireLater()
      const settings = options.settings()
      most = settings.delivery_concurrency
      if (settings.delivery_paused) return false
      releaseHeld()
      return true
    },
    room: (underWay) => Math.min(gate.allow(most - underWay, underWay), options.takeAtMost ?? Infinity),
    take,
    send,
    nextAt(underWay) {
      // With all hands full the next one to finish looks again.
      if (underWay >= most) return null
      const hold = gate.current()
      return hold && hold.until > clock.now() ? hold.until : nextAt()
    },
    onError: failure,
    describe: (row) => ({ notification_id: row.id, agent_id: row.agent_id, task_id: row.task_id, type: row.type, attempt: row.attempts }),
  })

  /** What waited for a daily cap is looked at again when its day has come. */
  function releaseHeld(): void {
    const at = store.notifications.nextHeldAt()
    if (at !== null && at <= clock.now()) store.write(() => store.notifications.releaseHeld(clock.now()))
  }

  function nextAt(): number | null {
    const moments = [store.notifications.nextDueAt(clock.now()), store.notifications.nextHeldAt()].filter((at) => at !== null)
    return moments.length === 0 ? null : Math.min(...moments)
  }

  /** Gives up what has waited too long, whatever it waits for; looked at now and then, as days matter here. */
  function expire(): void {
    const after = options.settings().delivery_expire_ms
    attempt('expire', () => {
      if (after === 0) return
      store.write(() => {
        for (const row of store.notifications.waitingSince(clock.now() - after, 500)) {
          outcomes.expired(row, clock.now() - row.created_at)
          log.warn('delivery.expired', { notification_id: row.id, agent_id: row.agent_id, type: row.type })
        }
      })
    })
    expiry = null
    expireLater()
  }

  /** Only while something waits: at rest nothing ticks. */
  function expireLater(): void {
    const after = options.settings().delivery_expire_ms
    if (expiry === null && after !== 0 && store.notifications.anyWaiting())
      expiry = clock.setTimer(Math.max(1000, Math.min(600_000, after / 10)), expire)
  }

  function take(row: NotificationRow): boolean {
    const task = row.task_id === null ? undefined : store.tasks.get(row.task_id)
    const verdict = verdictFor({
      type: row.type,
      task_status: task?.status ?? null,
      comment_author: row.comment_id === null ? null : (store.messages.get(row.comment_id)?.author_type ?? null),
      recipient_assigned: task?.assigned_agent_ids.includes(row.agent_id) ?? false,
      recipient_is_lead: store.agents.get(row.agent_id)?.is_board_lead ?? false,
      superseded: store.notifications.superseded(row),
      nothing_unassigned: row.type === 'unassigned_work' && unassignedWork(store, row.board_id ?? '').total === 0,
    })
    if (!verdict.deliver) {
      store.notifications.finish(row.id, { state: 'skipped', error_code: verdict.reason, error: skipSentences[verdict.reason] })
      log.info('delivery.skipped', { notification_id: row.id, agent_id: row.agent_id, type: row.type, reason: verdict.reason })
      return false
    }
    const cap = capHold(store, row, clock.now())
    if (cap) {
      // A beat of today is worth nothing tomorrow.
      if (row.type === 'heartbeat') store.notifications.finish(row.id, { state: 'skipped', error_code: capCode, error: cap.sentence })
      else store.notifications.hold(row.id, { until: cap.until, error_code: capCode, error: cap.sentence })
      log.info('delivery.capped', { notification_id: row.id, agent_id: row.agent_id, type: row.type, until: cap.until })
      return false
    }
    if (!store.notifications.lease(row.id, clock.now() + leaseMs)) return false
    if (row.task_id !== null) store.agents.update(row.agent_id, { current_task_id: row.task_id })
    return true
  }

  /** Stops runs whose message was given up, or whose board or agent was paused: what is paused does not go on writing. */
  function recall(changes: readonly Change[]): void {
    const changed = new Set(changes.map((change) => change.entity_id))
    loop.recall((row) =>
      [row.id, row.agent_id, row.board_id, row.task_id].some((id) => id !== null && changed.has(id)) ? reasonToStop(row) : null,
    )
  }

  function reasonToStop(row: NotificationRow): string | null {
    if (store.notifications.get(row.id)?.state !== 'leased') return 'The message was given up.'
    if (row.board_id !== null && store.boards.get(row.board_id)?.paused) return 'The board was paused.'
    const status = store.agents.get(row.agent_id)?.status
    if (status === 'paused') return 'The agent was paused.'
    return status === 'deleting' ? 'The agent is being removed.' : null
  }

  function promptFor(row: NotificationRow) {
    const agent = store.agents.get(row.agent_id)
    if (!agent) throw new GatewayError('rejected', 'The agent is gone.')
    const task = row.task_id === null ? undefined : store.tasks.get(row.task_id)
    const onBoard = isBoardMessage(row) ? boardPromptFacts(store, agent, row) : undefined
    if (onBoard) return { agent, ...buildBoardPrompt(onBoard) }
    const inGroup = row.type === 'group_chat' ? groupPromptFacts(store, agent, row) : undefined
    if (inGroup) return { agent, ...buildGroupPrompt(inGroup) }
    if (row.type === 'board_onboarding') return { agent, ...buildOnboardingPrompt(store, agent, row) }
    if (!task) return { agent, ...buildPlainPrompt(agent, row) }
    const facts = {
      notification: row,
      agent,
      board: store.boards.get(task.board_id),
      task,
      comment: row.comment_id === null ? undefined : store.messages.get(row.comment_id),
      thread: store.messages.tail(task.id, threadLength),
      files: store.attachments.byComment(task.id),
      colleagues: store.agents.all({ board_id: task.board_id }).filter((other) => other.id !== agent.id),
    }
    return { agent, ...buildPrompt(facts) }
  }

  async function send(row: NotificationRow, signal: AbortSignal): Promise<void> {
    const since = clock.now()
    const fields = { notification_id: row.id, agent_id: row.agent_id, task_id: row.task_id, type: row.type, attempt: row.attempts }
    const reply = replies.open(row)
    let accepted = false
    let runId: string | null = null
    let used: RunUsage | null = null
    stats.last_send_at = since
    try {
      let record: () => Outcome
      let error: GatewayError | null = null
      try {
        const { agent, instructions, input } = promptFor(row)
        log.info('delivery.send', fields)
        const run = await responses.run({
          gateway_agent_id: agent.gateway_agent_id,
          session_key: row.session_key,
          instructions,
          input,
          signal,
          onRunId(id) {
            accepted = true
            runId = id
            attempt('record_run', () => store.write(() => store.notifications.recordRun(row.id, id)))
          },
          onText: (text) => {
            // A heartbeat's words are nobody's to read.
            if (row.task_id !== null || row.type === 'board_chat' || row.type === 'group_chat') reply.write(text)
          },
        })
        runId = run.run_id ?? runId
        used = run.usage
        record = () => outcomes.succeeded(row.id, run, since)
      } catch (thrown) {
        const failed = asGatewayError(thrown, signal)
        error = failed
        record = () => outcomes.failed(row.id, failed, accepted)
      }
      const seen = runId === null ? null : error === null ? await seenOf(runId) : (options.seenRun?.(runId) ?? null)
      const outcome = store.write(() => {
        const result = record()
        // A run that never began used nothing.
        if (error === null || accepted) {
          recordRun(store, { row, run_id: runId, usage: used, seen, error, started_at: since, ended_at: clock.now() })
        }
        release(row)
        return result
      })
      settle(outcome, error, { ...fields, ms: clock.now() - since })
    } finally {
      reply.close()
    }
  }

  /** What an answer used and which model wrote it is told beside the answer: mostly a moment before its end, sometimes a moment after. */
  async function seenOf(id: string): Promise<SeenRun | null> {
    const look = (): SeenRun | null => options.seenRun?.(id) ?? null
    for (let waited = 0; waited < longestLookMs; waited += lookAgainMs) {
      const seen = look()
      // Of a run that nothing is known of, nothing will be.
      if (seen === null || seen.tokens !== null) return seen
      await new Promise<void>((resolve) => clock.setTimer(lookAgainMs, resolve))
    }
    return look()
  }

  function asGatewayError(thrown: unknown, signal: AbortSignal): GatewayError {
    if (thrown instanceof GatewayError && thrown.failure === 'aborted' && typeof signal.reason === 'string')
      return new GatewayError('aborted', signal.reason, { cause: thrown })
    if (thrown instanceof GatewayError) return thrown
    log.error('delivery.unexpected', { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) })
    return new GatewayError('failed', errorText(thrown), { cause: thrown })
  }

  /** The agent works on another of its tasks now, or on none. */
  function release(row: NotificationRow): void {
    const agent = store.agents.get(row.agent_id)
    if (!agent || row.task_id === null || agent.current_task_id !== row.task_id) return
    const other = loop.underWay().find((each) => each.agent_id === row.agent_id && each.task_id !== row.task_id && each.task_id !== null)
    store.agents.update(agent.id, { current_task_id: other?.task_id ?? null })
  }

  function failure(message: string): void {
    stats.last_error_at = clock.now()
    stats.last_error_message = redact(message).slice(0, 500)
  }

  function settle(outcome: Outcome, error: GatewayError | null, fields: Record<string, string | number | null>): void {
    if (error === null) {
      reopen('a run was answered')
      stats.last_send_error = null
      stats.consecutive_failures = 0
      if (outcome === 'delivered' || outcome === 'quiet') {
        stats.delivered += 1
        stats.last_delivery_at = clock.now()
      }
      if (outcome === 'quiet') stats.no_response_terminal_skips += 1
      if (outcome === 'no_response') stats.required_retry_exhausted += 1
      log.info(`delivery.${outcome}`, fields)
      return
    }
    if (error.failure === 'aborted') return log.info('delivery.aborted', fields)
    stats.failed += 1
    stats.consecutive_failures += 1
    stats.last_send_error = redact(error.message).slice(0, 500)
    failure(error.message)
    log.warn(`delivery.${outcome}`, { ...fields, failure: error.failure, detail: error.detail, error: error.message })
    if (error.failure === 'unavailable' || error.failure === 'unauthorized') shut(error.failure, error.message)
  }

  function shut(why: HoldReason, message: string): void {
    if (!gate.close(why, message, gateway.state().connected)) return
    log.warn('delivery.held', { why, error: message })
    if (why !== 'unauthorized') return
    store.write(() =>
      store.activity.record({
        event_type: 'delivery.held',
        level: 'error',
        message: `Deliveries wait: the gateway refuses our token (${message}). Restart the gateway from here, or correct its token; nothing is lost.`,
      }),
    )
  }

  function reopen(why: string): void {
    if (gate.open()) log.info('delivery.resumed', { why })
  }

  /** What the connection says. A run that is answered all the same opens the gate again, until the connection says something new. */
  function follow(state: GatewayConnectionState): void {
    if (state.connected) reopen('the gateway is connected')
    else shut(state.failure === 'unauthorized' ? 'unauthorized' : 'unavailable', state.reason ?? 'The gateway is not connected.')
    loop.poke()
  }

  function attempt(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      log.error('delivery.write_failed', { what, error: errorText(error) })
    }
  }

  return {
    start() {
      if (running || stopping) return
      running = true
      loop.start()
      // Who was at work when the last process ended is not any more.
      store.write(() => {
        for (const agent of store.agents.all()) if (agent.current_task_id !== null) store.agents.update(agent.id, { current_task_id: null })
      })
      unsubscribe = [
        gateway.onState(follow),
        // A new message, an agent that is set up or resumed, a board that goes on, another limit.
        store.onCommit((changes) => {
          recall(changes)
          if (changes.some(({ entity }) => entity === 'notification' || entity === 'agent' || entity === 'board' || entity === 'settings'))
            loop.poke()
        }),
      ]
      follow(gateway.state())
      expire()
    },

    async stop(deadlineAt) {
      stopping = true
      running = false
      for (const end of unsubscribe) end()
      expiry?.cancel()
      await loop.stop(deadlineAt)
    },

    poke: loop.poke,
    stats: () => ({ ...stats, running, paused: options.settings().delivery_paused || gate.current() !== null }),
    onReply: replies.onReply,
  }
}
