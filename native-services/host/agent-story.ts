/** Why is this agent not working, in the terminal: its state, what happens next and when, its token, its last error, what happened so far. */
import type { Activity, Agent, Settings } from '../contract/entities.ts'
import { agentStates, tokenStates } from '../contract/states.ts'

/** The next thing that will happen by itself; `at` is null when it has no moment. */
export function nextOf(agent: Agent, settings: Settings): { what: string; at: string | null } {
  switch (agent.status) {
    case 'provisioning':
      return { what: agent.provision_step ? `it is being set up: ${agent.provision_step.replaceAll('_', ' ')}` : 'it is set up', at: null }
    case 'waking':
      return {
        what:
          agent.wake_attempts >= agent.max_wake_attempts
            ? 'it is offline, unless it checks in'
            : `wake ${agent.wake_attempts + 1} of ${agent.max_wake_attempts}, unless it checks in`,
        at: agent.checkin_deadline_at,
      }
    case 'online':
    case 'late':
      if (settings.heartbeats_paused) return { what: 'nothing by itself: heartbeats are paused for all agents', at: null }
      return agent.next_heartbeat_at
        ? { what: 'its next heartbeat', at: agent.next_heartbeat_at }
        : { what: 'nothing by itself: its heartbeats are off, it works when it is given something', at: null }
    case 'offline':
      return { what: 'nothing by itself: read the reason, re-sync its token, then wake it', at: null }
    case 'failed':
      return { what: 'it is tried again when the gateway connects; or mend what the error says and provision it', at: null }
    case 'paused':
      return { what: 'nothing, until it is resumed', at: null }
    case 'deleting':
      return { what: 'it disappears when the gateway has let it go', at: null }
  }
}

function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

function when(at: string, now: number): string {
  const difference = Date.parse(at) - now
  return difference >= 0 ? `in ${span(difference)}` : `${span(difference)} ago`
}

const moment = (at: string): string => at.replace('T', ' ').replace(/\.\d+Z$/, 'Z')

/** @param timeline Oldest first. */
export function agentStory(agent: Agent, settings: Settings, timeline: readonly Activity[], now = Date.now()): string[] {
  const state = agentStates[agent.status]
  const next = nextOf(agent, settings)
  const attempts = agent.status === 'waking' ? ` (${agent.wake_attempts} of ${agent.max_wake_attempts})` : ''
  const lastError = agent.last_provision_error ?? timeline.findLast((row) => row.level === 'error')?.message ?? null
  const line = (name: string, value: string): string => `  ${name.padEnd(11)}${value}`
  return [
    `${agent.name} (${agent.role}): ${state.label}${attempts}, for ${span(now - Date.parse(agent.status_since_at))}`,
    line('reason', agent.status_reason ?? state.sentence),
    line('next', next.at === null ? next.what : `${next.what}, ${when(next.at, now)} (${moment(next.at)})`),
    line(
      'token',
      [
        tokenStates[agent.token_status].label,
        agent.token_hint ?? 'none yet',
        agent.token_verified_at === null ? 'never verified' : `verified ${when(agent.token_verified_at, now)}`,
      ].join(', '),
    ),
    line('last seen', agent.last_seen_at === null ? 'never' : `${when(agent.last_seen_at, now)} (${moment(agent.last_seen_at)})`),
    line('last error', lastError ?? 'none'),
    line('id', agent.id),
    line('session', agent.openclaw_session_id),
    line('workspace', agent.workspace_path),
    '',
    timeline.length === 0 ? 'Nothing has happened yet.' : 'What happened, oldest first:',
    ...timeline.map(
      (row) =>
        `  ${moment(row.created_at)}  ${row.level === 'info' ? ' ' : row.level === 'error' ? '✗' : '!'} ${row.event_type.padEnd(30)} ${row.message}`,
    ),
  ]
}
