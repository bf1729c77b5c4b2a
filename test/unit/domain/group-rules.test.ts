import fc from 'fast-check'
import { expect, it } from 'vitest'
import { agentTurnsLimit } from '../../../native-services/domain/delivery-rules.ts'
import { type GroupMessageFacts, mentionedInGroup, recipientsOfGroupMessage } from '../../../native-services/domain/group-rules.ts'

const agents = [
  { id: 'ada', name: 'Ada', is_board_lead: true },
  { id: 'max-1', name: 'Max', is_board_lead: false },
  { id: 'bea', name: 'Bea', is_board_lead: true },
  { id: 'max-2', name: 'max', is_board_lead: false },
  { id: 'power', name: 'Max Power', is_board_lead: false },
]
const everybody = agents.map((agent) => agent.id)
const facts: GroupMessageFacts = {
  author: { type: 'user', agent_id: null },
  is_answer: false,
  asked_by: null,
  mentions: [],
  broadcast: false,
  agents: everybody,
  leads: ['ada', 'bea'],
  agent_turns: 0,
}

it.each([
  ['@Max?', ['max-1', 'max-2']],
  ['@Max Power?', ['power']],
  ['@lead', ['ada', 'bea']],
  ['@lead and @Ada', ['ada', 'bea']],
  ['@lead and @Max', ['ada', 'max-1', 'bea', 'max-2']],
  ['@all', everybody],
  ['`@all` and mail@max.example', []],
])('%s mentions %j', (text, ids) => expect(mentionedInGroup(text, agents)).toEqual(ids))

it('a lead who bears the name of a worker elsewhere does not hide the worker', () => {
  const twins = [
    { id: 'a', name: 'Sam', is_board_lead: true },
    { id: 'b', name: 'Sam', is_board_lead: false },
  ]
  expect(mentionedInGroup('@lead and @Sam', twins)).toEqual(['a', 'b'])
  expect(mentionedInGroup('@lead', twins)).toEqual(['a'])
})

it('answers reach who asked and who is mentioned, not every lead', () => {
  const answer: GroupMessageFacts = { ...facts, author: { type: 'agent', agent_id: 'bea' }, is_answer: true }
  expect(recipientsOfGroupMessage({ ...answer, asked_by: 'ada' })).toEqual({ told: [], asker: 'ada', silence: null })
  expect(recipientsOfGroupMessage(answer)).toEqual({ told: [], asker: null, silence: null })
  expect(recipientsOfGroupMessage({ ...answer, asked_by: 'ada', mentions: ['ada', 'power'] })).toEqual({
    told: ['power'],
    asker: 'ada',
    silence: null,
  })
})

it('nobody to tell is said to people; agents that only keep each other talking are stopped', () => {
  expect(recipientsOfGroupMessage({ ...facts, leads: [] }).silence).toBe('nobody_to_tell')
  const talk: GroupMessageFacts = { ...facts, author: { type: 'agent', agent_id: 'ada' } }
  expect(recipientsOfGroupMessage({ ...talk, agent_turns: agentTurnsLimit - 1 }).told).toEqual(['bea'])
  expect(recipientsOfGroupMessage({ ...talk, agent_turns: agentTurnsLimit })).toEqual({ told: [], asker: null, silence: 'loop_guard' })
  expect(recipientsOfGroupMessage({ ...talk, author: { type: 'system', agent_id: null } })).toEqual({
    told: [],
    asker: null,
    silence: null,
  })
})

it('whatever the message, everybody is told at most once, never its author and never a stranger', () => {
  const some = fc.subarray(everybody)
  fc.assert(
    fc.property(
      fc.record({
        author: fc
          .constantFrom(...everybody, null)
          .map((id) => ({ type: id === null ? ('user' as const) : ('agent' as const), agent_id: id })),
        is_answer: fc.boolean(),
        asked_by: fc.constantFrom(...everybody, 'gone', null),
        mentions: fc.array(fc.constantFrom(...everybody, 'gone')),
        broadcast: fc.boolean(),
        agents: some,
        leads: some,
        agent_turns: fc.nat(20),
      }),
      (message) => {
        const { told, asker } = recipientsOfGroupMessage(message)
        const all = [...told, ...(asker === null ? [] : [asker])]
        expect(new Set(all).size).toBe(all.length)
        expect(all).not.toContain(message.author.agent_id)
        for (const id of all) expect(message.agents).toContain(id)
        if (message.broadcast && message.author.type === 'user') expect(all.toSorted()).toEqual(message.agents.toSorted())
      },
    ),
  )
})
