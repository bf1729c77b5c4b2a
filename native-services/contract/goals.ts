/** What a board is for, in figures: named metrics with where they began, where they are and where they should be. */
import { z } from 'zod'

const figure = z.number().min(-1e15).max(1e15)

/** One figure by which a goal is measured. Without a target it is only watched. */
export const successMetric = z.object({
  name: z.string(),
  /** Where it should be. */
  target: z.number().nullable(),
  /** Where it is. */
  current: z.number().nullable(),
  /** Where it began; 0 when null. With it a figure that should fall (errors, seconds) makes progress, too. */
  start: z.number().nullable(),
  /** What it counts, e.g. `%` or `signups`. */
  unit: z.string().nullable(),
})
export type SuccessMetric = z.infer<typeof successMetric>

export const metricName = z.string().trim().min(1).max(120)

export const successMetricInput = z.strictObject({
  name: metricName,
  target: figure.nullable().default(null),
  current: figure.nullable().default(null),
  start: figure.nullable().default(null),
  unit: z.string().trim().min(1).max(24).nullable().default(null),
})

/** Up to 20, each name once (letter case aside). */
export const successMetricsInput = z
  .array(successMetricInput)
  .max(20)
  .refine((metrics) => new Set(metrics.map((metric) => metric.name.toLowerCase())).size === metrics.length, 'has the same name twice')

/** A calendar day, `YYYY-MM-DD`: a day has no time zone. */
export const targetDate = z.iso.date('must be a day like 2026-12-31')

/** One figure moved. */
export const metricReport = z.strictObject({ name: metricName, current: figure })

/** How far a figure has come from its start to its target, 0 to 1; null when that cannot be said. */
export function metricProgress(metric: SuccessMetric): number | null {
  const { target, current } = metric
  if (target === null || current === null) return null
  const start = metric.start ?? 0
  if (start === target) return current >= target ? 1 : 0
  return Math.min(1, Math.max(0, (current - start) / (target - start)))
}

/** Days from `today` to `day`, both `YYYY-MM-DD`; negative when it is over. */
export function daysBetween(today: string, day: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000)
}
