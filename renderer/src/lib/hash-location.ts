/**
 * Where we are, kept in the hash with its own query: `#/boards/1?q=text`. The part before the hash never changes, so the
 * same addresses work on `app://`, on loopback and in deep links. The two hooks plug into wouter's `<Router>`.
 */
import { useSyncExternalStore } from 'react'
import type { BaseLocationHook } from 'wouter'

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

function current(): string {
  const hash = window.location.hash.replace(/^#/, '')
  return hash.startsWith('/') ? hash : `/${hash}`
}
const currentPath = () => current().split('?')[0] ?? '/'
const currentSearch = () => {
  const at = current().indexOf('?')
  return at === -1 ? '' : current().slice(at + 1)
}

/** @param to `/boards/1?q=text` */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const url = `#${to.startsWith('/') ? to : `/${to}`}`
  if (url === window.location.hash) return
  if (options.replace) window.history.replaceState(null, '', url)
  else window.history.pushState(null, '', url)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

export const useHashSearch = () => useSyncExternalStore(subscribe, currentSearch)
export const useHashLocation: BaseLocationHook = Object.assign(
  (): [string, typeof navigate] => [useSyncExternalStore(subscribe, currentPath), navigate],
  {
    searchHook: useHashSearch,
    hrefs: (href: string) => `#${href}`,
  },
)

/** Links in data are app paths (`/agents/1`), with or without the hash. */
export function openLink(link: string): void {
  navigate(link.replace(/^#/, ''))
}

export type QueryValues = Record<string, string>

/** The query as a flat record and a setter that drops empty values and leaves the history alone. */
export function useQuery(): [QueryValues, (patch: Record<string, string | null>) => void] {
  const search = useHashSearch()
  const values = Object.fromEntries(new URLSearchParams(search))
  const patch = (change: Record<string, string | null>) => {
    const next = new URLSearchParams(currentSearch())
    for (const [key, value] of Object.entries(change)) {
      if (value === null || value === '') next.delete(key)
      else next.set(key, value)
    }
    const text = next.toString()
    navigate(text === '' ? currentPath() : `${currentPath()}?${text}`, { replace: true })
  }
  return [values, patch]
}

/** The query text to carry along when only the path changes (opening a task keeps the board's filters). */
export function keepQuery(path: string): string {
  const search = currentSearch()
  return search === '' ? path : `${path}?${search}`
}
