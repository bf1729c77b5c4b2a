/**
 * Our agents' entries in the gateway's configuration. Everybody who waits is served by one `config.patch`, because the gateway allows
 * thirty a minute and reloads after each.
 */
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { type GatewayConnection, GatewayError } from '../gateway/types.ts'

export interface AgentEntry {
  gateway_agent_id: string
  name: string
  workspace: string
  heartbeat_prompt: string
}

export interface ConfigWriter {
  /** Resolves when the entry stands in the configuration. Rejects with `GatewayError`. */
  ensure(entry: AgentEntry): Promise<void>
}

/** Long enough for agents that are provisioned together to meet here. */
const gatherMs = 150
/** How long a batch waits for those who are still on their way. */
const holdMs = 20_000
const staleTries = 5

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const off = (heartbeat: unknown): boolean => /^(0[smh]?|disabled)$/.test(String(object(heartbeat)['every'] ?? ''))

function contains(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted
  return Object.entries(wanted).every(([key, value]) => contains(object(actual)[key], value))
}

/** @param options.moreComing True while others are about to ask: the batch waits for them. */
export function createConfigWriter(options: {
  gateway: GatewayConnection
  clock: Clock
  log: Log
  moreComing?: () => boolean
}): ConfigWriter {
  const { gateway, clock, log } = options
  let waiting: { entry: AgentEntry; resolve: () => void; reject: (error: unknown) => void }[] = []
  let timer: TimerHandle | null = null
  let busy = false
  let firstAt = 0

  async function write(entries: readonly AgentEntry[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await gateway.request('config.get', {})
      const agents = object(object(answer['sourceConfig'] ?? answer['parsed'] ?? answer['config'])['agents'])
      const existing = object(agents['entries'])
      // As soon as one entry has a heartbeat of its own, the gateway stops the heartbeats of those that have none.
      // In a configuration that is not ours that would silence somebody else's agents, so there we leave it out.
      const ours = new Set(entries.map((entry) => entry.gateway_agent_id))
      const harmless =
        off(object(agents['defaults'])['heartbeat']) ||
        Object.entries(existing).some(([id, entry]) => !ours.has(id) && object(entry)['heartbeat'] !== undefined)
      const patch: Json = {}
      for (const entry of entries) {
        const wanted = {
          name: entry.name,
          workspace: entry.workspace,
          ...(harmless && { heartbeat: { every: '0m', target: 'none', prompt: entry.heartbeat_prompt } }),
        }
        if (!contains(existing[entry.gateway_agent_id], wanted)) patch[entry.gateway_agent_id] = wanted
      }
      if (Object.keys(patch).length === 0) return
      try {
        await gateway.request(
          'config.patch',
          { raw: JSON.stringify({ agents: { entries: patch } }), baseHash: answer['hash'], note: 'OpenClaw Mission Control: agents' },
          { timeoutMs: 60_000 },
        )
        log.info('gateway.config.patched', { agents: Object.keys(patch).length })
        return
      } catch (error) {
        // Somebody else wrote in between (creating an agent does too): read again.
        const stale = error instanceof GatewayError && error.failure === 'rejected' && /changed since last load/i.test(error.message)
        if (!stale || attempt >= staleTries) throw error
      }
    }
  }

  async function flush(): Promise<void> {
    timer = null
    if (busy || waiting.length === 0) return
    if (options.moreComing?.() && clock.now() - firstAt < holdMs) return schedule()
    busy = true
    const batch = waiting
    waiting = []
    try {
      await write(batch.map((item) => item.entry))
      for (const item of batch) item.resolve()
    } catch (error) {
      for (const item of batch) item.reject(error)
    } finally {
      busy = false
      if (waiting.length > 0) schedule()
    }
  }

  function schedule(): void {
    timer ??= clock.setTimer(gatherMs, () => void flush())
  }

  return {
    ensure(entry) {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) firstAt = clock.now()
        waiting.push({ entry, resolve, reject })
        if (!busy) schedule()
      })
    },
  }
}
