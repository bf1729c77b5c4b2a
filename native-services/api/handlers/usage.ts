/** Usage, prices and caps, for operators; and the figures of the dashboard. */
import { AppError } from '../../contract/errors.ts'
import { type RunKind, runKindLabels, type UsageCap, type UsageGroup } from '../../contract/usage.ts'
import { addDays, localDay, nextMidnight } from '../../domain/local-day.ts'
import { priceOf } from '../../domain/usage-price.ts'
import { projectDay } from '../../domain/usage-caps.ts'
import { type CapStatus, everyAgent, type UsageFilter } from '../../store/usage.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { readDashboard } from '../dashboard.ts'
import type { Internal } from '../wire.ts'

type Ids =
  | 'getUsage'
  | 'getUsageSummary'
  | 'exportUsage'
  | 'listRuns'
  | 'getModelPrices'
  | 'setModelPrices'
  | 'listUsageCaps'
  | 'setUsageCap'
  | 'waiveUsageCap'
  | 'getDashboardMetrics'

const hourMs = 3_600_000
/** The burn rate looks back so far. */
const burnHours = 6
/** Groups of a report, the most expensive of them; a year may have ten thousand tasks. */
const mostItems = 500
/** A report covers at most so many days. */
const longestDays = 800

export function usageHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, clock, runMeter } = deps
  const { usage } = store

  function filterOf(query: { [Key in keyof UsageFilter]?: UsageFilter[Key] | undefined }): UsageFilter {
    const to = query.to ?? localDay(clock.now())
    const from = query.from ?? addDays(to, -29)
    if (from > to) throw new AppError('invalid_request', 'from must not be after to.', { field: 'query.from' })
    if (addDays(from, longestDays) < to)
      throw new AppError('invalid_request', `A report covers at most ${longestDays} days. Choose a shorter period.`, {
        field: 'query.from',
      })
    return { ...query, from, to }
  }

  function labelOf(group: UsageGroup, key: string): string {
    const former = (): string | undefined => {
      const name = usage.formerName(key)
      return name === undefined ? undefined : `${name} (deleted)`
    }
    switch (group) {
      case 'agent':
        return store.agents.get(key)?.name ?? former() ?? 'A deleted agent'
      case 'board':
        return key === '' ? 'No board' : (store.boards.get(key)?.name ?? former() ?? 'A deleted board')
      case 'task': {
        const task = store.tasks.get(key)
        return task ? `#${task.number} ${task.title}` : (former() ?? 'A deleted task')
      }
      case 'model':
        return key === '' ? 'Unknown model' : key
      case 'kind':
        return runKindLabels[key as RunKind] ?? key
      case 'day':
        return key
    }
  }

  function showCap(cap: CapStatus): Internal<UsageCap> {
    const { scope, soft_usd_micros, soft_tokens, hard_usd_micros, hard_tokens, spent, state, waiting, resumes_at } = cap
    return {
      scope,
      label: cap.name ?? 'All agents',
      soft_usd_micros,
      soft_tokens,
      hard_usd_micros,
      hard_tokens,
      spent_micros: spent.cost_micros,
      spent_tokens: spent.tokens,
      unpriced_tokens: spent.unpriced_tokens,
      level: state.level,
      waived: state.waived,
      words: state.words,
      waiting,
      resumes_at,
    }
  }
  const showCaps = (): Internal<UsageCap>[] => usage.capRows(clock.now()).map(showCap)

  /** Changes a cap; whoever waits for one is looked at again at once. */
  function changeCap(scope: string, limits: Parameters<typeof usage.setCap>[1], message: (name: string) => string): Internal<UsageCap> {
    const agent = scope === everyAgent ? null : entities.mustAgent(scope)
    return store.write(() => {
      usage.setCap(scope, limits)
      store.notifications.releaseHeld('all')
      store.activity.record({
        event_type: 'usage.cap_changed',
        message: message(agent?.name ?? 'all agents'),
        actor_type: 'user',
        actor_name: 'Operator',
        agent_id: agent?.id ?? null,
        board_id: agent?.board_id ?? null,
        data: { scope, ...limits },
      })
      const changed = showCaps().find((cap) => cap.scope === scope)
      if (!changed) throw new Error('The cap was not written.')
      return changed
    })
  }

  function showPrices(repriced: number) {
    const catalogue = usage.catalogue()
    return {
      items: usage.prices(),
      catalogue: catalogue.prices.map(({ provider, model, input, output, cache_read, cache_write }) => ({
        provider,
        model,
        input,
        output,
        cache_read: cache_read ?? null,
        cache_write: cache_write ?? null,
      })),
      catalogue_read_at: catalogue.read_at || null,
      unknown: usage.unpricedModels().map(({ provider, model }) => (provider === '' ? model : `${provider}/${model}`)),
      repriced_runs: repriced,
    }
  }

  return {
    getUsage({ query }) {
      const { group_by, ...asked } = query
      const filter = filterOf(asked)
      const groups = usage.groups(filter, group_by)
      const shown = group_by === 'day' ? groups : groups.slice(0, mostItems)
      return {
        from: filter.from,
        to: filter.to,
        group_by,
        totals: usage.totals(filter),
        items: shown.map((row) => ({ ...row, label: labelOf(group_by, row.key) })),
        days: foldDays(usage.days(filter, group_by), groups.length > shown.length ? new Set(shown.map((row) => row.key)) : null),
      }
    },

    getUsageSummary() {
      runMeter.look()
      const now = clock.now()
      const today = localDay(now)
      const over = (from: string, to: string) => usage.totals({ from, to })
      const recent = usage.since(now - burnHours * hourMs)
      const hours = Math.max(1, Math.min(burnHours, recent.first_at === null ? burnHours : (now - recent.first_at) / hourMs))
      const burn = {
        hours: Math.round(hours * 10) / 10,
        tokens_per_hour: Math.round(recent.tokens / hours),
        cost_micros_per_hour: Math.round(recent.cost_micros / hours),
      }
      const used = over(today, today)
      const ends_at = nextMidnight(now)
      const project = (spent: number, per_hour: number): number => projectDay({ spent, per_hour, now, ends_at })
      return {
        today: used,
        yesterday: over(addDays(today, -1), addDays(today, -1)),
        last_7_days: over(addDays(today, -6), today),
        last_30_days: over(addDays(today, -29), today),
        burn,
        projection: {
          tokens: project(used.total_tokens, burn.tokens_per_hour),
          cost_micros: project(used.cost_micros ?? 0, burn.cost_micros_per_hour),
        },
        day_ends_at: ends_at,
        gateway: usage.gatewayDay(today) ?? null,
        models: usage.models(addDays(today, -29), today).map(({ provider, model, unpriced_runs }) => {
          const price = priceOf(provider, model, usage.sources())?.price
          const known = price ? (price.input === 0 && price.output === 0 ? 'free' : 'known') : unpriced_runs > 0 ? 'unknown' : 'known'
          return { provider, model, price: known as 'known' | 'free' | 'unknown' }
        }),
        caps: showCaps(),
      }
    },

    exportUsage({ query, setHeader }) {
      const filter = filterOf(query)
      setHeader('content-disposition', `attachment; filename="usage-${filter.from}-to-${filter.to}.csv"`)
      const lines = usage
        .rows(filter)
        .map((row) => [
          row.day,
          labelOf('agent', row.agent_id),
          row.board_id === '' ? '' : labelOf('board', row.board_id),
          row.provider,
          row.model,
          row.kind,
          row.runs,
          row.failed_runs,
          row.input_tokens,
          row.output_tokens,
          row.cache_read_tokens,
          row.cache_write_tokens,
          row.cost_micros === null ? 'unknown' : (row.cost_micros / 1_000_000).toFixed(6),
          row.unpriced_tokens,
        ])
      return [csvHead, ...lines].map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')
    },

    listRuns: ({ query }) => ({ ...usage.runs(query), limit: query.limit, offset: query.offset }),

    getModelPrices: () => showPrices(0),
    setModelPrices: ({ body }) =>
      store.write(() => {
        const repriced = usage.setPrices(body.items)
        store.activity.record({
          event_type: 'usage.prices_changed',
          message: `Operator changed the prices of models${repriced > 0 ? `; ${repriced} runs of before got their cost` : ''}`,
          actor_type: 'user',
          actor_name: 'Operator',
        })
        return showPrices(repriced)
      }),

    listUsageCaps: () => ({ items: showCaps() }),
    setUsageCap: ({ params, body }) =>
      changeCap(params.scope, withoutUndefined(body), (name) => `Operator changed the daily caps of ${name}`),
    waiveUsageCap: ({ params }) =>
      changeCap(
        params.scope,
        { waived_day: localDay(clock.now()) },
        (name) => `Operator lets everything of ${name} through today, past the daily cap`,
      ),

    getDashboardMetrics: ({ query }) => readDashboard({ store, now: clock.now(), ...query }),
  }
}

/** Days of groups that are not shown are added up under no key. */
function foldDays<Day extends { day: string; key: string; total_tokens: number; cost_micros: number }>(
  days: readonly Day[],
  shown: ReadonlySet<string> | null,
): Day[] {
  if (shown === null) return [...days]
  const rest = new Map<string, Day>()
  const kept: Day[] = []
  for (const entry of days) {
    if (shown.has(entry.key)) {
      kept.push(entry)
      continue
    }
    const sum = rest.get(entry.day)
    if (!sum) rest.set(entry.day, { ...entry, key: '' })
    else {
      sum.total_tokens += entry.total_tokens
      sum.cost_micros += entry.cost_micros
    }
  }
  return [...kept, ...rest.values()]
}

const csvHead = [
  'day',
  'agent',
  'board',
  'provider',
  'model',
  'kind',
  'runs',
  'failed_runs',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cost_usd',
  'unpriced_tokens',
]

/** Quoted where needed; what a spreadsheet would take for a formula begins with an apostrophe. */
function csvCell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function withoutUndefined<Patch extends object>(patch: Patch): { [Key in keyof Patch]-?: Exclude<Patch[Key], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never
}
