/** The files of a comment that is being written: chosen, dropped or pasted; each with its progress, what went wrong, and a way out. */
import { Button } from '@mantine/core'
import { Paperclip, RotateCw, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { ApiError, UnreachableError } from '../../../../native-services/contract/client.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useLive } from '../../lib/store.ts'
import { UploadBar } from '../documents/comment-files.tsx'
import { bytes } from '../../lib/numbers.ts'
import { acceptedFiles } from '../documents/upload.ts'
import { deleteAttachment } from '../documents/use-documents.ts'
import { type Sending, useUploads } from '../documents/use-uploads.ts'
import { changeDraft, readDraft } from './comment-drafts.ts'
import { strings } from './strings.ts'

const words = strings.files

interface Failure {
  readonly name: string
  readonly message: string
  /** Null when sending it once more cannot help, or when only its name is left of it. */
  readonly again: File | null
}

export interface DraftFiles {
  readonly ready: readonly Attachment[]
  readonly sending: readonly Sending[]
  readonly failures: readonly Failure[]
  /** For those who listen. */
  readonly said: string
  /** What the comment takes along. */
  ids(): string[]
  add(files: Iterable<File>): void
  cancel(sending: Sending): void
  dismiss(failure: Failure): void
  /** The comment was sent, and took them along. */
  clear(): void
}

/** Whether the same file may get through the next time: not when it was refused for what it is. */
const mayHelp = (reason: unknown): boolean =>
  reason instanceof UnreachableError || (reason instanceof ApiError && (reason.status >= 500 || reason.status === 429))

/** They lie with the task as soon as they are sent, so that a reload finds them; only the comment tells agents of them. */
export function useDraftFiles(draftKey: string, task: { board_id: string; id: string } | null): DraftFiles {
  const [fileIds, setFileIds] = useState(readDraft(draftKey).fileIds)
  const [failures, setFailures] = useState<readonly Failure[]>(() =>
    readDraft(draftKey).sending.map((name) => ({ name, message: words.cutOff, again: null })),
  )
  const boardId = task?.board_id ?? null
  const taskId = task?.id ?? null
  const [said, setSaid] = useState('')
  const known = useLive((state) => state.maps.attachment)
  const seen = useRef(new Set<string>())
  for (const id of fileIds) if (known[id]) seen.current.add(id)

  const keepIds = (ids: readonly string[]) => setFileIds(changeDraft(draftKey, { fileIds: ids }).fileIds)
  const noLongerSending = (name: string) => {
    const { sending } = readDraft(draftKey)
    if (sending.includes(name)) changeDraft(draftKey, { sending: sending.toSpliced(sending.indexOf(name), 1) })
  }
  // What a draft of before names may have been deleted meanwhile.
  useEffect(() => {
    const before = readDraft(draftKey).fileIds
    if (boardId === null || taskId === null || before.length === 0) return
    fetchAll((query) => api.call('listAttachments', { params: { board_id: boardId, task_id: taskId }, query })).then(
      (items) => {
        for (const item of items) remember('attachment', item)
        const gone = before.filter((id) => !items.some((item) => item.id === id))
        if (gone.length > 0)
          setFileIds(changeDraft(draftKey, { fileIds: readDraft(draftKey).fileIds.filter((id) => !gone.includes(id)) }).fileIds)
      },
      // Without an answer they stay; whoever sends them is told.
      () => undefined,
    )
  }, [draftKey, boardId, taskId])
  const uploads = useUploads(boardId ?? '', taskId ?? '', {
    done(saved, name) {
      noLongerSending(name)
      keepIds([...readDraft(draftKey).fileIds, saved.id])
      setSaid(words.attached(name))
    },
    failed(name, reason, file) {
      // What was cut off stays noted: so it is when the page is being left.
      const again = mayHelp(reason) ? file : null
      if (!again) noLongerSending(name)
      setFailures((list) => [...list, { name, message: explain(reason), again }])
    },
  })

  return {
    ready: fileIds.flatMap((id) => {
      const file = known[id]
      return file?.comment_id === null ? [file] : []
    }),
    sending: uploads.sending,
    failures,
    said,
    // One that was here and is gone was deleted; one that was never here is not loaded yet.
    ids: () => fileIds.filter((id) => (known[id] ? known[id].comment_id === null : !seen.current.has(id))),
    add(files) {
      const names = uploads.add(files)
      changeDraft(draftKey, { sending: [...readDraft(draftKey).sending, ...names] })
    },
    cancel({ key, name }) {
      uploads.cancel(key)
      noLongerSending(name)
    },
    dismiss(failure) {
      noLongerSending(failure.name)
      setFailures((list) => list.filter((each) => each !== failure))
    },
    clear: () => keepIds([]),
  }
}

function Failed({ failure, files }: { failure: Failure; files: DraftFiles }) {
  const { name, message, again } = failure
  return (
    <li className="composer-file" data-tone="bad">
      <span className="composer-file-words" role="alert">
        <b>{words.notAttached(name)}</b> {message}
      </span>
      {again ? (
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<RotateCw size={12} aria-hidden />}
          onClick={() => {
            files.dismiss(failure)
            files.add([new File([again], name, { type: again.type })])
          }}
        >
          {words.again}
        </Button>
      ) : null}
      <button type="button" className="iconbtn" aria-label={words.dismiss(name)} onClick={() => files.dismiss(failure)}>
        <X size={13} aria-hidden />
      </button>
    </li>
  )
}

export function ComposerFiles({ files }: { files: DraftFiles }) {
  const { ready, sending, failures, said } = files
  return (
    <>
      <span className="visually-hidden" role="status">
        {said}
      </span>
      {ready.length + sending.length + failures.length > 0 ? (
        <ul className="composer-files" aria-label={words.list}>
          {ready.map((file) => (
            <li key={file.id} className="composer-file">
              <Paperclip size={12} aria-hidden />
              <span className="truncate" title={file.file_name}>
                {file.file_name}
              </span>
              <span className="faint num">{bytes(file.size)}</span>
              <button
                type="button"
                className="iconbtn"
                aria-label={words.remove(file.file_name)}
                onClick={() => void deleteAttachment(file)}
              >
                <X size={13} aria-hidden />
              </button>
            </li>
          ))}
          {sending.map((each) => (
            <li key={each.key} className="composer-file">
              <span className="truncate">{each.name}</span>
              <UploadBar {...each} />
              <button type="button" className="iconbtn" aria-label={words.cancel(each.name)} onClick={() => files.cancel(each)}>
                <X size={13} aria-hidden />
              </button>
            </li>
          ))}
          {failures.map((failure, index) => (
            <Failed key={`${index}:${failure.name}`} failure={failure} files={files} />
          ))}
        </ul>
      ) : null}
    </>
  )
}

export function AttachButton({ add }: { add: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className="iconbtn" aria-label={words.attach} title={words.attachHint} onClick={() => input.current?.click()}>
        <Paperclip size={15} aria-hidden />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={acceptedFiles}
        aria-label={words.attach}
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
