/** Everything that waits for a person's word, most urgent first; and what was said before. */
import './inbox.css'
import { Tabs } from '@mantine/core'
import { CircleCheckBig } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useQuery } from '../../lib/hash-location.ts'
import { moveInList, useShortcuts } from '../../lib/keys.ts'
import { useApprovals, useLive, useQuestions } from '../../lib/store.ts'
import { Empty, PageHead } from '../../ui/parts.tsx'
import { History } from './history.tsx'
import { ApprovalCard, ExecCard, QuestionCard } from './request-cards.tsx'
import { strings } from './strings.ts'

/** The card that has the focus, else the first one. */
function currentCard(list: HTMLElement | null): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-request]') ?? list?.querySelector<HTMLElement>('[data-request]') ?? null
}

function Waiting() {
  const held = useLive((state) => state.execApprovals)
  const approvals = useApprovals().filter((row) => row.status === 'pending')
  const questions = useQuestions().filter((row) => row.status === 'open')
  const list = useRef<HTMLDivElement>(null)
  const count = held.length + approvals.length + questions.length
  /** Place of the card that last had the focus; none at first, so that a key pressed too early decides nothing. */
  const place = useRef(-1)
  const settledAt = useRef(0)

  /** Presses the button of the focused card; without a focus the first card is only shown which one it would be. */
  const act = (which: 'yes' | 'no') => {
    const card = currentCard(list.current)
    // A key that is held down must not decide one card after the other.
    if (!card || Date.now() - settledAt.current < 500) return
    if (!card.contains(document.activeElement)) return card.focus()
    card.querySelector<HTMLElement>(`[data-act="${which}"]:is(button:not([disabled]))`)?.click()
    const field = card.querySelector<HTMLElement>(`[data-act="${which}"]:is(textarea)`)
    field?.focus()
  }
  const move = (step: 1 | -1) => {
    const cards = [...(list.current?.querySelectorAll<HTMLElement>('[data-request]') ?? [])]
    const at = cards.findIndex((card) => card.contains(document.activeElement))
    const next =
      cards[at === -1 ? Math.min(Math.max(0, place.current), cards.length - 1) : Math.min(cards.length - 1, Math.max(0, at + step))]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }
  useShortcuts('inbox', { next: () => move(1), previous: () => move(-1), yes: () => act('yes'), no: () => act('no') })

  // A card that was settled leaves the focus to the next one, so that one key after the other works.
  useEffect(() => {
    settledAt.current = Date.now()
    if (place.current < 0 || document.activeElement !== document.body) return
    const cards = list.current?.querySelectorAll<HTMLElement>('[data-request]') ?? []
    cards[Math.min(place.current, cards.length - 1)]?.focus()
  }, [count])

  if (count === 0)
    return (
      <div className="card">
        <Empty icon={<CircleCheckBig size={20} aria-hidden />} title={strings.none}>
          {strings.noneBody}
        </Empty>
      </div>
    )
  return (
    <div
      ref={list}
      className="request-list"
      onFocus={(event) => {
        const cards = [...event.currentTarget.querySelectorAll('[data-request]')]
        place.current = cards.findIndex((card) => card.contains(event.target))
      }}
    >
      {held.map((row) => (
        <ExecCard key={row.id} row={row} />
      ))}
      {approvals.toReversed().map((row) => (
        <ApprovalCard key={row.id} row={row} />
      ))}
      {questions.toReversed().map((row) => (
        <QuestionCard key={row.id} row={row} />
      ))}
      <p className="faint request-keys">{strings.keys}</p>
    </div>
  )
}

export function InboxPage() {
  const [query, setQuery] = useQuery()
  const tab = query['tab'] === 'history' ? 'history' : 'waiting'
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner page-narrow">
        <Tabs value={tab} onChange={(value) => setQuery({ tab: value === 'history' ? 'history' : null })} keepMounted={false}>
          <Tabs.List mb={14}>
            <Tabs.Tab value="waiting">{strings.waiting}</Tabs.Tab>
            <Tabs.Tab value="history">{strings.history}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="waiting">
            <Waiting />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <div className="request-list" onKeyDown={moveInList}>
              <History />
            </div>
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  )
}
