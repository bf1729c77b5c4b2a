/** Everything about one line, with the ways on from it: its agent, its run, its request, what stood around it. */
import { Button } from '@mantine/core'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import { api, explain } from '../../lib/api.ts'
import { useAgent } from '../../lib/store.ts'
import { exactTime } from '../../lib/time.ts'
import { CopyButton, Loading } from '../../ui/parts.tsx'
import { strings } from './strings.ts'

/** Laid out at once; a line of a megabyte would hold the page up. */
const shownAtOnce = 10_000

/** JSON that a message is, or ends with, in a readable shape; null without any. */
export function jsonIn(message: string): string | null {
  const at = message.search(/[{[]/)
  if (at === -1 || message.length > 200_000) return null
  try {
    const value: unknown = JSON.parse(message.slice(at))
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : null
  } catch {
    return null
  }
}

export function LogDetails({
  seq,
  known,
  onClose,
  onFilter,
  onContext,
}: {
  seq: number
  known: LogLine | undefined
  onClose: () => void
  onFilter: (patch: Record<string, string>) => void
  onContext: () => void
}) {
  const [whole, setWhole] = useState<LogLine | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const complete = known !== undefined && known.length <= known.message.length
  useEffect(() => {
    let current = true
    setWhole(null)
    setError(null)
    setAll(false)
    if (complete) return
    api.call('getLogLine', { params: { seq: String(seq) } }).then(
      (line) => {
        if (current) setWhole(line)
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [seq, complete])
  const line = complete ? known : (whole ?? known)
  const agent = useAgent(line?.agent_id)

  return (
    <aside className="log-details" aria-label={strings.details}>
      <header>
        <h2>{strings.details}</h2>
        <button type="button" className="iconbtn" aria-label={strings.close} onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </header>
      {error ? <p className="faint">{error}</p> : null}
      {!line && !error ? <Loading heights={[120]} /> : null}
      {line ? (
        <>
          <dl>
            <dt>{strings.fields.time}</dt>
            <dd className="num">{exactTime(line.at)}</dd>
            {line.repeat_count > 1 ? (
              <>
                <dt>{strings.fields.repeats}</dt>
                <dd className="num">{strings.repeated(line.repeat_count, exactTime(line.last_at))}</dd>
              </>
            ) : null}
            <dt>{strings.fields.level}</dt>
            <dd>{line.level}</dd>
            <dt>{strings.fields.source}</dt>
            <dd>
              <FilterButton onClick={() => onFilter({ source: line.source })}>{line.source}</FilterButton>
            </dd>
            <dt>{strings.fields.scope}</dt>
            <dd>
              <FilterButton onClick={() => onFilter({ scope: line.scope })}>{line.scope}</FilterButton>
            </dd>
            {line.agent_id ? (
              <>
                <dt>{strings.fields.agent}</dt>
                <dd>
                  <FilterButton onClick={() => onFilter({ agent: line.agent_id ?? '' })}>{agent?.name ?? line.agent_id}</FilterButton>{' '}
                  {agent ? <Link href={`/agents/${agent.id}`}>{strings.openAgent}</Link> : null}
                </dd>
              </>
            ) : null}
            {line.run_id ? (
              <>
                <dt>{strings.fields.run}</dt>
                <dd>
                  <FilterButton onClick={() => onFilter({ run: line.run_id ?? '' })}>{line.run_id}</FilterButton>
                </dd>
              </>
            ) : null}
            {line.request_id ? (
              <>
                <dt>{strings.fields.request}</dt>
                <dd>
                  <FilterButton onClick={() => onFilter({ request: line.request_id ?? '' })}>{line.request_id}</FilterButton>
                </dd>
              </>
            ) : null}
            <dt>{strings.fields.number}</dt>
            <dd className="num">{line.seq}</dd>
          </dl>
          <div className="row">
            <Button variant="default" size="xs" onClick={onContext}>
              {strings.context}
            </Button>
            <CopyButton text={line.message} label={strings.copyMessage} />
          </div>
          <Message text={line.message} all={all} onAll={() => setAll(true)} />
        </>
      ) : null}
    </aside>
  )
}

function FilterButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button type="button" className="log-filter-link" title={strings.onlyThese} onClick={onClick}>
      {children}
    </button>
  )
}

function Message({ text, all, onAll }: { text: string; all: boolean; onAll: () => void }) {
  const json = jsonIn(text)
  const long = text.length > shownAtOnce && !all
  return (
    <>
      <pre className="verbatim" tabIndex={0} aria-label={strings.message}>
        {long ? text.slice(0, shownAtOnce) : text}
      </pre>
      {long ? (
        <Button variant="default" size="xs" onClick={onAll}>
          {strings.showAll(text.length)}
        </Button>
      ) : null}
      {json !== null ? (
        <>
          <h3>{strings.asJson}</h3>
          <pre className="verbatim" tabIndex={0} aria-label={strings.asJson}>
            {json.length > shownAtOnce && !all ? json.slice(0, shownAtOnce) : json}
          </pre>
        </>
      ) : null}
    </>
  )
}
