/** One agent: its story, its token, its last error, and what will happen next. */
import './agent.css'
import { Tabs } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { Activity, Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates, type Tone, tokenStates } from '../../../../native-services/contract/states.ts'
import { api } from '../../lib/api.ts'
import { part } from '../../lib/part.tsx'
import { mergeEntities } from '../../lib/entities.ts'
import { navigate, useQuery } from '../../lib/hash-location.ts'
import { useTaskOf } from '../../lib/board-tasks.ts'
import { useActivity, useAgent, useBoard, useLive } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { BackTo, CopyButton, GonePage, PageHead } from '../../ui/parts.tsx'
import { SecretHint } from '../../ui/secret-hint.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { HeartbeatCard } from '../heartbeats/heartbeat-card.tsx'
import { AgentUsage } from '../usage/agent-usage.tsx'
import { AgentButtons } from './agent-actions.tsx'
import { AgentLogs } from './agent-logs.tsx'
import { NextStep } from './next-step.tsx'
import { strings } from './strings.ts'

const SessionsTab = part(
  async () => (await import('../sessions/sessions-tab.tsx')).SessionsTab,
  <div className="skeleton" style={{ height: 320 }} />,
)
const FilesTab = part(
  async () => (await import('../agent-files/files-tab.tsx')).FilesTab,
  <div className="skeleton" style={{ height: 320 }} />,
)

function storyTone(row: Activity): Tone {
  if (row.level === 'error') return 'bad'
  if (row.level === 'warning') return 'warning'
  if (/online|heartbeat|success/.test(row.event_type)) return 'good'
  if (/wake|provision/.test(row.event_type)) return 'busy'
  return 'idle'
}

function Story({ agent }: { agent: Agent }) {
  const rows = useActivity({ agent_id: agent.id })
  const [shown, setShown] = useState(40)
  useEffect(() => {
    api.call('listActivity', { query: { agent_id: agent.id, limit: 200 } }).then(
      (page) => useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'activity', page.items) })),
      () => undefined,
    )
  }, [agent.id])
  return (
    <section className="card" aria-labelledby="story-title">
      <div className="card-head">
        <h2 id="story-title">{strings.story}</h2>
        <span className="aside">
          <Link href={`/activity?agent=${agent.id}`}>{strings.facts.inActivity}</Link>
        </span>
      </div>
      <NextStep agent={agent} />
      {rows.length === 0 ? (
        <p className="muted" style={{ padding: 14 }}>
          {strings.storyNone}
        </p>
      ) : (
        <ol className="timeline">
          {rows.slice(0, shown).map((row) => (
            <li key={row.id}>
              <span className="dot" data-tone={storyTone(row)} />
              <span>
                {row.message}
                <span className="type hide-narrow">{row.event_type}</span>
              </span>
              <RelativeTime at={row.created_at} />
            </li>
          ))}
        </ol>
      )}
      {rows.length > shown ? (
        <div style={{ padding: '0 14px 12px' }}>
          <button
            type="button"
            className="link"
            style={{ border: 0, background: 'none', padding: 0, cursor: 'pointer', font: 'inherit' }}
            onClick={() => setShown((count) => count + 80)}
          >
            {strings.facts.older}
          </button>
        </div>
      ) : null}
    </section>
  )
}

/** @param sessionKey The conversation that is open. */
export function AgentPage({ agentId, sessionKey = null }: { agentId: string; sessionKey?: string | null }) {
  const agent = useAgent(agentId)
  const board = useBoard(agent?.board_id ?? undefined)
  const task = useTaskOf(agent?.board_id, agent?.current_task_id)
  const [query, setQuery] = useQuery()
  if (!agent) return <GonePage title={strings.gone} body={strings.goneBody} href="/agents" back={strings.title} />
  const words = agentStates[agent.status]
  return (
    <div className="page">
      <PageHead title={agent.name} lead={<BackTo href="/agents" label={strings.title} />} />
      <div className="page-inner">
        <div className="card agent-top">
          <AgentAvatar agent={agent} size={42} />
          <div className="grow" style={{ minWidth: 240 }}>
            <div className="row">
              <span className="agent-name">{agent.name}</span>
              <StateBadge words={words} reason={agent.status_reason} variant="chip" />
              <span className="faint" style={{ fontSize: 12 }}>
                {strings.since} <RelativeTime at={agent.status_since_at} />
              </span>
            </div>
            <div className="muted">
              {agent.status_reason ?? words.sentence} {words.remedy ? <span className="faint">{words.remedy}</span> : null}
            </div>
          </div>
          <AgentButtons agent={agent} />
        </div>
        <Tabs
          value={sessionKey === null ? (query['tab'] ?? 'story') : 'sessions'}
          onChange={(tab) =>
            sessionKey === null
              ? setQuery({ tab: tab === 'story' ? null : tab, file: null })
              : navigate(`/agents/${agentId}${tab === 'story' ? '' : `?tab=${tab}`}`)
          }
          keepMounted={false}
        >
          <Tabs.List mb={16}>
            <Tabs.Tab value="story">{strings.tabs.story}</Tabs.Tab>
            <Tabs.Tab value="files">{strings.tabs.files}</Tabs.Tab>
            <Tabs.Tab value="sessions">{strings.tabs.sessions}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="story">
            <div className="agent-grid">
              <div className="stack" style={{ gap: 16 }}>
                <Story agent={agent} />
                <AgentLogs agent={agent} />
              </div>
              <div className="stack" style={{ gap: 16 }}>
                <HeartbeatCard agent={agent} />
                <AgentUsage agentId={agent.id} />
                {agent.last_provision_error ? (
                  <section className="card" aria-labelledby="error-title">
                    <div className="card-head">
                      <h2 id="error-title">{strings.lastError}</h2>
                      <span className="aside">
                        <CopyButton text={agent.last_provision_error} label={strings.facts.copyError} />
                      </span>
                    </div>
                    <div className="card-body">
                      <pre className="verbatim">{agent.last_provision_error}</pre>
                    </div>
                  </section>
                ) : null}
                <section className="card" aria-labelledby="token-title">
                  <div className="card-head">
                    <h2 id="token-title">{strings.token}</h2>
                    <span className="aside">
                      <StateBadge words={tokenStates[agent.token_status]} variant="chip" />
                    </span>
                  </div>
                  <div className="card-body stack" style={{ gap: 10 }}>
                    <p className="muted">
                      {tokenStates[agent.token_status].sentence} {tokenStates[agent.token_status].remedy ?? ''}
                    </p>
                    <dl className="facts">
                      <dt>{strings.facts.endsIn}</dt>
                      <dd>
                        <SecretHint hint={agent.token_hint} />
                      </dd>
                      <dt>{strings.facts.verified}</dt>
                      <dd>
                        <RelativeTime at={agent.token_verified_at} none={strings.tokenNever} />
                      </dd>
                      <dt>{strings.facts.rotated}</dt>
                      <dd>
                        <RelativeTime at={agent.token_rotated_at} none={strings.tokenNever} />
                      </dd>
                    </dl>
                  </div>
                </section>
                <section className="card" aria-labelledby="about-title">
                  <div className="card-head">
                    <h2 id="about-title">{strings.about}</h2>
                  </div>
                  <div className="card-body stack" style={{ gap: 10 }}>
                    {agent.identity_profile.purpose ? <p>{agent.identity_profile.purpose}</p> : null}
                    <dl className="facts">
                      <dt>{strings.facts.role}</dt>
                      <dd>{strings.roles[agent.role]}</dd>
                      <dt>{strings.facts.board}</dt>
                      <dd>
                        {board ? (
                          <Link className="link" href={`/boards/${board.id}`}>
                            {board.name}
                          </Link>
                        ) : (
                          strings.noBoard
                        )}
                      </dd>
                      {task ? (
                        <>
                          <dt>{strings.facts.worksOn}</dt>
                          <dd>
                            <Link className="link" href={`/boards/${task.board_id}/tasks/${task.id}`}>
                              #{task.number} {task.title}
                            </Link>
                          </dd>
                        </>
                      ) : null}
                      <dt>{strings.facts.lastSeen}</dt>
                      <dd>
                        <RelativeTime at={agent.last_seen_at} none={strings.never} live />
                      </dd>
                      <dt>{strings.facts.heartbeat}</dt>
                      <dd>
                        {agent.heartbeat_config.every === 'disabled' || agent.heartbeat_config.every.startsWith('0')
                          ? strings.off
                          : strings.every(agent.heartbeat_config.every)}
                      </dd>
                      <dt>{strings.facts.wakes}</dt>
                      <dd>
                        {strings.wakesOf(agent.wake_attempts, agent.max_wake_attempts)}
                        {agent.last_wake_sent_at ? (
                          <span className="faint">
                            , {strings.last} <RelativeTime at={agent.last_wake_sent_at} />
                          </span>
                        ) : null}
                      </dd>
                      <dt>{strings.facts.gatewayId}</dt>
                      <dd>
                        <span className="mono">{agent.gateway_agent_id}</span>
                        {agent.imported ? <span className="faint">, {strings.imported}</span> : null}
                      </dd>
                      <dt>{strings.facts.workspace}</dt>
                      <dd className="mono">{agent.workspace_path}</dd>
                      <dt>{strings.facts.session}</dt>
                      <dd className="mono">{agent.openclaw_session_id}</dd>
                    </dl>
                  </div>
                </section>
              </div>
            </div>
          </Tabs.Panel>
          <Tabs.Panel value="sessions">
            <SessionsTab agent={agent} openKey={sessionKey} />
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <FilesTab agent={agent} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  )
}
