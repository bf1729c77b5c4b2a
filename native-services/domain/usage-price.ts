/** What tokens cost. Prices are US dollars per million tokens, so tokens × price are millionths of a dollar. */

export interface Tokens {
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
}

export interface Price {
  input: number
  output: number
  /** Null or absent: like `input`. */
  cache_read?: number | null
  cache_write?: number | null
}

/** A model of OpenClaw's configuration that has a `cost`. */
export interface CataloguePrice extends Price {
  provider: string
  model: string
}

/** A line of the operator's table. `pattern` is a model, or `provider/model`; `*` stands for anything. */
export interface TablePrice extends Price {
  pattern: string
}

export interface PriceSources {
  catalogue: readonly CataloguePrice[]
  table: readonly TablePrice[]
}

export type PriceSource = 'gateway' | 'catalogue' | 'table'

/** The provider of the built-in demo model, which really costs nothing. */
export const demoProvider = 'mission-control-demo'

/** Millionths of a US dollar, whole. */
export function costMicros(tokens: Tokens, price: Price): number {
  return Math.round(
    tokens.input_tokens * price.input +
      tokens.output_tokens * price.output +
      tokens.cache_read_tokens * (price.cache_read ?? price.input) +
      tokens.cache_write_tokens * (price.cache_write ?? price.input),
  )
}

/** Whether `pattern` fits `provider/model`, or the model alone; case does not matter. */
export function fitsModel(pattern: string, provider: string, model: string): boolean {
  const parts = pattern.trim().toLowerCase().split('*')
  const fits = (text: string): boolean => {
    const [first = '', ...rest] = parts
    if (rest.length === 0) return text === first
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const [index, part] of rest.entries()) {
      const last = index === rest.length - 1
      const found = last ? text.length - part.length : text.indexOf(part, at)
      if (found < at || !text.startsWith(part, found)) return false
      at = found + part.length
    }
    return true
  }
  const name = model.toLowerCase()
  return fits(name) || fits(`${provider.toLowerCase()}/${name}`)
}

/**
 * The price of a model; null when nobody has told it. Servers that people run themselves are written into OpenClaw's configuration with
 * zeros for want of a price, so zeros there are believed of the demo model only; whoever runs one for nothing writes 0 into the table.
 */
export function priceOf(provider: string, model: string, sources: PriceSources): { price: Price; source: PriceSource } | null {
  if (model === '') return null
  const listed = sources.catalogue.find((entry) => entry.model === model && (provider === '' || entry.provider === provider))
  if (listed && (listed.input > 0 || listed.output > 0 || listed.provider === demoProvider)) return { price: listed, source: 'catalogue' }
  const written = sources.table.find((entry) => fitsModel(entry.pattern, provider, model))
  return written ? { price: written, source: 'table' } : null
}

/** What a run cost: the gateway's own word when it has one, else by the price of its model; null when there is none. */
export function costOf(
  run: { provider: string; model: string; tokens: Tokens | null; reported_micros: number | null },
  sources: PriceSources,
): { cost_micros: number; price_source: PriceSource } | null {
  // A gateway that knows no price reports 0.
  if (run.reported_micros !== null && run.reported_micros > 0) return { cost_micros: run.reported_micros, price_source: 'gateway' }
  if (run.tokens === null) return null
  const found = priceOf(run.provider, run.model, sources)
  return found && { cost_micros: costMicros(run.tokens, found.price), price_source: found.source }
}
