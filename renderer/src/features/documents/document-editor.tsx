/** One document: read it, write it beside its preview, go back to what it was. A new one when there is no id yet. */
import './documents.css'
import '../agent-files/agent-files.css'
import { Button, Menu, SegmentedControl, Select, TextInput } from '@mantine/core'
import { Ellipsis, Trash2 } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { ApiError } from '../../../../native-services/contract/client.ts'
import { documentCharsMax, documentTypes, type DocumentWhole } from '../../../../native-services/contract/documents.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { authorName, byAuthor } from '../../lib/author.ts'
import { toast, toastError } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { DiffView } from '../agent-files/diff-view.tsx'
import { DocumentHistory } from './document-history.tsx'
import { DocumentPreview } from './document-preview.tsx'
import { DocumentSource } from './document-source.tsx'
import { type DocumentDraft, newKey, setDraft, useDraft } from './drafts.ts'
import { strings } from './strings.ts'
import { deleteDocument, useDocument } from './use-documents.ts'

type View = 'read' | 'edit' | 'history'
const blank: DocumentDraft = { title: '', type: 'note', content: '', base_version: 0 }

/** Somebody saved it since the editing began: both are here, one is chosen. */
function Meanwhile({ theirs, mine, onTake, onSave }: { theirs: DocumentWhole; mine: string; onTake: () => void; onSave: () => void }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="document-meanwhile">
      <Note tone="warning">
        {strings.meanwhile(authorName(theirs.edited_by_name), theirs.version)}
        <div className="row row-wrap" style={{ marginTop: 8 }}>
          <Button size="compact-xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? strings.hideCompare : strings.compare}
          </Button>
          <Button size="compact-xs" variant="default" onClick={onTake}>
            {strings.takeTheirs}
          </Button>
          <Button size="compact-xs" variant="default" onClick={onSave}>
            {strings.saveMine}
          </Button>
        </div>
      </Note>
      {open ? <DiffView before={theirs.content} after={mine} label={strings.theirsToMine} same={strings.versions.same} /> : null}
    </div>
  )
}

export function DocumentEditor({
  boardId,
  taskId,
  documentId,
  onCreated,
  onDeleted,
  lead,
}: {
  boardId: string
  /** Of a new document. */
  taskId: string | null
  documentId: string | null
  onCreated: (document: DocumentWhole) => void
  onDeleted: () => void
  /** At the end of the bar. */
  lead?: ReactNode
}) {
  const key = documentId ?? newKey(boardId, taskId)
  const draft = useDraft(key)
  const { document, problem, take, retry } = useDocument(documentId)
  const [view, setView] = useState<View>(documentId === null || draft ? 'edit' : 'read')
  const [saving, setSaving] = useState(false)

  if (documentId !== null && !document) {
    if (problem?.gone) return <Empty title={strings.gone}>{strings.goneBody}</Empty>
    if (problem) return <LoadError message={problem.message} retry={retry} />
    return <div className="skeleton" style={{ height: 320, margin: 14 }} />
  }

  const stored: DocumentDraft = document
    ? { title: document.title, type: document.type, content: document.content, base_version: document.version }
    : blank
  const now = draft ?? stored
  const stale = draft !== null && document !== null && draft.base_version !== document.version && draft.content !== document.content
  const tooLong = now.content.length > documentCharsMax
  const canSave = draft !== null && now.title.trim() !== '' && !tooLong

  function edit(patch: Partial<DocumentDraft>): void {
    const next = { ...now, ...patch }
    const same = next.title === stored.title && next.type === stored.type && next.content === stored.content
    setDraft(key, same ? null : next)
  }

  /** @param baseVersion The version that is known to be written over. */
  async function save(baseVersion = now.base_version): Promise<void> {
    if (!canSave || saving) return
    setSaving(true)
    const { title, type, content } = now
    try {
      if (document === null) {
        const created = await api.call('createDocument', { params: { board_id: boardId }, body: { title, type, content, task_id: taskId } })
        setDraft(key, null)
        remember('document', infoOf(created))
        toast(strings.created)
        onCreated(created)
        return
      }
      const saved = await api.call('updateDocument', {
        params: { document_id: document.id },
        body: { title, type, ...(content !== document.content && { content, base_version: baseVersion }) },
      })
      setDraft(key, null)
      take(saved)
      remember('document', infoOf(saved))
      toast(strings.saved)
    } catch (reason) {
      // What stands there now is fetched and shown beside what was typed.
      if (reason instanceof ApiError && reason.status === 409) retry()
      else toastError(strings.saveFailed, reason)
    } finally {
      setSaving(false)
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
      event.preventDefault()
      void save()
    }
  }

  return (
    // The keys of its fields come by here; it is no control itself.
    <div className="document-editor" role="group" aria-label={document?.title ?? strings.newDocument} onKeyDown={onKeyDown}>
      <div className="document-bar">
        {document ? (
          <SegmentedControl
            aria-label={strings.actions}
            value={view}
            onChange={(value) => setView(value as View)}
            data={[
              { value: 'read', label: strings.read },
              { value: 'edit', label: strings.edit },
              { value: 'history', label: strings.history },
            ]}
          />
        ) : null}
        <span className="grow" />
        {draft ? (
          <>
            <span className="unsaved" title={strings.unsavedHint}>
              {strings.unsaved}
            </span>
            <Button
              variant="subtle"
              onClick={() =>
                askOnce({
                  title: strings.discardTitle,
                  body: strings.discardBody,
                  confirmLabel: strings.discard,
                  onConfirm: () => setDraft(key, null),
                })
              }
            >
              {strings.discard}
            </Button>
          </>
        ) : null}
        {view === 'edit' || draft ? (
          <Button disabled={!canSave || stale} loading={saving} onClick={() => void save()}>
            {document ? strings.save : strings.create}
          </Button>
        ) : null}
        {document ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <button type="button" className="iconbtn" aria-label={strings.actions}>
                <Ellipsis size={15} aria-hidden />
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                color="red"
                leftSection={<Trash2 size={13} aria-hidden />}
                onClick={() => void deleteDocument(document).then((done) => done && onDeleted())}
              >
                {strings.delete}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
        {lead}
      </div>
      {stale ? (
        <Meanwhile theirs={document} mine={now.content} onTake={() => setDraft(key, null)} onSave={() => void save(document.version)} />
      ) : null}
      {tooLong ? <Note tone="bad">{strings.tooLong(now.content.length)}</Note> : null}
      {view === 'edit' ? (
        <>
          <div className="document-fields">
            <TextInput
              className="grow"
              aria-label={strings.title}
              placeholder={strings.titlePlaceholder}
              value={now.title}
              maxLength={2000}
              data-autofocus={document ? undefined : true}
              onChange={(event) => edit({ title: event.currentTarget.value })}
            />
            <Select
              aria-label={strings.type}
              allowDeselect={false}
              w={140}
              value={now.type}
              data={documentTypes.map((type) => ({ value: type, label: strings.types[type] }))}
              onChange={(type) => type && edit({ type })}
            />
          </div>
          <DocumentSource key={key} text={now.content} onChange={(content) => edit({ content })} />
        </>
      ) : null}
      {view === 'read' && document ? (
        <article className="document-read">
          <h2>{now.title}</h2>
          <p className="faint document-facts">
            <span className="document-type">{strings.types[now.type]}</span>
            <span className="num">{strings.version(document.version)}</span>
            <span>{byAuthor(document.edited_by_name)}</span>
            <RelativeTime at={document.updated_at} />
            <span className="num">{strings.characters(document.size)}</span>
          </p>
          <DocumentPreview text={now.content} empty={strings.emptyPreview} />
        </article>
      ) : null}
      {view === 'history' && document ? (
        <DocumentHistory
          document={document}
          dirty={draft !== null}
          onRestored={(restored) => {
            take(restored)
            remember('document', infoOf(restored))
            setView('read')
          }}
        />
      ) : null}
    </div>
  )
}

function infoOf({ content: _, ...info }: DocumentWhole) {
  return info
}
