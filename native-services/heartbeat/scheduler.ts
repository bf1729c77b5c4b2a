/**
 * Heartbeats: each agent has its interval, its next beat is a time in its row, and one timer waits for the earliest.
 * A due beat goes to the outbox as a message to the agent's main session; the delivery sends it, and the check-in that the agent
 * then makes is what counts (the lifecycle records it as seen).
 */
import type { Settings } from '../contract/entities.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import { heartbeatPrompt } from './prompt.ts'

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
}): HeartbeatScheduler {
  const { store, clock } = options
  const log = options.log.scope('heartbeat')
  const unplanned = store.db.prepare(
    `SELECT id, heartbeat_every_ms AS every FROM agents
     WHERE (heartbeat_every_ms > 0 AND (next_heartbeat_at IS NULL OR next_heartbeat_at > ? + heartbeat_every_ms)) OR (heartbeat_every_ms <= 0 AND next_heartbeat_at IS NOT NULL)`,
  )
  const undelivered = store.db.prepare(
    `SELECT 1 FROM notifications WHERE agent_id = ? AND type = 'heartbeat' AND state IN ('queued', 'leased')`,
  )
  const oldestUnanswered = store.db.prepare(`SELECT min(sent_at) AS at FROM heartbeats WHERE outcome = 'sent'`)
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
    const rows = unplanned.all(clock.now()) as { id: string; every: number }[]
    if (rows.length === 0) return
    store.write(() => {
      for (const { id, every } of rows)
        store.agents.update(id, { next_heartbeat_at: every > 0 ? clock.now() + staggerMs(id, every) : null })
    })
  }

  /** Marks beats whose answer is overdue. Returns when to look at the next one. */
  function missed(): number | null {
    const within = Math.max(2 * options.settings().checkin_deadline_ms, shortestAnswerMs)
    const due = (): number | null => {
      const { at } = oldestUnanswered.get() as { at: number | null }
      return at === null ? null : at + within
    }
    const first = due()
    if (first === null || first > clock.now()) return first
    // `before` is exclusive.
    const agents = store.heartbeats.markMissed(clock.now() - within + 1, 'It did not check in.')
    for (const agentId of agents) log.info('heartbeat.missed', { agent_id: agentId })
    return due()
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
    store.agents.update(agent.id, { next_heartbeat_at: nextBeat(planned, every, clock.now()) })
    const reason = whyNot(agent, clock.now() - planned)
    store.heartbeats.record({
      agent_id: agent.id,
      expected_at: planned,
      outcome: reason === null ? 'sent' : 'skipped',
      ...(reason === null ? {} : { reason }),
    })
    if (reason !== null) return log.info('heartbeat.skipped', { agent_id: agent.id, reason })
    store.notifications.enqueue({
      type: 'heartbeat',
      agent_id: agent.id,
      board_id: agent.board_id,
      task_id: null,
      comment_id: null,
      title: 'Heartbeat',
      body: heartbeatPrompt({ now: clock.now(), tasks: store.tasks.assignedTo(agent.id) }),
      session_key: agent.openclaw_session_id,
    })
  }

  function whyNot(agent: AgentRow, lateMs: number): string | null {
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
    // The machine slept or the program was not running: the next beat is near, and all at once would be a burst.
    if (lateMs > agent.heartbeat_every_ms / 2) return 'overslept'
    return undelivered.get(agent.id) === undefined ? null : 'previous_undelivered'
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
    stats: () => ({ running, scheduled: (scheduled.get() as { n: number }).n, next_at: store.agents.nextHeartbeatAt() }),
  }
}
