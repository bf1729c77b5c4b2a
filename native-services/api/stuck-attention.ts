/** What stands still, for Needs attention. Looking costs a few queries, so that it is looked at every two seconds at most, however much happens. */
import { numbers, type StuckFact, type StuckLimits, type StuckRow, stuckRows } from '../domain/stuck-rules.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { Store } from '../store/store.ts'

const notSoonerThanMs = 2000
/** An expired question is shown this long. */
const expiredShownMs = 86_400_000

export interface StuckAttention {
  /** The rows with what stands still; an agent that has a row already is told there what waits for it. */
  join<Row extends StuckRow>(rows: readonly Row[]): (Row | StuckRow)[]
  stop(): void
}

/** @param deps.again Called when what was shown may be old by now. */
export function createStuckAttention(deps: { store: Store; clock: Clock; settings: () => StuckLimits; again: () => void }): StuckAttention {
  const { store, clock } = deps
  let facts: StuckFact[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  let timer: TimerHandle | null = null

  function look(): void {
    const now = clock.now()
    const left = lookedAt + notSoonerThanMs - now
    if (left > 0) {
      timer ??= clock.setTimer(left, () => {
        timer = null
        deps.again()
      })
      return
    }
    lookedAt = now
    facts = store.stuck.facts(deps.settings(), now - expiredShownMs)
  }

  return {
    join(rows) {
      look()
      const away = new Map(facts.flatMap((fact) => (fact.kind === 'away' ? [[fact.agent.id, fact] as const] : [])))
      const told = new Set<string>()
      const joined = rows.map((row) => {
        const id = /^(?:agent|token):(.+)$/.exec(row.key)?.[1]
        const fact = id === undefined ? undefined : away.get(id)
        if (!fact) return row
        told.add(fact.agent.id)
        return {
          ...row,
          reason: `${row.reason.replace(/\.$/, '')}. ${numbers(fact.tasks, fact.total)} ${fact.total === 1 ? 'waits' : 'wait'} for it.`,
        }
      })
      const others = facts.filter((fact) => fact.kind !== 'away' || !told.has(fact.agent.id))
      return [...joined, ...stuckRows(others, deps.settings(), clock.now())]
    },
    stop: () => timer?.cancel(),
  }
}
