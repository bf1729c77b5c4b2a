/** What agents use and cost: a period, grouped, day by day; how fast it goes; caps. */
import '../overview/overview.css'
import './usage.css'
import { Button, SegmentedControl } from '@mantine/core'
import { Coins, Download } from 'lucide-react'
import { Link } from 'wouter'
import {
  type UsageGroup,
  usageGroups,
  type UsageItem,
  type UsageReport,
  type UsageSummary,
} from '../../../../native-services/contract/usage.ts'
import { api } from '../../lib/api.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { dayLabel } from '../../lib/time.ts'
import { Empty, LoadError, Loading, Note, PageHead } from '../../ui/parts.tsx'
import { useFetched } from '../gateway-security/use-fetched.ts'
import { CapsCard } from './caps-card.tsx'
import { dayBack, exactly, lastDays, money, tokens } from './format.ts'
import { type Series, shadeOf, StackedBars } from './stacked-bars.tsx'
import { strings } from './strings.ts'

const shownParts = 5
const periods = Object.entries(strings.periods).map(([value, label]) => ({ value, label }))

function Tile({ title, big, hint, children }: { title: string; big: string; hint?: string; children?: string }) {
  return (
    <section className="card tile" aria-label={title}>
      <div className="tile-title" title={hint}>
        {title}
      </div>
      <div className="tile-big num">{big}</div>
      <div className="tile-facts">{children}</div>
    </section>
  )
}

function Tiles({ summary }: { summary: UsageSummary }) {
  const { today, yesterday, last_7_days: week, last_30_days: month, burn, projection } = summary
  // With no price known for anything, what is known are tokens.
  const priced = month.cost_micros !== null
  return (
    <div className="usage-tiles">
      <Tile title={strings.today} big={money(today.cost_micros)}>
        {strings.todaySum(tokens(today.total_tokens), money(yesterday.cost_micros))}
      </Tile>
      <Tile title={strings.week} big={money(week.cost_micros)}>
        {strings.weekSum(tokens(week.total_tokens), money(month.cost_micros))}
      </Tile>
      <Tile
        title={strings.burn}
        hint={strings.burnHint(burn.hours)}
        big={`${priced ? money(burn.cost_micros_per_hour) : tokens(burn.tokens_per_hour)} ${strings.perHour}`}
      >
        {strings.burnSum(tokens(burn.tokens_per_hour), burn.hours)}
      </Tile>
      <Tile
        title={strings.projection}
        hint={strings.projectionHint}
        big={priced ? money(projection.cost_micros) : tokens(projection.tokens)}
      >
        {strings.tokens(tokens(projection.tokens))}
      </Tile>
    </div>
  )
}

function seriesOf(report: UsageReport, days: readonly string[], measure: 'cost' | 'tokens'): Series[] {
  const at = new Map(days.map((day, index) => [day, index]))
  const value = (entry: UsageReport['days'][number]) => (measure === 'cost' ? entry.cost_micros : entry.total_tokens)
  const empty = () => days.map(() => 0)
  if (report.group_by === 'day') {
    const values = empty()
    for (const entry of report.days) values[at.get(entry.day) ?? 0] = value(entry)
    return [{ key: 'all', label: strings.totals, values }]
  }
  const ordered = order(report.items, measure)
  const parts = new Map<string, { label: string; values: number[] }>(
    ordered.slice(0, shownParts).map((item) => [item.key, { label: item.label, values: empty() }]),
  )
  const rest = { label: strings.others, values: empty() }
  for (const entry of report.days) {
    const { values } = parts.get(entry.key) ?? rest
    const index = at.get(entry.day)
    if (index !== undefined) values[index] = (values[index] ?? 0) + value(entry)
  }
  return [...parts].map(([key, part]) => ({ key, ...part })).concat(ordered.length > shownParts ? [{ key: '\u0000rest', ...rest }] : [])
}

function order(items: readonly UsageItem[], measure: 'cost' | 'tokens'): UsageItem[] {
  return measure === 'cost' ? [...items] : [...items].sort((a, b) => b.total_tokens - a.total_tokens)
}

function ItemName({ report, item, index }: { report: UsageReport; item: UsageItem; index: number }) {
  const label = report.group_by === 'day' ? dayLabel(item.key) : item.label
  const to = { agent: `/agents/${item.key}`, board: `/boards/${item.key}` }[report.group_by as string]
  const gone = item.label.endsWith('(deleted)') || item.label.startsWith('A deleted') || item.key === ''
  return (
    <span className="usage-name">
      {report.group_by === 'day' ? null : <span className="usage-swatch" style={{ background: shadeOf(index) }} aria-hidden />}
      {to && !gone ? <Link href={to}>{label}</Link> : <span className="truncate">{label}</span>}
    </span>
  )
}

function Table({ report, measure }: { report: UsageReport; measure: 'cost' | 'tokens' }) {
  const { totals } = report
  const items = report.group_by === 'day' ? report.items.toReversed() : order(report.items, measure)
  const words = strings.columns
  const share = (item: UsageItem): string => {
    const [part, whole] =
      measure === 'cost' && totals.cost_micros ? [item.cost_micros ?? 0, totals.cost_micros] : [item.total_tokens, totals.total_tokens]
    return whole === 0 ? '' : `${Math.round((100 * part) / whole)} %`
  }
  const cells = (row: Omit<UsageItem, 'key' | 'label'>) => (
    <>
      <td className="num">
        {exactly(row.runs)}
        {row.failed_runs > 0 ? <span className="faint"> · {strings.failed(row.failed_runs)}</span> : null}
      </td>
      <td className="num hide-narrow">{tokens(row.input_tokens)}</td>
      <td className="num hide-narrow">{tokens(row.cache_read_tokens + row.cache_write_tokens)}</td>
      <td className="num hide-narrow">{tokens(row.output_tokens)}</td>
      <td className="num" title={exactly(row.total_tokens)}>
        {tokens(row.total_tokens)}
      </td>
      <td className="num" title={row.unpriced_tokens > 0 ? strings.unpriced(tokens(row.unpriced_tokens)) : undefined}>
        {money(row.cost_micros)}
        {row.cost_micros !== null && row.unpriced_tokens > 0 ? ' +' : ''}
      </td>
    </>
  )
  return (
    <div className="table-wrap">
      <table className="table usage-table">
        <thead>
          <tr>
            <th>{strings.groups[report.group_by]}</th>
            <th className="num">{words.runs}</th>
            <th className="num hide-narrow">{words.input}</th>
            <th className="num hide-narrow">{words.cache}</th>
            <th className="num hide-narrow">{words.output}</th>
            <th className="num">{words.tokens}</th>
            <th className="num">{words.cost}</th>
            <th className="num">{words.share}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={item.key} data-row tabIndex={-1}>
              <td>
                <ItemName report={report} item={item} index={index} />
              </td>
              {cells(item)}
              <td className="num faint">{share(item)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{strings.totals}</td>
            {cells(totals)}
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

export function UsagePage() {
  const [query, setQuery] = useQuery()
  const count = query['days'] !== undefined && query['days'] in strings.periods ? Number(query['days']) : 30
  const by: UsageGroup = usageGroups.find((group) => group === query['by']) ?? 'agent'
  const from = dayBack(count - 1)
  const to = dayBack(0)
  const summary = useFetched('summary', (signal) => api.call('getUsageSummary', { signal }), 10_000)
  const report = useFetched(`${from} ${to} ${by}`, (signal) => api.call('getUsage', { query: { from, to, group_by: by }, signal }), 15_000)
  const shown = report.value
  const free = summary.value?.models.filter((model) => model.price === 'free').map((model) => model.model) ?? []
  const known = shown !== null && shown.totals.cost_micros !== null && shown.totals.cost_micros > 0
  const measure = query['show'] === 'tokens' ? 'tokens' : query['show'] === 'cost' || known ? 'cost' : 'tokens'

  if (!summary.value || !shown) {
    const failed = !summary.value ? summary.failed : report.failed
    return (
      <>
        <PageHead title={strings.title} />
        {failed ? <LoadError message={strings.notLoaded} retry={() => (summary.again(), report.again())} /> : <Loading />}
      </>
    )
  }
  const { gateway, today } = summary.value
  const days = lastDays(count)
  return (
    <div className="page">
      <PageHead title={strings.title}>
        <Button
          component="a"
          href={`/api/v1/usage/export?from=${from}&to=${to}`}
          download={`usage-${from}-to-${to}.csv`}
          variant="default"
          leftSection={<Download size={13} aria-hidden />}
        >
          {strings.export}
        </Button>
      </PageHead>
      <div className="page-inner">
        <Tiles summary={summary.value} />
        {free.length > 0 ? <Note tone="idle">{strings.free(free.join(', '))}</Note> : null}
        {shown.totals.unpriced_tokens > 0 ? (
          <Note tone="warning">
            {strings.unpriced(tokens(shown.totals.unpriced_tokens))}{' '}
            <Link href="/settings" className="link">
              {strings.setPrices}
            </Link>
          </Note>
        ) : null}
        {gateway && gateway.total_tokens > today.total_tokens * 1.02 + 1000 ? (
          <Note tone="idle">{strings.gateway(tokens(gateway.total_tokens))}</Note>
        ) : null}
        <div className="usage-bar">
          <SegmentedControl
            aria-label={strings.periodLabel}
            size="xs"
            value={String(count)}
            data={periods}
            onChange={(days) => setQuery({ days: days === '30' ? null : days })}
          />
          <span className="grow" />
          <SegmentedControl
            aria-label={strings.groupLabel}
            size="xs"
            value={by}
            data={usageGroups.map((value) => ({ value, label: strings.groups[value] }))}
            onChange={(group) => setQuery({ by: group === 'agent' ? null : group })}
          />
          <SegmentedControl
            aria-label={strings.measureLabel}
            size="xs"
            value={measure}
            data={Object.entries(strings.measures).map(([value, label]) => ({ value, label }))}
            onChange={(show) => setQuery({ show })}
          />
        </div>
        <section className="card" aria-label={strings.chart(strings.measures[measure], strings.groups[by].toLowerCase())}>
          {shown.totals.runs === 0 ? (
            <Empty icon={<Coins size={20} aria-hidden />} title={strings.none}>
              {strings.noneBody}
            </Empty>
          ) : (
            <>
              <div className="card-body">
                <StackedBars
                  days={days}
                  series={seriesOf(shown, days, measure)}
                  label={strings.chart(strings.measures[measure], strings.groups[by].toLowerCase())}
                  format={measure === 'cost' ? money : tokens}
                />
              </div>
              <Table report={shown} measure={measure} />
            </>
          )}
        </section>
        <CapsCard caps={summary.value.caps} onChange={summary.again} />
      </div>
    </div>
  )
}
