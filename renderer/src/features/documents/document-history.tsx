/** The versions of a document, each against the present one, and the way back. */
import { useCallback } from 'react'
import type { DocumentWhole } from '../../../../native-services/contract/documents.ts'
import { api } from '../../lib/api.ts'
import { byAuthor } from '../../lib/author.ts'
import { attempt } from '../../lib/toast.ts'
import { VersionHistory } from '../agent-files/version-history.tsx'
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
  const { id, version } = document
  const list = useCallback(
    async () =>
      (await api.call('listDocumentVersions', { params: { document_id: id }, query: { limit: 100 } })).items.map((each) => ({
        ...each,
        current: each.version === version,
      })),
    [id, version],
  )
  return (
    <VersionHistory
      className="document-history"
      list={list}
      whole={(info) =>
        attempt(() => api.call('getDocumentVersion', { params: { document_id: id, version_id: info.id } }), { failed: words.failed })
      }
      restore={async (chosen) => {
        const body = { version_id: chosen.id, base_version: version }
        const restored = await attempt(() => api.call('restoreDocument', { params: { document_id: id }, body }), {
          failed: words.failed,
          done: words.restored,
        })
        if (restored) onRestored(restored)
      }}
      row={(each) => ({ head: strings.version(each.version), below: each.current ? words.current : byAuthor(each.author_name) })}
      dirty={dirty}
      now={document.content}
      textOf={(chosen) => chosen.content}
      isNow={(chosen) => chosen.content === document.content}
      words={words}
    />
  )
}
