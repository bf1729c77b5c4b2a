/**
 * Commands that the gateway holds back until a person decides (`tools.exec.mode: "ask"`). They live in the gateway: here is a picture of
 * them, kept by its events and drawn anew after every connect. Without a connection there is nothing that could be decided.
 */
import { type ExecDecision, execDecisions } from '../contract/approvals.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import { type GatewayConnection, GatewayError } from './types.ts'

/** One held command. Times are milliseconds. */
export interface HeldCommand {
  readonly id: string
  readonly command: string
  readonly cwd: string | null
  readonly resolved_path: string | null
  /** The agent's id inside the gateway. */
  readonly gateway_agent_id: string | null
  readonly session_key: string | null
  readonly allowed_decisions: readonly ExecDecision[]
  readonly created_at: number
  readonly expires_at: number
}

export interface ExecApprovals {
  /** Oldest first. */
  list(): readonly HeldCommand[]
  get(id: string): HeldCommand | undefined
  /** Decides. Rejects with `GatewayError`. */
  resolve(id: string, decision: ExecDecision): Promise<void>
  /** A command ran out before anybody decided: the gateway refuses it. */
  onExpire(listener: (entry: HeldCommand) => void): () => void
  onChange(listener: () => void): () => void
  stop(): void
}

/** The gateway's own limit, for a request that names none. */
const defaultLifeMs = 30 * 60_000
const longestCommand = 20_000

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const time = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Characters that are not seen, or that change the order in which the others are: they could make a command look like another one. */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The command as a person can judge it. */
function shown(command: string): string {
  const cut =
    command.length > longestCommand
      ? `${command.slice(0, longestCommand).toWellFormed()} […${command.length - longestCommand} more characters]`
      : command
  return redact(cut).replace(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** Reads a request of the gateway; null when it is none of a command. Newer gateways add fields, and that must not break us. */
export function readHeldCommand(raw: unknown, now: number): HeldCommand | null {
  const record = object(raw)
  const request = object(record['request'])
  const id = text(record['id'])
  const command = text(request['command'])
  if (id === null || command === null) return null
  if (record['approvalKind'] !== undefined && record['approvalKind'] !== 'exec') return null
  const offered = request['allowedDecisions']
  const allowed = Array.isArray(offered) ? execDecisions.filter((decision) => offered.includes(decision)) : []
  const createdAt = time(record['createdAtMs']) ?? now
  return {
    id,
    command: shown(command),
    cwd: text(request['cwd']),
    resolved_path: text(request['resolvedPath']),
    gateway_agent_id: text(request['agentId']),
    session_key: text(request['sessionKey']),
    allowed_decisions: allowed.length > 0 ? allowed : ['allow-once', 'deny'],
    created_at: createdAt,
    expires_at: time(record['expiresAtMs']) ?? createdAt + defaultLifeMs,
  }
}

function listed(answer: unknown): unknown[] {
  if (Array.isArray(answer)) return answer
  for (const name of ['approvals', 'items', 'pending', 'requests']) {
    const value = object(answer)[name]
    if (Array.isArray(value)) return value
  }
  return []
}

export function createExecApprovals(options: {
  connection: Pick<GatewayConnection, 'state' | 'onState' | 'onEvent' | 'request'>
  clock: Clock
  log: Log
}): ExecApprovals {
  const { connection, clock } = options
  const log = options.log.scope('gateway/exec-approvals')
  const listeners = new Set<() => void>()
  const expiryListeners = new Set<(entry: HeldCommand) => void>()
  const held = new Map<string, HeldCommand>()
  /** Resolved while a list was under way: the list may still name them. */
  const gone = new Set<string>()
  let timer: TimerHandle | null = null
  let connected = false
  let round = 0

  function changed(): void {
    timer?.cancel()
    timer = null
    const next = Math.min(...[...held.values()].map((entry) => entry.expires_at))
    if (Number.isFinite(next)) timer = clock.setTimer(Math.min(Math.max(0, next - clock.now()), 3_600_000), expire)
    for (const listener of listeners) listener()
  }

  /** The gateway tells nobody when a request runs out. */
  function expire(): void {
    const over = [...held.values()].filter((entry) => entry.expires_at <= clock.now())
    for (const entry of over) held.delete(entry.id)
    changed()
    for (const entry of over) for (const listener of expiryListeners) listener(entry)
  }

  function forget(id: string): void {
    gone.add(id)
    if (held.delete(id)) changed()
  }

  async function backfill(): Promise<void> {
    const mine = ++round
    gone.clear()
    try {
      const answer: unknown = await connection.request('exec.approval.list', {})
      if (mine !== round || !connected) return
      for (const raw of listed(answer)) {
        const entry = readHeldCommand(raw, clock.now())
        if (entry && !gone.has(entry.id) && entry.expires_at > clock.now()) held.set(entry.id, entry)
      }
      changed()
    } catch (error) {
      // A gateway without the method has nothing to hold back.
      log.info('exec_approvals.list_failed', { error: errorText(error) })
    }
  }

  function follow(now: boolean): void {
    if (now === connected) return
    connected = now
    round += 1
    held.clear()
    changed()
    if (now) void backfill()
  }

  const stops = [
    connection.onState((state) => follow(state.connected)),
    connection.onEvent(({ event, payload }) => {
      if (event === 'exec.approval.requested') {
        const entry = readHeldCommand(payload, clock.now())
        if (!entry) return log.warn('exec_approvals.unreadable', { keys: Object.keys(payload).join(',') })
        log.info('exec_approvals.requested', { id: entry.id, gateway_agent_id: entry.gateway_agent_id })
        held.set(entry.id, entry)
        changed()
      } else if (event === 'exec.approval.resolved') {
        const id = text(payload['id'])
        if (id !== null) forget(id)
      }
    }),
  ]
  follow(connection.state().connected)

  return {
    list: () => [...held.values()].sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1)),
    get: (id) => held.get(id),
    async resolve(id, decision) {
      try {
        await connection.request('exec.approval.resolve', { id, decision })
      } catch (error) {
        // The gateway knows it no more: decided elsewhere, run out, or its run has ended.
        if (error instanceof GatewayError && error.failure === 'rejected') {
          held.clear()
          void backfill()
        }
        throw error
      }
      forget(id)
    },
    onExpire(listener) {
      expiryListeners.add(listener)
      return () => expiryListeners.delete(listener)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      connected = false
      round += 1
      timer?.cancel()
      timer = null
      for (const stop of stops) stop()
      listeners.clear()
      expiryListeners.clear()
    },
  }
}
