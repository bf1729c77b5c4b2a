import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextMidnight } from '../../../native-services/domain/local-day.ts'
import { capState, projectDay, usd, waitsForCap } from '../../../native-services/domain/usage-caps.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'
import { everyAgent } from '../../../native-services/store/usage.ts'

const none = { soft_usd_micros: null, hard_usd_micros: null, soft_tokens: null, hard_tokens: null, waived_day: null }
const today = '2026-03-29'

describe('the state of a cap', () => {
  it('is soft, then hard; in dollars or in tokens', () => {
    const cap = { ...none, soft_usd_micros: 4_000_000, hard_usd_micros: 5_000_000 }
    const at = (cost_micros: number) => capState(cap, { cost_micros, tokens: 0 }, today)
    expect(at(3_999_999).level).toBe('ok')
    expect(at(4_000_000)).toEqual({ level: 'soft', waived: false, words: '$4.00 of $4.00' })
    expect(at(5_000_000)).toEqual({ level: 'hard', waived: false, words: '$5.00 of $5.00' })
    expect(capState({ ...none, hard_tokens: 1000 }, { cost_micros: 0, tokens: 1234 }, today).words).toBe('1,234 of 1,000 tokens')
    expect(capState(none, { cost_micros: 1e12, tokens: 1e12 }, today).level).toBe('ok')
    // Nothing at all may be spent.
    expect(capState({ ...none, hard_usd_micros: 0 }, { cost_micros: 0, tokens: 0 }, today).level).toBe('hard')
  })

  it('does not hold on the day it was waived, and holds on the next', () => {
    const cap = { ...none, hard_tokens: 1, waived_day: today }
    expect(capState(cap, { cost_micros: 0, tokens: 5 }, today)).toMatchObject({ level: 'soft', waived: true })
    expect(capState(cap, { cost_micros: 0, tokens: 5 }, '2026-03-30')).toMatchObject({ level: 'hard', waived: false })
  })

  it('keeps small amounts readable', () => {
    expect([0, 111, 9_900, 10_000, 1_234_567].map(usd)).toEqual(['$0.00', '$0.00011', '$0.0099', '$0.01', '$1.23'])
  })

  it('is projected to the end of the day', () => {
    expect(projectDay({ spent: 100, per_hour: 10, now: 0, ends_at: 3 * 3_600_000 })).toBe(130)
    expect(projectDay({ spent: 100, per_hour: -10, now: 0, ends_at: 3_600_000 })).toBe(100)
  })
})

it('assignments, what people write to an agent and what they decide go on; the rest waits', () => {
  const waits = (['assignment', 'direct_message', 'approval_resolved', 'question_answered', 'wake'] as const).map((type) =>
    waitsForCap(type, 'user'),
  )
  expect(waits).toEqual([false, false, false, false, false])
  expect(waitsForCap('mention', 'user')).toBe(false)
  expect(waitsForCap('board_chat', 'user')).toBe(false)
  expect(waitsForCap('mention', 'agent')).toBe(true)
  expect(waitsForCap('board_chat', 'agent')).toBe(true)
  for (const type of ['thread_update', 'status_change', 'webhook_event', 'heartbeat'] as const) expect(waitsForCap(type, 'user')).toBe(true)
})

describe('a hard cap that is reached', () => {
  let world: DeliveryWorld
  beforeEach(() => {
    world = createDeliveryWorld()
    world.responses.onRun = (run) => run.answer('Done.')
    world.delivery.start()
  })
  afterEach(() => world.close())

  const reach = (scope: string): void => world.store.write(() => world.store.usage.setCap(scope, { hard_tokens: 0 }))

  it('holds a thread update without an attempt, and lets an assignment behind it in the same session pass', async () => {
    const ada = world.agent('Ada')
    const task = world.task('Write it')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [ada.id]))
    reach(everyAgent)
    world.comment(task, 'How is it going?')
    await world.settle()
    const [held] = world.outbox()
    expect(held).toMatchObject({ type: 'thread_update', state: 'queued', attempts: 0, held: 1, last_error_code: 'daily_cap' })
    expect(held?.next_attempt_at).toBe(nextMidnight(world.clock.now()))
    expect(world.store.tasks.get(task.id)?.waiting_for).toBe('waiting: daily cap reached (0 of 0 tokens), resumes at 00:00')
    expect(world.responses.runs).toHaveLength(0)

    world.assign(task, ada)
    await world.settle()
    expect(world.responses.runs).toHaveLength(1)
    expect(world.outbox().map((row) => [row.type, row.state])).toEqual([
      ['thread_update', 'queued'],
      ['assignment', 'delivered'],
    ])
  })

  it('lets go at midnight by itself', async () => {
    const ada = world.agent('Ada')
    const task = world.task('Write it')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [ada.id]))
    world.store.write(() => world.store.usage.setCap(everyAgent, { hard_tokens: 2 }))
    world.assign(task, ada)
    await world.settle()
    // That run used two tokens, and the cap is reached.
    world.comment(task, 'How is it going?')
    await world.settle()
    expect(world.responses.runs).toHaveLength(1)
    await world.clock.advance(nextMidnight(world.clock.now()) - world.clock.now() - 1)
    expect(world.responses.runs).toHaveLength(1)
    await world.clock.advance(1)
    await world.settle()
    expect(world.responses.runs).toHaveLength(2)
    expect(world.outbox().map((row) => [row.state, row.held])).toEqual([
      ['delivered', 0],
      ['delivered', 0],
    ])
  })

  it('of one agent holds nobody else up; raised, what waited goes at once and in order', async () => {
    const [ada, max] = [world.agent('Ada'), world.agent('Max')]
    const task = world.task('Write it')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [ada.id, max.id]))
    reach(ada.id)
    world.comment(task, 'How is it going?')
    await world.settle()
    expect(world.responses.runs.map((run) => run.turn.gateway_agent_id)).toEqual([max.gateway_agent_id])
    world.store.write(() => {
      world.store.usage.setCap(ada.id, { hard_tokens: 1_000_000 })
      world.store.notifications.releaseHeld('all')
    })
    await world.settle()
    expect(world.responses.runs.map((run) => run.turn.gateway_agent_id)).toEqual([max.gateway_agent_id, ada.gateway_agent_id])
  })
})
