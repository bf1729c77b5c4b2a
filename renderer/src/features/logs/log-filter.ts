/** What is looked for: from the address, as a question to the server, and as a test of lines that arrive. Pure. */
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import { searchTerms } from '../../../../native-services/contract/search-terms.ts'
import type { QueryValues } from '../../lib/hash-location.ts'

const levels: readonly LogLine['level'][] = ['debug', 'info', 'warn', 'error']

export interface LogFilter {
  readonly text: string
  readonly regex: boolean
  /** The least level shown. */
  readonly level: string
  readonly source: string
  readonly scope: string
  readonly agent: string
  readonly request: string
  readonly run: string
}

export function filterFrom(query: QueryValues): LogFilter {
  return {
    text: query['q'] ?? '',
    regex: query['regex'] === 'true',
    level: query['level'] ?? 'info',
    source: query['source'] ?? '',
    scope: query['scope'] ?? '',
    agent: query['agent'] ?? '',
    request: query['request'] ?? '',
    run: query['run'] ?? '',
  }
}

/** As the API's query, without what is not asked for. */
export function serverQuery(filter: LogFilter): Record<string, string> {
  const all = {
    q: filter.text.trim(),
    regex: filter.regex && filter.text.trim() !== '' ? 'true' : '',
    level: filter.level === 'debug' ? '' : filter.level,
    source: filter.source,
    scope: filter.scope,
    agent_id: filter.agent,
    request_id: filter.request,
    run_id: filter.run,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

/**
 * Whether a line that arrives belongs to what is shown. Null: only the server can tell. An expression is not tried here, since one that
 * never ends would stop the page, while the server ends it.
 */
export function liveTest(filter: LogFilter): ((line: LogLine) => boolean) | null {
  const terms = searchTerms(filter.text)
  if (filter.regex && terms.length > 0) return null
  const least = levels.indexOf(filter.level as LogLine['level'])
  return (line) => {
    if (least > 0 && levels.indexOf(line.level) < least) return false
    if (filter.source !== '' && line.source !== filter.source) return false
    if (filter.scope !== '' && line.scope !== filter.scope && !line.scope.startsWith(`${filter.scope}/`)) return false
    if (filter.agent !== '' && line.agent_id !== filter.agent) return false
    if (filter.request !== '' && line.request_id !== filter.request) return false
    if (filter.run !== '' && line.run_id !== filter.run) return false
    if (terms.length === 0) return true
    const texts = [line.message, line.scope, line.agent_id ?? '', line.request_id ?? '', line.run_id ?? ''].map((text) =>
      text.toLowerCase(),
    )
    return terms.every((term) => texts.some((text) => text.includes(term)))
  }
}

/** What to mark in a line; null for nothing. An expression that could take long is not marked. */
export function highlightPattern(filter: LogFilter): RegExp | null {
  const text = filter.text.trim()
  if (text === '') return null
  if (!filter.regex) return new RegExp(searchTerms(text).map(escaped).join('|') || '(?!)', 'gi')
  if (/\)[*+{?]|\(\?/.test(text) || (text.match(/[*+]|\{\d+,/g)?.length ?? 0) > 2) return null
  try {
    return new RegExp(text, 'gi')
  } catch {
    return null
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The text in pieces; every second one is a match. */
export function splitMatches(text: string, pattern: RegExp | null): string[] {
  if (!pattern) return [text]
  const pieces: string[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue
    pieces.push(text.slice(at, match.index), match[0])
    at = match.index + match[0].length
    if (pieces.length > 200) break
  }
  pieces.push(text.slice(at))
  return pieces
}
