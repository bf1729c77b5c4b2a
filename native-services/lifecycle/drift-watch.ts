/**
 * Notices when the token in a workspace is no longer the one we know. Looks at time and size of each credentials file every few
 * seconds and reads it only when they changed; no agent is asked and no model is called.
 */
import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import type { TokenStatus } from '../contract/states.ts'
import type { TimerHandle } from '../platform/clock.ts'
import { errorText } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import { type LifecycleContext, recordAgentEvent } from './lifecycle-context.ts'
import { credentialsFile, type FileMark, markOf } from './workspace-files.ts'
import { tokenInWorkspace } from './workspace-sync.ts'

export interface DriftWatch {
  start(): void
  stop(): void
  /** Looks now. */
  check(): void
}

const everyMs = 5000
/** Editors write in several steps. */
const settleMs = 200

interface Seen {
  mark: FileMark | null
  hash: string | null
  previousHash: string | null
  verdict: 'good' | 'drifted'
}

export function createDriftWatch(context: LifecycleContext): DriftWatch {
  const { store, clock, log } = context
  const seen = new Map<string, Seen>()
  const watchers = new Map<string, FSWatcher>()
  let timer: TimerHandle | null = null
  let soon: TimerHandle | null = null
  let active = false

  function judge(agent: AgentRow): Seen['verdict'] {
    const mark = markOf(credentialsFile(agent.workspace_path))
    const before = seen.get(agent.id)
    const same =
      before !== undefined &&
      before.mark?.mtimeMs === mark?.mtimeMs &&
      before.mark?.size === mark?.size &&
      before.hash === agent.token_hash &&
      before.previousHash === agent.previous_token_hash
    if (same) return before.verdict
    const { state } = tokenInWorkspace(context, agent)
    const verdict = state === 'matches' || state === 'matches_previous' ? 'good' : 'drifted'
    seen.set(agent.id, { mark, hash: agent.token_hash, previousHash: agent.previous_token_hash, verdict })
    return verdict
  }

  function look(agent: AgentRow): void {
    const verdict = judge(agent)
    const drifted = agent.token_status === 'drifted'
    if ((verdict === 'drifted') === drifted) return
    // Comparing proves that the file is right, not yet that the API accepts it: that was or will be proved by a call.
    const status: TokenStatus = verdict === 'drifted' ? 'drifted' : agent.token_verified_at === null ? 'unverified' : 'in_sync'
    store.write(() => {
      store.agents.update(agent.id, { token_status: status })
      recordAgentEvent(
        context,
        agent,
        verdict === 'drifted'
          ? {
              event_type: 'agent.token.drifted',
              level: 'error',
              message: `The token in the workspace of ${agent.name} is not the one we know. Its check-ins will be refused until its token is re-synced.`,
              data: { since: new Date(clock.now()).toISOString() },
            }
          : { event_type: 'agent.token.in_sync', message: `The token in the workspace of ${agent.name} is right again.` },
      )
    })
    log.info(verdict === 'drifted' ? 'agent.token.drifted' : 'agent.token.in_sync', { agent_id: agent.id })
  }

  function watchFolder(agent: AgentRow): void {
    if (watchers.has(agent.id)) return
    try {
      const watcher = watch(path.dirname(credentialsFile(agent.workspace_path)), { persistent: false }, () => {
        soon ??= clock.setTimer(settleMs, () => {
          soon = null
          check()
        })
      })
      watcher.on('error', () => unwatch(agent.id))
      watchers.set(agent.id, watcher)
    } catch {
      // No folder yet, or no more watches to be had: the regular look is enough.
    }
  }

  function unwatch(agentId: string): void {
    watchers.get(agentId)?.close()
    watchers.delete(agentId)
  }

  function check(): void {
    const present = new Set<string>()
    for (const agent of store.agents.all()) {
      if (agent.token_hash === null) continue
      present.add(agent.id)
      try {
        look(agent)
        watchFolder(agent)
      } catch (error) {
        log.warn('agent.token.check_failed', { agent_id: agent.id, error: errorText(error) })
      }
    }
    for (const id of watchers.keys()) if (!present.has(id)) unwatch(id)
    for (const id of seen.keys()) if (!present.has(id)) seen.delete(id)
  }

  function again(): void {
    if (!active) return
    check()
    timer = clock.setTimer(everyMs, again)
  }

  return {
    start() {
      if (active) return
      active = true
      again()
    },
    stop() {
      active = false
      timer?.cancel()
      soon?.cancel()
      soon = null
      for (const id of watchers.keys()) unwatch(id)
    },
    check,
  }
}
