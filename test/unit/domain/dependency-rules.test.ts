import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { checkBlocked, checkDependencies, dependencyPath, holdsUp } from '../../../native-services/domain/dependency-rules.ts'

const codeOf = (work: () => void): string | null => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return null
}

describe('dependencies', () => {
  it('never allow a circle, whatever is added in whatever order', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }))
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (pairs) => {
        const edges: { task_id: string; depends_on_task_id: string }[] = []
        for (const [from, to] of pairs) {
          const task = `t${from}`
          const kept = edges.filter((edge) => edge.task_id === task).map((edge) => edge.depends_on_task_id)
          const code = codeOf(() =>
            checkDependencies({ task_id: task, task_status: 'inbox', depends_on: [...kept, `t${to}`], known: () => true, edges }),
          )
          if (from === to) expect(code).toBe('invalid_request')
          else if (dependencyPath(`t${to}`, task, edges)) expect(code).toBe('conflict')
          else expect(code).toBeNull()
          if (code === null) edges.push({ task_id: task, depends_on_task_id: `t${to}` })
        }
        // Kahn: everything can be taken in some order.
        let left = new Set(edges.flatMap((edge) => [edge.task_id, edge.depends_on_task_id]))
        for (let before = -1; before !== left.size;) {
          before = left.size
          left = new Set([...left].filter((task) => edges.some((edge) => edge.task_id === task && left.has(edge.depends_on_task_id))))
        }
        expect(left.size).toBe(0)
      }),
    )
  })

  it('keep a task from work, not from being planned', () => {
    const blockers = [{ id: 'x', number: 12 }]
    for (const status of ['in_progress', 'review', 'done'] as const) {
      expect(codeOf(() => checkBlocked(status, blockers))).toBe('task_blocked_cannot_transition')
      expect(codeOf(() => checkBlocked(status, []))).toBeNull()
    }
    for (const status of ['inbox', 'assigned', 'blocked', 'archived'] as const)
      expect(codeOf(() => checkBlocked(status, blockers))).toBeNull()
    expect([holdsUp('review'), holdsUp('done'), holdsUp('archived')]).toEqual([true, false, false])
  })
})
