/** Which operations of an operator can be taken back, and what each acts on. Their answers carry the token in a header. */
import { undoHeader } from '../contract/board-work.ts'
import type { OperationId } from '../contract/operations.ts'
import type { ApiDeps, ApiRequest, Handlers } from './deps.ts'
import type { Subject, UndoService } from './undo-service.ts'

/** Undefined when there is no such thing: the handler says so. */
type About<Id extends OperationId> = (request: Pick<ApiRequest<Id>, 'params' | 'body'>) => Subject | undefined

function subjects({ store }: Pick<ApiDeps, 'store'>) {
  const named = (kind: string, words: string, row: { name: string; board_id?: string | null } | undefined): Subject | undefined =>
    row && { kind, words: `the ${words} ${row.name}`, board_id: row.board_id ?? null }
  const board = (id: string): Subject | undefined => {
    const row = store.boards.get(id)
    return row && { kind: 'board', words: `the board ${row.name}`, data: { board_id: row.id } }
  }
  const changedBoard = (id: string): Subject | undefined => {
    const subject = board(id)
    return subject && { ...subject, board_id: id }
  }
  const tasks = (ids: readonly string[]): Subject => ({ kind: 'task', words: 'the task', task_ids: ids })
  const group = (id: string) => named('board_group', 'board group', store.boardGroups.get(id))
  const tag = (id: string) => named('tag', 'tag', store.tags.get(id))
  const field = (id: string): Subject | undefined => {
    const row = store.customFields.get(id)
    return row && { kind: 'custom_field', words: `the custom field ${row.label}` }
  }
  const recurring = (id: string) => named('recurring_task', 'recurring task', store.recurringTasks.get(id))
  const taskTemplate = (id: string) => named('task_template', 'template', store.templates.task(id))
  const boardTemplate = (id: string) => named('board_template', 'template', store.templates.board(id))
  const webhook = (id: string): Subject | undefined => {
    const row = store.webhooks.get(id)
    return row && { kind: 'webhook', words: `the webhook ${row.description || 'without a name'}`, board_id: row.board_id }
  }
  const outgoing = (id: string) => named('outgoing_webhook', 'outgoing webhook', store.webhooksOut.get(id))

  return {
    updateBoard: ({ params }) => changedBoard(params.board_id),
    deleteBoard: ({ params }) => board(params.board_id),
    updateBoardGroup: ({ params }) => group(params.board_group_id),
    deleteBoardGroup: ({ params }) => group(params.board_group_id),
    updateTask: ({ params }) => tasks([params.task_id]),
    deleteTask: ({ params }) => tasks([params.task_id]),
    bulkUpdateTasks: ({ body }) => tasks(body.task_ids),
    archiveDoneTasks: ({ params }) => tasks(store.tasks.idsIn(params.board_id, 'done')),
    deleteComment({ params }) {
      const comment = store.messages.get(params.comment_id)
      const task = comment && store.tasks.get(comment.task_id)
      return task && { kind: 'task.comment', words: `a comment on #${task.number}`, board_id: task.board_id, task_id: task.id }
    },
    deleteDocument({ params }) {
      const row = store.documents.get(params.document_id)
      return (
        row && {
          kind: 'document',
          words: `the document ${row.title}`,
          board_id: row.board_id,
          task_id: row.task_id,
          data: { document_id: row.id },
        }
      )
    },
    deleteAttachment({ params }) {
      const row = store.attachments.get(params.attachment_id)
      return (
        row && {
          kind: 'attachment',
          words: `the file ${row.file_name}`,
          board_id: row.board_id,
          task_id: row.task_id,
          data: { attachment_id: row.id },
        }
      )
    },
    updateTag: ({ params }) => tag(params.tag_id),
    deleteTag: ({ params }) => tag(params.tag_id),
    mergeTag: ({ params }) => tag(params.tag_id),
    updateCustomField: ({ params }) => field(params.custom_field_id),
    deleteCustomField: ({ params }) => field(params.custom_field_id),
    updateRecurringTask: ({ params }) => recurring(params.recurring_task_id),
    deleteRecurringTask: ({ params }) => recurring(params.recurring_task_id),
    updateTaskTemplate: ({ params }) => taskTemplate(params.task_template_id),
    deleteTaskTemplate: ({ params }) => taskTemplate(params.task_template_id),
    updateBoardTemplate: ({ params }) => boardTemplate(params.board_template_id),
    deleteBoardTemplate: ({ params }) => boardTemplate(params.board_template_id),
    updateWebhook: ({ params }) => webhook(params.webhook_id),
    deleteWebhook: ({ params }) => webhook(params.webhook_id),
    updateOutgoingWebhook: ({ params }) => outgoing(params.webhook_id),
    deleteOutgoingWebhook: ({ params }) => outgoing(params.webhook_id),
    setModelPrices: () => ({ kind: 'usage.prices', words: 'the prices' }),
    setUsageCap: ({ params }) => ({ kind: 'usage.cap', words: `the cap of ${store.agents.get(params.scope)?.name ?? 'all agents'}` }),
    waiveUsageCap: ({ params }) => ({ kind: 'usage.cap', words: `the cap of ${store.agents.get(params.scope)?.name ?? 'all agents'}` }),
  } as const satisfies { readonly [Id in OperationId]?: About<Id> }
}

/** The same handlers; what those in the table do can be taken back. */
export function withUndo(deps: Pick<ApiDeps, 'store'>, handlers: Handlers, undo: Pick<UndoService, 'record'>): Handlers {
  const undoable = Object.entries(subjects(deps)) as [OperationId, About<OperationId>][]
  const wrapped = undoable.map(([id, about]) => {
    const handler = handlers[id] as (request: ApiRequest<OperationId>) => unknown
    return [
      id,
      (request: ApiRequest<OperationId>) => {
        const subject = about(request)
        if (!subject) return handler(request)
        const { result, token } = undo.record(subject, () => handler(request))
        if (result instanceof Promise) throw new Error(`${id} cannot be undone: what it does after it waited is not written down.`)
        if (token) request.setHeader(undoHeader, token)
        return result
      },
    ] as const
  })
  return { ...handlers, ...(Object.fromEntries(wrapped) as Partial<Handlers>) }
}
