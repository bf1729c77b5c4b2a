/** Documents as rows: what each is, who changed it last, how it begins. */
import { FileText } from 'lucide-react'
import type { DocumentInfo } from '../../../../native-services/contract/documents.ts'
import { plainText } from '../../../../native-services/contract/plain-text.ts'
import { authorName } from '../../lib/author.ts'
import { moveInList } from '../../lib/keys.ts'
import { useLive } from '../../lib/store.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { useDraft } from './drafts.ts'
import { strings } from './strings.ts'

function Row({
  document,
  selected,
  onOpen,
  showTask,
}: {
  document: DocumentInfo
  selected: boolean
  onOpen: () => void
  showTask: boolean
}) {
  const draft = useDraft(document.id)
  const task = useLive((state) => (document.task_id === null ? undefined : state.maps.task[document.task_id]))
  const words = plainText(document.excerpt)
  return (
    <li>
      <button type="button" data-row className="document-row" aria-current={selected ? 'true' : undefined} onClick={onOpen}>
        <FileText size={15} aria-hidden className="document-icon" />
        <span className="document-about">
          <span className="document-title">
            <b className="truncate">{document.title}</b>
            {draft ? <span className="unsaved">{strings.unsaved}</span> : null}
          </span>
          {words ? <span className="document-words truncate">{words}</span> : null}
          <span className="document-facts">
            <span className="document-type">{strings.types[document.type]}</span>
            {showTask && document.task_id !== null ? <span>{strings.ofTask(task?.number ?? null)}</span> : null}
            <span className="truncate">{authorName(document.edited_by_name)}</span>
            <RelativeTime at={document.updated_at} />
          </span>
        </span>
      </button>
    </li>
  )
}

export function DocumentList({
  documents,
  selectedId = null,
  onOpen,
  showTask = false,
}: {
  documents: readonly DocumentInfo[]
  selectedId?: string | null
  onOpen: (id: string) => void
  /** Say which task each belongs to. */
  showTask?: boolean
}) {
  return (
    <ul className="document-list" aria-label={strings.documents} onKeyDown={moveInList}>
      {documents.map((document) => (
        <Row
          key={document.id}
          document={document}
          selected={document.id === selectedId}
          onOpen={() => onOpen(document.id)}
          showTask={showTask}
        />
      ))}
    </ul>
  )
}
