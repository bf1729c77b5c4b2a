/** A document as it reads. */
import { useDeferredValue } from 'react'
import { Markdown } from '../../ui/markdown.tsx'

export function DocumentPreview({ text, empty }: { text: string; empty: string }) {
  // The field answers first; the preview follows when there is time.
  const later = useDeferredValue(text)
  return later.trim() === '' ? <p className="faint document-empty">{empty}</p> : <Markdown text={later} />
}
