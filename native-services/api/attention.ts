/** Needs attention: what is wrong, since when, why, and the button that mends it. Worked out from the store and the live state, pushed when it changes. */
import type { Attention as AttentionItem } from '../contract/entities.ts'
import { firstWords } from '../contract/plain-text.ts'
import { agentStates, supervisorStates } from '../contract/states.ts'
import type { ExecApprovals } from '../gateway/exec-approvals.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Stored } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'
import { createStuckAttention } from './stuck-attention.ts'

export type AttentionRow = Stored<AttentionItem>

export interface Attention {
  /** The present list, the worst first. */
  items(): readonly AttentionRow[]
  /** Called when the list changed. Returns how to stop. */
  onChange(listener: (items: readonly AttentionRow[]) => void): () => void
  /** Looks again soon. */
  refresh(): void
  stop(): void
}

const settleMs = 50
const mostRows = 100
/** So many agents with the same trouble have a row each. */
const agentsByName = 8

export function createAttention(deps: {
  store: Store
  clock: Clock
  live: LiveState
  execApprovals: ExecApprovals
  more?: () => AttentionRow[]
}): Attention {
  const { store, clock, live } = deps
  const listeners = new Set<(items: readonly AttentionRow[]) => void>()
  const seenAt = new Map<string, number>()
  const stuck = createStuckAttention({ store, clock, settings: store.settings.get, again: () => refresh() })
  let current = compute()
  let printed = JSON.stringify(current)
  let timer: TimerHandle | null = null

  function compute(): AttentionRow[] {
    const rows = [
      ...gatewayRows(),
      ...(deps.more?.() ?? []),
      ...agentRows(),
      ...deadRows(),
      ...deadWebhookRows(),
      ...askedRows(),
      ...capRows(),
    ]
    return stuck
      .join(rows)
      .sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
      .slice(0, mostRows)
  }

  function gatewayRows(): AttentionRow[] {
    const gateway = live.gateway()
    const local = store.gateways.local()
    const id = local?.id ?? null
    const runtime = live.runtime()
    const row = (tone: AttentionRow['tone'], title: string, reason: string, fix: AttentionRow['fix']): AttentionRow => ({
      key: 'gateway',
      tone,
      title,
      reason,
      since_at: gateway.since_at,
      link: '/gateway',
      fix,
    })
    if (gateway.port_owner !== null && gateway.state !== 'running' && gateway.state !== 'adopted') {
      const owner = gateway.port_owner.program ?? 'another program'
      const port = gateway.suggested_port
      const fix = port === null ? null : ({ label: `Use port ${port}`, action: 'use_port', target_id: id } as const)
      return [
        row(
          'bad',
          'The gateway has no port',
          gateway.reason ??
            `Port ${gateway.port} is taken by ${owner}${gateway.port_owner.pid === null ? '' : ` (process ${gateway.port_owner.pid})`}.`,
          fix,
        ),
      ]
    }
    if (!runtime.installed && runtime.managed_version !== '' && gateway.state !== 'running' && gateway.state !== 'adopted') {
      return [
        row('bad', 'OpenClaw is not installed', runtime.problem ?? 'No usable OpenClaw was found on this machine.', {
          label: 'Install OpenClaw',
          action: 'install_runtime',
          target_id: null,
        }),
      ]
    }
    if (gateway.state === 'running' || gateway.state === 'adopted') {
      if (live.unsupported() !== null)
        return [
          row('bad', 'This version of OpenClaw is not supported', [gateway.reason, gateway.remedy].filter(Boolean).join(' '), {
            label: 'Install OpenClaw',
            action: 'install_runtime',
            target_id: null,
          }),
        ]
      // A connection that was lost a moment ago comes back by itself; the state says so when it does not.
      return gateway.connected || clock.now() - gateway.since_at < 15_000
        ? []
        : [
            row('warning', 'No connection to the gateway', 'It runs, and does not let us in. Its token may have changed.', {
              label: 'Restart',
              action: 'restart_gateway',
              target_id: id,
            }),
          ]
    }
    const words = supervisorStates[gateway.state]
    const reason = [gateway.reason ?? words.sentence, gateway.remedy].filter(Boolean).join(' ')
    if (gateway.state === 'failed')
      return [row('bad', 'The gateway failed', reason, { label: 'Start', action: 'start_gateway', target_id: id })]
    if (gateway.state === 'stopped')
      return [row('warning', 'The gateway is stopped', reason, { label: 'Start', action: 'start_gateway', target_id: id })]
    if (gateway.state === 'backing-off' || gateway.state === 'degraded')
      return [
        row('warning', `The gateway: ${words.label.toLowerCase()}`, reason, { label: 'Restart', action: 'restart_gateway', target_id: id }),
      ]
    return []
  }

  function agentRows(): AttentionRow[] {
    const agents = store.agents.all()
    const drifted = agents.filter((agent) => agent.token_status === 'drifted' && agent.status !== 'deleting')
    const troubled = (['failed', 'offline', 'late'] as const).map((status) => agents.filter((agent) => agent.status === status))
    return [...(drifted.length > agentsByName ? [manyDrifted(drifted)] : drifted.map(driftedRow)), ...troubled.flatMap(stateRows)]
  }

  function driftedRow(agent: AgentRow): AttentionRow {
    return {
      key: `token:${agent.id}`,
      tone: 'bad',
      title: `The token of ${agent.name} is out of step`,
      reason: 'The token in its workspace is not the one we know, so its check-ins are refused.',
      since_at: agent.token_verified_at ?? agent.updated_at,
      link: `/agents/${agent.id}`,
      fix: { label: 'Re-sync tokens', action: 'sync_tokens', target_id: agent.gateway_id },
    }
  }

  function manyDrifted(agents: readonly AgentRow[]): AttentionRow {
    return {
      key: 'token:many',
      tone: 'bad',
      title: `The tokens of ${agents.length} agents are out of step`,
      reason: `${someNames(agents)}: the tokens in their workspaces are not those we know, so their check-ins are refused.`,
      since_at: Math.min(...agents.map((agent) => agent.token_verified_at ?? agent.updated_at)),
      link: '/agents',
      fix: { label: 'Re-sync tokens', action: 'sync_tokens', target_id: agents[0]?.gateway_id ?? null },
    }
  }

  /** Agents of one state. A row each, or one for all of them: a hundred rows that say the same hide everything else. */
  function stateRows(agents: readonly AgentRow[]): AttentionRow[] {
    const first = agents[0]
    if (!first) return []
    const { status } = first
    const words = agentStates[status]
    const tone = status === 'late' ? 'warning' : 'bad'
    const reasonOf = (agent: AgentRow): string => agent.status_reason ?? agent.last_provision_error ?? words.sentence
    if (agents.length > agentsByName)
      return [
        {
          key: `agent:many:${status}`,
          tone,
          title: `${agents.length} agents are ${words.label.toLowerCase()}`,
          reason: `${someNames(agents)}. ${reasonOf(first)}`,
          since_at: Math.min(...agents.map((agent) => agent.status_since_at)),
          link: `/agents?status=${status}`,
          fix: { label: 'Open', action: 'open', target_id: null },
        },
      ]
    return agents.map((agent) => ({
      key: `agent:${agent.id}`,
      tone,
      title: `${agent.name} is ${words.label.toLowerCase()}`,
      reason: reasonOf(agent),
      since_at: agent.status_since_at,
      link: `/agents/${agent.id}`,
      fix:
        status === 'failed'
          ? { label: 'Provision again', action: 'provision_agent', target_id: agent.id }
          : { label: 'Wake', action: 'wake_agent', target_id: agent.id },
    }))
  }

  function deadRows(): AttentionRow[] {
    return store.notifications.list({ state: 'dead', limit: 20, offset: 0 }).items.map((row) => ({
      key: `notification:${row.id}`,
      tone: 'bad',
      title: `Not delivered to ${store.agents.get(row.agent_id)?.name ?? 'an agent'}: ${row.title}`,
      reason: row.last_error ?? 'No reason was recorded.',
      since_at: row.updated_at,
      link: row.task_id !== null && row.board_id !== null ? `/boards/${row.board_id}/tasks/${row.task_id}` : `/agents/${row.agent_id}`,
      fix: { label: 'Send again', action: 'replay_notification', target_id: row.id },
    }))
  }

  function deadWebhookRows(): AttentionRow[] {
    return store.webhooksOut.withDead(20).map((webhook) => ({
      key: `webhook-out:${webhook.id}`,
      tone: 'bad',
      title: `${webhook.dead_count} ${webhook.dead_count === 1 ? 'event was' : 'events were'} not told to ${webhook.name}`,
      reason: webhook.last_error ?? 'Look at its deliveries for what went wrong.',
      since_at: webhook.last_attempt_at ?? webhook.updated_at,
      link: '/settings',
      fix: { label: 'Send again', action: 'replay_webhook', target_id: webhook.id },
    }))
  }

  /** What waits for a person's word. */
  function askedRows(): AttentionRow[] {
    const most = { limit: 20, offset: 0 }
    const row = (key: string, title: string, reason: string, since: number): AttentionRow => ({
      key,
      tone: 'warning',
      title,
      reason,
      since_at: since,
      link: '/inbox',
      fix: { label: 'Open', action: 'open', target_id: null },
    })
    const name = (gatewayAgentId: string | null): string => {
      const gateway = store.gateways.local()
      const agent = gatewayAgentId === null || !gateway ? undefined : store.agents.byGatewayAgentId(gateway.id, gatewayAgentId)
      return agent?.name ?? gatewayAgentId ?? 'An agent'
    }
    return [
      ...deps.execApprovals
        .list()
        .slice(0, most.limit)
        .map((held) =>
          row(`exec:${held.id}`, `${name(held.gateway_agent_id)} wants to run a command`, held.command.slice(0, 300), held.created_at),
        ),
      ...store.questions
        .list({ status: 'open', ...most })
        .items.map((ask) => row(`question:${ask.id}`, `${ask.agent_name} has a question`, firstWords(ask.content, 300), ask.created_at)),
    ]
  }

  /** When something that has no row of its own was first found so. */
  function firstSeen(what: string): number {
    const known = seenAt.get(what) ?? clock.now()
    if (seenAt.size > 1000) seenAt.clear()
    seenAt.set(what, known)
    return known
  }

  /** Daily caps that are reached. */
  function capRows(): AttentionRow[] {
    return store.usage.capRows(clock.now()).flatMap((cap) => {
      if (cap.state.level === 'ok' || cap.state.waived) return []
      const hard = cap.state.level === 'hard'
      const who = cap.name === null ? 'All agents' : cap.name
      return {
        key: `cap:${cap.scope}:${cap.state.level}`,
        tone: hard ? ('bad' as const) : ('warning' as const),
        title: hard ? `${who}: daily cap reached` : `${who}: close to the daily cap`,
        reason: hard
          ? `${cap.state.words ?? ''}. What is not urgent waits until 00:00 (${cap.waiting} now); assignments and what people write goes on.`
          : `${cap.state.words ?? ''} used today.`,
        since_at: firstSeen(`${cap.scope}:${cap.state.level}:${cap.day}`),
        link: '/usage',
        fix: hard
          ? { label: 'Let it through today', action: 'waive_cap' as const, target_id: cap.scope }
          : { label: 'Open', action: 'open' as const, target_id: null },
      }
    })
  }

  function check(): void {
    timer = null
    const next = compute()
    const text = JSON.stringify(next)
    if (text === printed) return
    current = next
    printed = text
    for (const listener of listeners) listener(current)
  }

  function refresh(): void {
    timer ??= clock.setTimer(settleMs, check)
  }

  const watched = new Set(['agent', 'notification', 'task', 'gateway', 'approval', 'question', 'outgoing_webhook', 'backup'])
  const stops = [
    store.onCommit((changes) => void (changes.some((change) => watched.has(change.entity)) && refresh())),
    live.onChange(refresh),
    deps.execApprovals.onChange(refresh),
  ]
  // "Not connected for 15 s" comes true by the passing of time.
  let slow: TimerHandle | null = null
  const lookAgain = (): void => {
    refresh()
    slow = clock.setTimer(5000, lookAgain)
  }
  slow = clock.setTimer(5000, lookAgain)

  return {
    items: () => current,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh,
    stop() {
      timer?.cancel()
      slow?.cancel()
      stuck.stop()
      for (const stop of stops) stop()
    },
  }
}

function someNames(agents: readonly AgentRow[]): string {
  const names = agents.slice(0, 3).map((agent) => agent.name)
  const more = agents.length - names.length
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
