/** The frame of every page: navigation, the bar at the top, and what is always in reach. */
import { Menu } from '@mantine/core'
import { Ellipsis, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { supervisorStates } from '../../../native-services/contract/states.ts'
import { useBoards, useGatewayRuntime, useLive, useWaitingCount } from '../lib/store.ts'
import { Kbd } from '../ui/parts.tsx'
import { ConnectionBadge } from './connection-badge.tsx'
import { NoticesMenu } from '../features/notices/notices-menu.tsx'
import { JobsMenu } from './jobs-menu.tsx'
import { Mark } from './mark.tsx'
import { mainPages } from './pages.ts'
import { openPalette } from './palette-state.ts'
import { strings } from './strings.ts'

const isCurrent = (path: string, href: string) =>
  (href === '/boards' && path.startsWith('/groups/')) ||
  (href === '/' ? path === '/' || path === '/welcome' : path === href || path.startsWith(`${href}/`))
const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.userAgent)

/** Where a page is at the top of the hand, the rest behind one button. */
const mobileFirst = 4

function MobileNav({ path, attention, waiting }: { path: string; attention: number; waiting: number }) {
  const first = mainPages.slice(0, mobileFirst)
  const rest = mainPages.slice(mobileFirst)
  const counts: Readonly<Record<string, number>> = { '/': attention, '/inbox': waiting }
  return (
    <nav className="mobile-nav" aria-label={strings.pagesNav}>
      {first.map(({ href, label, icon: Icon }) => (
        <Link key={href} href={href} aria-current={isCurrent(path, href) ? 'page' : undefined}>
          <Icon size={17} aria-hidden />
          {label}
          {counts[href] ? <span className="nav-badge">{counts[href]}</span> : null}
        </Link>
      ))}
      <Menu position="top-end">
        <Menu.Target>
          <button type="button" data-current={rest.some(({ href }) => isCurrent(path, href)) || undefined}>
            <Ellipsis size={17} aria-hidden />
            {strings.more}
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map(({ href, label, icon: Icon }) => (
            <Menu.Item
              key={href}
              component={Link}
              href={href}
              leftSection={<Icon size={14} aria-hidden />}
              aria-current={isCurrent(path, href) ? 'page' : undefined}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  )
}

export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation()
  const boards = useBoards()
  const lost = useLive((state) => state.connection === 'lost')
  const attention = useLive((state) => state.attention)
  const waiting = useWaitingCount()
  const gateway = useGatewayRuntime()
  const words = gateway ? supervisorStates[gateway.state] : null
  const openBoard = /^\/boards\/([^/]+)/.exec(path)?.[1]

  return (
    <div className="shell" data-lost={lost ? '' : undefined}>
      <a
        className="skip-link"
        href="#content"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('content')?.focus()
        }}
      >
        {strings.skip}
      </a>
      <nav className="nav" aria-label={strings.mainNav}>
        <div className="nav-brand">
          <Mark />
          <span className="nav-label">{strings.product}</span>
        </div>
        {mainPages.map(({ href, label, icon: Icon }) => (
          <Link
            key={href}
            href={href}
            className="nav-item"
            title={label}
            aria-current={isCurrent(path, href) && !(href === '/boards' && openBoard) ? 'page' : undefined}
          >
            <Icon size={15} aria-hidden />
            <span className="nav-label">{label}</span>
            {href === '/' && attention.length > 0 ? (
              <span
                className="nav-count"
                data-tone={attention.some((row) => row.tone === 'bad') ? 'bad' : 'warning'}
                title={strings.needAttention(attention.length)}
              >
                {attention.length}
              </span>
            ) : null}
            {href === '/inbox' && waiting > 0 ? (
              <span className="nav-count" data-tone="warning" title={strings.waitForYou(waiting)}>
                {waiting}
              </span>
            ) : null}
          </Link>
        ))}
        {boards.length > 0 ? <div className="nav-section">{strings.nav.boards}</div> : null}
        {boards.map((board) => (
          <Link
            key={board.id}
            href={`/boards/${board.id}`}
            className="nav-item nav-board"
            aria-current={openBoard === board.id ? 'page' : undefined}
          >
            <span className="truncate">{board.name}</span>
            <span className="nav-count" title={strings.openTasks}>
              {Object.entries(board.task_counts).reduce(
                (sum, [status, count]) => (status === 'done' || status === 'archived' ? sum : sum + count),
                0,
              ) || ''}
            </span>
          </Link>
        ))}
        <div className="nav-foot">
          {words ? (
            <Link
              href="/gateway"
              className="nav-gateway"
              title={gateway?.reason ?? words.sentence}
              aria-label={strings.gatewayIs(words.label)}
            >
              <span className="dot" data-tone={words.tone} />
              <span className="grow truncate">
                {strings.nav.gateway} <span className="faint">{words.label.toLowerCase()}</span>
              </span>
            </Link>
          ) : null}
        </div>
      </nav>
      <main className="main">
        <header className="topbar">
          <div className="topbar-slot" id="page-head" />
          <div className="topbar-tools">
            <NoticesMenu />
            <JobsMenu />
            <ConnectionBadge />
            <button type="button" className="search-trigger" onClick={openPalette}>
              <Search size={14} aria-hidden />
              <span>{strings.search}</span>
              <Kbd>{strings.commandKey(isMac)}</Kbd>
            </button>
          </div>
        </header>
        <div id="content" tabIndex={-1} style={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column', outline: 'none' }}>
          {children}
        </div>
      </main>
      <MobileNav path={path} attention={attention.length} waiting={waiting} />
    </div>
  )
}
