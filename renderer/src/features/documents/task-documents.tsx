/** The Documents tab of a task: what was written for it, and its files. */
import './documents.css'
import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { LoadError } from '../../ui/parts.tsx'
import { Attachments } from './attachments.tsx'
import { DocumentEditor } from './document-editor.tsx'
import { DocumentList } from './document-list.tsx'
import { strings } from './strings.ts'
import { useDocuments } from './use-documents.ts'

export function TaskDocuments({ task }: { task: Task }) {
  const { documents, error, loading, retry } = useDocuments(task.board_id, task.id)
  const [open, setOpen] = useState<string | null>(null)
  const shown = documents.find((document) => document.id === open)
  return (
    <div className="task-documents">
      <div className="row">
        <h2 className="document-heading grow">{strings.documents}</h2>
        <Button variant="default" size="compact-xs" leftSection={<Plus size={13} aria-hidden />} onClick={() => setOpen('new')}>
          {strings.newDocument}
        </Button>
      </div>
      {error ? <LoadError message={error} retry={retry} /> : null}
      {documents.length > 0 ? <DocumentList documents={documents} onOpen={setOpen} /> : null}
      {documents.length === 0 && !loading && !error ? <p className="faint document-empty">{strings.noneOfTask}</p> : null}
      <Attachments boardId={task.board_id} taskId={task.id} />
      <Dialog
        opened={open !== null}
        onClose={() => setOpen(null)}
        size={1080}
        title={`#${task.number} · ${shown?.title ?? strings.newDocument}`}
        classNames={{ body: 'document-modal' }}
      >
        {open === null ? null : (
          <DocumentEditor
            key={open}
            boardId={task.board_id}
            taskId={task.id}
            documentId={open === 'new' ? null : open}
            onCreated={(document) => setOpen(document.id)}
            onDeleted={() => setOpen(null)}
          />
        )}
      </Dialog>
    </div>
  )
}
