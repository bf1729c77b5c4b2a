/** Operations of usage, prices and caps, and the dashboard's figures. */
import { z } from 'zod'
import type { Operation } from './operations.ts'
import { page } from './primitives.ts'
import * as usage from './usage.ts'

// oxfmt-ignore
export const usageOperations = {
  getUsage: { method: 'GET', path: '/usage', auth: 'operator', tags: ['usage'], summary: 'Tokens and cost of a period, grouped', query: usage.usageQuery, response: usage.usageReport },
  getUsageSummary: { method: 'GET', path: '/usage/summary', auth: 'operator', tags: ['usage'], summary: 'Today, yesterday, 7 and 30 days, burn rate, projection, caps', response: usage.usageSummary },
  exportUsage: { method: 'GET', path: '/usage/export', auth: 'operator', tags: ['usage'], summary: 'The same as CSV: one line per day, agent, board, model and kind', query: usage.usageQuery.omit({ group_by: true, task_id: true }), response: z.string(), media: 'text/csv' },
  listRuns: { method: 'GET', path: '/runs', auth: 'operator', tags: ['usage'], summary: 'Runs of agents, newest first', query: usage.runsQuery, response: page(usage.run) },
  getModelPrices: { method: 'GET', path: '/usage/prices', auth: 'operator', tags: ['usage'], summary: 'Prices of models', response: usage.modelPrices },
  setModelPrices: { method: 'PUT', path: '/usage/prices', auth: 'operator', tags: ['usage'], summary: 'Replace the price table; runs without a cost get theirs', body: usage.modelPricesUpdate, response: usage.modelPrices },
  listUsageCaps: { method: 'GET', path: '/usage/caps', auth: 'operator', tags: ['usage'], summary: 'Daily caps and how far today has come', response: z.object({ items: z.array(usage.usageCap) }) },
  setUsageCap: { method: 'PUT', path: '/usage/caps/{scope}', auth: 'operator', tags: ['usage'], summary: 'Set the caps of all agents (`all`) or of one; fields that are left out stay', body: usage.capUpdate, response: usage.usageCap },
  waiveUsageCap: { method: 'POST', path: '/usage/caps/{scope}/waive', auth: 'operator', tags: ['usage'], summary: 'Let everything through for the rest of the day', response: usage.usageCap },
  getDashboardMetrics: { method: 'GET', path: '/metrics/dashboard', auth: 'operator', tags: ['metrics'], summary: 'Figures of a period, and of the one before it', query: usage.dashboardQuery, response: usage.dashboard },
} as const satisfies Record<string, Operation>
