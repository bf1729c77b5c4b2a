import { useEffect, useRef } from 'react'
import { useLive } from './store.ts'

/** Does something in the moment in which the connection is back. */
export function useOnReturn(work: () => void): void {
  const here = useLive((state) => state.connection === 'live')
  const before = useRef(here)
  useEffect(() => {
    const returned = here && !before.current
    before.current = here
    if (returned) work()
  }, [here, work])
}
