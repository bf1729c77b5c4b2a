/** Providers, the session's two faces (signed in, signed out), and the routes. */
import { Button, localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { PlugZap } from 'lucide-react'
import { Fragment, useEffect } from 'react'
import { matchRoute, Redirect, Router, useLocation, useRouter } from 'wouter'
import { OverviewPage } from '../features/overview/overview-page.tsx'
import { live, startLive } from '../lib/connection.ts'
import { desktop, wanted } from '../lib/desktop.ts'
import { openLink, useHashLocation } from '../lib/hash-location.ts'
import { useLive } from '../lib/store.ts'
import { attempt } from '../lib/toast.ts'
import { ConfirmHost } from '../ui/confirm.tsx'
import { Empty, Loading, Note, PageHead } from '../ui/parts.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LoginPage } from './login-page.tsx'
import { Overlays } from './overlays.tsx'
import { preloadPage, routes } from './routes.tsx'
import { Shell } from './shell.tsx'
import { strings } from './strings.ts'
import { theme, variables } from './theme.ts'
import { useArrival } from './use-arrival.ts'

const schemes = localStorageColorSchemeManager({ key: 'mission-control-scheme' })

function PageAt({ path }: { path: string }) {
  const { parser } = useRouter()
  if (path === '/') return <OverviewPage />
  if (path.startsWith('/login/')) return <Redirect to="/" replace />
  for (const route of routes) {
    const [matches, params] = matchRoute(parser, route.path, path)
    if (matches) return <route.page params={params} />
  }
  return (
    <>
      <PageHead title={strings.notFound.title} />
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
    </>
  )
}

/** The desktop's word for services that do not come back by themselves; a browser never hears it. */
function RestartServices() {
  const bridge = desktop
  if (!bridge) return null
  const restart = () => void attempt(() => wanted(bridge.restartServices()), { failed: strings.notRestarted }).then(() => live.nudge())
  return (
    <Button variant="default" onClick={restart}>
      {strings.restartServices}
    </Button>
  )
}

function Pages() {
  const [path] = useLocation()
  const ready = useLive((state) => state.ready)
  const loadError = useLive((state) => state.loadError)
  const problem = useLive((state) => state.connectionProblem)
  // The task drawer is part of its board's page: opening one must not mount the page anew.
  const key = path.split('/').slice(0, 3).join('/')
  useArrival(key)

  if (!ready) {
    if (!loadError) return <Loading />
    return (
      <div className="page">
        <Empty
          icon={<PlugZap size={20} aria-hidden />}
          title={strings.loadFailed}
          actions={
            problem === null ? (
              <Button variant="default" onClick={() => live.nudge()}>
                {strings.tryNow}
              </Button>
            ) : (
              <RestartServices />
            )
          }
        >
          {loadError}
        </Empty>
      </div>
    )
  }
  return (
    <>
      {problem === null ? null : (
        <div style={{ padding: 12 }}>
          <Note tone="bad">
            <div className="row">
              <span className="grow">{problem}</span>
              <RestartServices />
            </div>
          </Note>
        </div>
      )}
      <ErrorBoundary resetKey={path}>
        <Fragment key={key}>
          <PageAt path={path} />
        </Fragment>
      </ErrorBoundary>
    </>
  )
}

function Session() {
  const [path] = useLocation()
  const session = useLive((state) => state.session)
  const code = /^\/login\/([^/]+)$/.exec(path)?.[1] ?? null

  useEffect(() => (code ? undefined : startLive()), [code])
  useEffect(() => preloadPage(path), [path])
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
