/** The gateway: is it well, why not, what to do; its runtime, its model, and the agents' tokens. */
import './gateway.css'
import '../overview/overview.css'
import { Button, Tabs } from '@mantine/core'
import { Play, RotateCw, Server, Square } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import type { GatewayRuntime } from '../../../../native-services/contract/entities.ts'
import { gatewayAction, moveToPort } from '../../lib/actions.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { useGatewayRuntime, useJobs, useLive } from '../../lib/store.ts'
import { duration, useNow } from '../../lib/time.ts'
import { CopyButton, Empty, Note, PageHead } from '../../ui/parts.tsx'
import { SecretHint } from '../../ui/secret-hint.tsx'
import { SecuritySections } from '../gateway-security/security-sections.tsx'
import { GatewayState } from '../overview/gateway-tile.tsx'
import { HealthCard } from '../overview/health-card.tsx'
import { ProviderForm } from './provider-form.tsx'
import { RuntimeCard } from './runtime-card.tsx'
import { strings } from './strings.ts'
import { SyncPanel } from './sync-panel.tsx'

const ConfigTab = lazy(() => import('./config-tab.tsx').then((module) => ({ default: module.ConfigTab })))
const VersionsTab = lazy(() => import('./versions-tab.tsx').then((module) => ({ default: module.VersionsTab })))
const ChannelsTab = lazy(() => import('./channels-tab.tsx').then((module) => ({ default: module.ChannelsTab })))
const GatewaySessionsTab = lazy(() => import('./gateway-sessions-tab.tsx').then((module) => ({ default: module.GatewaySessionsTab })))

function Buttons({ gateway }: { gateway: GatewayRuntime }) {
  const up = gateway.state === 'running' || gateway.state === 'degraded' || gateway.state === 'starting' || gateway.state === 'backing-off'
  const [busy, setBusy] = useState(false)
  const run = (action: 'startGateway' | 'stopGateway' | 'restartGateway') => {
    setBusy(true)
    void gatewayAction(action).finally(() => setBusy(false))
  }
  if (gateway.state === 'adopted') return null
  return (
    <div className="row">
      {up ? (
        <>
          <Button variant="default" leftSection={<RotateCw size={13} aria-hidden />} disabled={busy} onClick={() => run('restartGateway')}>
            {strings.restart}
          </Button>
          <Button variant="default" leftSection={<Square size={12} aria-hidden />} disabled={busy} onClick={() => run('stopGateway')}>
            {strings.stop}
          </Button>
        </>
      ) : (
        <Button
          leftSection={<Play size={13} aria-hidden />}
          disabled={busy || gateway.state === 'stopping'}
          onClick={() => run('startGateway')}
        >
          {strings.start}
        </Button>
      )}
    </div>
  )
}

function GatewayCard({ gateway }: { gateway: GatewayRuntime }) {
  const now = useNow('second')
  const stats: [string, string][] = [
    ['Uptime', gateway.connected || gateway.state === 'running' ? duration(Math.max(0, now - Date.parse(gateway.since_at))) : '—'],
    ['Version', gateway.version ?? '—'],
    ['Answers in', gateway.latency_ms === null ? '—' : `${Math.round(gateway.latency_ms)} ms`],
    ['Port', String(gateway.port)],
    ['Process', gateway.pid === null ? '—' : String(gateway.pid)],
    ['Started by', gateway.owned ? 'Mission Control' : gateway.pid === null ? '—' : 'someone else'],
    ['Restarts', String(gateway.restarts)],
    ['Connection', gateway.connected ? 'authenticated' : 'none'],
  ]
  return (
    <section className="card wide" aria-label={strings.title}>
      <div className="gateway-top">
        <div className="grow stack" style={{ gap: 4, minWidth: 260 }}>
          <GatewayState gateway={gateway} />
        </div>
        <Buttons gateway={gateway} />
      </div>
      {gateway.port_owner && gateway.suggested_port ? (
        <div style={{ padding: '0 16px 16px' }}>
          <Note tone="warning">
            <div className="row row-wrap">
              <span className="grow">{strings.stranger(gateway.port, gateway.port_owner.program, gateway.port_owner.pid)}</span>
              <Button variant="default" onClick={() => void moveToPort(gateway.suggested_port ?? gateway.port)}>
                {strings.moveToPort(gateway.suggested_port)}
              </Button>
            </div>
          </Note>
        </div>
      ) : null}
      {gateway.state === 'adopted' ? (
        <div style={{ padding: '0 16px 16px' }}>
          <Note tone="idle">{strings.notOurs}</Note>
        </div>
      ) : null}
      <div className="stats">
        {stats.map(([label, value]) => (
          <div key={label} className="stat">
            <span>{label}</span>
            <strong>{value}</strong>
          </div>
        ))}
      </div>
    </section>
  )
}

function ProviderCard() {
  const provider = useLive((state) => state.modelProvider)
  const [editing, setEditing] = useState(false)
  const words = strings.provider
  return (
    <section className="card" aria-labelledby="provider-title">
      <div className="card-head">
        <h2 id="provider-title">{words.title}</h2>
        <span className="aside">
          {provider && provider.kind !== 'none' && !editing ? (
            <Button variant="default" size="compact-xs" onClick={() => setEditing(true)}>
              {words.change}
            </Button>
          ) : null}
        </span>
      </div>
      <div className="card-body">
        {provider && provider.kind !== 'none' && !editing ? (
          <dl className="facts">
            <dt>{words.provider}</dt>
            <dd>{words.kinds[provider.kind]}</dd>
            {provider.base_url ? (
              <>
                <dt>{words.baseUrl}</dt>
                <dd className="mono">{provider.base_url}</dd>
              </>
            ) : null}
            <dt>{words.model}</dt>
            <dd className="mono">{provider.model ?? '—'}</dd>
            {provider.key_hint ? (
              <>
                <dt>{words.key}</dt>
                <dd>
                  <SecretHint hint={provider.key_hint} />
                </dd>
              </>
            ) : null}
          </dl>
        ) : (
          <>
            {provider?.kind === 'none' || !provider ? (
              <p className="muted" style={{ marginBottom: 12 }}>
                {words.none}
              </p>
            ) : null}
            <ProviderForm onSaved={() => setEditing(false)} />
          </>
        )}
      </div>
    </section>
  )
}

function LinesCard({ gateway }: { gateway: GatewayRuntime }) {
  return (
    <section className="card wide" aria-labelledby="lines-title">
      <div className="card-head">
        <h2 id="lines-title">{strings.lastLines}</h2>
        <span className="aside">
          {gateway.last_lines.length > 0 ? <CopyButton text={gateway.last_lines.join('\n')} label={strings.copyLines} /> : null}
          <Link href="/logs?source=gateway">{strings.allLogs}</Link>
        </span>
      </div>
      {gateway.last_lines.length === 0 ? (
        <p className="muted" style={{ padding: 14 }}>
          {strings.lastLinesNone}
        </p>
      ) : (
        <pre className="verbatim" style={{ border: 0, borderRadius: '0 0 7px 7px' }} tabIndex={0} aria-label={strings.lastLines}>
          {gateway.last_lines.join('\n')}
        </pre>
      )}
    </section>
  )
}

function OverviewTab({ gateway }: { gateway: GatewayRuntime | null }) {
  return (
    <div className="gateway-grid">
      {gateway ? (
        <GatewayCard gateway={gateway} />
      ) : (
        <div className="card wide">
          <Empty
            icon={<Server size={22} aria-hidden />}
            title={strings.none}
            actions={
              <Link className="link" href="/welcome">
                {strings.firstSteps}
              </Link>
            }
          >
            {strings.noneBody}
          </Empty>
        </div>
      )}
      <HealthCard />
      <RuntimeCard />
      <ProviderCard />
      {gateway ? <LinesCard gateway={gateway} /> : null}
    </div>
  )
}

const tabs = ['overview', 'config', 'versions', 'channels', 'credentials', 'sessions'] as const
type Tab = (typeof tabs)[number]

/** The tab that the address names; a job is shown where its kind belongs. */
function useTab(): [Tab, (tab: string | null) => void] {
  const [query, setQuery] = useQuery()
  const job = useJobs().find((each) => each.id === query['job'])
  const byJob: Tab = job?.kind === 'runtime_switch' || job?.kind === 'runtime_install' ? 'versions' : 'credentials'
  const tab = tabs.find((each) => each === query['tab']) ?? (query['job'] === undefined ? 'overview' : byJob)
  return [tab, (next) => setQuery({ tab: next === 'overview' ? null : next, job: null, q: null })]
}

export function GatewayPage() {
  const gateway = useGatewayRuntime()
  const [tab, setTab] = useTab()
  const loading = <div className="skeleton" style={{ height: 320 }} />
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner">
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb={16}>
            {tabs.map((each) => (
              <Tabs.Tab key={each} value={each}>
                {strings.tabs[each]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Suspense fallback={loading}>
            <Tabs.Panel value="overview">
              <OverviewTab gateway={gateway} />
            </Tabs.Panel>
            <Tabs.Panel value="config">
              <ConfigTab />
            </Tabs.Panel>
            <Tabs.Panel value="versions">
              <VersionsTab />
            </Tabs.Panel>
            <Tabs.Panel value="channels">
              <ChannelsTab />
            </Tabs.Panel>
            <Tabs.Panel value="credentials">
              <div className="gateway-grid">
                <SyncPanel />
                <SecuritySections />
              </div>
            </Tabs.Panel>
            <Tabs.Panel value="sessions">
              <GatewaySessionsTab />
            </Tabs.Panel>
          </Suspense>
        </Tabs>
      </div>
    </div>
  )
}
