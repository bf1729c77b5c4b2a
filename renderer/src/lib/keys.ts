/** Keyboard helpers: whose a key is, moving through lists with j/k and arrows, and Escape among things that lie upon each other. */
import { useEffect, useRef } from 'react'
import { type Actions, pressed, type Shortcut, type ShortcutGroup, shortcuts } from './shortcuts.ts'

/** True while a key belongs to a field, a dialog or a menu. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** A dialog, menu or list of options lies above the page. Some stay in the document while they are closed: only what is seen counts. */
export function overlayOpen(): boolean {
  return [...document.querySelectorAll('[role="dialog"]:not([data-drawer]), [role="menu"], [role="listbox"]')].some((element) =>
    element.checkVisibility(),
  )
}

/** Acts on the keys of a group while the component is there, wherever the focus is; typing, dialogs and menus are left alone. */
export function useShortcuts<Group extends ShortcutGroup>(group: Group, actions: Actions<Group>): void {
  useKeys(
    Object.fromEntries(
      Object.entries<Shortcut>(shortcuts[group]).flatMap(([id, { keys }]) => keys.map((key) => [key, actions[id as keyof Actions<Group>]])),
    ),
  )
}

/** Plain keys and sequences (`g b`). Modifiers and typing are left alone. */
export function useKeys(map: Readonly<Record<string, () => void>>): void {
  const latest = useRef(map)
  latest.current = map
  useEffect(() => {
    let prefix = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || overlayOpen()) return
      const sequence = prefix === '' ? event.key : `${prefix} ${event.key}`
      const begun = prefix !== ''
      clearTimeout(timer)
      prefix = ''
      const action = latest.current[sequence]
      if (action) {
        event.preventDefault()
        action()
      } else if (!begun && Object.keys(latest.current).some((key) => key.startsWith(`${event.key} `))) {
        prefix = event.key
        timer = setTimeout(() => {
          prefix = ''
        }, 1200)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', onKey)
    }
  }, [])
}

let escapeWasOverlays = false

/**
 * True when an Escape that arrives at the page was meant for what lay above it when it was pressed. A dialog is gone by then: it closes
 * while the key is on its way down, so asking `overlayOpen()` is too late.
 */
export const escapeTaken = (event: KeyboardEvent): boolean => event.defaultPrevented || escapeWasOverlays || overlayOpen()

/** One Escape closes one dialog, the uppermost; each of them listens on its own. Called once, before any dialog is there. */
export function watchEscape(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return
      escapeWasOverlays = overlayOpen()
      const dialogs = [...document.querySelectorAll('.mantine-Modal-content')].filter((element) => element.checkVisibility())
      const top = dialogs.at(-1)
      // A list that is open inside the dialog goes first, by itself.
      const listOpen = document.activeElement?.getAttribute('aria-expanded') === 'true'
      if (dialogs.length < 2 || !top || listOpen) return
      event.stopImmediatePropagation()
      event.preventDefault()
      top.querySelector<HTMLElement>('.mantine-Modal-close')?.click()
    },
    true,
  )
}

/**
 * j and k on every page: into its first list from wherever the focus is, and from row to row where the list does not do it itself. Rows of
 * tables move with the arrows, too, and Enter opens what the row is about. Called once.
 */
export function watchRows(): void {
  window.addEventListener('keydown', (event) => {
    // What the page itself does with the key comes first; its listeners may be younger than this one.
    setTimeout(() => {
      const { target } = event
      if (event.defaultPrevented || !(target instanceof HTMLElement) || isTyping(target) || overlayOpen()) return
      const row = target.closest<HTMLElement>('[data-row]')
      if (event.key === 'Enter' && target === row && row.tagName === 'TR') row.querySelector<HTMLElement>('[data-main], a[href]')?.click()
      const next = pressed(event, 'lists', 'next')
      if (!next && !pressed(event, 'lists', 'previous')) return
      // Arrows scroll the page, until a row has the focus.
      if (event.key.startsWith('Arrow') && row?.tagName !== 'TR') return
      const rows = [...document.querySelectorAll<HTMLElement>('#content [data-row]')].filter((each) => each.checkVisibility())
      const at = row ? rows.indexOf(row) : -1
      focusRow(rows[at === -1 ? 0 : at + (next ? 1 : -1)])
    })
  })
}

function focusRow(row: HTMLElement | undefined): void {
  row?.focus()
  row?.scrollIntoView({ block: 'nearest' })
}

/** Moves focus among the `[data-row]` elements of a container; put it on the container's `onKeyDown`. */
export function moveInList(event: React.KeyboardEvent<HTMLElement>): void {
  if (isTyping(event.target)) return
  const step = pressed(event, 'lists', 'next') ? 1 : pressed(event, 'lists', 'previous') ? -1 : 0
  if (step === 0) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement))
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
  if (next) {
    event.preventDefault()
    focusRow(next)
  }
}
