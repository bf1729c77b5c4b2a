/**
 * Parts of the page whose code is fetched when they are first shown.
 *
 * Not React's own `lazy`: behind a `Suspense` boundary React holds new content back for up to 300 ms after it has shown a fallback,
 * even when the code is there; here it shows in the moment in which it arrives.
 */
import { type ComponentType, type ReactNode, useCallback, useEffect, useState } from 'react'
import { useLive } from './store.ts'
import { useOnReturn } from './use-on-return.ts'

export type Part<Props> = ComponentType<Props> & {
  /** Begins to fetch the code; once it is there, the part shows without a fallback. */
  preload(): void
}

/**
 * @param load Fetches the component. After a failure the next showing tries again.
 * @param fallback Shown until it is here.
 */
export function part<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  fallback: ReactNode | ((props: Props) => ReactNode) = null,
): Part<Props> {
  let View: ComponentType<Props> | null = null
  let loading: Promise<void> | null = null

  const fetch = (): Promise<void> => {
    loading ??= load().then(
      (component) => {
        View = component
      },
      (error: unknown) => {
        loading = null
        throw error
      },
    )
    return loading
  }

  /** Until the code is here. Separate, so that what is shown listens to nothing. */
  function Coming({ onHere, children }: { onHere: () => void; children: ReactNode }) {
    const [failure, setFailure] = useState<{ error: unknown } | null>(null)
    const [turn, setTurn] = useState(0)
    useOnReturn(useCallback(() => setTurn((before) => before + 1), []))
    useEffect(() => {
      let gone = false
      fetch().then(
        () => gone || onHere(),
        // While nobody answers there is nothing wrong with the part: it is asked for again when somebody does.
        (error: unknown) => gone || useLive.getState().connection !== 'live' || setFailure({ error }),
      )
      return () => {
        gone = true
      }
    }, [turn, onHere])
    // For the error boundary of the page.
    if (failure) throw failure.error
    return children
  }

  function Shown(props: Props) {
    const [, setHere] = useState(View !== null)
    const onHere = useCallback(() => setHere(true), [])
    if (View) return <View {...props} />
    return <Coming onHere={onHere}>{typeof fallback === 'function' ? fallback(props) : fallback}</Coming>
  }

  // Whoever shows the part says what went wrong.
  return Object.assign(Shown, { preload: () => void fetch().catch(() => undefined) })
}
