import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { type TaskStatus, taskStatuses } from '../../../native-services/contract/states.ts'
import {
  type BoardRules,
  checkAgentFields,
  initialStatus,
  planTaskChange,
  reachableStatuses,
  type TaskActor,
  type TaskChange,
  type TaskFacts,
  type TaskPlan,
  taskTransitions,
} from '../../../native-services/domain/task-rules.ts'

const open: BoardRules = {
  require_approval_for_done: false,
  require_review_before_done: false,
  comment_required_for_review: false,
  block_status_changes_with_pending_approval: false,
  only_lead_can_change_status: false,
}
const worker: TaskActor = { kind: 'worker', agent_id: 'w1' }
const lead: TaskActor = { kind: 'lead', agent_id: 'l1' }
const operator: TaskActor = { kind: 'operator' }

function task(status: TaskStatus, assigned: string[] = status === 'inbox' ? [] : ['w1']): TaskFacts {
  return { board_id: 'b', status, assigned_agent_ids: assigned, blocked_reason: status === 'blocked' ? 'stuck' : null }
}

/** The plan, or the code of the refusal. */
function decide(from: TaskFacts, actor: TaskActor, change: Partial<TaskChange>, board: Partial<BoardRules> = {}): TaskPlan | string {
  try {
    return planTaskChange({ task: from, board: { ...open, ...board }, actor, change: { has_comment: false, ...change } })
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe('moves', () => {
  it.each([
    ['assigned', 'review', ['in_progress', 'review']],
    ['assigned', 'done', ['in_progress', 'done']],
    ['inbox', 'review', ['in_progress', 'review']],
    ['in_progress', 'review', ['review']],
    ['blocked', 'done', ['in_progress', 'done']],
    ['review', 'review', []],
  ] as const)('a worker goes %s → %s by the shortest way', (from, to, path) => {
    expect(decide(task(from), worker, { status: to })).toMatchObject({ status: to, path })
  })

  it.each([
    ['done', 'in_progress', 'task_transition_invalid'],
    ['review', 'inbox', 'task_transition_invalid'],
    ['in_progress', 'archived', 'task_transition_invalid'],
    ['archived', 'in_progress', 'task_transition_invalid'],
    ['inbox', 'assigned', 'task_transition_invalid'],
    ['in_progress', 'blocked', 'blocked_reason_required'],
  ] as const)('a worker may not go %s → %s (%s)', (from, to, code) => {
    expect(decide(task(from), worker, { status: to })).toBe(code)
  })

  it('a lead sends back, reopens, and takes what nobody has', () => {
    expect(decide(task('review'), lead, { status: 'inbox' })).toMatchObject({
      status: 'inbox',
      assigned_agent_ids: [],
      progress: 'cleared',
    })
    expect(decide(task('done'), lead, { status: 'review' })).toMatchObject({ status: 'review' })
    expect(decide(task('inbox'), lead, { status: 'in_progress' })).toMatchObject({ assigned_agent_ids: ['l1'], claimed: true })
    expect(decide(task('in_progress'), lead, { status: 'archived' })).toBe('task_transition_invalid')
  })

  it('a worker claims what nobody has and not what others have', () => {
    expect(decide(task('inbox'), worker, { status: 'in_progress' })).toMatchObject({
      claimed: true,
      assigned_agent_ids: ['w1'],
      progress: 'started',
    })
    expect(decide(task('assigned', ['w2']), worker, { status: 'in_progress' })).toBe('task_assignee_mismatch')
    expect(decide(task('assigned', ['w2', 'w1']), worker, { status: 'in_progress' })).toMatchObject({
      claimed: false,
      assigned_agent_ids: ['w2', 'w1'],
    })
  })

  it('giving a shared task back leaves it to the others', () => {
    expect(decide(task('in_progress', ['w1', 'w2']), worker, { status: 'inbox' })).toMatchObject({
      status: 'assigned',
      assigned_agent_ids: ['w2'],
    })
    expect(decide(task('in_progress', ['w1']), worker, { status: 'inbox' })).toMatchObject({ status: 'inbox', assigned_agent_ids: [] })
  })
})

describe('gates', () => {
  it('review before done needs somebody else', () => {
    const board = { require_review_before_done: true }
    expect(decide(task('in_progress'), worker, { status: 'done' }, board)).toBe('task_gate_failed')
    expect(decide(task('in_progress'), operator, { status: 'done' }, board)).toBe('task_gate_failed')
    expect(decide(task('review'), worker, { status: 'done' }, board)).toBe('task_gate_failed')
    expect(decide(task('review'), lead, { status: 'done' }, board)).toMatchObject({ status: 'done' })
  })
  it('a review needs a comment where the board says so', () => {
    const board = { comment_required_for_review: true }
    expect(decide(task('in_progress'), worker, { status: 'review' }, board)).toBe('comment_required')
    expect(decide(task('in_progress'), worker, { status: 'review', has_comment: true }, board)).toMatchObject({ status: 'review' })
  })
  it('only the lead moves where the board says so', () => {
    const board = { only_lead_can_change_status: true }
    expect(decide(task('assigned'), worker, { status: 'in_progress' }, board)).toBe('only_lead_can_change_status')
    expect(decide(task('assigned'), lead, { status: 'in_progress' }, board)).toMatchObject({ status: 'in_progress' })
  })
  it('a reason belongs to a blocked task', () => {
    expect(decide(task('in_progress'), worker, { status: 'blocked', blocked_reason: '  no key ' })).toMatchObject({
      blocked_reason: 'no key',
    })
    expect(decide(task('in_progress'), worker, { blocked_reason: 'why' })).toBe('invalid_request')
    expect(decide(task('blocked'), operator, { blocked_reason: null })).toBe('blocked_reason_required')
    expect(decide(task('blocked'), operator, { status: 'assigned' })).toMatchObject({ blocked_reason: null })
  })
})

it('fields that are not theirs are named', () => {
  expect(() => checkAgentFields('worker', ['status', 'assigned_agent_id'])).toThrow(
    expect.objectContaining({ code: 'task_update_field_forbidden', field: 'body.assigned_agent_id' }),
  )
  expect(() => checkAgentFields('lead', ['assigned_agent_id', 'status'])).not.toThrow()
})

it('a new task begins where its assignees put it', () => {
  expect(initialStatus(undefined, [])).toBe('inbox')
  expect(initialStatus(undefined, ['a'])).toBe('assigned')
  expect(() => initialStatus('in_progress', [])).toThrow(AppError)
  expect(() => initialStatus('inbox', ['a'])).toThrow(AppError)
})

describe('whatever is asked', () => {
  const agents = ['w1', 'w2', 'l1']
  const status = fc.constantFrom(...taskStatuses)
  const ids = fc.uniqueArray(fc.constantFrom(...agents))
  /** Only states that the rules themselves can reach. */
  const facts = fc
    .record({ status, assigned: ids })
    .map(({ status: from, assigned }) =>
      task(from, from === 'inbox' ? [] : (from === 'assigned' || from === 'in_progress') && assigned.length === 0 ? ['w2'] : assigned),
    )
  const board = fc.record({
    require_review_before_done: fc.boolean(),
    comment_required_for_review: fc.boolean(),
    only_lead_can_change_status: fc.boolean(),
  })
  const actor: fc.Arbitrary<TaskActor> = fc.constantFrom(operator, worker, lead, { kind: 'system' } as const)
  const change = fc.record(
    {
      status,
      expected_status: status,
      assigned_agent_ids: ids,
      blocked_reason: fc.constantFrom(null, '', 'because'),
      has_comment: fc.boolean(),
    },
    { requiredKeys: ['has_comment'] },
  ) as fc.Arbitrary<TaskChange>

  it('the result keeps the rules that always hold, over a whole history', () => {
    fc.assert(
      fc.property(facts, board, fc.array(fc.record({ actor, change }), { minLength: 1, maxLength: 12 }), (start, rules, moves) => {
        let now = start
        for (const move of moves) {
          const plan = decide(now, move.actor, move.change, rules)
          if (typeof plan === 'string') continue
          if (plan.status === 'inbox') expect(plan.assigned_agent_ids).toEqual([])
          if (plan.status === 'assigned' || plan.status === 'in_progress') expect(plan.assigned_agent_ids.length).toBeGreaterThan(0)
          expect(plan.blocked_reason !== null).toBe(plan.status === 'blocked')
          expect(new Set(plan.assigned_agent_ids).size).toBe(plan.assigned_agent_ids.length)
          expect(plan.path.at(-1) ?? now.status).toBe(plan.status)
          expect(plan.path.length).toBeLessThanOrEqual(2)
          if (plan.status === 'done' && now.status !== 'done' && rules.require_review_before_done) {
            expect(now.status).toBe('review')
            expect(move.actor.kind).not.toBe('worker')
          }
          if (move.actor.kind === 'worker') {
            if (rules.only_lead_can_change_status) expect(plan.status).toBe(now.status)
            // Others never lose a task to a worker, and never get one from it.
            const others = (list: readonly string[]): string[] => list.filter((id) => id !== 'w1')
            expect(others(plan.assigned_agent_ids)).toEqual(others(now.assigned_agent_ids))
            expect(plan.status === 'archived' && now.status !== 'archived').toBe(false)
            if (now.status === 'done') expect(plan.status).toBe('done')
          }
          now = { ...now, status: plan.status, assigned_agent_ids: [...plan.assigned_agent_ids], blocked_reason: plan.blocked_reason }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('people reach every status from every other when the requirements are met', () => {
    for (const from of taskStatuses) {
      expect(reachableStatuses(from, operator).sort()).toEqual(Object.keys(taskTransitions[from]).sort())
      for (const to of taskStatuses) {
        const assigned = to === 'inbox' ? {} : { assigned_agent_ids: ['w1'] }
        expect(decide(task(from), operator, { status: to, ...assigned, ...(to === 'blocked' && { blocked_reason: 'x' }) })).toMatchObject({
          status: to,
        })
      }
    }
  })

  it('who may do more may do at least as much', () => {
    fc.assert(
      fc.property(status, (from) => {
        const [w = [], l = [], o = []] = [worker, lead, operator].map((who) => reachableStatuses(from, who))
        expect(w.filter((to) => !l.includes(to))).toEqual([])
        expect(l.filter((to) => !o.includes(to))).toEqual([])
      }),
    )
  })
})
