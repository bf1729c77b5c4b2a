/** Usage: what runs of agents used and cost, prices, daily caps. Costs are millionths of a US dollar. Browser-safe. */
import { z } from 'zod'
import { id, maybeTimestamp, pageQuery, timestamp } from './primitives.ts'

export const runKinds = ['delivery', 'heartbeat', 'wake', 'chat', 'webhook', 'onboarding', 'other'] as const
export type RunKind = (typeof runKinds)[number]

export const runKindLabels: Readonly<Record<RunKind, string>> = {
  delivery: 'Work on tasks',
  heartbeat: 'Heartbeats',
  wake: 'Wakes',
  chat: 'Chat',
  webhook: 'Webhooks',
  onboarding: 'Onboarding',
  other: 'Runs of their own',
}

export const usageGroups = ['agent', 'board', 'model', 'day', 'kind', 'task'] as const
export type UsageGroup = (typeof usageGroups)[number]

const count = z.number().int()
/** A local day of the machine that the services run on. */
export const day = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a day like 2026-03-29')

export const run = z.object({
  id,
  /** The gateway's id of the run. */
  run_id: z.string().nullable(),
  kind: z.enum(runKinds),
  agent_id: id,
  board_id: id.nullable(),
  task_id: id.nullable(),
  notification_id: id.nullable(),
  session_key: z.string().nullable(),
  /** Empty when nobody told. */
  provider: z.string(),
  model: z.string(),
  /** Null: the gateway did not tell. `input_tokens` are those that came from no cache. */
  input_tokens: count.nullable(),
  output_tokens: count.nullable(),
  cache_read_tokens: count.nullable(),
  cache_write_tokens: count.nullable(),
  /** Null: no price is known. */
  cost_micros: count.nullable(),
  price_source: z.enum(['gateway', 'catalogue', 'table']).nullable(),
  outcome: z.enum(['ok', 'failed', 'aborted']),
  started_at: timestamp,
  ended_at: timestamp,
})
export type Run = z.infer<typeof run>

export const usageTotals = z.object({
  runs: count,
  failed_runs: count,
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_write_tokens: count,
  total_tokens: count,
  /** What is known of the cost; null when tokens were used and none of them has a price. */
  cost_micros: count.nullable(),
  /** Runs and tokens without a price: they are missing in `cost_micros`. */
  unpriced_runs: count,
  unpriced_tokens: count,
})
export type UsageTotals = z.infer<typeof usageTotals>

export const usageItem = usageTotals.extend({
  /** Id of the agent, board or task; the model as `provider/model`; the day; the kind. Empty for none. */
  key: z.string(),
  label: z.string(),
})
export type UsageItem = z.infer<typeof usageItem>

export const usageReport = z.object({
  from: day,
  to: day,
  group_by: z.enum(usageGroups),
  totals: usageTotals,
  /** The most expensive first, at most 500; days in their order. */
  items: z.array(usageItem),
  /** The items day by day, for a chart; days without a run are left out. What is not among the items stands under an empty key. */
  days: z.array(z.object({ day, key: z.string(), total_tokens: count, cost_micros: count })),
})
export type UsageReport = z.infer<typeof usageReport>

export const usageQuery = z.object({
  /** Both included; the last thirty days when absent. */
  from: day.optional(),
  to: day.optional(),
  group_by: z.enum(usageGroups).default('agent'),
  agent_id: id.optional(),
  board_id: id.optional(),
  task_id: id.optional(),
  /** `provider/model`, as in the report. */
  model: z.string().max(300).optional(),
  kind: z.enum(runKinds).optional(),
})

export const runsQuery = pageQuery.extend({
  agent_id: id.optional(),
  task_id: id.optional(),
  /** Of one conversation, `agent:<agent's id in the gateway>:<rest>`. */
  session_key: z.string().min(1).max(500).optional(),
})

const limit = z.number().int().min(0).max(1_000_000_000_000_000).nullable()
export const capLimits = z.object({
  /** Reached: Needs attention says so. */
  soft_usd_micros: limit,
  soft_tokens: limit,
  /** Reached: what is not urgent waits until the next day. */
  hard_usd_micros: limit,
  hard_tokens: limit,
})
export const capUpdate = z.strictObject(capLimits.partial().shape)

export const usageCap = capLimits.extend({
  /** `all`, or the id of an agent. */
  scope: z.string(),
  label: z.string(),
  spent_micros: count,
  spent_tokens: count,
  /** Tokens of today that have no price: a cap in dollars does not see them. */
  unpriced_tokens: count,
  level: z.enum(['ok', 'soft', 'hard']),
  /** Somebody let everything through for today. */
  waived: z.boolean(),
  /** `$5.00 of $5.00`; null while no cap is reached. */
  words: z.string().nullable(),
  /** Messages that wait because of it. */
  waiting: count,
  resumes_at: timestamp,
})
export type UsageCap = z.infer<typeof usageCap>

export const usageSummary = z.object({
  today: usageTotals,
  yesterday: usageTotals,
  last_7_days: usageTotals,
  last_30_days: usageTotals,
  burn: z.object({
    /** Over so many hours that ended now; shorter in the first hours of a new installation. */
    hours: z.number(),
    tokens_per_hour: count,
    cost_micros_per_hour: count,
  }),
  /** The whole of today, when it goes on like that. */
  projection: z.object({ tokens: count, cost_micros: count }),
  day_ends_at: timestamp,
  /** What the gateway itself counts for today, runs of which we know nothing included. Null: it was not asked, or does not tell. */
  gateway: z.object({ total_tokens: count, cost_micros: count.nullable(), read_at: timestamp }).nullable(),
  /** Models of the last thirty days, and whether they have a price. */
  models: z.array(z.object({ provider: z.string(), model: z.string(), price: z.enum(['known', 'free', 'unknown']) })),
  caps: z.array(usageCap),
})
export type UsageSummary = z.infer<typeof usageSummary>

const dollars = z.number().min(0).max(1_000_000)
/** US dollars per million tokens. */
export const modelPrice = z.object({
  /** A model or `provider/model`; `*` stands for anything. The first that fits counts. */
  pattern: z.string().trim().min(1).max(200),
  input: dollars,
  output: dollars,
  /** Null: like `input`. */
  cache_read: dollars.nullable(),
  cache_write: dollars.nullable(),
})
export type ModelPrice = z.infer<typeof modelPrice>
export const modelPricesUpdate = z.strictObject({ items: z.array(modelPrice.strict()).max(200) })

export const modelPrices = z.object({
  items: z.array(modelPrice),
  /** What OpenClaw's configuration says; it goes before the table. */
  catalogue: z.array(modelPrice.omit({ pattern: true }).extend({ provider: z.string(), model: z.string() })),
  catalogue_read_at: maybeTimestamp,
  /** Models that were used and have no price. */
  unknown: z.array(z.string()),
  /** Runs of before that got their cost by this change. */
  repriced_runs: count,
})
export type ModelPrices = z.infer<typeof modelPrices>

// — the dashboard of the seed's API —

export const dashboardRanges = ['24h', '3d', '7d', '14d', '1m', '3m', '6m', '1y'] as const
export type DashboardRange = (typeof dashboardRanges)[number]
export const dashboardQuery = z.object({
  range_key: z.enum(dashboardRanges).default('24h'),
  board_id: id.optional(),
  group_id: id.optional(),
})

const series = <Point extends z.ZodType>(point: Point) =>
  z.object({ range: z.string(), bucket: z.enum(['hour', 'day', 'week', 'month']), points: z.array(point) })
const both = <Point extends z.ZodType>(point: Point) => z.object({ primary: series(point), comparison: series(point) })
const valuePoint = z.object({ period: timestamp, value: z.number() })
const wipPoint = z.object({ period: timestamp, inbox: count, in_progress: count, review: count, done: count })

export const dashboard = z.object({
  range: z.enum(dashboardRanges),
  generated_at: timestamp,
  kpis: z.object({
    active_agents: count,
    tasks_in_progress: count,
    inbox_tasks: count,
    in_progress_tasks: count,
    review_tasks: count,
    done_tasks: count,
    error_rate_pct: z.number(),
    median_cycle_time_hours_7d: z.number().nullable(),
  }),
  /** Tasks that were done. */
  throughput: both(valuePoint),
  /** Hours from the beginning of the work to its end, on average. */
  cycle_time: both(valuePoint),
  /** Percent of the events of tasks that were failures. */
  error_rate: both(valuePoint),
  /** Tasks by status at the end of each period. */
  wip: both(wipPoint),
  pending_approvals: z.object({
    total: count,
    items: z.array(z.object({ approval_id: id, board_id: id, action_type: z.string(), task_id: id.nullable(), created_at: timestamp })),
  }),
})
export type Dashboard = z.infer<typeof dashboard>
