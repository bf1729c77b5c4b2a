/** Taking back the deletion of a document or of an attachment. */
import { AppError } from '../contract/errors.ts'
import type { Store } from '../store/store.ts'
import type { KeptRows } from '../store/undo.ts'

export type PaperStep =
  | { kind: 'document_deleted'; document_id: string }
  | { kind: 'attachment_deleted'; attachment_id: string; rows: KeptRows[] }

export const isPaperStep = (step: { kind: string }): step is PaperStep =>
  step.kind === 'document_deleted' || step.kind === 'attachment_deleted'

export function restorePaper(store: Store, step: PaperStep): void {
  const by = { actor_type: 'user', actor_name: 'Operator' } as const
  if (step.kind === 'document_deleted') {
    const document = store.documents.restore(step.document_id)
    if (!document) throw new AppError('conflict', 'The document cannot come back: its task or its board was deleted since.')
    store.activity.record({
      event_type: 'document.restored',
      message: `Operator restored the document ${document.title}`,
      ...by,
      board_id: document.board_id,
      task_id: document.task_id,
      data: { document_id: document.id },
    })
    return
  }
  try {
    store.undo.restoreRows(step.rows)
  } catch (cause) {
    throw new AppError('conflict', 'The file cannot come back: its task or its comment was deleted since.', { cause })
  }
  store.attachments.restored(step.attachment_id)
  const attachment = store.attachments.get(step.attachment_id)
  if (!attachment) return
  store.activity.record({
    event_type: 'attachment.restored',
    message: `Operator restored the file ${attachment.file_name}`,
    ...by,
    board_id: attachment.board_id,
    task_id: attachment.task_id,
    data: { attachment_id: attachment.id },
  })
}
