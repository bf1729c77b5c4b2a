/** A document as it reads. Very long ones are cut until somebody asks for all of it: laying a million characters out takes seconds. */
import { Button } from '@mantine/core'
import { useDeferredValue, useState } from 'react'
import { Markdown } from '../../ui/markdown.tsx'
import { strings } from './strings.ts'

const shownChars = 60_000

export function DocumentPreview({ text, empty }: { text: string; empty: string }) {
  const [all, setAll] = useState(false)
  // The field answers first; the preview follows when there is time.
  const later = useDeferredValue(text)
  const cut = !all && later.length > shownChars
  if (later.trim() === '') return <p className="faint document-empty">{empty}</p>
  return (
    <>
      <Markdown text={cut ? later.slice(0, shownChars) : later} />
      {cut ? (
        <div className="row document-cut">
          <span className="faint grow">{strings.previewCut(shownChars.toLocaleString())}</span>
          <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
            {strings.previewAll}
          </Button>
        </div>
      ) : null}
    </>
  )
}
