/** Keyboard helpers: single-key shortcuts and moving through lists with j/k and arrows. */
import { useEffect, useRef } from 'react'

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

/** Plain keys (`c`, `?`) and sequences (`g b`). Modifiers and typing are left alone. */
export function useShortcuts(map: Readonly<Record<string, () => void>>, enabled = true): void {
  const latest = useRef(map)
  latest.current = map
  useEffect(() => {
    if (!enabled) return
    let prefix = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || overlayOpen()) return
      const sequence = prefix === '' ? event.key : `${prefix} ${event.key}`
      clearTimeout(timer)
      prefix = ''
      const action = latest.current[sequence] ?? latest.current[event.key]
      if (action) {
        event.preventDefault()
        action()
      } else if (Object.keys(latest.current).some((key) => key.startsWith(`${event.key} `))) {
        prefix = event.key
        timer = setTimeout(() => {
          prefix = ''
        }, 900)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', onKey)
    }
  }, [enabled])
}

/** Moves focus among the `[data-row]` elements of a container; put it on the container's `onKeyDown`. */
export function moveInList(event: React.KeyboardEvent<HTMLElement>): void {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
  const step = event.key === 'j' || event.key === 'ArrowDown' ? 1 : event.key === 'k' || event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement))
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
  if (next) {
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  }
}
