import { useCallback, useEffect, useState } from 'react'
import { useOnReturn } from '../../lib/use-on-return.ts'

/** Reads again when `key` changes, when told to, and every few seconds while the page is looked at. Null until the first answer. */
export function useFetched<Value>(key: string | null, read: (signal: AbortSignal) => Promise<Value>, everyMs = 5000) {
  const [value, setValue] = useState<Value | null>(null)
  const [failed, setFailed] = useState(false)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (key === null) return
    const controller = new AbortController()
    const look = async () => {
      if (document.hidden) return
      try {
        setValue(await read(controller.signal))
        setFailed(false)
      } catch {
        if (!controller.signal.aborted) setFailed(true)
      }
    }
    void look()
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      clearInterval(timer)
      controller.abort()
    }
    // `read` is made anew at each render; `key` says when it means something else.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, turn, everyMs])
  const again = useCallback(() => setTurn((count) => count + 1), [])
  useOnReturn(again)
  return { value, failed, again }
}
