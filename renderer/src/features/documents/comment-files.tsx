/** The files that came with a comment, under its words. */
import './documents.css'
import { Paperclip } from 'lucide-react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { sizeWords } from './size-words.ts'
import { strings } from './strings.ts'

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
            <span className="faint num">{sizeWords(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
