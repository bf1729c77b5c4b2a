/** Two texts as one list of lines, with long unchanged stretches folded away. */
import { useMemo, useState } from 'react'
import { strings } from './strings.ts'
import { countChanges, type DiffLine, diffLines, type Fold, foldSame } from './diff.ts'

const signs = { same: ' ', added: '+', removed: '−' } as const
const spoken = { same: '', added: 'added: ', removed: 'removed: ' } as const

function Line({ line }: { line: DiffLine }) {
  return (
    <div className="diff-line" data-kind={line.kind}>
      <span className="diff-number" aria-hidden>
        {line.before ?? ''}
      </span>
      <span className="diff-number" aria-hidden>
        {line.after ?? ''}
      </span>
      <span className="diff-sign" aria-hidden>
        {signs[line.kind]}
      </span>
      <span className="diff-text">
        {spoken[line.kind] ? <span className="visually-hidden">{spoken[line.kind]}</span> : null}
        {line.text || '\u200b'}
      </span>
    </div>
  )
}

function FoldRow({ fold }: { fold: Fold }) {
  const [open, setOpen] = useState(false)
  if (open) return fold.lines.map((line) => <Line key={`${line.before}-${line.after}`} line={line} />)
  return (
    <button type="button" className="diff-fold" onClick={() => setOpen(true)}>
      {strings.unchanged(fold.lines.length)}
    </button>
  )
}

export function DiffView({ before, after, label, same }: { before: string; after: string; label: string; same: string }) {
  const lines = useMemo(() => diffLines(before, after), [before, after])
  const rows = useMemo(() => foldSame(lines), [lines])
  const { added, removed } = countChanges(lines)
  if (added + removed === 0) return <p className="muted diff-none">{same}</p>
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      <div className="diff-head">
        <span className="diff-added">+{added}</span> <span className="diff-removed">−{removed}</span>
      </div>
      {rows.map((row, index) =>
        row.kind === 'fold' ? (
          <FoldRow key={`fold-${row.lines[0]?.before ?? index}`} fold={row} />
        ) : (
          <Line key={`${row.before}-${row.after}`} line={row} />
        ),
      )}
    </div>
  )
}
