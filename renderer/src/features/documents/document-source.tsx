/** The field of a document, and its preview beside it. Of a very long one a part at a time, so that the page never stands still. */
import { Pagination } from '@mantine/core'
import { useState } from 'react'
import { DocumentPreview } from './document-preview.tsx'
import { strings } from './strings.ts'
import { partAt, partCount, textOf, wholeChars, withText } from './text-parts.ts'

function Columns({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <div className="document-columns">
      <textarea
        className="document-source"
        aria-label={strings.content}
        placeholder={strings.contentPlaceholder}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <section className="document-preview" aria-label={strings.preview} tabIndex={0}>
        <DocumentPreview text={text} empty={strings.emptyPreview} />
      </section>
    </div>
  )
}

function Parts({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [chosen, setPart] = useState(() => partAt(text, 0))
  // Another text than the one that was typed here (discarded, taken from somebody else): its part of the same number.
  const part = chosen.whole === text ? chosen : partAt(text, chosen.index)
  return (
    <>
      <nav className="document-parts row row-wrap" aria-label={strings.parts.label}>
        <Pagination
          size="xs"
          total={Math.max(partCount(text), part.index + 1)}
          value={part.index + 1}
          onChange={(number) => setPart(partAt(text, number - 1))}
          getItemProps={(number) => ({ 'aria-label': strings.parts.part(number) })}
          getControlProps={(control) => ({
            'aria-label': control === 'previous' ? strings.parts.previous : control === 'next' ? strings.parts.next : undefined,
          })}
        />
        <span className="faint">{strings.parts.why}</span>
      </nav>
      <Columns
        // The caret and the undo steps are of one part.
        key={`${part.index} ${part.start}`}
        text={textOf(part)}
        onChange={(typed) => {
          const next = withText(part, typed)
          setPart(next)
          onChange(next.whole)
        }}
      />
    </>
  )
}

export function DocumentSource({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  // Decided once: a field that turns into parts under the hands of who types would lose the caret.
  const [long] = useState(text.length > wholeChars)
  return long ? <Parts text={text} onChange={onChange} /> : <Columns text={text} onChange={onChange} />
}
