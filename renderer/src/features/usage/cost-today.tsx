/** What today has cost so far, for the Overview. */
import { Link } from 'wouter'
import { api } from '../../lib/api.ts'
import { useFetched } from '../gateway-security/use-fetched.ts'
import { money, tokens } from './format.ts'
import { strings } from './strings.ts'

export function CostToday() {
  const { value } = useFetched('today', (signal) => api.call('getUsageSummary', { signal }), 30_000)
  const today = value?.today
  return (
    <section className="card tile cost-tile" aria-label={strings.costToday}>
      <div className="tile-title">
        <Link href="/usage">{strings.costToday}</Link>
      </div>
      <div className="tile-big num">
        <Link href="/usage?days=1">{today ? money(today.cost_micros) : '–'}</Link>
      </div>
      <div className="tally">
        {[
          [strings.columns.tokens, value ? tokens(value.today.total_tokens) : '–', '/usage?days=1&show=tokens'],
          [strings.burn, value ? strings.anHour(money(value.burn.cost_micros_per_hour)) : '–', '/usage?days=1'],
          [strings.yesterdayLabel, value ? money(value.yesterday.cost_micros) : '–', '/usage?days=7&by=day'],
        ].map(([label, figure, href]) => (
          <Link key={label} href={href ?? ''}>
            {label}
            <span className="num">{figure}</span>
          </Link>
        ))}
      </div>
    </section>
  )
}
