/** Files where comments are: those that came with one, and the progress of those on their way. */
import './documents.css'
import { Paperclip } from 'lucide-react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { bytes } from '../../lib/numbers.ts'
import { strings } from './strings.ts'

export function UploadBar({ name, share }: { name: string; share: number }) {
  const percent = Math.round(share * 100)
  return (
    <span className="bar" role="progressbar" aria-label={name} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <span style={{ width: `${percent}%` }} />
    </span>
  )
}

export function CommentFiles({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null
  return (
    <ul className="comment-files" aria-label={strings.files}>
      {files.map((file) => (
        <li key={file.id}>
          <a href={`/api/v1/attachments/${file.id}/content`} download={file.file_name}>
            <Paperclip size={12} aria-hidden />
            <span className="visually-hidden">{strings.download} </span>
            <span className="truncate">{file.file_name}</span>
            <span className="faint num">{bytes(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
