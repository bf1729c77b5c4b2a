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
    <section className="card tile" aria-label={strings.costToday}>
      <div className="tile-title">
        <Link href="/usage">{strings.costToday}</Link>
      </div>
      <div className="tile-big num">{today ? money(today.cost_micros) : '–'}</div>
      <div className="tile-facts">
        {today ? <span>{tokens(today.total_tokens)} tokens</span> : null}
        {value ? <span className="faint">{strings.yesterday(money(value.yesterday.cost_micros))}</span> : null}
      </div>
    </section>
  )
}
