/** When a goal may be called confirmed, and how a report of one of its figures changes it. */
import type { SuccessMetric } from '../contract/goals.ts'

export interface GoalFacts {
  board_type: 'goal' | 'general'
  objective: string | null
  success_metrics: readonly SuccessMetric[]
  goal_confirmed: boolean
}

/** What keeps a board from being as it is asked to be: the field and a sentence; null when nothing does. */
export function goalProblem(goal: GoalFacts): { field: 'objective' | 'success_metrics'; message: string } | null {
  if (goal.board_type !== 'goal' || !goal.goal_confirmed) return null
  if (goal.objective === null || goal.objective.trim() === '')
    return { field: 'objective', message: 'A confirmed goal needs an objective. Write one, or send goal_confirmed false.' }
  if (goal.success_metrics.length === 0)
    return {
      field: 'success_metrics',
      message: 'A confirmed goal needs a metric that shows when it is reached. Add one, or send goal_confirmed false.',
    }
  return null
}

/** The metrics with one figure moved; null when there is none of that name (letter case aside). */
export function withReport(metrics: readonly SuccessMetric[], report: { name: string; current: number }): SuccessMetric[] | null {
  const wanted = report.name.toLowerCase()
  if (!metrics.some((metric) => metric.name.toLowerCase() === wanted)) return null
  return metrics.map((metric) => (metric.name.toLowerCase() === wanted ? { ...metric, current: report.current } : metric))
}
