import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { notificationTypes } from '../../../native-services/contract/entities.ts'
import { taskStatuses } from '../../../native-services/contract/states.ts'
import {
  agentTurnsLimit,
  type CommentFacts,
  needsAnswer,
  recipientsOfComment,
  recipientsOfStatus,
  verdictFor,
} from '../../../native-services/domain/delivery-rules.ts'

const base: CommentFacts = {
  author: { type: 'user', agent_id: null },
  mentions: [],
  assignees: [],
  subscribers: [],
  lead_id: 'ada',
  task_status: 'in_progress',
  agent_turns: 0,
}
const agent = { type: 'agent', agent_id: 'max' } as const

const ids = fc.uniqueArray(fc.constantFrom('ada', 'max', 'ivy', 'noor'))
const anyFacts = fc.record({
  author: fc.constantFrom(base.author, agent, { type: 'system' as const, agent_id: null }),
  mentions: ids,
  assignees: ids,
  subscribers: ids,
  lead_id: fc.constantFrom('ada', null),
  task_status: fc.constantFrom(...taskStatuses),
  agent_turns: fc.nat(20),
})

describe('recipientsOfComment', () => {
  it('a person reaches whom they mention, else assignees, else subscribers, else the lead', () => {
    expect(recipientsOfComment({ ...base, mentions: ['ivy'], assignees: ['max'] })).toEqual({
      mention: ['ivy'],
      thread_update: [],
      silence: null,
    })
    expect(recipientsOfComment({ ...base, assignees: ['max'], subscribers: ['ivy', 'max'] }).thread_update).toEqual(['max'])
    expect(recipientsOfComment({ ...base, subscribers: ['ivy'] }).thread_update).toEqual(['ivy'])
    expect(recipientsOfComment(base).thread_update).toEqual(['ada'])
    expect(recipientsOfComment({ ...base, lead_id: null }).silence).toBe('nobody_to_tell')
  })

  it('an agent reaches only whom it mentions, and not without end', () => {
    expect(recipientsOfComment({ ...base, author: agent, assignees: ['max', 'ivy'] })).toEqual({
      mention: [],
      thread_update: [],
      silence: null,
    })
    expect(recipientsOfComment({ ...base, author: agent, mentions: ['max', 'ivy'] }).mention).toEqual(['ivy'])
    expect(recipientsOfComment({ ...base, author: agent, mentions: ['ivy'], agent_turns: agentTurnsLimit + 1 })).toEqual({
      mention: [],
      thread_update: [],
      silence: 'loop_guard',
    })
  })

  it('holds for any facts: nobody hears twice or of themselves, and a person is never met with silence unnoticed', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { mention, thread_update: updates, silence } = recipientsOfComment(facts)
        const all = [...mention, ...updates]
        expect(new Set(all).size).toBe(all.length)
        expect(all).not.toContain(facts.author.agent_id)
        expect(facts.author.type === 'user' || updates.length === 0).toBe(true)
        expect(facts.author.type !== 'user' || facts.task_status === 'archived' || all.length > 0 || silence !== null).toBe(true)
      }),
    )
  })
})

describe('recipientsOfStatus', () => {
  const facts = { actor_agent_id: 'max', assignees: ['max'], lead_id: 'ada' }
  it('the lead hears of review, the assignee of work that comes back', () => {
    expect(recipientsOfStatus({ ...facts, from: 'in_progress', to: 'review' })).toEqual(['ada'])
    expect(recipientsOfStatus({ ...facts, from: 'in_progress', to: 'review', actor_agent_id: 'ada' })).toEqual([])
    expect(recipientsOfStatus({ ...facts, from: 'review', to: 'in_progress', actor_agent_id: null })).toEqual(['max'])
    expect(recipientsOfStatus({ ...facts, from: 'assigned', to: 'in_progress', actor_agent_id: null })).toEqual([])
    expect(recipientsOfStatus({ ...facts, from: 'review', to: 'done', actor_agent_id: null })).toEqual([])
  })
})

describe('verdictFor', () => {
  const facts = {
    type: 'assignment',
    task_status: 'assigned',
    comment_author: null,
    recipient_assigned: true,
    recipient_is_lead: false,
    superseded: false,
  } as const
  it.each([
    [facts, null],
    [{ ...facts, recipient_assigned: false }, 'no_longer_assigned'],
    [{ ...facts, task_status: 'done' as const }, 'task_done'],
    [{ ...facts, task_status: 'archived' as const }, 'task_archived'],
    [{ ...facts, task_status: null }, 'task_gone'],
    [{ ...facts, type: 'mention' as const, comment_author: 'agent' as const, task_status: 'done' as const }, null],
    [{ ...facts, type: 'thread_update' as const, comment_author: 'user' as const, task_status: 'blocked' as const }, null],
    [{ ...facts, type: 'thread_update' as const, comment_author: 'agent' as const }, null],
    [{ ...facts, type: 'response_request' as const, comment_author: 'agent' as const, task_status: 'done' as const }, null],
    [{ ...facts, type: 'response_request' as const, comment_author: null }, 'comment_gone'],
    [{ ...facts, type: 'thread_update' as const, comment_author: 'user' as const, superseded: true }, 'superseded'],
    [
      { ...facts, type: 'status_change' as const, task_status: 'review' as const, recipient_is_lead: true, recipient_assigned: false },
      null,
    ],
    [{ ...facts, type: 'status_change' as const, task_status: 'done' as const, recipient_is_lead: true }, 'status_moved_on'],
    [{ ...facts, type: 'heartbeat' as const, task_status: null }, null],
  ])('%j → %j', (input, reason) => expect(verdictFor(input)).toEqual(reason === null ? { deliver: true } : { deliver: false, reason }))

  it('only people and given work need an answer', () => {
    const needing = notificationTypes.flatMap((type) =>
      (['user', 'agent'] as const).flatMap((author) => (needsAnswer(type, author) ? [`${type}/${author}`] : [])),
    )
    expect(needing).toEqual([
      'assignment/user',
      'assignment/agent',
      'mention/user',
      'mention/agent',
      'thread_update/user',
      'response_request/user',
      'response_request/agent',
      'board_chat/user',
      'group_chat/user',
      'board_onboarding/user',
      'board_onboarding/agent',
    ])
  })
})
