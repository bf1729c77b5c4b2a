/**
 * Where we are, kept in the hash with its own query: `#/boards/1?q=text`. The part before the hash never changes, so the
 * same addresses work on `app://`, on loopback and in deep links. The two hooks plug into wouter's `<Router>`.
 */
import { startTransition, useEffect, useState, useSyncExternalStore } from 'react'
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

/** Changes values of the query: drops empty ones and leaves the history alone. */
export function setQuery(change: Record<string, string | null>): void {
  const next = new URLSearchParams(currentSearch())
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === '') next.delete(key)
    else next.set(key, value)
  }
  const text = next.toString()
  navigate(text === '' ? currentPath() : `${currentPath()}?${text}`, { replace: true })
}

const valuesOf = (search: string): QueryValues => Object.fromEntries(new URLSearchParams(search))

/** The query as a flat record, and its setter. */
export function useQuery(): [QueryValues, typeof setQuery] {
  return [valuesOf(useHashSearch()), setQuery]
}

/** As `useQuery`, but for one value: whoever types into that field draws nothing here. */
export function useQueryBeside(key: string): [QueryValues, typeof setQuery] {
  const search = useSyncExternalStore(subscribe, () => {
    const values = new URLSearchParams(currentSearch())
    values.delete(key)
    return values.toString()
  })
  return [valuesOf(search), setQuery]
}

const readParam = (key: string): string => new URLSearchParams(currentSearch()).get(key) ?? ''

/** One value of the query; empty when it is not there. */
export const useParam = (key: string): string => useSyncExternalStore(subscribe, () => readParam(key))

/** As `useParam`, for what takes long to draw: it follows when the page has a moment, and skips what is outdated by then. */
export function useLaterParam(key: string): string {
  const [value, setValue] = useState(() => readParam(key))
  useEffect(() => {
    const follow = () => startTransition(() => setValue(readParam(key)))
    follow()
    return subscribe(follow)
  }, [key])
  return value
}

/** The query text to carry along when only the path changes (opening a task keeps the board's filters). */
export function keepQuery(path: string): string {
  const search = currentSearch()
  return search === '' ? path : `${path}?${search}`
}
