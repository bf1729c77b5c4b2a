/**
 * Parts of the page whose code is fetched when they are first shown.
 *
 * Not React's own `lazy`: behind a `Suspense` boundary React holds new content back for up to 300 ms after it has shown a fallback,
 * even when the code is there; here it shows in the moment in which it arrives.
 */
import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

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

  function Shown(props: Props) {
    const [, setHere] = useState(View !== null)
    const [failure, setFailure] = useState<{ error: unknown } | null>(null)
    useEffect(() => {
      if (View) return undefined
      let gone = false
      fetch().then(
        () => gone || setHere(true),
        (error: unknown) => gone || setFailure({ error }),
      )
      return () => {
        gone = true
      }
    }, [])
    // For the error boundary of the page.
    if (failure) throw failure.error
    if (View) return <View {...props} />
    return typeof fallback === 'function' ? fallback(props) : fallback
  }

  // Whoever shows the part says what went wrong.
  return Object.assign(Shown, { preload: () => void fetch().catch(() => undefined) })
}
