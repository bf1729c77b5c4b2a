import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentStatuses, deliveryStatuses, taskStatuses } from '../../../native-services/contract/states.ts'
import { reach as reachSchema } from '../../../native-services/contract/threads.ts'
import { noticeOf } from '../../../native-services/domain/notice-rules.ts'
import { type ReachFacts, reachOf } from '../../../native-services/domain/reach-rules.ts'

const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const agent = (n: number, status: (typeof agentStatuses)[number] = 'online', status_reason: string | null = null) => ({
  id: id(n),
  name: `Agent ${n}`,
  status,
  status_reason,
})
const well: ReachFacts = {
  messages: [],
  told_later: [],
  task_status: 'in_progress',
  board: { id: id(0), paused: false },
  lead: null,
  agents_on_board: 2,
  deliveries_paused: false,
  gateway_down: null,
}
const queued = (n: number, status?: (typeof agentStatuses)[number], why?: string) => ({
  state: 'queued' as const,
  last_error: null,
  agent: agent(n, status, why ?? null),
})

describe('reachOf', () => {
  it.each<[string, Partial<ReachFacts>, string, string[]]>([
    ['well', { messages: [queued(1)] }, 'Agent 1 gets this.', []],
    [
      'agent offline',
      { messages: [queued(1, 'offline', 'It did not check in.')] },
      'Agent 1 will get this later: Agent 1 is offline (It did not check in).',
      ['wake_agent'],
    ],
    [
      'deliveries paused',
      { messages: [queued(1)], deliveries_paused: true },
      'Agent 1 will get this later: deliveries are paused.',
      ['resume_deliveries'],
    ],
    [
      'one of two waits',
      { messages: [queued(1), queued(2, 'paused')] },
      'Agent 1 gets this. Agent 2 will get this later: Agent 2 is paused.',
      ['resume_agent'],
    ],
    [
      'dead',
      { messages: [{ state: 'dead', last_error: 'The gateway refused it.', agent: agent(1) }] },
      'Agent 1 did not get this: The gateway refused it.',
      ['send_again'],
    ],
    ['a later message carries it', { told_later: [queued(1)] }, 'Agent 1 gets this.', []],
    [
      'nobody, with a lead',
      { lead: { id: id(9), name: 'Ada' } },
      'Nobody gets this. Assign an agent, or mention one; Ada leads this board.',
      ['assign', 'mention_lead'],
    ],
    [
      'nobody on the board',
      { agents_on_board: 0 },
      'Nobody gets this: the board has no agents yet. Create one, then assign it.',
      ['assign'],
    ],
  ])('%s', (_, facts, sentence, remedies) => {
    const answer = reachOf({ ...well, ...facts })
    expect(answer.sentence).toBe(sentence)
    expect(answer.remedies.map((remedy) => remedy.action)).toEqual(remedies)
  })

  it('is never silent: who does not get it now is named with a reason, and nobody at all has a remedy', () => {
    const message = fc.record({
      state: fc.constantFrom(...deliveryStatuses),
      last_error: fc.option(fc.constant('It failed.'), { nil: null }),
      agent: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(...agentStatuses)).map(([n, status]) => agent(n, status)),
    })
    const facts = fc.record({
      messages: fc.uniqueArray(message, { maxLength: 4, selector: (each) => each.agent.id }),
      told_later: fc.array(message, { maxLength: 4 }),
      task_status: fc.constantFrom(...taskStatuses),
      board: fc.record({ id: fc.constant(id(0)), paused: fc.boolean() }),
      lead: fc.option(fc.constant({ id: id(9), name: 'Ada' }), { nil: null }),
      agents_on_board: fc.integer({ min: 0, max: 5 }),
      deliveries_paused: fc.boolean(),
      gateway_down: fc.option(fc.constant('It does not answer.'), { nil: null }),
    })
    fc.assert(
      fc.property(facts, (given) => {
        const answer = reachSchema.parse(reachOf(given))
        expect(answer.sentence).not.toBe('')
        expect(new Set(answer.recipients.map((each) => each.agent_id)).size).toBe(answer.recipients.length)
        for (const each of answer.recipients) {
          expect(answer.sentence).toContain(each.name)
          if (each.when === 'later' || each.when === 'never') expect(each.why).not.toBeNull()
        }
        if (answer.recipients.length === 0) expect(answer.remedies).not.toEqual([])
        expect(answer.verdict === 'now').toBe(
          answer.recipients.length > 0 && answer.recipients.every((each) => each.when === 'now' || each.when === 'delivered'),
        )
      }),
    )
  })
})

describe('noticeOf', () => {
  const event = (event_type: string, more: Partial<Parameters<typeof noticeOf>[0]> = {}) =>
    noticeOf({
      event_type,
      message: 'It happened',
      actor_type: 'agent',
      agent_id: id(1),
      task_id: id(2),
      board_id: id(3),
      data: {},
      ...more,
    })
  it.each<[string, Parameters<typeof event>[1], string | null]>([
    ['task.status_changed', { data: { to: 'review' } }, 'task_review'],
    ['task.status_changed', { data: { to: 'blocked' } }, 'task_blocked'],
    ['task.status_changed', { data: { to: 'done' } }, 'task_done'],
    ['task.status_changed', { data: { to: 'in_progress' } }, null],
    ['task.status_changed', { data: { to: 'done' }, actor_type: 'user' }, null],
    ['approval.requested', { data: { approval_id: 'a' } }, 'approval'],
    ['question.asked', { data: { question_id: 'q' } }, 'question'],
    ['delivery_failed', { actor_type: 'system', task_id: null }, 'delivery_dead'],
    ['agent.offline', { actor_type: 'system' }, 'agent_offline'],
    ['agent.late', { actor_type: 'system' }, null],
    ['task.updated', {}, null],
  ])('%s %j', (type, more, kind) => expect(event(type, more)?.kind ?? null).toBe(kind))
})
