/** What the server finds in tasks, threads and chats, a moment after the typing stops. */
import { useEffect, useState } from 'react'
import type { SearchHit } from '../../../../native-services/contract/search.ts'
import { api } from '../../lib/api.ts'

const shortest = 2
const afterMs = 120

export function useSearch(query: string): readonly SearchHit[] {
  const [found, setFound] = useState<{ query: string; hits: readonly SearchHit[] }>({ query: '', hits: [] })
  const text = query.trim()
  useEffect(() => {
    if (text.length < shortest) return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      api.call('search', { query: { q: text.slice(0, 200), limit: '12' }, signal: controller.signal }).then(
        ({ items }) => setFound({ query: text, hits: items }),
        // The palette still has everything that the page knows; a search that fails adds nothing to it.
        () => undefined,
      )
    }, afterMs)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])
  return text.length < shortest || found.query !== text ? none : found.hits
}
const none: readonly SearchHit[] = []
