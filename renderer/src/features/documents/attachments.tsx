/** Files of a task: chosen, dropped or pasted; with progress, thumbnails and a way back. */
import { Button, Tooltip } from '@mantine/core'
import { File as FileIcon, FileText, ImageOff, Paperclip, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { authorName } from '../../lib/author.ts'
import { bytes } from '../../lib/numbers.ts'
import { toastError } from '../../lib/toast.ts'
import { LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { UploadBar } from './comment-files.tsx'
import { strings } from './strings.ts'
import { acceptedFiles, pastedFiles } from './upload.ts'
import { deleteAttachment, useAttachments } from './use-documents.ts'
import { useFileDrop } from './use-file-drop.ts'
import { useUploads } from './use-uploads.ts'

const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/svg+xml'])
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

export function Attachments({ boardId, taskId }: { boardId: string; taskId: string }) {
  const { attachments, error, retry } = useAttachments(boardId, taskId)
  const { sending, add, cancel } = useUploads(boardId, taskId, { failed: (name, reason) => toastError(strings.uploadFailed(name), reason) })
  const input = useRef<HTMLInputElement>(null)
  const { over, place } = useFileDrop(add)
  const addLatest = useRef(add)
  addLatest.current = add

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = pastedFiles(event.clipboardData)
      if (event.defaultPrevented || files.length === 0) return
      event.preventDefault()
      addLatest.current(files)
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [])

  return (
    <section className="attachments" aria-label={strings.files} {...place}>
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
                  {bytes(file.size)} · {authorName(file.author_name)} · <RelativeTime at={file.created_at} />
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
              <UploadBar {...each} />
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
          accept={acceptedFiles}
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
