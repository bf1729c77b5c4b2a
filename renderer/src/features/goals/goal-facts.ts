/** A goal as a person reads it: how far, how long, and whether that is good. */
import type { Board } from '../../../../native-services/contract/entities.ts'
import { daysBetween, metricProgress } from '../../../../native-services/contract/goals.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { figure } from '../../lib/numbers.ts'

/** A local day as `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

export interface GoalFacts {
  /** Mean of the figures that have a target and a value, 0 to 100; null when there is none. */
  percent: number | null
  reached: boolean
  /** Negative when the day is over; null without a day. */
  days_left: number | null
  tone: Tone
}

export function goalFacts(goal: Pick<Board, 'success_metrics' | 'target_date'>, today: string): GoalFacts {
  const measured = goal.success_metrics.map(metricProgress).filter((value) => value !== null)
  const withTarget = goal.success_metrics.filter((metric) => metric.target !== null).length
  const percent = measured.length === 0 ? null : Math.floor((measured.reduce((sum, value) => sum + value, 0) / measured.length) * 100)
  const reached = withTarget > 0 && measured.length === withTarget && measured.every((value) => value >= 1)
  const days_left = goal.target_date === null ? null : daysBetween(today, goal.target_date)
  const tone: Tone = reached ? 'good' : days_left === null ? 'idle' : days_left < 0 ? 'bad' : days_left <= 7 ? 'warning' : 'idle'
  return { percent, reached, days_left, tone }
}

/** `50 / 200 people`, `50`, or a dash. */
export function figureText(metric: Board['success_metrics'][number]): string {
  const now = metric.current === null ? '–' : figure(metric.current)
  const target = metric.target === null ? '' : ` / ${figure(metric.target)}`
  return `${now}${target}${metric.unit === null ? '' : ` ${metric.unit}`}`
}
