/** The versions of a text, each against the present one, and the way back. */
import { Button } from '@mantine/core'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { explain } from '../../lib/api.ts'
import { useOnReturn } from '../../lib/use-on-return.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { DiffView } from './diff-view.tsx'

export function VersionHistory<Info extends { readonly id: string; readonly created_at: string }, Whole extends { readonly id: string }>({
  list,
  whole,
  restore,
  row,
  dirty,
  now,
  textOf,
  isNow,
  words,
  className = '',
}: {
  /** Must stay the same function while it lists versions of the same text: a new one is asked. */
  list: () => Promise<readonly Info[]>
  /** Null: it was said why not. */
  whole: (info: Info) => Promise<Whole | null>
  restore: (version: Whole) => Promise<unknown>
  row: (info: Info, index: number) => { head: ReactNode; below: ReactNode }
  /** There are changes that restoring would drop. */
  dirty: boolean
  now: string
  textOf: (version: Whole) => string
  isNow: (version: Whole) => boolean
  words: { list: string; none: string; draftFirst: string; against: string; restore: string; same: string }
  className?: string
}) {
  const [versions, setVersions] = useState<readonly Info[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [chosen, setChosen] = useState<Whole | null>(null)
  const [busy, setBusy] = useState(false)
  const [turn, setTurn] = useState(0)
  useOnReturn(useCallback(() => setTurn((before) => before + 1), []))

  useEffect(() => {
    let current = true
    setChosen(null)
    list().then(
      (items) => {
        if (!current) return
        setVersions(items)
        setError(null)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [list, turn])

  const goBack = async () => {
    if (!chosen || busy) return
    setBusy(true)
    await restore(chosen).finally(() => setBusy(false))
  }

  if (error) return <p className="muted files-pad">{error}</p>
  if (!versions) return <div className="skeleton" style={{ height: 120, margin: 14 }} />
  if (versions.length === 0) return <p className="muted files-pad">{words.none}</p>
  return (
    <div className={`history ${className}`}>
      <ol className="history-list" aria-label={words.list}>
        {versions.map((version, index) => {
          const { head, below } = row(version, index)
          return (
            <li key={version.id}>
              <button
                type="button"
                className="history-item"
                aria-pressed={chosen?.id === version.id}
                onClick={() => void whole(version).then((answer) => answer && setChosen(answer))}
              >
                <span className="row" style={{ justifyContent: 'space-between' }}>
                  <span className="truncate num">{head}</span>
                  <span className="faint">
                    <RelativeTime at={version.created_at} />
                  </span>
                </span>
                <span className="faint history-reason">{below}</span>
              </button>
            </li>
          )
        })}
      </ol>
      <div className="history-diff">
        {chosen ? (
          <>
            <div className="history-bar">
              <span className="muted grow">{dirty ? words.draftFirst : words.against}</span>
              <Button size="compact-xs" loading={busy} disabled={dirty || isNow(chosen)} onClick={() => void goBack()}>
                {words.restore}
              </Button>
            </div>
            <DiffView before={now} after={textOf(chosen)} label={words.against} same={words.same} />
          </>
        ) : null}
      </div>
    </div>
  )
}
