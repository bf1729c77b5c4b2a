import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentStatuses, deliveryStatuses } from '../../../native-services/contract/states.ts'
import { askRefusals } from '../../../native-services/contract/threads.ts'
import { agentTurnsLimit } from '../../../native-services/domain/delivery-rules.ts'
import { findNamed } from '../../../native-services/domain/mentions.ts'
import { askAgainMs, type AskFacts, askSentence, askVerdict } from '../../../native-services/domain/response-rules.ts'

const max: AskFacts['asked'] = { id: 'max', board_id: 'b', status: 'online' }
const facts: AskFacts = { asker_id: 'ada', asked: max, board_id: 'b', last: null, agent_turns: 1, now: askAgainMs * 3 }
const delivered = { state: 'delivered', ended_at: askAgainMs * 2 + 1, answered: false } as const

describe('askVerdict', () => {
  it.each<[string | null, Partial<AskFacts>]>([
    [null, {}],
    [null, { asked: { ...max, status: 'offline' } }],
    ['yourself', { asker_id: 'max' }],
    ['not_on_board', { asked: { ...max, board_id: 'other' } }],
    ['not_on_board', { asked: { ...max, board_id: null } }],
    ['paused', { asked: { ...max, status: 'paused' } }],
    ['leaving', { asked: { ...max, status: 'deleting' } }],
    ['waiting', { last: { ...delivered, state: 'queued' } }],
    ['waiting', { last: { ...delivered, state: 'leased', answered: true } }],
    ['asked_lately', { last: delivered }],
    ['asked_lately', { last: { ...delivered, state: 'dead' } }],
    [null, { last: { ...delivered, ended_at: askAgainMs * 2 } }],
    [null, { last: { ...delivered, answered: true } }],
    [null, { last: { ...delivered, state: 'skipped' } }],
    [null, { agent_turns: agentTurnsLimit }],
    ['loop_guard', { agent_turns: agentTurnsLimit + 1 }],
  ])('%s for %j', (verdict, more) => expect(askVerdict({ ...facts, ...more })).toBe(verdict))

  it('never asks oneself, nobody outside the board, and nobody twice at once', () => {
    fc.assert(
      fc.property(
        fc.record({
          asker_id: fc.constantFrom('ada', 'max'),
          asked: fc.record({
            id: fc.constantFrom('max', 'ivy'),
            board_id: fc.constantFrom('b', 'c', null),
            status: fc.constantFrom(...agentStatuses),
          }),
          board_id: fc.constant('b'),
          last: fc.option(
            fc.record({ state: fc.constantFrom(...deliveryStatuses), ended_at: fc.nat(askAgainMs * 3), answered: fc.boolean() }),
          ),
          agent_turns: fc.nat(30),
          now: fc.constant(askAgainMs * 3),
        }),
        (any) => {
          const verdict = askVerdict(any)
          if (verdict !== null) return
          expect(any.asked.id).not.toBe(any.asker_id)
          expect(any.asked.board_id).toBe('b')
          expect(any.agent_turns).toBeLessThanOrEqual(agentTurnsLimit)
          const { last } = any
          if (last === null || last.state === 'skipped') return
          expect(last.state === 'queued' || last.state === 'leased').toBe(false)
          expect(last.answered || any.now - last.ended_at >= askAgainMs).toBe(true)
        },
      ),
    )
  })

  it('has a sentence of its own for every refusal', () => {
    expect(new Set(askRefusals.map((code) => askSentence(code, 'Max'))).size).toBe(askRefusals.length)
  })
})

it.each<[string, string | undefined]>([
  ['Max', 'max'],
  ['@max', 'max'],
  [' "Max Power" ', 'power'],
  ['@“Max Power”', 'power'],
  ['max-power', 'power'],
  ['lead', 'max'],
  ['power', 'power'],
  ['Ma', undefined],
  ['Max please', undefined],
  ['', undefined],
])('%j names %s', (name, id) => {
  const agents = [
    { id: 'max', name: 'Max', is_board_lead: true },
    { id: 'power', name: 'Max Power', is_board_lead: false },
  ]
  expect(findNamed(name, agents)?.id).toBe(id)
})
