/** Documents and attachments, for operators and for agents. */
import { AppError } from '../../contract/errors.ts'
import type { documentOperations } from '../../contract/operations-documents.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { DocumentWholeRow } from '../../store/documents.ts'
import type { TaskRow } from '../../store/tasks.ts'
import { createAttachmentService } from '../attachment-service.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import { createDocumentService } from '../document-service.ts'
import type { Entities } from '../entities.ts'
import { pick } from './operator.ts'

export function documentHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<keyof typeof documentOperations> {
  const { store } = deps
  const { seen, writable } = createBoardAccess(entities)
  const documents = createDocumentService(deps, { entities })
  const attachments = createAttachmentService(deps)

  const mustTask = (params: { board_id: string; task_id: string }): TaskRow =>
    entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id)
  const mustAttachment = (id: string) => entities.must(store.attachments.get(id), 'file')

  /** A document of this board; `access` says whether the agent may look or write. */
  function agentsDocument(agent: AgentRow, params: { board_id: string; document_id: string }, access: typeof seen): DocumentWholeRow {
    const board = access(agent, params.board_id)
    const document = documents.must(params.document_id)
    if (document.board_id !== board.id) throw new AppError('not_found', 'There is no such document on this board.')
    return document
  }

  /** What agents read costs: they know what they have just written. */
  const withoutContent = ({ content: _, ...info }: DocumentWholeRow) => info

  return {
    listDocuments: ({ params, query }) => ({
      ...store.documents.list({ board_id: entities.mustBoard(params.board_id).id, ...query }),
      ...pick(query),
    }),
    createDocument: ({ params, body }) => documents.create(entities.mustBoard(params.board_id), null, body),
    getDocument: ({ params }) => documents.must(params.document_id),
    updateDocument: ({ params, body }) => documents.update(documents.must(params.document_id), null, body),
    deleteDocument({ params }) {
      documents.remove(documents.must(params.document_id))
      return { ok: true }
    },
    listDocumentVersions: ({ params, query }) => ({
      ...store.documents.versions(documents.must(params.document_id).id, query),
      ...pick(query),
    }),
    getDocumentVersion({ params }) {
      const version = entities.must(store.documents.version(params.version_id), 'version')
      if (version.document_id !== documents.must(params.document_id).id)
        throw new AppError('not_found', 'There is no such version of this document.')
      return version
    },
    restoreDocument: ({ params, body }) => documents.restore(documents.must(params.document_id), body),

    agentDocuments: ({ agent, params, query }) => ({
      ...store.documents.list({ board_id: seen(agent, params.board_id).id, ...query }),
      ...pick(query),
    }),
    agentCreateDocument: ({ agent, params, body }) => withoutContent(documents.create(writable(agent, params.board_id), agent, body)),
    agentDocument: ({ agent, params }) => agentsDocument(agent, params, seen),
    agentUpdateDocument: ({ agent, params, body }) =>
      withoutContent(documents.update(agentsDocument(agent, params, writable), agent, body)),

    listAttachments: ({ params, query }) => ({ ...store.attachments.list({ task_id: mustTask(params).id, ...query }), ...pick(query) }),
    createAttachment: ({ params, query, raw }) => attachments.upload(mustTask(params), null, { raw, ...query }),
    getAttachment: ({ params }) => mustAttachment(params.attachment_id),
    downloadAttachment: ({ params, raw }) => attachments.download(mustAttachment(params.attachment_id), raw.headers),
    deleteAttachment({ params }) {
      attachments.remove(mustAttachment(params.attachment_id))
      return { ok: true }
    },

    agentAttachments: ({ agent, params, query }) => ({
      ...store.attachments.list({ task_id: entities.mustTask(seen(agent, params.board_id).id, params.task_id).id, ...query }),
      ...pick(query),
    }),
    agentCreateAttachment: ({ agent, params, query, raw }) =>
      attachments.upload(entities.mustTask(writable(agent, params.board_id).id, params.task_id), agent, { raw, ...query }),
    agentDownloadAttachment({ agent, params, raw }) {
      const board = seen(agent, params.board_id)
      const attachment = mustAttachment(params.attachment_id)
      if (attachment.board_id !== board.id) throw new AppError('not_found', 'There is no such file on this board.')
      return attachments.download(attachment, raw.headers)
    },
  }
}
