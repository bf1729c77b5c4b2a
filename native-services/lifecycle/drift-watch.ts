/**
 * Notices when a credential is no longer the one we know: the token in a workspace, our block in AGENTS.md, the gateway's own token in
 * its configuration. Looks at time and size of each file every moment and reads it only when they changed; no agent is asked and no
 * model is called.
 */
import { type FSWatcher, watch } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { TokenStatus } from '../contract/states.ts'
import type { TimerHandle } from '../platform/clock.ts'
import { errorText } from '../platform/log.ts'
import type { Credential } from '../contract/gateway-security.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Stored } from '../store/rows.ts'
import { agentFindings, type Finding, type GatewayCredential, gatewayFindings } from './credential-report.ts'
import { type LifecycleContext, recordAgentEvent } from './lifecycle-context.ts'
import { credentialsFile, type FileMark, markOf } from './workspace-files.ts'
import { tokenInWorkspace } from './workspace-sync.ts'

export interface DriftWatch {
  start(): void
  stop(): void
  /** Looks now. */
  check(): void
  /** Every copy of every credential of a gateway and its agents, read now. */
  report(gatewayId: string): Stored<Credential>[]
}

const everyMs = 1500
/** Between two repairs of one agent by ourselves: who keeps overwriting a file is not fought all the time. */
const mendAgainMs = 30_000
const notesKey = 'credential_drift'
/** Editors write in several steps. */
const settleMs = 200

interface Seen {
  mark: FileMark | null
  hash: string | null
  previousHash: string | null
  verdict: 'good' | 'drifted'
}

export function createDriftWatch(
  context: LifecycleContext,
  parts: {
    gatewayId: () => string
    gatewayCredential?: GatewayCredential | undefined
    /** Brings one agent's credentials back; absent where nobody repairs by himself. */
    mend?: (agentId: string) => Promise<unknown>
  },
): DriftWatch {
  const { store, clock, log } = context
  // What is not in step, and since when: durable, so that a restart does not make old trouble look new.
  const notes = new Map<string, { status: string; since_at: number }>(
    Object.entries((store.settings.readPrivate(notesKey) ?? {}) as Record<string, { status: string; since_at: number }>),
  )
  const goodSince = clock.now()
  const mendedAt = new Map<string, number>()
  let gatewayMark: string | null = null
  const seen = new Map<string, Seen>()
  const watchers = new Map<string, FSWatcher>()
  let timer: TimerHandle | null = null
  let soon: TimerHandle | null = null
  let active = false

  function note(findings: readonly Finding[]): Stored<Credential>[] {
    const now = clock.now()
    let changed = false
    const rows = findings.map((finding) => {
      const key = `${finding.subject}:${finding.source}`
      let known = notes.get(key)
      if (finding.status === 'in_sync' ? known !== undefined && known.status !== 'in_sync' : known?.status !== finding.status) {
        known = { status: finding.status, since_at: now }
        notes.set(key, known)
        changed = true
      }
      return { ...finding, since_at: known?.since_at ?? goodSince, checked_at: now }
    })
    if (changed) store.write(() => store.settings.writePrivate(notesKey, Object.fromEntries(notes)))
    return rows
  }

  /** Only when one of the two sides changed since the last look. */
  function lookAtGateway(): void {
    const credential = parts.gatewayCredential
    if (!credential || credential.busy?.()) return
    const token = credential.token()
    const mark = JSON.stringify([markOf(credential.configPath), token === null ? null : context.tokens.fingerprint(token)])
    if (mark === gatewayMark) return
    gatewayMark = mark
    const before = notes.get('gateway:gateway_config')?.status ?? 'in_sync'
    const row = note(gatewayFindings(credential, context.tokens.fingerprint, homedir())).find((each) => each.source === 'gateway_config')
    if (!row || row.status === before || (row.status !== 'drifted' && before !== 'drifted')) return
    const drifted = row.status === 'drifted'
    store.write(() =>
      store.activity.record({
        event_type: drifted ? 'gateway.token.drifted' : 'gateway.token.in_sync',
        level: drifted ? 'error' : 'info',
        message: drifted
          ? "The gateway's token in its configuration file is not the one we use."
          : "The gateway's token and its configuration file agree again.",
        gateway_id: parts.gatewayId(),
      }),
    )
    log.info(drifted ? 'gateway.token.drifted' : 'gateway.token.in_sync')
  }

  function mendByItself(agent: AgentRow): void {
    if (!parts.mend || agent.token_status !== 'drifted' || agent.status === 'deleting') return
    // Somebody may be at work on the files while the gateway is away, and nobody uses the token until it is back.
    if (!store.settings.get().auto_mend_tokens || !context.gatewayUp()) return
    const last = mendedAt.get(agent.id)
    if (last !== undefined && clock.now() - last < mendAgainMs) return
    mendedAt.set(agent.id, clock.now())
    log.info('agent.token.mending', { agent_id: agent.id })
    void parts
      .mend(agent.id)
      .catch((error: unknown) => log.warn('agent.token.mend_failed', { agent_id: agent.id, error: errorText(error) }))
  }

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
    note(agentFindings(context, agent).filter((finding) => finding.source === 'workspace_file'))
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
        if (agent.token_status === 'drifted') mendByItself(agent)
      } catch (error) {
        log.warn('agent.token.check_failed', { agent_id: agent.id, error: errorText(error) })
      }
    }
    for (const id of watchers.keys()) if (!present.has(id)) unwatch(id)
    for (const id of seen.keys()) if (!present.has(id)) forget(id)
    try {
      lookAtGateway()
    } catch (error) {
      log.warn('gateway.token.check_failed', { error: errorText(error) })
    }
  }

  function forget(agentId: string): void {
    seen.delete(agentId)
    mendedAt.delete(agentId)
    for (const key of notes.keys()) if (key.startsWith(`${agentId}:`)) notes.delete(key)
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
    report(gatewayId) {
      const agents = store.agents.all({ gateway_id: gatewayId }).filter((agent) => agent.status !== 'deleting')
      const gateway =
        parts.gatewayCredential && gatewayId === parts.gatewayId() && !parts.gatewayCredential.busy?.()
          ? gatewayFindings(parts.gatewayCredential, context.tokens.fingerprint, homedir())
          : []
      return note([...gateway, ...agents.flatMap((agent) => agentFindings(context, agent))])
    },
  }
}
