/** Which tasks of a board are chosen for one change of all. */
import { useCallback, useMemo, useRef, useState } from 'react'

/** As many as one request takes. */
export const mostAtOnce = 200

export interface Chosen {
  readonly ids: ReadonlySet<string>
  /** @param within with it, everything between the one chosen last and this one, in that order */
  choose: (id: string, within?: readonly string[]) => void
  clear: () => void
}

const nothing: ReadonlySet<string> = new Set()

/** @param shown what a filter hides, or is gone, is not changed behind anybody's back */
export function useChosen(shown: readonly { readonly id: string }[]): Chosen {
  const [all, setAll] = useState<ReadonlySet<string>>(nothing)
  const last = useRef<string | null>(null)
  const choose = useCallback((id: string, within?: readonly string[]) => {
    const from = within && last.current !== null ? within.indexOf(last.current) : -1
    const to = within?.indexOf(id) ?? -1
    setAll((before) => {
      const next = new Set(before)
      if (within && from !== -1 && to !== -1) {
        for (const each of within.slice(Math.min(from, to), Math.max(from, to) + 1)) if (next.size < mostAtOnce) next.add(each)
      } else if (!next.delete(id) && next.size < mostAtOnce) next.add(id)
      return next
    })
    last.current = id
  }, [])
  const clear = useCallback(() => {
    last.current = null
    setAll(nothing)
  }, [])
  const ids = useMemo(() => {
    if (all.size === 0) return nothing
    const seen = shown.filter((task) => all.has(task.id)).map((task) => task.id)
    return seen.length === all.size ? all : new Set(seen)
  }, [all, shown])
  return { ids, choose, clear }
}
