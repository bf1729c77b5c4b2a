/** Files of a task: chosen, dropped or pasted; with progress, thumbnails and a way back. */
import { Button, Tooltip } from '@mantine/core'
import { File as FileIcon, FileText, ImageOff, Paperclip, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { remember } from '../../lib/actions.ts'
import { toastError } from '../../lib/toast.ts'
import { LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { sizeWords } from './size-words.ts'
import { strings } from './strings.ts'
import { nameOf, startUpload, type Upload } from './upload.ts'
import { deleteAttachment, useAttachments } from './use-documents.ts'

const accept = 'image/*,.pdf,.doc,.docx,.txt,.csv,.json,.md'
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/svg+xml'])
/** One after the other beyond this many, so that the last does not wait for its first byte. */
const atOnce = 3

interface Sending {
  readonly key: string
  readonly name: string
  readonly share: number
}

function Thumbnail({ file }: { file: Attachment }) {
  const [broken, setBroken] = useState(false)
  if (!pictures.has(file.media_type))
    return (
      <span className="file-thumb">
        {file.media_type.startsWith('text/') ? <FileText size={18} aria-hidden /> : <FileIcon size={18} aria-hidden />}
      </span>
    )
  if (broken)
    return (
      <span className="file-thumb">
        <ImageOff size={18} aria-hidden />
      </span>
    )
  return <img className="file-thumb" src={`/api/v1/attachments/${file.id}/content`} alt="" loading="lazy" onError={() => setBroken(true)} />
}

function useUploads(boardId: string, taskId: string) {
  const [sending, setSending] = useState<readonly Sending[]>([])
  const running = useRef(new Map<string, Upload>())
  const waiting = useRef<{ key: string; file: File; name: string }[]>([])
  const count = useRef(0)
  useEffect(() => {
    const uploads = running.current
    return () => {
      waiting.current = []
      for (const upload of uploads.values()) upload.cancel()
    }
  }, [boardId, taskId])

  function next(): void {
    while (running.current.size < atOnce) {
      const item = waiting.current.shift()
      if (!item) return
      const { key, file, name } = item
      const upload = startUpload({
        boardId,
        taskId,
        file,
        name,
        onProgress: (share) => setSending((list) => list.map((each) => (each.key === key ? { ...each, share } : each))),
      })
      running.current.set(key, upload)
      upload.done
        .then(
          (saved) => remember('attachment', saved),
          (reason: unknown) => {
            if (!(reason instanceof DOMException && reason.name === 'AbortError')) toastError(strings.uploadFailed(name), reason)
          },
        )
        .finally(() => {
          running.current.delete(key)
          setSending((list) => list.filter((each) => each.key !== key))
          next()
        })
    }
  }
  return {
    sending,
    add(files: Iterable<File>) {
      const items = [...files].map((file) => ({ key: `upload-${(count.current += 1)}`, file, name: nameOf(file, new Date()) }))
      waiting.current.push(...items)
      setSending((list) => [...list, ...items.map(({ key, name }) => ({ key, name, share: 0 }))])
      next()
    },
    cancel(key: string) {
      waiting.current = waiting.current.filter((each) => each.key !== key)
      running.current.get(key)?.cancel()
      setSending((list) => list.filter((each) => each.key !== key))
    },
  }
}

export function Attachments({ boardId, taskId }: { boardId: string; taskId: string }) {
  const { attachments, error, retry } = useAttachments(boardId, taskId)
  const { sending, add, cancel } = useUploads(boardId, taskId)
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const addLatest = useRef(add)
  addLatest.current = add

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = event.clipboardData?.files
      if (event.defaultPrevented || !files || files.length === 0) return
      event.preventDefault()
      addLatest.current(files)
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [])

  return (
    <section
      className="attachments"
      aria-label={strings.files}
      data-over={over ? '' : undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setOver(false)
        add(event.dataTransfer.files)
      }}
    >
      <h2 className="document-heading">{strings.files}</h2>
      {error ? <LoadError message={error} retry={retry} /> : null}
      <ul className="file-grid" aria-label={strings.files}>
        {attachments.map((file) => (
          <li key={file.id} className="file-card">
            <a className="file-link" href={`/api/v1/attachments/${file.id}/content`} download={file.file_name}>
              <span className="visually-hidden">{strings.download} </span>
              <Thumbnail file={file} />
              <span className="file-about">
                <span className="truncate" title={file.file_name}>
                  {file.file_name}
                </span>
                <span className="faint num">
                  {sizeWords(file.size)} · {file.author_name} · <RelativeTime at={file.created_at} />
                </span>
              </span>
            </a>
            <Tooltip label={strings.delete}>
              <button
                type="button"
                className="iconbtn"
                aria-label={strings.deleteFile(file.file_name)}
                onClick={() => void deleteAttachment(file)}
              >
                <Trash2 size={13} aria-hidden />
              </button>
            </Tooltip>
          </li>
        ))}
        {sending.map((each) => (
          <li key={each.key} className="file-card">
            <span className="file-about">
              <span className="truncate">{each.name}</span>
              <span
                className="bar"
                role="progressbar"
                aria-label={each.name}
                aria-valuenow={Math.round(each.share * 100)}
                aria-valuemin={0}
                aria-valuemax={100}
              >
                <span style={{ width: `${each.share * 100}%` }} />
              </span>
            </span>
            <button type="button" className="iconbtn" aria-label={strings.cancel(each.name)} onClick={() => cancel(each.key)}>
              <X size={14} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <div className="file-drop">
        <span className="row row-wrap">
          <span>{over ? strings.dropNow : strings.dropHint}</span>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<Paperclip size={13} aria-hidden />}
            onClick={() => input.current?.click()}
          >
            {strings.attach}
          </Button>
        </span>
        <span className="faint">{strings.accepted}</span>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={accept}
          aria-label={strings.attach}
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
      </div>
    </section>
  )
}
