import fc from 'fast-check'
import { expect, it } from 'vitest'
import { followUpAfterMs, type FollowUpFacts, followUps } from '../../../native-services/domain/follow-up-rules.ts'
import { askVerdict } from '../../../native-services/domain/response-rules.ts'
import { agentStatuses } from '../../../native-services/contract/states.ts'

const now = 100 * followUpAfterMs
const lead = { lead_id: 'ada', board_id: 'b', now }
const max = { agent: { id: 'max', name: 'Max', board_id: 'b', status: 'online' }, last: null } as const
const standing = (task: string, intervals: number, more: Partial<FollowUpFacts<string>> = {}): FollowUpFacts<string> => ({
  task,
  quiet_since_at: now - intervals * followUpAfterMs,
  assignees: [max],
  agent_turns: 1,
  ...more,
})

it('names the three that have stood still longest, and whom the lead may ask', () => {
  const asked = { ...max, last: { state: 'delivered', ended_at: now - followUpAfterMs, answered: false } } as const
  const ivy = { agent: { ...max.agent, id: 'ivy', name: 'Ivy' }, last: null } as const
  expect(
    followUps(
      [
        standing('fresh', 0.99),
        standing('a', 1),
        standing('b', 3, { assignees: [asked, ivy] }),
        standing('c', 2),
        standing('asked already', 9, { assignees: [asked] }),
        standing('her own', 9, { assignees: [{ ...max, agent: { ...max.agent, id: 'ada' } }] }),
        standing('d', 4),
      ],
      lead,
    ).map((each) => [each.task, each.names, each.quiet_ms / followUpAfterMs]),
  ).toEqual([
    ['d', ['Max'], 4],
    ['b', ['Ivy'], 3],
    ['c', ['Max'], 2],
  ])
})

it('never more than three, never a fresh one, never somebody who would be refused', () => {
  const assignee = fc.record({
    agent: fc.record({
      id: fc.constantFrom('ada', 'max', 'ivy'),
      name: fc.constantFrom('A', 'B'),
      board_id: fc.constantFrom('b', 'c'),
      status: fc.constantFrom(...agentStatuses),
    }),
    last: fc.option(
      fc.record({ state: fc.constantFrom('queued', 'delivered', 'skipped', 'dead'), ended_at: fc.nat(now), answered: fc.boolean() }),
    ),
  })
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          task: fc.nat(),
          quiet_since_at: fc.nat(now),
          assignees: fc.array(assignee, { maxLength: 3 }),
          agent_turns: fc.nat(20),
        }),
      ),
      (candidates) => {
        const found = followUps(candidates, lead)
        expect(found.length).toBeLessThanOrEqual(3)
        expect(found.map((each) => each.quiet_ms)).toEqual(found.map((each) => each.quiet_ms).toSorted((a, b) => b - a))
        for (const each of found) {
          expect(each.quiet_ms).toBeGreaterThanOrEqual(followUpAfterMs)
          expect(each.names.length).toBeGreaterThan(0)
        }
        const any = candidates.some(
          (each) =>
            now - each.quiet_since_at >= followUpAfterMs &&
            each.assignees.some(
              ({ agent, last }) =>
                askVerdict({ asker_id: 'ada', asked: agent, board_id: 'b', last, agent_turns: each.agent_turns, now }) === null,
            ),
        )
        expect(found.length > 0).toBe(any)
      },
    ),
  )
})
