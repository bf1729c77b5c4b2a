/**
 * Heartbeats: each agent has its interval, its next beat is a time in its row, and one timer waits for the earliest.
 * A due beat goes to the outbox as a message to the agent's main session; the delivery sends it, and the check-in that the agent
 * then makes is what counts (the lifecycle records it as seen).
 */
import type { HeartbeatConfig, Settings } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import { beatReasons } from '../contract/heartbeats.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { HeartbeatRow } from '../store/heartbeats.ts'
import type { Store } from '../store/store.ts'
import { createFollowUps } from './follow-ups.ts'
import { createIdleness, mayRest } from './idleness.ts'
import { heartbeatPrompt } from './prompt.ts'
import { quietUntil } from './quiet-hours.ts'

export interface HeartbeatStats {
  running: boolean
  /** Agents that have a next beat. */
  scheduled: number
  next_at: number | null
}

export interface HeartbeatScheduler {
  start(): void
  stop(): void
  /** Agents, boards or settings changed, or the machine woke up: look again. */
  poke(): void
  stats(): HeartbeatStats
  /** Asks an agent for a check-in now, whatever its rhythm, quiet hours or idleness. Throws `conflict`, `gateway_unavailable`. */
  beatNow(agent: AgentRow): HeartbeatRow
}

/** Why a beat is left out. */
interface Skip {
  reason: string
  /** Until then nobody expects the agent to speak (ms epoch); absent: its silence is judged all the same. */
  excusedUntil?: number
}

const longestStaggerMs = 120_000
/** A beat that was sent and not answered by then is missed. */
const shortestAnswerMs = 60_000

/** Spreads agents over the beginning of their interval: the same agent has always the same place. Milliseconds. */
export function staggerMs(agentId: string, everyMs: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < agentId.length; index += 1) hash = Math.imul(hash ^ agentId.charCodeAt(index), 0x01000193) >>> 0
  return Math.floor((hash / 2 ** 32) * Math.min(0.4 * everyMs, longestStaggerMs))
}

/** The first moment of the rhythm `planned + n · every` after `now`: a late beat never shifts the rhythm. */
export function nextBeat(planned: number, everyMs: number, now: number): number {
  return planned > now ? planned : planned + (Math.floor((now - planned) / everyMs) + 1) * everyMs
}

export function createHeartbeatScheduler(options: {
  store: Store
  clock: Clock
  log: Log
  settings: () => Pick<Settings, 'heartbeats_paused' | 'checkin_deadline_ms'>
  /** Whether the gateway is connected; absent: it is. */
  gatewayUp?: () => boolean
}): HeartbeatScheduler {
  const { store, clock } = options
  const gatewayUp = options.gatewayUp ?? (() => true)
  const log = options.log.scope('heartbeat')
  const unplanned = store.db.prepare(
    `SELECT id, heartbeat_every_ms AS every, next_heartbeat_at AS next, heartbeat_config_json AS config FROM agents
     WHERE (heartbeat_every_ms > 0 AND (next_heartbeat_at IS NULL OR next_heartbeat_at > ? + heartbeat_every_ms)) OR (heartbeat_every_ms <= 0 AND next_heartbeat_at IS NOT NULL)`,
  )
  const undelivered = store.db.prepare(
    `SELECT 1 FROM notifications WHERE agent_id = ? AND type = 'heartbeat' AND state IN ('queued', 'leased')`,
  )
  const underWay = store.db.prepare(`SELECT 1 FROM notifications WHERE agent_id = ? AND state = 'leased'`)
  const idle = createIdleness(store)
  const standing = createFollowUps(store)
  const scheduled = store.db.prepare('SELECT count(*) AS n FROM agents WHERE next_heartbeat_at IS NOT NULL')
  let running = false
  let looking = false
  let timer: TimerHandle | null = null

  function poke(): void {
    if (!running || looking) return
    looking = true
    setImmediate(() => {
      looking = false
      look()
    })
  }

  function look(): void {
    timer?.cancel()
    timer = null
    if (!running) return
    try {
      const { heartbeats_paused: paused } = options.settings()
      plan()
      const unansweredUntil = missed()
      if (!paused) while (beatAll()) continue
      const at = [paused ? null : store.agents.nextHeartbeatAt(), unansweredUntil].filter((moment) => moment !== null)
      if (at.length > 0) timer = clock.setTimer(Math.max(0, Math.min(...at) - clock.now()), look)
    } catch (error) {
      log.error('heartbeat.look_failed', { error: errorText(error) })
      timer = clock.setTimer(5000, look)
    }
  }

  /** Gives a next beat to agents that have none, or one that no longer fits their interval; takes it from those without heartbeats. */
  function plan(): void {
    const now = clock.now()
    const rows = (unplanned.all(now) as { id: string; every: number; next: number | null; config: string }[]).filter(
      (row) => !waitsForMorning(row),
    )
    if (rows.length === 0) return
    store.write(() => {
      for (const { id, every } of rows) {
        store.agents.update(id, { next_heartbeat_at: every > 0 ? now + staggerMs(id, every) : null })
        store.heartbeats.endExcuse(id)
      }
    })
  }

  /** Its next beat is further away than its interval because quiet hours lie in between. */
  function waitsForMorning(row: { every: number; next: number | null; config: string }): boolean {
    if (row.next === null || row.every <= 0) return false
    const { quiet_hours: quiet } = JSON.parse(row.config) as HeartbeatConfig
    const until = quiet ? quietUntil(quiet, clock.now()) : null
    return until !== null && row.next <= until + row.every
  }

  /** Marks beats whose answer is overdue. Returns when to look at the next one. */
  function missed(): number | null {
    const within = Math.max(2 * options.settings().checkin_deadline_ms, shortestAnswerMs)
    const due = (): number | null => {
      const at = store.heartbeats.oldestUnansweredAt()
      return at === null ? null : at + within
    }
    const first = due()
    if (first === null || first > clock.now()) return first
    store.write(() => {
      // `before` is exclusive.
      for (const beat of store.heartbeats.unanswered(clock.now() - within + 1)) {
        const reason = whyMissed(beat)
        store.heartbeats.miss(beat.id, reason)
        log.info('heartbeat.missed', { agent_id: beat.agent_id, reason })
      }
    })
    return due()
  }

  function whyMissed(beat: HeartbeatRow): string {
    const message = beat.notification_id === null ? undefined : store.notifications.get(beat.notification_id)
    if (message?.state === 'queued' && (message.last_error_code === 'unavailable' || !gatewayUp())) return 'gateway_down'
    if (store.agents.get(beat.agent_id)?.token_status === 'drifted') return 'token_refused'
    if (message?.state === 'leased' || (message?.state === 'queued' && underWay.get(beat.agent_id) !== undefined)) return 'agent_busy'
    if (message !== undefined && message.last_error_code !== null && message.state !== 'delivered') return 'delivery_failed'
    return 'no_answer'
  }

  /** One batch of due beats; true while there may be more. */
  function beatAll(): boolean {
    const due = store.agents.dueHeartbeats(clock.now(), 100)
    if (due.length === 0) return false
    store.write(() => due.forEach(beat))
    return true
  }

  function beat(agent: AgentRow): void {
    const planned = agent.next_heartbeat_at
    const every = agent.heartbeat_every_ms
    if (planned === null || every <= 0) return store.agents.update(agent.id, { next_heartbeat_at: null })
    const now = clock.now()
    const skip = whyNot(agent, now - planned)
    store.agents.update(agent.id, { next_heartbeat_at: nextBeat(planned, every, Math.max(now, skip?.excusedUntil ?? 0)) })
    if (!skip) return void send(agent, planned)
    store.heartbeats.record({
      agent_id: agent.id,
      expected_at: planned,
      outcome: 'skipped',
      reason: skip.reason,
      // One that is late or offline is not excused: it owes us a sign of life.
      ...(skip.excusedUntil !== undefined && agent.status === 'online' && { excused_until_at: skip.excusedUntil }),
    })
    log.info('heartbeat.skipped', { agent_id: agent.id, reason: skip.reason })
  }

  function send(agent: AgentRow, expectedAt: number): string {
    const message = store.notifications.enqueue({
      type: 'heartbeat',
      agent_id: agent.id,
      board_id: agent.board_id,
      task_id: null,
      comment_id: null,
      title: 'Heartbeat',
      body: heartbeatPrompt({ now: clock.now(), tasks: store.tasks.assignedTo(agent.id), follow_ups: standing(agent, clock.now()) }),
      session_key: agent.openclaw_session_id,
    })
    return store.heartbeats.record({ agent_id: agent.id, expected_at: expectedAt, outcome: 'sent', notification_id: message.id })
  }

  /** What keeps any beat from being sent, asked for by a person or not. */
  function obstacle(agent: AgentRow): string | null {
    switch (agent.status) {
      case 'paused':
      case 'deleting':
      case 'failed':
      case 'provisioning':
      case 'waking':
        return `agent_${agent.status}`
      case 'online':
      case 'late':
      case 'offline':
    }
    if (agent.board_id !== null && store.boards.get(agent.board_id)?.paused) return 'board_paused'
    if (!gatewayUp()) return 'gateway_down'
    return undelivered.get(agent.id) === undefined ? null : 'previous_undelivered'
  }

  function whyNot(agent: AgentRow, lateMs: number): Skip | null {
    const now = clock.now()
    const reason = obstacle(agent)
    if (reason === 'board_paused' || reason === 'gateway_down') return { reason, excusedUntil: now }
    if (reason !== null && reason !== 'previous_undelivered') return { reason }
    // The machine slept or the program was not running: the next beat is near, and all at once would be a burst.
    if (lateMs > agent.heartbeat_every_ms / 2) return { reason: 'overslept', excusedUntil: now }
    const quiet = agent.heartbeat_config.quiet_hours
    const until = quiet ? quietUntil(quiet, now) : null
    if (until !== null) return { reason: 'quiet_hours', excusedUntil: until }
    if (reason !== null) return { reason }
    if (store.usage.hardCap(agent.id, now)) return { reason: 'daily_cap', excusedUntil: now }
    return agent.heartbeat_config.skip_when_idle !== false && mayRest(agent, now) && idle(agent)
      ? { reason: 'nothing_to_do', excusedUntil: now }
      : null
  }

  return {
    start() {
      running = true
      poke()
    },
    stop() {
      running = false
      timer?.cancel()
      timer = null
    },
    poke,
    beatNow(agent) {
      const reason = obstacle(agent)
      if (reason !== null) {
        const sentence = reason === 'previous_undelivered' ? 'A beat is on its way to it already.' : (beatReasons[reason] ?? reason)
        throw new AppError(reason === 'gateway_down' ? 'gateway_unavailable' : 'conflict', `${agent.name} cannot be asked now. ${sentence}`)
      }
      const cap = store.usage.hardCap(agent.id, clock.now())
      if (cap)
        throw new AppError(
          'conflict',
          `${agent.name} cannot be asked now: ${cap.sentence}. Raise the cap, or let everything through today.`,
        )
      const id = store.write(() => send(agent, clock.now()))
      const row = store.heartbeats.get(id)
      if (!row) throw new Error('The beat was not recorded.')
      poke()
      return row
    },
    stats: () => ({ running, scheduled: (scheduled.get() as { n: number }).n, next_at: store.agents.nextHeartbeatAt() }),
  }
}
