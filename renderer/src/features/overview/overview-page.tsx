/** Is everything all right, and what needs me? */
import './overview.css'
import { Button } from '@mantine/core'
import { Rocket } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Link, Redirect } from 'wouter'
import { agentStates, agentStatuses, taskStates, taskStatuses } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { useActivity, useAgents, useGatewayRuntime, useLive, useTaskCounts } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { PageHead } from '../../ui/parts.tsx'
import { FeedRow } from '../activity/feed-row.tsx'
import { useOnboarding } from '../welcome/use-onboarding.ts'
import { CostToday } from '../usage/cost-today.tsx'
import { AttentionList } from './attention-list.tsx'
import { BeatsCard } from './beats-card.tsx'
import { DeliveriesCard } from './deliveries-card.tsx'
import { GatewayTile } from './gateway-tile.tsx'
import { strings } from './strings.ts'

const welcomedKey = 'mission-control-welcomed'

function count<Key extends string>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

export function OverviewPage() {
  const gateway = useGatewayRuntime()
  const overview = useLive((state) => state.overview)
  const attention = useLive((state) => state.attention)
  const settings = useLive((state) => state.settings)
  const onboarding = useOnboarding()
  const agents = useAgents()
  const tasks = useTaskCounts()
  const activity = useActivity()
  const byStatus = useMemo(() => count(agents.map((agent) => agent.status)), [agents])
  const online = byStatus.get('online') ?? 0
  const open = taskStatuses.reduce((sum, status) => (status === 'done' || status === 'archived' ? sum : sum + tasks[status]), 0)

  // A first run begins with the path, once; after that the Overview offers it.
  const [firstRun] = useState(
    () => settings !== null && !settings.onboarding_done && agents.length + open === 0 && sessionStorage.getItem(welcomedKey) === null,
  )
  useEffect(() => {
    if (firstRun) sessionStorage.setItem(welcomedKey, '1')
  }, [firstRun])
  if (firstRun) return <Redirect to="/welcome" replace />

  return (
    <div className="page">
      <PageHead title={strings.title}>
        {overview?.demo ? (
          <span className="chip hide-narrow" title={strings.demo}>
            {strings.demoChip}
          </span>
        ) : null}
      </PageHead>
      <div className="page-inner">
        {/* Whose task was answered once is past the first steps, even while the gateway is away. */}
        {settings && !settings.onboarding_done && !onboarding.done[4] ? (
          <div className="card setup">
            <Rocket size={18} aria-hidden />
            <div className="grow">
              <div className="card-title">{strings.setUp}</div>
              <div className="muted">{strings.setUpBody(Math.max(0, onboarding.current) + 1, onboarding.done.length)}</div>
            </div>
            <Button component={Link} href="/welcome">
              {strings.goOn}
            </Button>
          </div>
        ) : null}
        <div className="overview-tiles">
          <GatewayTile gateway={gateway} />
          <section className="card tile" aria-label={strings.agents}>
            <div className="tile-title">
              <Link href="/agents">{strings.agents}</Link>
            </div>
            <div className="tile-big num">
              <Link href="/agents?status=online">{online}</Link>
              <Link href="/agents" className="tile-aside">
                {strings.ofOnline(agents.length)}
              </Link>
            </div>
            {agents.length > 0 ? (
              <div className="row" style={{ gap: 7, flexWrap: 'wrap' }}>
                {agents.slice(0, 10).map((agent) => (
                  <Link key={agent.id} href={`/agents/${agent.id}`}>
                    <AgentAvatar agent={agent} size={26} dot />
                    <span className="visually-hidden">{strings.avatar(agent.name, agentStates[agent.status].label)}</span>
                  </Link>
                ))}
              </div>
            ) : null}
            <div className="tally tally-inline">
              {agents.length === 0 ? <span className="muted">{strings.noAgents}</span> : null}
              {agentStatuses
                .filter((status) => status !== 'online' && byStatus.has(status))
                .map((status) => (
                  <Link key={status} href={`/agents?status=${status}`} data-tone={agentStates[status].tone}>
                    <span style={{ color: 'var(--tone)', display: 'grid' }}>
                      <StateIcon name={agentStates[status].icon} />
                    </span>
                    {agentStates[status].label}
                    <span className="num">{byStatus.get(status)}</span>
                  </Link>
                ))}
            </div>
          </section>
          <section className="card tile" aria-label={strings.tasks}>
            <div className="tile-title">
              <Link href="/boards">{strings.tasks}</Link>
            </div>
            <div className="tile-big num">
              <Link href="/boards">{open}</Link>
              <span className="tile-aside">{strings.open}</span>
            </div>
            <div className="tally">
              {taskStatuses
                .filter((status) => ['in_progress', 'review', 'blocked'].includes(status))
                .map((status) => (
                  <Link key={status} href={`/boards?status=${status}`} data-tone={taskStates[status].tone}>
                    <span style={{ color: 'var(--tone)', display: 'grid' }}>
                      <StateIcon name={taskStates[status].icon} />
                    </span>
                    {taskStates[status].label}
                    <span className="num">{tasks[status]}</span>
                  </Link>
                ))}
            </div>
          </section>
          <CostToday />
          <DeliveriesCard deliveries={overview?.deliveries} />
        </div>
        <div className="overview-grid">
          <div className="stack" style={{ gap: 16 }}>
            <AttentionList rows={attention} />
            <BeatsCard agents={agents} />
          </div>
          <section className="card" aria-labelledby="activity-title">
            <div className="card-head">
              <h2 id="activity-title">{strings.activity}</h2>
              <span className="aside">
                <Link href="/activity">{strings.all}</Link>
              </span>
            </div>
            <div style={{ padding: '6px 0' }} onKeyDown={moveInList}>
              {activity.length === 0 ? (
                <p className="muted" style={{ padding: '8px 14px' }}>
                  {strings.activityNone}
                </p>
              ) : (
                activity.slice(0, 16).map((row) => <FeedRow key={row.id} row={row} />)
              )}
            </div>
          </section>
        </div>
      </div>
    </div>
  )
}
