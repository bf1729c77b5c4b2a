import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../native-services/contract/entities.ts'
import { lasting, numbers, type StuckFact, stuckRows } from '../../../native-services/domain/stuck-rules.ts'

const now = 10_000_000_000
const minutes = (n: number): number => now - n * 60_000
const task = { id: 't', board_id: 'b', number: 12, title: 'Launch' }
const one = (fact: StuckFact) => stuckRows([fact], defaultSettings, now)[0]
const quiet = { kind: 'quiet', task, agent_names: ['Max'], agent_id: 'a', quiet_since_at: minutes(40), run_under_way: false } as const
const agent = { id: 'a', name: 'Max', status: 'offline', reason: 'No check-in.', token_drifted: false, gateway_id: 'g', since_at: 1 }

describe('stands still', () => {
  it('in progress without a word for longer than the limit, and no run under way', () => {
    expect(one(quiet)).toMatchObject({
      title: '#12 Launch stands still',
      reason: expect.stringContaining('for 40 min'),
      fix: { action: 'wake_agent', target_id: 'a' },
    })
    expect(one({ ...quiet, quiet_since_at: minutes(29) })).toBeUndefined()
    expect(one({ ...quiet, run_under_way: true })).toBeUndefined()
    expect(one({ ...quiet, agent_id: null, agent_names: [] })).toMatchObject({
      reason: expect.stringContaining('Assign'),
      fix: { action: 'open' },
    })
  })
  it.each([
    [{}, 'No check-in', 'wake_agent'],
    [{ status: 'failed', reason: 'No disk.' }, 'No disk', 'provision_agent'],
    [{ status: 'paused', reason: null }, 'paused', 'resume_agent'],
    [{ status: 'online', token_drifted: true }, 'token', 'sync_tokens'],
  ])('assigned to an agent that cannot work: %o', (change, words, action) => {
    const row = one({ kind: 'away', agent: { ...agent, ...change }, tasks: [task, { ...task, number: 13 }], total: 2 })
    expect(row).toMatchObject({ title: '2 tasks wait for Max', reason: expect.stringContaining(words), fix: { action } })
    expect(row?.reason).toMatch(/^#12, #13: /)
  })
  it('nobody to hand out, nobody to review', () => {
    const queue = { board_id: 'b', board_name: 'Shop', count: 3, since_at: 1, task_id: 't' }
    expect(one({ kind: 'nobody_assigns', ...queue })).toMatchObject({
      title: '3 tasks in the inbox of Shop, and nobody hands them out',
      link: '/boards/b',
    })
    expect(one({ kind: 'nobody_reviews', ...queue, count: 1 })).toMatchObject({
      title: '1 task on Shop waits for review',
      link: '/boards/b/tasks/t',
    })
  })
  it('blocked: without a reason, for long, or by what is done', () => {
    const blocked = { kind: 'blocked', task, reason: 'No key', since_at: minutes(5), depends_on_open: 0, depends_on_total: 0 } as const
    expect(one(blocked)?.reason).toBe('No key')
    expect(one({ ...blocked, reason: null })?.reason).toMatch(/No reason/)
    expect(one({ ...blocked, since_at: minutes(3 * 1440) })?.reason).toBe('For 3 days: No key')
    expect(one({ ...blocked, depends_on_total: 2 })?.title).toBe('#12 Launch is blocked, and what it depends on is done')
    expect(one({ ...blocked, depends_on_total: 2, depends_on_open: 1 })?.title).toBe('#12 Launch is blocked')
  })
  it('an approval says how long it waits once that is long', () => {
    const ask = { kind: 'approval', id: 'x', requested_by: 'Max', action_type: 'deploy', reason: 'ready', since_at: minutes(10) } as const
    expect(one(ask)?.title).toBe('Max asks for approval: deploy')
    expect(one({ ...ask, since_at: minutes(200) })?.title).toBe('Max has waited 3 h for approval: deploy')
  })
})

it('every row has a reason, a way to it and a button', () => {
  const facts: StuckFact[] = [
    quiet,
    { kind: 'away', agent, tasks: [task], total: 1 },
    {
      kind: 'retrying',
      notification_id: 'n',
      title: 'x',
      agent_name: 'Max',
      board_id: 'b',
      task_id: 't',
      error: 'It failed.',
      attempts: 3,
      next_attempt_at: now,
      since_at: 1,
    },
    { kind: 'expired_question', id: 'q', agent_name: 'Max', content: 'Blue?', board_id: 'b', task_id: null, since_at: 1 },
  ]
  for (const row of stuckRows(facts, defaultSettings, now)) {
    expect(row.reason.length).toBeGreaterThan(10)
    expect(row.link).toMatch(/^\//)
    expect(row.fix?.label).toBeTruthy()
  }
})

it('speaks of times and lists as people do', () => {
  expect([0, 40, 89, 90, 600, 35 * 60, 36 * 60, 100 * 60].map((n) => lasting(n * 60_000))).toEqual([
    '1 min',
    '40 min',
    '89 min',
    '2 h',
    '10 h',
    '35 h',
    '2 days',
    '4 days',
  ])
  expect(numbers([{ number: 1 }, { number: 2 }], 2)).toBe('#1, #2')
  expect(
    numbers(
      Array.from({ length: 9 }, (_, number) => ({ number })),
      9,
    ),
  ).toBe('#0, #1, #2, #3, #4 and 4 more')
})
