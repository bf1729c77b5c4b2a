/** What a person who does not see the page notices of a change of page: where the focus is, and what the page is called. */
import { useEffect, useRef } from 'react'

/**
 * A link that led here is gone with its page, and the focus with it; it goes to the content then. Who went by the navigation stays there.
 *
 * @param key Another one for every page.
 */
export function useArrival(key: string): void {
  const before = useRef(key)
  useEffect(() => {
    if (before.current === key) return
    before.current = key
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        document.getElementById('content')?.focus({ preventScroll: true })
    })
    return () => cancelAnimationFrame(frame)
  }, [key])
}
