/** Conversations of all agents in the gateway, however many: only the rows in sight are drawn. One is opened on the page of its agent. */
import { TextInput } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { MessageSquare } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { Link } from 'wouter'
import type { GatewaySession } from '../../../../native-services/contract/gateway-config.ts'
import { api } from '../../lib/api.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { compact, usd } from '../../lib/numbers.ts'
import { useLive } from '../../lib/store.ts'
import { Empty, LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { GatewayDown } from '../sessions/gateway-down.tsx'
import { strings as sessionWords } from '../sessions/strings.ts'
import { configStrings } from './config-strings.ts'
import { useGatewayRead } from './use-gateway-read.ts'

const words = configStrings.sessions
const rowHeight = 44
const readSessions = (gatewayId: string) => api.call('listGatewaySessions', { params: { gateway_id: gatewayId } })

function state(session: GatewaySession) {
  if (session.has_active_run) return { label: sessionWords.running, tone: 'busy' }
  if (session.last_run_error !== null || session.status === 'failed') return { label: sessionWords.failed, tone: 'bad' }
  return { label: sessionWords.idle, tone: 'good' }
}

const titleOf = (session: GatewaySession): string =>
  session.is_main ? sessionWords.main : (session.label ?? session.key.split(':').slice(2).join(':'))

function SessionRow({ session, name }: { session: GatewaySession; name: string | null }) {
  const shown = state(session)
  const tokens = (session.input_tokens ?? 0) + (session.output_tokens ?? 0) || (session.total_tokens ?? 0)
  const title = titleOf(session)
  return (
    <>
      <span role="cell" className="gsession-title">
        {session.agent_id === null ? (
          <span className="truncate">{title}</span>
        ) : (
          <Link
            className="link truncate"
            href={`/agents/${session.agent_id}/sessions/${encodeURIComponent(session.key)}`}
            title={session.key}
          >
            {title}
          </Link>
        )}
        {session.last_message ? <span className="faint truncate gsession-last">{session.last_message}</span> : null}
      </span>
      <span role="cell" className="truncate">
        {name ?? (
          <>
            {session.gateway_agent_id || '—'} <span className="faint">{words.unknown}</span>
          </>
        )}
      </span>
      <span role="cell">
        <span className="chip" data-tone={shown.tone} title={session.last_run_error ?? undefined}>
          {shown.label}
        </span>
      </span>
      <span role="cell" className="num">
        {tokens === 0 ? '—' : compact(tokens)}
      </span>
      <span role="cell" className="num hide-narrow">
        {session.estimated_cost === null ? '—' : usd(session.estimated_cost)}
      </span>
      <span role="cell" className="muted hide-narrow">
        <RelativeTime at={session.updated_at} />
      </span>
    </>
  )
}

export function GatewaySessionsTab() {
  const { value, failure, again } = useGatewayRead(readSessions, { everyMs: 5000, needsGateway: true })
  const agents = useLive((live) => live.maps.agent)
  const [query, setQuery] = useQuery()
  const wanted = (query['q'] ?? '').toLowerCase()
  const rows = useMemo(() => {
    const items = value?.items ?? []
    if (wanted === '') return items
    return items.filter((each) =>
      `${each.agent_id ? (agents[each.agent_id]?.name ?? '') : ''} ${each.key} ${each.label ?? ''} ${each.last_message ?? ''}`
        .toLowerCase()
        .includes(wanted),
    )
  }, [value, wanted, agents])
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const columns = words.columns
  return (
    <section className="card" aria-labelledby="gsessions-title">
      <div className="card-head">
        <h2 id="gsessions-title">{words.title}</h2>
        <span className="aside">
          {value ? <span className="faint num">{words.count(rows.length, value.total)}</span> : null}
          <TextInput
            size="xs"
            aria-label={words.filter}
            placeholder={words.filter}
            value={query['q'] ?? ''}
            onChange={(event) => setQuery({ q: event.currentTarget.value })}
          />
        </span>
      </div>
      {failure?.gatewayDown ? (
        <GatewayDown detail={failure.message} />
      ) : failure ? (
        <LoadError message={failure.message} retry={again} />
      ) : !value ? (
        <div className="skeleton" style={{ height: 240, margin: 14 }} />
      ) : rows.length === 0 ? (
        <Empty icon={<MessageSquare size={20} aria-hidden />} title={words.none}>
          {words.noneBody}
        </Empty>
      ) : (
        <div role="table" aria-label={words.title} aria-rowcount={rows.length + 1}>
          <div role="row" className="gsession-row gsession-head" aria-rowindex={1}>
            <span role="columnheader">{columns.session}</span>
            <span role="columnheader">{columns.agent}</span>
            <span role="columnheader">{columns.state}</span>
            <span role="columnheader">{columns.tokens}</span>
            <span role="columnheader" className="hide-narrow">
              {columns.cost}
            </span>
            <span role="columnheader" className="hide-narrow">
              {columns.updated}
            </span>
          </div>
          <div ref={scroller} className="gsession-scroll" role="rowgroup" tabIndex={0} aria-label={words.title}>
            <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
              {virtualizer.getVirtualItems().map((item) => {
                const session = rows[item.index]
                if (!session) return null
                const name = session.agent_id ? (agents[session.agent_id]?.name ?? null) : null
                return (
                  <div
                    key={session.key}
                    role="row"
                    aria-rowindex={item.index + 2}
                    className="gsession-row"
                    style={{ position: 'absolute', top: 0, left: 0, right: 0, height: rowHeight, transform: `translateY(${item.start}px)` }}
                  >
                    <SessionRow session={session} name={name} />
                  </div>
                )
              })}
            </div>
          </div>
        </div>
      )}
    </section>
  )
}
