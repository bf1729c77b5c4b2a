/** Attachments: a file on disk and its row, both or neither. */
import { attachmentBytesMax, fileNameHeader } from '../contract/documents.ts'
import { limitWords } from '../contract/body-limits.ts'
import { AppError } from '../contract/errors.ts'
import { allowedExtensions, attachmentType, cleanFileName, downloadHeaders } from '../domain/attachment-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { AttachmentRow } from '../store/documents.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { ApiDeps } from './deps.ts'
import { authorOf } from './document-service.ts'

const attachmentsPerTask = 200

function nameOf(headers: Headers): string {
  const given = headers.get(fileNameHeader)
  if (given === null)
    throw new AppError('invalid_request', 'Say what the file is called: percent-encoded in the header X-File-Name.', {
      field: 'header.x-file-name',
    })
  let decoded: string
  try {
    decoded = decodeURIComponent(given)
  } catch (cause) {
    throw new AppError('invalid_request', 'X-File-Name is not percent-encoded UTF-8.', { field: 'header.x-file-name', cause })
  }
  const name = cleanFileName(decoded)
  if (name === null) throw new AppError('invalid_request', 'X-File-Name holds no name.', { field: 'header.x-file-name' })
  return name
}

const tooLarge = (): AppError =>
  new AppError('payload_too_large', `The file is larger than ${limitWords(attachmentBytesMax)}. Put it elsewhere and attach a link.`)

export function createAttachmentService({ store, attachmentFiles: files }: Pick<ApiDeps, 'store' | 'attachmentFiles'>) {
  function record(event: { type: string; verb: string; attachment: AttachmentRow; agent: AgentRow | null }): void {
    const { attachment, agent } = event
    const by = authorOf(agent)
    store.activity.record({
      event_type: `attachment.${event.type}`,
      message: `${by.author_name} ${event.verb} ${attachment.file_name}`,
      actor_type: by.author_type,
      actor_name: by.author_name,
      agent_id: by.agent_id,
      board_id: attachment.board_id,
      task_id: attachment.task_id,
      data: { attachment_id: attachment.id, size: attachment.size, media_type: attachment.media_type },
    })
  }

  return {
    /** Everything that can be refused is refused before the body is read. */
    async upload(task: TaskRow, agent: AgentRow | null, upload: { raw: Request; comment_id?: string | undefined }): Promise<AttachmentRow> {
      const { raw, comment_id: commentId } = upload
      const name = nameOf(raw.headers)
      const type = attachmentType(name, raw.headers.get('content-type'))
      if (type === null)
        throw new AppError('invalid_request', `Such files are not accepted. These are: ${allowedExtensions.join(', ')}.`, {
          field: 'header.x-file-name',
        })
      if (commentId !== undefined && store.messages.get(commentId)?.task_id !== task.id)
        throw new AppError('not_found', 'There is no such comment on this task.', { field: 'query.comment_id' })
      if (store.attachments.count(task.id) >= attachmentsPerTask)
        throw new AppError('conflict', `A task has at most ${attachmentsPerTask} files. Delete some first.`)
      if (Number(raw.headers.get('content-length') ?? 0) > attachmentBytesMax) throw tooLarge()
      const received = await files.receive(raw.body, attachmentBytesMax)
      if (!received) throw tooLarge()
      try {
        if (received.size === 0) throw new AppError('invalid_request', 'The file is empty.', { field: 'body' })
        return store.write(() => {
          // Read anew: the body took its time, and the task may be gone.
          if (!store.tasks.get(task.id)) throw new AppError('not_found', 'The task was deleted while the file was sent.')
          const attachment = store.attachments.add({
            board_id: task.board_id,
            task_id: task.id,
            comment_id: commentId ?? null,
            file_name: name,
            media_type: type,
            size: received.size,
            sha256: received.sha256,
            ...authorOf(agent),
          })
          record({ type: 'added', verb: 'attached', attachment, agent })
          // Last, and inside: a file that cannot be kept undoes its row; a row that cannot be committed leaves a file for the next sweep.
          received.keep()
          return attachment
        })
      } finally {
        received.discard()
      }
    },

    download(attachment: AttachmentRow, headers: Headers): Response {
      const own = downloadHeaders(attachment)
      if (headers.get('if-none-match') === own['etag']) return new Response(null, { status: 304, headers: own })
      const body = files.read(attachment.sha256)
      if (!body) throw new AppError('gone', `The file ${attachment.file_name} is no longer on this disk.`)
      return new Response(body, { headers: own })
    },

    /** The bytes stay as long as it can be taken back. */
    remove(attachment: AttachmentRow): void {
      store.write(() => {
        store.attachments.remove(attachment.id)
        record({ type: 'deleted', verb: 'deleted the file', attachment, agent: null })
      })
    },
  }
}
