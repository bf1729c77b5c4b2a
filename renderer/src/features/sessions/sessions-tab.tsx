/** The conversations of one agent, and the one that is open beside them. */
import './sessions.css'
import { Button } from '@mantine/core'
import { MessageSquare } from 'lucide-react'
import { useCallback } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { AgentSession } from '../../../../native-services/contract/sessions.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useTaskOf } from '../../lib/board-tasks.ts'
import { compact, usd } from '../../lib/numbers.ts'
import { Empty, LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { GatewayDown } from './gateway-down.tsx'
import { SessionDrawer, sessionTitle } from './session-drawer.tsx'
import { strings } from './strings.ts'
import { useSessions } from './use-sessions.ts'

const linkTo = (agent: Agent, key: string): string => `/agents/${agent.id}/sessions/${encodeURIComponent(key)}`

function state(session: AgentSession) {
  if (session.has_active_run) return { label: strings.running, tone: 'busy', hint: strings.runningHint }
  if (session.last_run_error !== null || session.status === 'failed')
    return { label: strings.failed, tone: 'bad', hint: session.last_run_error ?? strings.runFailed }
  if (session.status === 'killed' || session.status === 'aborted') return { label: strings.stopped, tone: 'idle', hint: strings.idleHint }
  return { label: strings.idle, tone: 'good', hint: strings.idleHint }
}

function SessionRow({ agent, session, open }: { agent: Agent; session: AgentSession; open: boolean }) {
  const task = useTaskOf(agent.board_id, session.task_id)
  const words = state(session)
  // The gateway's total is what the context holds now, not what was spent.
  const tokens = (session.input_tokens ?? 0) + (session.output_tokens ?? 0) || (session.total_tokens ?? 0)
  const some = (value: number | null) => (value === null ? '—' : compact(value))
  return (
    <tr aria-selected={open} data-row tabIndex={-1}>
      <td>
        <Link
          className="sessions-name truncate"
          href={linkTo(agent, session.key)}
          data-session-link={session.key}
          aria-current={open ? 'true' : undefined}
          title={session.key}
        >
          {sessionTitle({ agent, sessionKey: session.key, session, task })}
        </Link>
        {session.last_message ? <span className="sessions-last truncate muted">{session.last_message}</span> : null}
      </td>
      <td>
        <span className="chip" data-tone={words.tone} title={words.hint}>
          {words.label}
        </span>
      </td>
      <td
        className="num nowrap"
        title={strings.tokensHint(some(session.input_tokens), some(session.output_tokens), some(session.total_tokens))}
      >
        {tokens === 0 ? <span className="faint">—</span> : compact(tokens)}
      </td>
      <td className="num nowrap" title={strings.costHint}>
        {session.estimated_cost === null ? <span className="faint">—</span> : usd(session.estimated_cost)}
      </td>
      <td className="muted hide-narrow nowrap">{session.model ?? '—'}</td>
      <td className="muted hide-narrow">
        <RelativeTime at={session.updated_at} />
      </td>
    </tr>
  )
}

/** A part of an address as it was meant; what nobody encoded stays as it is. */
function decoded(part: string | null): string | null {
  try {
    return part === null ? null : decodeURIComponent(part)
  } catch {
    return part
  }
}

/** @param openKey The conversation to show beside the list, as it stands in the address. */
export function SessionsTab({ agent, openKey: inAddress }: { agent: Agent; openKey: string | null }) {
  const openKey = decoded(inAddress)
  const { items, failure, read } = useSessions(agent.id)
  const close = useCallback(() => navigate(`/agents/${agent.id}?tab=sessions`), [agent.id])
  const main = agent.openclaw_session_id
  const columns = strings.columns
  return (
    <section className="card" aria-label={strings.tab}>
      <div className="card-head">
        <h2>{strings.tab}</h2>
        <span className="aside">
          <Button variant="default" component={Link} href={linkTo(agent, main)} leftSection={<MessageSquare size={14} aria-hidden />}>
            {strings.write(agent.name)}
          </Button>
        </span>
      </div>
      {failure?.gatewayDown ? (
        <GatewayDown detail={failure.message} />
      ) : failure ? (
        <LoadError message={failure.message} retry={read} />
      ) : items === null ? (
        <div className="skeleton" style={{ height: 160, margin: 14 }} />
      ) : items.length === 0 ? (
        <Empty title={strings.none}>{strings.noneBody}</Empty>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{columns.session}</th>
                <th>{columns.state}</th>
                <th>{columns.tokens}</th>
                <th>{columns.cost}</th>
                <th className="hide-narrow">{columns.model}</th>
                <th className="hide-narrow">{columns.updated}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((session) => (
                <SessionRow key={session.key} agent={agent} session={session} open={session.key === openKey} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {openKey === null ? null : (
        <SessionDrawer
          key={openKey}
          agent={agent}
          sessionKey={openKey}
          session={items?.find((session) => session.key === openKey)}
          onClose={close}
        />
      )}
    </section>
  )
}
