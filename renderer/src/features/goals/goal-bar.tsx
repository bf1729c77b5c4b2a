/** The goal of a board in one line above its tasks; its figures fold out below. */
import './goals.css'
import { Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp, Pencil, Target } from 'lucide-react'
import { useState } from 'react'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { metricProgress } from '../../../../native-services/contract/goals.ts'
import { dayOf, figureText, goalFacts } from './goal-facts.ts'
import { strings } from './strings.ts'

const storageKey = 'mission-control-goal-figures'
function remembered(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'hidden'
  } catch {
    return true
  }
}

export function Track({ percent, label, tone }: { percent: number; label: string; tone?: string }) {
  return (
    <div className="goal-track" role="img" aria-label={label} data-tone={tone}>
      <span style={{ width: `${percent}%` }} />
    </div>
  )
}

/** What is left of the time, and whether it is reached. */
export function GoalChip({ goal }: { goal: Pick<Board, 'success_metrics' | 'target_date'> }) {
  const { reached, days_left, tone } = goalFacts(goal, dayOf(new Date()))
  const text = reached ? strings.reached : days_left === null ? null : strings.days(days_left)
  if (text === null) return null
  return (
    <span className="chip" data-tone={tone} title={goal.target_date ?? undefined}>
      {text}
    </span>
  )
}

export function GoalBar({ board, onEdit }: { board: Board; onEdit: () => void }) {
  const [open, setOpen] = useState(remembered)
  const { percent, tone } = goalFacts(board, dayOf(new Date()))
  const metrics = board.success_metrics
  if (board.objective === null && metrics.length === 0 && board.target_date === null) return null

  const toggle = () => {
    setOpen(!open)
    try {
      localStorage.setItem(storageKey, open ? 'hidden' : 'shown')
    } catch {
      // It is asked again next time.
    }
  }
  const toggleLabel = open ? strings.hide : strings.show
  return (
    <section className="goal-bar" aria-label={strings.bar}>
      <div className="row goal-line">
        <Target size={14} aria-hidden />
        <span className="goal-objective truncate grow" title={board.objective ?? undefined}>
          {board.objective ?? strings.bar}
        </span>
        {board.board_type === 'goal' && !board.goal_confirmed ? (
          <span className="chip hide-narrow" title={strings.draftHint}>
            {strings.draft}
          </span>
        ) : null}
        {percent === null ? null : (
          <>
            <Track percent={percent} label={strings.overall(percent)} tone={tone === 'good' ? 'good' : 'busy'} />
            <span className="faint num" aria-hidden>
              {percent} %
            </span>
          </>
        )}
        <GoalChip goal={board} />
        <Tooltip label={strings.edit}>
          <button type="button" className="iconbtn" aria-label={strings.edit} onClick={onEdit}>
            <Pencil size={13} aria-hidden />
          </button>
        </Tooltip>
        {metrics.length > 0 ? (
          <Tooltip label={toggleLabel}>
            <button type="button" className="iconbtn" aria-label={toggleLabel} aria-expanded={open} onClick={toggle}>
              {open ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
            </button>
          </Tooltip>
        ) : null}
      </div>
      {open && metrics.length > 0 ? (
        <ul className="goal-figures">
          {metrics.map((metric) => {
            const progress = metricProgress(metric)
            const share = progress === null ? null : Math.floor(progress * 100)
            return (
              <li key={metric.name}>
                <div className="row">
                  <span className="truncate grow muted" title={metric.name}>
                    {metric.name}
                  </span>
                  <span className="num nowrap">{figureText(metric)}</span>
                </div>
                {share === null ? null : (
                  <Track percent={share} label={strings.progress(metric.name, share)} tone={share >= 100 ? 'good' : 'busy'} />
                )}
              </li>
            )
          })}
        </ul>
      ) : null}
    </section>
  )
}
