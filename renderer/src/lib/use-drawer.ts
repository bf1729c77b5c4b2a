/** What every drawer does with the keyboard: it takes the focus when it opens, closes on Escape, and gives the focus back. */
import { type RefObject, useEffect, useRef } from 'react'
import { escapeTaken, overlayOpen } from './keys.ts'

/**
 * A drawer may arrive late, since its code is fetched when it is first shown. Whoever has opened the palette or a dialog meanwhile keeps the
 * focus: what is being typed must not go elsewhere.
 *
 * @param about What it shows; another value is another opening.
 * @param returnTo Selector of the element that gets the focus when it closes, usually the link that led here.
 * @returns For the drawer's outermost element, which needs `tabIndex={-1}` and `data-drawer`.
 */
export function useDrawer({
  about,
  returnTo,
  onClose,
}: {
  about: string
  returnTo?: string
  onClose: () => void
}): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!overlayOpen()) panel.current?.focus()
    return () => {
      if (returnTo === undefined) return
      requestAnimationFrame(() => {
        // Another drawer, or the next page, may have it by now.
        if (document.activeElement === document.body) document.querySelector<HTMLElement>(returnTo)?.focus({ preventScroll: true })
      })
    }
  }, [about, returnTo])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !escapeTaken(event)) onClose()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onClose])
  return panel
}
