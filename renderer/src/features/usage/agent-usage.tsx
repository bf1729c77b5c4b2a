/** What one agent used in the last fourteen days, for its page. */
import './usage.css'
import { Link } from 'wouter'
import { api } from '../../lib/api.ts'
import { dayLabel } from '../../lib/time.ts'
import { useFetched } from '../gateway-security/use-fetched.ts'
import { dayBack, lastDays, money, tokens } from './format.ts'
import { strings } from './strings.ts'

const shownDays = 14

export function AgentUsage({ agentId }: { agentId: string }) {
  const { value, failed } = useFetched(
    agentId,
    (signal) =>
      api.call('getUsage', { query: { agent_id: agentId, group_by: 'day', from: dayBack(shownDays - 1), to: dayBack(0) }, signal }),
    30_000,
  )
  const used = new Map(value?.days.map((day) => [day.day, day]))
  const days = lastDays(shownDays)
  const most = Math.max(1, ...days.map((day) => used.get(day)?.total_tokens ?? 0))
  const words = value ? strings.agentSum(tokens(value.totals.total_tokens), money(value.totals.cost_micros)) : ''
  return (
    <section className="card" aria-labelledby="agent-usage-title">
      <div className="card-head">
        <h2 id="agent-usage-title">{strings.agentTitle}</h2>
        <span className="aside">
          <Link href="/usage">{strings.title}</Link>
        </span>
      </div>
      <div className="card-body stack" style={{ gap: 8, minHeight: 86 }}>
        {value === null && failed ? (
          <p className="muted">{strings.notLoaded}</p>
        ) : value && value.totals.runs === 0 ? (
          <p className="muted">{strings.agentNone}</p>
        ) : (
          <>
            <div className="usage-spark" role="img" aria-label={words}>
              {days.map((day) => {
                const of = used.get(day)
                return (
                  <i
                    key={day}
                    {...(of ? {} : { 'data-empty': '' })}
                    style={{ height: `${(100 * (of?.total_tokens ?? 0)) / most}%` }}
                    title={strings.dayTokens(dayLabel(day), tokens(of?.total_tokens ?? 0))}
                  />
                )
              })}
            </div>
            <span className="muted num">{words}</span>
          </>
        )}
      </div>
    </section>
  )
}
