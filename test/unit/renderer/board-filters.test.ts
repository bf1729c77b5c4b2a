import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../../native-services/contract/entities.ts'
import {
  applySaved,
  compileFilters,
  groupTasks,
  isFiltered,
  noFilters,
  readFilters,
  readGroup,
  readSort,
  savedQuery,
  sortTasks,
} from '../../../renderer/src/features/boards/filters.ts'

const now = new Date(2026, 2, 11, 12).getTime()
const at = (day: number, hour = 12) => new Date(2026, 2, day, hour).toISOString()

function task(patch: Partial<Task> = {}): Task {
  return {
    id: 'a',
    board_id: 'b',
    number: 1,
    title: 'Write the Report',
    description: 'For Monday',
    status: 'inbox',
    priority: 'medium',
    position: 1,
    assigned_agent_id: null,
    assigned_agent_ids: [],
    blocked_reason: null,
    due_at: null,
    in_progress_at: null,
    created_by: 'Operator',
    auto_created: false,
    comment_count: 0,
    last_message_at: null,
    depends_on_task_ids: [],
    blocked_by_task_ids: [],
    is_blocked: false,
    tag_ids: [],
    custom_field_values: {},
    watching: false,
    last_read_at: null,
    unread_count: 0,
    waiting_for: null,
    waiting_until_at: null,
    created_at: at(1),
    updated_at: at(1),
    ...patch,
  }
}
const fits = (query: Record<string, string>, patch: Partial<Task> = {}) => compileFilters(readFilters(query), now)(task(patch))

describe('filters of a board', () => {
  it('finds every word, in any order and either case, and a number by itself', () => {
    expect(fits({ q: 'report write' })).toBe(true)
    expect(fits({ q: 'MONDAY' })).toBe(true)
    expect(fits({ q: 'report friday' })).toBe(false)
    expect(fits({ q: '#1' })).toBe(true)
    expect(fits({ q: '#1' }, { number: 12 })).toBe(false)
  })

  it.each([
    ['overdue', at(10), true],
    ['overdue', at(12), false],
    ['overdue', null, false],
    ['today', at(11, 23), true],
    ['today', at(12, 1), false],
    // 11 March 2026 is a Wednesday; the week ends on Sunday the 15th.
    ['week', at(15, 23), true],
    ['week', at(16, 1), false],
    ['week', at(10), false],
    ['none', null, true],
    ['none', at(10), false],
  ])('due %s: %s is %s', (due, due_at, expected) => {
    expect(fits({ due }, { due_at })).toBe(expected)
  })

  it('does not call late what is done', () => {
    expect(fits({ due: 'overdue' }, { due_at: at(10), status: 'done' })).toBe(false)
  })

  it('knows what is blocked, waits, is unread or needs others first', () => {
    expect(fits({ is: 'blocked' }, { status: 'blocked' })).toBe(true)
    expect(fits({ is: 'waiting' }, { waiting_for: 'the gateway' })).toBe(true)
    expect(fits({ is: 'waiting' })).toBe(false)
    expect(fits({ is: 'unread' }, { unread_count: 1 })).toBe(true)
    expect(fits({ is: 'dependent' }, { is_blocked: true })).toBe(true)
  })

  it('compares values of custom fields, whatever their kind', () => {
    expect(fits({ field: 'size=L' }, { custom_field_values: { size: 'l' } })).toBe(true)
    expect(fits({ field: 'size=L' }, { custom_field_values: { size: 'XL' } })).toBe(false)
    expect(fits({ field: 'points=3' }, { custom_field_values: { points: 3 } })).toBe(true)
    expect(fits({ field: 'public=true' }, { custom_field_values: { public: true } })).toBe(true)
    expect(fits({ field: 'size=' })).toBe(true)
    expect(fits({ field: 'size=' }, { custom_field_values: { size: 'L' } })).toBe(false)
    expect(fits({ field: 'url=a=b' }, { custom_field_values: { url: 'a=b' } })).toBe(true)
  })

  it('takes nonsense in the address for no filter', () => {
    expect(isFiltered(readFilters({ status: 'x', priority: 'x', due: 'x', is: 'x', field: '=1' }))).toBe(false)
    expect(readSort({ sort: 'x' })).toBe('manual')
    expect(readGroup({ group: 'x' })).toBe('status')
  })
})

const anyQuery = fc.dictionary(
  fc.constantFrom('q', 'assignee', 'status', 'tag', 'priority', 'due', 'is', 'field', 'sort', 'group', 'view', 'chat'),
  fc.string({ maxLength: 12 }),
)
const apply = (query: Record<string, string>, patch: Record<string, string | null>) => {
  const next = { ...query }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === '') delete next[key]
    else next[key] = value
  }
  return next
}

describe('a saved filter, for any address', () => {
  it('brings back what was saved, from wherever one is', () => {
    fc.assert(
      fc.property(anyQuery, anyQuery, (saved, elsewhere) => {
        expect(savedQuery(apply(elsewhere, applySaved(savedQuery(saved))))).toBe(savedQuery(saved))
      }),
    )
  })
  it('leaves the view alone', () => {
    fc.assert(
      fc.property(anyQuery, (saved) => {
        expect(apply({ view: 'list', chat: '1' }, applySaved(savedQuery(saved)))).toMatchObject({ view: 'list', chat: '1' })
      }),
    )
  })
  it('is taken away whole', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(isFiltered(readFilters(apply(query, noFilters())))).toBe(false)
      }),
    )
  })
})

const anyTask = fc
  .record({
    id: fc.uuid(),
    status: fc.constantFrom('inbox', 'review', 'done'),
    priority: fc.constantFrom('low', 'medium', 'high', 'urgent'),
    due_at: fc.option(fc.integer({ min: 1, max: 28 }).map((day) => at(day))),
    assigned_agent_ids: fc.array(fc.constantFrom('ivy', 'max', 'gone'), { maxLength: 2 }),
    title: fc.string({ minLength: 1, maxLength: 5 }),
  })
  .map((patch) => task(patch as Partial<Task>))

describe('order and groups, for any tasks', () => {
  it('lose no task and make none up', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyTask, { selector: (each) => each.id }),
        fc.constantFrom('manual', 'priority', 'due', 'updated', 'created', 'title'),
        fc.constantFrom('status', 'assignee', 'priority', 'none'),
        (tasks, sort, group) => {
          const sorted = sortTasks(tasks, sort)
          const groups = groupTasks(sorted, group, { statuses: ['inbox', 'review', 'done'], agentIds: ['ivy', 'max'] })
          expect(groups.flatMap((each) => each.tasks.map(({ id }) => id)).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted())
          expect(groups.every((each) => each.tasks.length > 0)).toBe(true)
        },
      ),
    )
  })
  it('put the urgent first, and what is never due last', () => {
    const low = task({ id: '1', priority: 'low', due_at: at(3) })
    const urgent = task({ id: '2', priority: 'urgent' })
    expect(sortTasks([low, urgent], 'priority')).toEqual([urgent, low])
    expect(sortTasks([urgent, low], 'due')).toEqual([low, urgent])
    expect(sortTasks([urgent, low], 'manual')).toEqual([urgent, low])
  })
})
