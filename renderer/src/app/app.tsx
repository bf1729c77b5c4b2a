/** Providers, the session's two faces (signed in, signed out), and the routes. */
import { Button, localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { PlugZap } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Router, Switch, useLocation } from 'wouter'
import { OverviewPage } from '../features/overview/overview-page.tsx'
import { live, startLive } from '../lib/connection.ts'
import { desktop } from '../lib/desktop.ts'
import { openLink, useHashLocation } from '../lib/hash-location.ts'
import { useLive } from '../lib/store.ts'
import { ConfirmHost } from '../ui/confirm.tsx'
import { Empty, Loading } from '../ui/parts.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LoginPage } from './login-page.tsx'
import { Overlays } from './overlays.tsx'
import { Shell } from './shell.tsx'
import { strings } from './strings.ts'
import { theme, variables } from './theme.ts'

const WelcomePage = lazy(async () => ({ default: (await import('../features/welcome/welcome-page.tsx')).WelcomePage }))
const InboxPage = lazy(async () => ({ default: (await import('../features/inbox/inbox-page.tsx')).InboxPage }))
const BoardsPage = lazy(async () => ({ default: (await import('../features/boards/boards-page.tsx')).BoardsPage }))
const BoardPage = lazy(async () => ({ default: (await import('../features/boards/board-page.tsx')).BoardPage }))
const DocumentsPage = lazy(async () => ({ default: (await import('../features/documents/documents-page.tsx')).DocumentsPage }))
const GroupPage = lazy(async () => ({ default: (await import('../features/board-groups/group-page.tsx')).GroupPage }))
const AgentsPage = lazy(async () => ({ default: (await import('../features/agents/agents-page.tsx')).AgentsPage }))
const AgentPage = lazy(async () => ({ default: (await import('../features/agents/agent-page.tsx')).AgentPage }))
const SchedulesPage = lazy(async () => ({ default: (await import('../features/heartbeats/schedules-page.tsx')).SchedulesPage }))
const UsagePage = lazy(async () => ({ default: (await import('../features/usage/usage-page.tsx')).UsagePage }))
const PlanningPage = lazy(async () => ({ default: (await import('../features/planning/planning-page.tsx')).PlanningPage }))
const ActivityPage = lazy(async () => ({ default: (await import('../features/activity/activity-page.tsx')).ActivityPage }))
const LogsPage = lazy(async () => ({ default: (await import('../features/logs/logs-page.tsx')).LogsPage }))
const GatewayPage = lazy(async () => ({ default: (await import('../features/gateway/gateway-page.tsx')).GatewayPage }))
const DoctorPage = lazy(async () => ({ default: (await import('../features/doctor/doctor-page.tsx')).DoctorPage }))
const SettingsPage = lazy(async () => ({ default: (await import('../features/settings/settings-page.tsx')).SettingsPage }))

const schemes = localStorageColorSchemeManager({ key: 'mission-control-scheme' })

function Pages() {
  const [path] = useLocation()
  const ready = useLive((state) => state.ready)
  const loadError = useLive((state) => state.loadError)

  if (!ready) {
    if (!loadError) return <Loading />
    return (
      <div className="page">
        <Empty
          icon={<PlugZap size={20} aria-hidden />}
          title={strings.loadFailed}
          actions={
            <Button variant="default" onClick={() => live.nudge()}>
              Try now
            </Button>
          }
        >
          {loadError}
        </Empty>
      </div>
    )
  }
  // The task drawer is part of its board's page: opening one must not mount the page anew.
  const key = path.split('/').slice(0, 3).join('/')
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Loading />}>
        <Switch key={key}>
          <Route path="/">
            <OverviewPage />
          </Route>
          <Route path="/inbox">
            <InboxPage />
          </Route>
          <Route path="/welcome">
            <WelcomePage />
          </Route>
          <Route path="/boards">
            <BoardsPage />
          </Route>
          <Route path="/boards/:boardId/tasks/:taskId">{(params) => <BoardPage boardId={params.boardId} taskId={params.taskId} />}</Route>
          <Route path="/boards/:boardId/documents/:documentId">
            {(params) => <DocumentsPage boardId={params.boardId} documentId={params.documentId} />}
          </Route>
          <Route path="/boards/:boardId/documents">{(params) => <DocumentsPage boardId={params.boardId} documentId={null} />}</Route>
          <Route path="/boards/:boardId">{(params) => <BoardPage boardId={params.boardId} taskId={null} />}</Route>
          <Route path="/groups/:groupId">{(params) => <GroupPage groupId={params.groupId} />}</Route>
          <Route path="/agents">
            <AgentsPage />
          </Route>
          <Route path="/agents/:agentId/sessions/:sessionKey">
            {(params) => <AgentPage agentId={params.agentId} sessionKey={params.sessionKey} />}
          </Route>
          <Route path="/agents/:agentId">{(params) => <AgentPage agentId={params.agentId} />}</Route>
          <Route path="/schedules">
            <SchedulesPage />
          </Route>
          <Route path="/usage">
            <UsagePage />
          </Route>
          <Route path="/planning">
            <PlanningPage />
          </Route>
          <Route path="/activity">
            <ActivityPage />
          </Route>
          <Route path="/logs">
            <LogsPage />
          </Route>
          <Route path="/gateway">
            <GatewayPage />
          </Route>
          <Route path="/doctor">
            <DoctorPage />
          </Route>
          <Route path="/settings">
            <SettingsPage />
          </Route>
          <Route path="/login/:rest*">
            <Redirect to="/" replace />
          </Route>
          <Route>
            <Empty
              title={strings.notFound.title}
              actions={
                <a className="link" href="#/">
                  {strings.notFound.home}
                </a>
              }
            >
              {strings.notFound.body}
            </Empty>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}

function Session() {
  const [path] = useLocation()
  const session = useLive((state) => state.session)
  const code = /^\/login\/([^/]+)$/.exec(path)?.[1] ?? null

  useEffect(() => (code ? undefined : startLive()), [code])
  useEffect(() => desktop?.onNavigate(openLink), [])

  if (code || session === 'out') return <LoginPage code={code} onSignedIn={() => useLive.setState({ session: 'unknown' })} />
  return (
    <>
      <Shell>
        <Pages />
      </Shell>
      <Overlays />
      <ConfirmHost />
    </>
  )
}

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={schemes} defaultColorScheme="auto">
      <Router hook={useHashLocation}>
        <Notifications position="bottom-right" limit={4} />
        <Session />
      </Router>
    </MantineProvider>
  )
}
