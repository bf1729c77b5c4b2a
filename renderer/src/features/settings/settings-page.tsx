/** Settings take effect as they are changed; there is nothing to save. A section has an address: `#/settings?section=backups`. */
import './settings.css'
import { Button, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { desktop } from '../../lib/desktop.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { useLive } from '../../lib/store.ts'
import { PageHead } from '../../ui/parts.tsx'
import { NoticePreferences } from '../notices/notice-preferences.tsx'
import { PricesCard } from '../usage/prices-card.tsx'
import { OutgoingPanel } from '../webhooks-out/outgoing-panel.tsx'
import { BackupsSection } from './backups-section.tsx'
import { DangerSection } from './danger-section.tsx'
import { DataSection } from './data-section.tsx'
import { IntervalsSection } from './intervals-section.tsx'
import { LogsSection } from './logs-section.tsx'
import { Group, Row } from './parts.tsx'
import { StartSection } from './start-section.tsx'
import { strings } from './strings.ts'
import { TokensSection } from './tokens-section.tsx'

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Group title={strings.sections.appearance}>
      <Row label={strings.theme}>
        <SegmentedControl
          aria-label={strings.theme}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
          data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: strings.themes[value] }))}
        />
      </Row>
    </Group>
  )
}

/** Scrolls the page, and nothing around it. On a narrow page the index lies above what it leads to. */
function showSection(id: string): void {
  const target = document.getElementById(`settings-${id}`)
  const page = target?.closest('.page')
  if (!target || !page) return
  const index = page.querySelector('.settings-index')
  const link = index?.querySelector<HTMLElement>(`a[href$='=${CSS.escape(id)}']`)
  if (index && link) index.scrollLeft = link.offsetLeft - (index.clientWidth - link.clientWidth) / 2
  const above = index && index.getBoundingClientRect().width > target.getBoundingClientRect().width / 2 ? index.clientHeight : 0
  page.scrollTop += target.getBoundingClientRect().top - page.getBoundingClientRect().top - above - 16
}

const sections: readonly { readonly id: keyof typeof strings.sections; readonly show: () => ReactNode }[] = [
  { id: 'appearance', show: () => <Appearance /> },
  { id: 'start', show: () => <StartSection /> },
  { id: 'intervals', show: () => <IntervalsSection /> },
  { id: 'notifications', show: () => <NoticePreferences /> },
  {
    id: 'usage',
    show: () => (
      <>
        <Group title={strings.sections.usage}>
          <Row label={strings.caps} hint={strings.capsHint}>
            <Button variant="default" component={Link} href="/usage">
              {strings.capsOpen}
            </Button>
          </Row>
        </Group>
        <PricesCard />
      </>
    ),
  },
  {
    id: 'webhooks',
    show: () => (
      <Group title={strings.sections.webhooks}>
        <div className="card-body">
          <OutgoingPanel boardId={null} />
        </div>
      </Group>
    ),
  },
  { id: 'tokens', show: () => <TokensSection /> },
  { id: 'backups', show: () => <BackupsSection /> },
  { id: 'logs', show: () => <LogsSection /> },
  { id: 'data', show: () => <DataSection /> },
  { id: 'danger', show: () => <DangerSection /> },
]

export function SettingsPage() {
  const ready = useLive((state) => state.settings !== null)
  const [{ section }, setQuery] = useQuery()
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!ready || section === undefined) return
    const go = () => showSection(section)
    go()
    // What is above may still be loading, and pushes it down when it comes.
    const watcher = new ResizeObserver(go)
    for (const child of scroller.current?.children ?? []) watcher.observe(child)
    const stop = () => watcher.disconnect()
    const timer = setTimeout(stop, 1500)
    const node = scroller.current
    for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const)
      node?.addEventListener(event, stop, { once: true, passive: true })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [ready, section])
  if (!ready) return null
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner settings">
        <nav className="settings-index" aria-label={strings.index}>
          {sections.map(({ id }) => (
            <a
              key={id}
              href={`#/settings?section=${id}`}
              aria-current={section === id ? 'true' : undefined}
              onClick={(event) => {
                event.preventDefault()
                // Once more to the same place is a wish, too.
                showSection(id)
                setQuery({ section: id })
              }}
            >
              {id === 'start' && !desktop ? strings.startHeadless : strings.sections[id]}
            </a>
          ))}
        </nav>
        <div className="settings-sections" ref={scroller}>
          {sections.map(({ id, show }) => (
            <div key={id} id={`settings-${id}`} className="settings-section">
              {show()}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
