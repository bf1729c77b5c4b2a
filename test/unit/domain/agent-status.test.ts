import { describe, expect, it } from 'vitest'
import { parseEvery, silenceLimits } from '../../../native-services/domain/agent-interval.ts'
import { agentNames } from '../../../native-services/domain/agent-names.ts'
import {
  type AgentVitals,
  beginProvision,
  beginWake,
  checkedIn,
  judgeSilence,
  needsWakeAfterConnect,
  provisionFailed,
  reconcile,
  wakeSent,
} from '../../../native-services/domain/agent-status.ts'

const minute = 60_000
const vitals = (more: Partial<AgentVitals> = {}): AgentVitals => ({
  status: 'waking',
  lifecycle_generation: 4,
  wake_attempts: 1,
  last_wake_sent_at: 1000,
  checkin_deadline_at: 31_000,
  last_seen_at: null,
  last_provision_error: null,
  heartbeat_every_ms: 10 * minute,
  ...more,
})
const due = {
  generation: 4,
  now: 31_000,
  maxAttempts: 3,
  gatewayUp: true,
  outcome: { reply: 'none' as const, error: null },
  baseUrl: 'http://127.0.0.1:8642',
}

describe('intervals', () => {
  it('reads what people write', () => {
    expect(['30s', '10m', '2h', '0m', '0s', 'disabled'].map(parseEvery)).toEqual([30_000, 600_000, 7_200_000, 0, 0, 0])
  })
  it.each(['10', 'm', '-5m', '1.5h', '5s', '9999h', '10 m', ''])('refuses %j', (text) => {
    expect(() => parseEvery(text)).toThrow(expect.objectContaining({ code: 'invalid_request', field: 'heartbeat_config.every' }))
  })
  it('derives limits from the interval, with floors', () => {
    expect(silenceLimits(10_000)).toEqual({ lateMs: 30_000, offlineMs: 600_000 })
    expect(silenceLimits(30 * minute)).toEqual({ lateMs: 45 * minute, offlineMs: 90 * minute })
    expect(silenceLimits(0)).toBeNull()
    expect(silenceLimits(10_000, { lateMs: 60_000, offlineMs: 5000 })).toEqual({ lateMs: 60_000, offlineMs: 60_000 })
  })
})

describe('names inside OpenClaw', () => {
  const ids = {
    id: '0199AAAA-0000-7000-8000-000000000001',
    gateway_id: '0199bbbb-0000-7000-8000-000000000002',
    board_id: '0199cccc-0000-7000-8000-000000000003',
  }
  it.each([
    ['worker', 'mc-0199aaaa-0000-7000-8000-000000000001'],
    ['lead', 'lead-0199cccc-0000-7000-8000-000000000003'],
    ['main', 'mc-gateway-0199bbbb-0000-7000-8000-000000000002'],
  ] as const)('%s', (role, id) => {
    expect(agentNames({ ...ids, role, workspace_root: '/root/ws/' })).toEqual({
      gateway_agent_id: id,
      openclaw_session_id: `agent:${id}:main`,
      workspace_path: `/root/ws/workspace-${id}`,
    })
  })
  it('keeps to the separator of the root', () => {
    expect(agentNames({ ...ids, role: 'worker', workspace_root: 'C:\\ws' }).workspace_path).toMatch(/^C:\\ws\\workspace-mc-/)
  })
})

describe('wake', () => {
  it('counts an attempt and starts the clock when the gateway acknowledged it', () => {
    expect(wakeSent(vitals({ wake_attempts: 0 }), { generation: 4, now: 5000, deadlineMs: 30_000, maxAttempts: 3 })).toMatchObject({
      wake_attempts: 1,
      last_wake_sent_at: 5000,
      checkin_deadline_at: 35_000,
    })
  })
  it('is void when the agent checked in before the acknowledgement, or a newer operation began', () => {
    const sent = { generation: 4, now: 5000, deadlineMs: 30_000, maxAttempts: 3 }
    expect(wakeSent(vitals({ status: 'online' }), sent)).toBeNull()
    expect(wakeSent(vitals({ lifecycle_generation: 5 }), sent)).toBeNull()
  })
  it('begins anew with all attempts and a new generation', () => {
    expect(beginWake(vitals({ wake_attempts: 3, last_provision_error: 'x' }), 'why')).toMatchObject({
      status: 'waking',
      wake_attempts: 0,
      lifecycle_generation: 5,
      last_provision_error: null,
      status_reason: 'why',
    })
    expect(beginProvision(vitals())).toMatchObject({ status: 'provisioning', lifecycle_generation: 5, checkin_deadline_at: null })
  })
})

describe('reconcile, in its order', () => {
  it.each([
    ['a stale generation first', vitals({ lifecycle_generation: 5, status: 'online' }), due, 'skip_stale_generation'],
    ['not stuck after a check-in', vitals({ status: 'online' }), due, 'skip_not_stuck'],
    ['not stuck when paused', vitals({ status: 'paused' }), due, 'skip_not_stuck'],
    ['deleting', vitals({ status: 'deleting' }), due, 'skip_deleting'],
    ['a gateway that is down costs nothing', vitals({ wake_attempts: 3 }), { ...due, gatewayUp: false }, 'wait_for_gateway'],
    ['too early', vitals(), { ...due, now: 30_000 }, 'deferred'],
    ['the last attempt', vitals({ wake_attempts: 3 }), due, 'max_attempts_reached'],
    ['another attempt', vitals({ wake_attempts: 2 }), due, 'retriggered'],
  ] as const)('%s', (_, agent, at, verdict) => {
    expect(reconcile(agent, at).verdict).toBe(verdict)
  })
  it('a sign of life that is no check-in does not end the wake', () => {
    expect(reconcile(vitals({ last_seen_at: 20_000 }), due).verdict).toBe('retriggered')
  })
  it('says how long it waits', () => {
    expect(reconcile(vitals(), { ...due, now: 30_000 })).toEqual({ verdict: 'deferred', delayMs: 1000 })
  })
  it('tells silence, an answer without a check-in and a run that failed apart', () => {
    const last = vitals({ wake_attempts: 3 })
    const text = (outcome: Parameters<typeof reconcile>[1]['outcome']): unknown => {
      const verdict = reconcile(last, { ...due, outcome })
      return verdict.verdict === 'max_attempts_reached' ? verdict.patch.last_provision_error : null
    }
    expect(text({ reply: 'none', error: null })).toBe('Agent did not check in after wake; max wake attempts reached')
    expect(text({ reply: 'answered', error: null })).toContain('may not be able to reach http://127.0.0.1:8642')
    expect(text({ reply: 'answered', error: null, drifted: true })).toContain('Re-sync its token')
    expect(text({ reply: 'failed', error: 'no credit left' })).toContain('no credit left')
  })
})

describe('check-in', () => {
  it('is the only way online and clears what was held against the agent', () => {
    expect(checkedIn(vitals({ status: 'offline', last_provision_error: 'x' }), 9)).toEqual({
      last_seen_at: 9,
      wake_attempts: 0,
      checkin_deadline_at: null,
      last_provision_error: null,
      status: 'online',
      status_reason: null,
      provision_step: null,
    })
  })
  it.each(['paused', 'deleting', 'provisioning'] as const)('leaves %s as it is', (status) => {
    expect(checkedIn(vitals({ status }), 9)).toMatchObject({ last_seen_at: 9 })
    expect(checkedIn(vitals({ status }), 9).status).toBeUndefined()
  })
})

describe('silence', () => {
  const online = vitals({ status: 'online', last_seen_at: 0 })
  it.each([
    [14, null, 15],
    [15, 'late', 30],
    [29, 'late', 30],
    [30, 'offline', null],
  ] as const)('after %i minutes', (at, status, next) => {
    const verdict = judgeSilence(online, { now: at * minute, expected: true, reachableSince: 0 })
    expect(verdict.patch?.status ?? null).toBe(status)
    expect(verdict.nextAt).toBe(next === null ? null : next * minute)
  })
  it('is not judged without heartbeats, and not while nobody asks', () => {
    expect(
      judgeSilence(vitals({ status: 'online', last_seen_at: 0, heartbeat_every_ms: 0 }), { now: 1e12, expected: true, reachableSince: 0 }),
    ).toEqual({
      patch: null,
      nextAt: null,
    })
    expect(judgeSilence(online, { now: 60 * minute, expected: false, reachableSince: 0 }).patch).toBeNull()
  })
  it('does not count the time in which it could not have spoken', () => {
    expect(judgeSilence(online, { now: 60 * minute, expected: true, reachableSince: 59 * minute }).patch).toBeNull()
  })
  it('late is over when it was seen again', () => {
    expect(
      judgeSilence(vitals({ status: 'late', last_seen_at: 20 * minute }), { now: 21 * minute, expected: true, reachableSince: 0 }).patch,
    ).toMatchObject({
      status: 'online',
    })
  })
})

describe('after the gateway came back', () => {
  it.each([
    ['online, seen before the boot', vitals({ status: 'online', last_seen_at: 5 }), true],
    ['online, seen since', vitals({ status: 'online', last_seen_at: 15 }), false],
    ['offline for want of a gateway', vitals({ status: 'offline', last_seen_at: 15 }), true],
    ['offline, and the boot is new', vitals({ status: 'offline', last_seen_at: 5, last_provision_error: 'x' }), true],
    ['offline after its wakes, same boot', vitals({ status: 'offline', last_seen_at: 15, last_provision_error: 'x' }), false],
    ['paused', vitals({ status: 'paused', last_seen_at: 5 }), false],
    ['being provisioned', vitals({ status: 'provisioning' }), false],
  ] as const)('%s', (_, agent, wake) => {
    expect(needsWakeAfterConnect(agent, { bootAt: 10 })).toBe(wake)
  })
})

describe('provisioning that fails', () => {
  it('keeps trying, then says so', () => {
    expect(provisionFailed(1, 'disk full')).toMatchObject({ final: false, patch: { last_provision_error: 'disk full' } })
    expect(provisionFailed(1, 'disk full').patch.status).toBeUndefined()
    expect(provisionFailed(5, 'disk full')).toMatchObject({ final: true, patch: { status: 'failed', status_reason: 'disk full' } })
  })
})
