/** The versions of a document, each against the present one, and the way back. */
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { DocumentVersion, DocumentVersionInfo, DocumentWhole } from '../../../../native-services/contract/documents.ts'
import { api, explain } from '../../lib/api.ts'
import { byAuthor } from '../../lib/author.ts'
import { attempt } from '../../lib/toast.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { DiffView } from '../agent-files/diff-view.tsx'
import { strings } from './strings.ts'

const words = strings.versions

export function DocumentHistory({
  document,
  dirty,
  onRestored,
}: {
  document: DocumentWhole
  /** There are changes that restoring would drop. */
  dirty: boolean
  onRestored: (document: DocumentWhole) => void
}) {
  const [versions, setVersions] = useState<readonly DocumentVersionInfo[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [chosen, setChosen] = useState<DocumentVersion | null>(null)
  const [busy, setBusy] = useState(false)
  const { id, version } = document

  useEffect(() => {
    let current = true
    setChosen(null)
    api.call('listDocumentVersions', { params: { document_id: id }, query: { limit: 100 } }).then(
      (page) => current && setVersions(page.items),
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [id, version])

  const choose = async (info: DocumentVersionInfo) => {
    const params = { document_id: id, version_id: info.id }
    const whole = await attempt(() => api.call('getDocumentVersion', { params }), { failed: words.failed })
    if (whole) setChosen(whole)
  }
  const restore = async () => {
    if (!chosen || busy) return
    setBusy(true)
    const restored = await attempt(
      () => api.call('restoreDocument', { params: { document_id: id }, body: { version_id: chosen.id, base_version: version } }),
      { failed: words.failed, done: words.restored },
    )
    setBusy(false)
    if (restored) onRestored(restored)
  }

  if (error) return <p className="muted files-pad">{error}</p>
  if (!versions) return <div className="skeleton" style={{ height: 120, margin: 14 }} />
  if (versions.length === 0) return <p className="muted files-pad">{words.none}</p>
  return (
    <div className="history document-history">
      <ol className="history-list" aria-label={words.list}>
        {versions.map((each) => (
          <li key={each.id}>
            <button type="button" className="history-item" aria-pressed={chosen?.id === each.id} onClick={() => void choose(each)}>
              <span className="row" style={{ justifyContent: 'space-between' }}>
                <span className="truncate num">{strings.version(each.version)}</span>
                <span className="faint">
                  <RelativeTime at={each.created_at} />
                </span>
              </span>
              <span className="faint history-reason">{each.version === version ? words.current : byAuthor(each.author_name)}</span>
            </button>
          </li>
        ))}
      </ol>
      <div className="history-diff">
        {chosen ? (
          <>
            <div className="history-bar">
              <span className="muted grow">{dirty ? words.draftFirst : words.against}</span>
              <Button
                size="compact-xs"
                loading={busy}
                disabled={dirty || chosen.content === document.content}
                onClick={() => void restore()}
              >
                {words.restore}
              </Button>
            </div>
            <DiffView before={document.content} after={chosen.content} label={words.against} same={words.same} />
          </>
        ) : null}
      </div>
    </div>
  )
}
