/** Runs and what they cost; prices; caps. The daily totals are kept by triggers (migration 10). */
import type { UsageGroup, Run, RunKind, UsageTotals } from '../contract/usage.ts'
import { localDay, nextMidnight } from '../domain/local-day.ts'
import { type CapLimits, capSentence, type CapState, capState, type Spent } from '../domain/usage-caps.ts'
import { type CataloguePrice, costOf, type PriceSources, type TablePrice, type Tokens } from '../domain/usage-price.ts'
import { createId } from '../platform/ids.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export interface RunRow extends Stored<Run> {
  session_key: string | null
  day: string
}

export interface NewRun {
  run_id: string | null
  kind: RunKind
  agent_id: string
  board_id: string | null
  task_id: string | null
  notification_id: string | null
  session_key: string | null
  provider: string
  model: string
  /** Null: the gateway did not tell. */
  tokens: Tokens | null
  /** What the gateway says that it cost. */
  reported_micros: number | null
  outcome: 'ok' | 'failed' | 'aborted'
  started_at: number
  ended_at: number
}

export interface UsageFilter {
  /** Local days, both included. */
  from: string
  to: string
  agent_id?: string | undefined
  board_id?: string | undefined
  task_id?: string | undefined
  model?: string | undefined
  kind?: RunKind | undefined
}

export interface CapRow extends CapLimits {
  scope: string
}

export interface CapStatus extends CapRow {
  /** Of the agent; null: all agents. */
  name: string | null
  day: string
  spent: Spent & { unpriced_tokens: number }
  state: CapState
  /** Messages that wait because of a cap. */
  waiting: number
  resumes_at: number
}

/** A hard cap that holds at this moment. */
export interface CapHold {
  /** The start of the next local day (ms epoch). */
  until: number
  /** For a person. */
  sentence: string
}

/** What OpenClaw's configuration says about models. */
export interface ModelCatalogue {
  prices: CataloguePrice[]
  /** `provider/model` of agents that have none of their own. */
  default_model: string | null
  /** By the agent's id in OpenClaw. */
  agent_models: Record<string, string>
  read_at: number
}

/** The scope of a cap that counts all agents together. */
export const everyAgent = 'all'
const catalogueKey = 'usage.catalogue'
const noCatalogue: ModelCatalogue = { prices: [], default_model: null, agent_models: {}, read_at: 0 }

const sums = `
  ifnull(sum(runs), 0) AS runs, ifnull(sum(failed_runs), 0) AS failed_runs, ifnull(sum(input_tokens), 0) AS input_tokens,
  ifnull(sum(output_tokens), 0) AS output_tokens, ifnull(sum(cache_read_tokens), 0) AS cache_read_tokens,
  ifnull(sum(cache_write_tokens), 0) AS cache_write_tokens, ifnull(sum(cost_micros), 0) AS cost_micros,
  ifnull(sum(priced_runs), 0) AS priced_runs, ifnull(sum(unpriced_runs), 0) AS unpriced_runs, ifnull(sum(unpriced_tokens), 0) AS unpriced_tokens,
  ifnull(sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), 0) AS total_tokens`
const modelName = `CASE WHEN provider = '' THEN model ELSE provider || '/' || model END`
const groupKeys: Readonly<Record<UsageGroup, string>> = {
  agent: 'agent_id',
  board: 'board_id',
  model: modelName,
  day: 'day',
  kind: 'kind',
  task: 'task_id',
}

interface SumRow extends Omit<UsageTotals, 'cost_micros'> {
  cost_micros: number
  priced_runs: number
}

function totalsOf({ priced_runs, cost_micros, ...row }: SumRow): UsageTotals {
  // Tokens of which none has a price cost an unknown sum, not nothing.
  return { ...row, cost_micros: priced_runs === 0 && row.unpriced_runs > 0 ? null : cost_micros }
}

export function usageRepository({ db, clock, touch }: RepositoryContext) {
  const insert = db.prepare(`
    INSERT OR IGNORE INTO runs (id, run_id, kind, agent_id, board_id, task_id, notification_id, session_key, provider, model, input_tokens, output_tokens,
      cache_read_tokens, cache_write_tokens, cost_micros, price_source, outcome, started_at, ended_at, day)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const known = db
    .prepare(`SELECT EXISTS (SELECT 1 FROM runs WHERE run_id = ?) OR EXISTS (SELECT 1 FROM notifications WHERE run_id = ?)`)
    .pluck()
  const caps = db.prepare('SELECT scope, soft_usd_micros, hard_usd_micros, soft_tokens, hard_tokens, waived_day FROM usage_caps')
  const spentAll = db.prepare(`SELECT ${sums} FROM usage_days WHERE day = ?`)
  const spentAgent = db.prepare(`SELECT ${sums} FROM usage_days WHERE agent_id = ? AND day = ?`)
  const tableRows = db.prepare('SELECT pattern, input, output, cache_read, cache_write FROM model_prices ORDER BY position')
  const nameOf = db.prepare('SELECT name FROM agents WHERE id = ?').pluck()
  const held = db
    .prepare(
      `SELECT count(*) FROM notifications INDEXED BY notifications_held WHERE held = 1 AND state = 'queued' AND agent_id = ifnull(?, agent_id)`,
    )
    .pluck()
  const catalogueRow = db.prepare('SELECT value_json FROM settings WHERE key = ?').pluck()
  const putCatalogue = db.prepare(
    'INSERT INTO settings (key, value_json, updated_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json, updated_at = excluded.updated_at',
  )
  let table: (TablePrice & { cache_read: number | null; cache_write: number | null })[] | null = null
  let catalogue: ModelCatalogue | null = null

  const readTable = () => (table ??= tableRows.all() as NonNullable<typeof table>)
  function readCatalogue(): ModelCatalogue {
    if (catalogue) return catalogue
    const text = catalogueRow.get(catalogueKey) as string | undefined
    return (catalogue = text === undefined ? noCatalogue : { ...noCatalogue, ...(JSON.parse(text) as Partial<ModelCatalogue>) })
  }
  const sources = (): PriceSources => ({ catalogue: readCatalogue().prices, table: readTable() })

  /** Runs that have tokens and no cost get one, when their model has a price by now. Returns how many did. */
  function reprice(): number {
    const models = db
      .prepare('SELECT DISTINCT provider, model FROM runs INDEXED BY runs_unpriced WHERE cost_micros IS NULL AND input_tokens IS NOT NULL')
      .all() as { provider: string; model: string }[]
    let repriced = 0
    for (const { provider, model } of models) {
      const one = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 }
      if (!costOf({ provider, model, tokens: one, reported_micros: null }, sources())) continue
      const rows = db
        .prepare(
          'SELECT * FROM runs INDEXED BY runs_unpriced WHERE provider = ? AND model = ? AND cost_micros IS NULL AND input_tokens IS NOT NULL',
        )
        .all(provider, model) as RunRow[]
      const update = db.prepare('UPDATE runs SET cost_micros = ?, price_source = ? WHERE id = ?')
      for (const row of rows) {
        const cost = costOf({ provider, model, tokens: tokensOf(row), reported_micros: null }, sources())
        if (cost) repriced += update.run(cost.cost_micros, cost.price_source, row.id).changes
      }
    }
    return repriced
  }

  function spent(scope: string, day: string): Spent & { unpriced_tokens: number } {
    const row = (scope === everyAgent ? spentAll.get(day) : spentAgent.get(scope, day)) as SumRow
    return { cost_micros: row.cost_micros, tokens: row.total_tokens, unpriced_tokens: row.unpriced_tokens }
  }

  function conditionOf(filter: UsageFilter, over: 'days' | 'tasks') {
    return where([
      ['day >= ?', filter.from],
      ['day <= ?', filter.to],
      filter.agent_id !== undefined && ['agent_id = ?', filter.agent_id],
      filter.task_id !== undefined && ['task_id = ?', filter.task_id],
      over === 'days' && filter.board_id !== undefined && ['board_id = ?', filter.board_id],
      over === 'tasks' && filter.board_id !== undefined && ['task_id IN (SELECT id FROM tasks WHERE board_id = ?)', filter.board_id],
      over === 'days' && filter.model !== undefined && [`${modelName} = ?`, filter.model],
      over === 'days' && filter.kind !== undefined && ['kind = ?', filter.kind],
    ])
  }

  /** The rows to add up: daily totals, totals of tasks, or, where neither is fine enough, the runs themselves. */
  function sourceOf(filter: UsageFilter, group: UsageGroup) {
    const byTask = filter.task_id !== undefined || group === 'task'
    const fine = group === 'board' || group === 'model' || group === 'kind' || filter.model !== undefined || filter.kind !== undefined
    if (!byTask) return { from: 'usage_days', condition: conditionOf(filter, 'days') }
    if (!fine) return { from: 'usage_task_days', condition: conditionOf(filter, 'tasks') }
    const from = `(SELECT day, agent_id, ifnull(board_id, '') AS board_id, task_id, provider, model, kind, 1 AS runs, outcome <> 'ok' AS failed_runs,
      ifnull(input_tokens, 0) AS input_tokens, ifnull(output_tokens, 0) AS output_tokens, ifnull(cache_read_tokens, 0) AS cache_read_tokens,
      ifnull(cache_write_tokens, 0) AS cache_write_tokens, ifnull(cost_micros, 0) AS cost_micros, cost_micros IS NOT NULL AS priced_runs,
      cost_micros IS NULL AND input_tokens IS NOT NULL AS unpriced_runs,
      CASE WHEN cost_micros IS NULL THEN ifnull(input_tokens, 0) + ifnull(output_tokens, 0) + ifnull(cache_read_tokens, 0) + ifnull(cache_write_tokens, 0) ELSE 0 END AS unpriced_tokens
      FROM runs WHERE task_id IS NOT NULL)`
    return { from, condition: conditionOf(filter, 'days') }
  }

  return {
    /** A run has ended: its row, priced. A run that is known already stays as it is; false then. */
    record(run: NewRun): boolean {
      const cost = costOf(run, sources())
      const tokens = run.tokens
      return (
        insert.run(
          createId(run.ended_at),
          run.run_id,
          run.kind,
          run.agent_id,
          run.board_id,
          run.task_id,
          run.notification_id,
          run.session_key,
          run.provider,
          run.model,
          tokens?.input_tokens ?? null,
          tokens?.output_tokens ?? null,
          tokens?.cache_read_tokens ?? null,
          tokens?.cache_write_tokens ?? null,
          cost?.cost_micros ?? null,
          cost?.price_source ?? null,
          run.outcome,
          run.started_at,
          run.ended_at,
          localDay(run.ended_at),
        ).changes === 1
      )
    },
    /** Whether a run of the gateway has its row, or gets it from the message that caused it. */
    knows: (runId: string): boolean => known.get(runId, runId) === 1,

    runs(
      filter: { agent_id?: string | undefined; task_id?: string | undefined; session_key?: string | undefined } & Paging,
    ): Listed<RunRow> {
      const condition = where([
        filter.agent_id !== undefined && ['agent_id = ?', filter.agent_id],
        filter.task_id !== undefined && ['task_id = ?', filter.task_id],
        filter.session_key !== undefined && ['session_key = ?', filter.session_key],
      ])
      const items = db
        .prepare(`SELECT * FROM runs ${condition.sql} ORDER BY ended_at DESC, id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset) as RunRow[]
      const total = db
        .prepare(`SELECT count(*) FROM runs ${condition.sql}`)
        .pluck()
        .get(...condition.values) as number
      return { items, total }
    },

    totals(filter: UsageFilter): UsageTotals {
      const { from, condition } = sourceOf(filter, 'day')
      return totalsOf(db.prepare(`SELECT ${sums} FROM ${from} ${condition.sql}`).get(...condition.values) as SumRow)
    },
    /** What each group used, the most expensive first; days in their order. */
    groups(filter: UsageFilter, group: UsageGroup): (UsageTotals & { key: string })[] {
      const { from, condition } = sourceOf(filter, group)
      const order = group === 'day' ? 'key' : 'cost_micros DESC, total_tokens DESC, key'
      return (
        db
          .prepare(`SELECT ${groupKeys[group]} AS key, ${sums} FROM ${from} ${condition.sql} GROUP BY 1 ORDER BY ${order}`)
          .all(...condition.values) as (SumRow & { key: string })[]
      ).map((row) => ({ ...totalsOf(row), key: row.key }))
    },
    /** The groups day by day. */
    days(filter: UsageFilter, group: UsageGroup): { day: string; key: string; total_tokens: number; cost_micros: number }[] {
      const { from, condition } = sourceOf(filter, group)
      return db
        .prepare(
          `SELECT day, ${groupKeys[group]} AS key, sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens) AS total_tokens, sum(cost_micros) AS cost_micros
           FROM ${from} ${condition.sql} GROUP BY 1, 2 ORDER BY 1`,
        )
        .all(...condition.values) as never
    },
    /** The daily totals as they are kept. */
    rows: (
      filter: UsageFilter,
    ): (UsageTotals & { day: string; agent_id: string; board_id: string; provider: string; model: string; kind: string })[] => {
      const condition = conditionOf(filter, 'days')
      return (
        db
          .prepare(
            `SELECT day, agent_id, board_id, provider, model, kind, ${sums} FROM usage_days ${condition.sql} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
          )
          .all(...condition.values) as (SumRow & {
          day: string
          agent_id: string
          board_id: string
          provider: string
          model: string
          kind: string
        })[]
      ).map((row) => ({ ...row, ...totalsOf(row) }))
    },
    /** What was used since a moment (ms epoch), and when the first run of all ended. */
    since(at: number): { tokens: number; cost_micros: number; first_at: number | null } {
      return {
        ...(db
          .prepare(
            `SELECT ifnull(sum(ifnull(input_tokens, 0) + ifnull(output_tokens, 0) + ifnull(cache_read_tokens, 0) + ifnull(cache_write_tokens, 0)), 0) AS tokens,
               ifnull(sum(cost_micros), 0) AS cost_micros FROM runs WHERE ended_at > ?`,
          )
          .get(at) as { tokens: number; cost_micros: number }),
        first_at: db.prepare('SELECT min(ended_at) FROM runs').pluck().get() as number | null,
      }
    },
    models: (from: string, to: string): { provider: string; model: string; unpriced_runs: number }[] =>
      db
        .prepare(
          `SELECT provider, model, sum(unpriced_runs) AS unpriced_runs FROM usage_days WHERE day BETWEEN ? AND ? AND model <> '' GROUP BY 1, 2 ORDER BY 1, 2`,
        )
        .all(from, to) as never,
    unpricedModels: (): { provider: string; model: string }[] =>
      db
        .prepare(
          `SELECT DISTINCT provider, model FROM runs INDEXED BY runs_unpriced WHERE cost_micros IS NULL AND input_tokens IS NOT NULL AND model <> '' ORDER BY 1, 2`,
        )
        .all() as never,
    /** What a deleted agent, board or task was called. */
    formerName: (id: string): string | undefined =>
      db.prepare('SELECT name FROM usage_names WHERE id = ?').pluck().get(id) as string | undefined,
    /** Forgets runs that ended before; what they came to stays in the totals. */
    prune(before: number): void {
      db.prepare('DELETE FROM runs WHERE ended_at < ?').run(before)
    },

    // — prices —
    sources,
    prices: () => readTable().map((row) => ({ ...row })),
    /** Replaces the table. Returns how many runs got their cost by it. */
    setPrices(
      prices: readonly { pattern: string; input: number; output: number; cache_read: number | null; cache_write: number | null }[],
    ): number {
      const now = clock.now()
      db.prepare('DELETE FROM model_prices').run()
      const add = db.prepare(
        'INSERT INTO model_prices (id, position, pattern, input, output, cache_read, cache_write, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      for (const [position, price] of prices.entries())
        add.run(createId(now), position, price.pattern, price.input, price.output, price.cache_read, price.cache_write, now)
      table = null
      touch('settings', 'settings')
      return reprice()
    },
    catalogue: readCatalogue,
    setCatalogue(next: ModelCatalogue): void {
      putCatalogue.run(catalogueKey, JSON.stringify(next), clock.now())
      catalogue = next
      reprice()
    },
    /** The model that an agent is configured to use. */
    configuredModel(gatewayAgentId: string): { provider: string; model: string } {
      const name = readCatalogue().agent_models[gatewayAgentId] ?? readCatalogue().default_model ?? ''
      const slash = name.indexOf('/')
      return slash > 0 ? { provider: name.slice(0, slash), model: name.slice(slash + 1) } : { provider: '', model: name }
    },

    // — caps —
    caps: (): CapRow[] => caps.all() as CapRow[],
    setCap(scope: string, limits: Partial<CapLimits>): void {
      const before = (caps.all() as CapRow[]).find((row) => row.scope === scope)
      const next = {
        soft_usd_micros: null,
        hard_usd_micros: null,
        soft_tokens: null,
        hard_tokens: null,
        waived_day: null,
        ...before,
        ...limits,
      }
      db.prepare(
        `INSERT INTO usage_caps (scope, soft_usd_micros, hard_usd_micros, soft_tokens, hard_tokens, waived_day, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (scope) DO UPDATE SET soft_usd_micros = excluded.soft_usd_micros, hard_usd_micros = excluded.hard_usd_micros,
            soft_tokens = excluded.soft_tokens, hard_tokens = excluded.hard_tokens, waived_day = excluded.waived_day, updated_at = excluded.updated_at`,
      ).run(scope, next.soft_usd_micros, next.hard_usd_micros, next.soft_tokens, next.hard_tokens, next.waived_day, clock.now())
      // Whoever waits for the cap looks again.
      touch('settings', 'settings')
    },
    /** Every cap with how far its scope has come today; that of all agents first. `name` is null for it. */
    capRows(now: number): CapStatus[] {
      const day = localDay(now)
      return (caps.all() as CapRow[])
        .map((cap) => {
          const used = spent(cap.scope, day)
          const name = cap.scope === everyAgent ? null : ((nameOf.get(cap.scope) as string | undefined) ?? 'An agent')
          const waiting = held.get(cap.scope === everyAgent ? null : cap.scope) as number
          return { ...cap, name, day, spent: used, state: capState(cap, used, day), waiting, resumes_at: nextMidnight(now) }
        })
        .sort((a, b) => Number(a.name !== null) - Number(b.name !== null) || (a.name ?? '').localeCompare(b.name ?? ''))
    },
    /** The hard cap that holds for an agent at this moment; null when none does. */
    hardCap(agentId: string, now: number): CapHold | null {
      const today = localDay(now)
      for (const cap of caps.all() as CapRow[]) {
        if (cap.scope !== everyAgent && cap.scope !== agentId) continue
        const state = capState(cap, spent(cap.scope, today), today)
        if (state.level === 'hard') return { until: nextMidnight(now), sentence: capSentence(state) }
      }
      return null
    },
    /** What a scope has used on a local day. */
    spent,

    // — what the gateway counts —
    gatewayDay: (day: string): { total_tokens: number; cost_micros: number | null; read_at: number } | undefined =>
      db.prepare('SELECT total_tokens, cost_micros, read_at FROM usage_gateway_days WHERE day = ?').get(day) as never,
    setGatewayDay(day: string, counted: { total_tokens: number; cost_micros: number | null }): void {
      db.prepare('INSERT OR REPLACE INTO usage_gateway_days (day, total_tokens, cost_micros, read_at) VALUES (?, ?, ?, ?)').run(
        day,
        counted.total_tokens,
        counted.cost_micros,
        clock.now(),
      )
    },
  }
}

function tokensOf(row: RunRow): Tokens {
  return {
    input_tokens: row.input_tokens ?? 0,
    output_tokens: row.output_tokens ?? 0,
    cache_read_tokens: row.cache_read_tokens ?? 0,
    cache_write_tokens: row.cache_write_tokens ?? 0,
  }
}
