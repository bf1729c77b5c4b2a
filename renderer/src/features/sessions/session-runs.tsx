/** Tokens and cost of a conversation: the sum in one line, each run below it. */
import { ChevronRight } from 'lucide-react'
import { type Run, runKindLabels } from '../../../../native-services/contract/usage.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { exactly, money, tokens } from '../usage/format.ts'
import { strings } from './strings.ts'
import { costOfRuns, tokensOfRun } from './run-sums.ts'
import type { RunsOfSession } from './use-runs.ts'

/** `110 tokens, $0.0012`; null when nobody told. */
export function runWords(run: Run): string | null {
  const used = tokensOfRun(run)
  return used === null ? null : strings.runs.words(tokens(used), money(run.cost_micros))
}

export function SessionRuns({ runs }: { runs: RunsOfSession | null }) {
  if (runs === null || runs.items.length === 0) return null
  const used = runs.items.reduce((sum, run) => sum + (tokensOfRun(run) ?? 0), 0)
  const columns = strings.runs.columns
  return (
    <details className="session-runs">
      <summary>
        <ChevronRight size={13} aria-hidden className="session-chevron" />
        <span className="grow">{strings.runs.title(runs.items.length, runs.total)}</span>
        <span className="num muted">{strings.runs.words(tokens(used), money(costOfRuns(runs.items)))}</span>
      </summary>
      <div className="table-wrap session-runs-table" tabIndex={0} role="region" aria-label={strings.runs.label}>
        <table className="table">
          <thead>
            <tr>
              <th>{columns.ended}</th>
              <th>{columns.kind}</th>
              <th>{columns.tokens}</th>
              <th>{columns.cost}</th>
            </tr>
          </thead>
          <tbody>
            {runs.items.map((run) => (
              <tr key={run.id} data-row tabIndex={-1}>
                <td className="nowrap">
                  <RelativeTime at={run.ended_at} />
                </td>
                <td title={run.model === '' ? undefined : run.model}>
                  {runKindLabels[run.kind]}
                  {run.outcome === 'ok' ? null : (
                    <span className="chip" data-tone={run.outcome === 'failed' ? 'bad' : 'idle'}>
                      {strings.runs.outcomes[run.outcome]}
                    </span>
                  )}
                </td>
                <td
                  className="num nowrap"
                  title={strings.runs.hint(
                    exactly(run.input_tokens ?? 0),
                    exactly(run.output_tokens ?? 0),
                    exactly(run.cache_read_tokens ?? 0),
                  )}
                >
                  {run.input_tokens === null ? '—' : tokens(tokensOfRun(run) ?? 0)}
                </td>
                <td className="num nowrap">{run.input_tokens === null ? '—' : money(run.cost_micros)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
