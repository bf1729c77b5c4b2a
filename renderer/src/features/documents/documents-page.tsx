/** All documents of a board: a list, and the one that is open beside it. */
import './documents.css'
import { Button, Select, TextInput } from '@mantine/core'
import { FileText, Plus, Search } from 'lucide-react'
import { Link } from 'wouter'
import { documentTypes } from '../../../../native-services/contract/documents.ts'
import { keepQuery, navigate, useQuery } from '../../lib/hash-location.ts'
import { useBoard } from '../../lib/store.ts'
import { useBoardTasks } from '../../lib/board-tasks.ts'
import { BackTo, Empty, GonePage, LoadError, PageHead } from '../../ui/parts.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { DocumentEditor } from './document-editor.tsx'
import { DocumentList } from './document-list.tsx'
import { strings } from './strings.ts'
import { useDocuments } from './use-documents.ts'

export function DocumentsPage({ boardId, documentId }: { boardId: string; documentId: string | null }) {
  const board = useBoard(boardId)
  // Their numbers stand beside the documents of tasks.
  useBoardTasks(boardId)
  const { documents, error, loading, retry } = useDocuments(boardId)
  const [query, setQuery] = useQuery()
  const text = (query['q'] ?? '').toLowerCase()
  const type = query['type'] ?? ''
  const shown = documents.filter(
    (document) =>
      (type === '' || document.type === type) &&
      (text === '' || document.title.toLowerCase().includes(text) || document.excerpt.toLowerCase().includes(text)),
  )
  const at = (id: string | null) => keepQuery(`/boards/${boardId}/documents${id === null ? '' : `/${id}`}`)

  if (!board) return <GonePage title={boardStrings.gone} body={boardStrings.goneBody} href="/boards" back={boardStrings.allBoards} />
  return (
    <div className="page-flush">
      <PageHead title={strings.pageTitle(board.name)} lead={<BackTo href={`/boards/${boardId}`} label={strings.backToBoard} />} />
      <div className="documents-page" data-open={documentId === null ? undefined : ''}>
        <div className="documents-side">
          <div className="documents-filter">
            <TextInput
              data-page-filter
              className="grow"
              aria-label={strings.filter}
              placeholder={strings.filter}
              leftSection={<Search size={13} aria-hidden />}
              value={query['q'] ?? ''}
              onChange={(event) => setQuery({ q: event.currentTarget.value })}
            />
            <Select
              aria-label={strings.type}
              w={124}
              value={type}
              allowDeselect={false}
              data={[{ value: '', label: strings.allTypes }, ...documentTypes.map((each) => ({ value: each, label: strings.types[each] }))]}
              onChange={(value) => setQuery({ type: value })}
            />
          </div>
          <div className="documents-filter">
            <Button variant="default" fullWidth leftSection={<Plus size={14} aria-hidden />} onClick={() => navigate(at('new'))}>
              {strings.newDocument}
            </Button>
          </div>
          <div className="documents-scroll">
            {error ? <LoadError message={error} retry={retry} /> : null}
            {loading && documents.length === 0 && !error ? <div className="skeleton" style={{ height: 220 }} /> : null}
            <DocumentList documents={shown} selectedId={documentId} onOpen={(id) => navigate(at(id))} showTask />
            {!loading && !error && shown.length === 0 ? (
              <p className="faint document-empty">{documents.length === 0 ? strings.noneOfBoard : strings.noneLike}</p>
            ) : null}
          </div>
        </div>
        <div className="documents-main">
          {documentId === null && loading && documents.length === 0 ? null : documentId === null ? (
            <Empty icon={<FileText size={20} aria-hidden />} title={documents.length === 0 ? strings.none : strings.documents}>
              {documents.length === 0 ? strings.noneOfBoard : strings.pick}
            </Empty>
          ) : (
            <DocumentEditor
              key={documentId}
              boardId={boardId}
              taskId={null}
              documentId={documentId === 'new' ? null : documentId}
              onCreated={(document) => navigate(at(document.id), { replace: true })}
              onDeleted={() => navigate(at(null))}
              lead={
                <Link href={at(null)} className="link documents-back">
                  {strings.documents}
                </Link>
              }
            />
          )}
        </div>
      </div>
    </div>
  )
}
