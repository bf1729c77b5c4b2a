/** Documents: who wrote what, on which version it was based, and what became of it. */
import { AppError } from '../contract/errors.ts'
import type { BodyOf } from '../contract/operations.ts'
import { nextContent } from '../domain/document-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Author, DocumentRow, DocumentWholeRow } from '../store/documents.ts'
import type { ApiDeps } from './deps.ts'
import type { Entities } from './entities.ts'

export const authorOf = (agent: AgentRow | null): Author =>
  agent
    ? { author_type: 'agent', author_name: agent.name, agent_id: agent.id }
    : { author_type: 'user', author_name: 'Operator', agent_id: null }

export function createDocumentService({ store }: Pick<ApiDeps, 'store'>, { entities }: { entities: Entities }) {
  function record(event: {
    type: string
    verb: string
    document: DocumentRow
    agent: AgentRow | null
    data?: Record<string, unknown>
  }): void {
    const { document, agent } = event
    const by = authorOf(agent)
    store.activity.record({
      event_type: `document.${event.type}`,
      message: `${by.author_name} ${event.verb} the document ${document.title}`,
      actor_type: by.author_type,
      actor_name: by.author_name,
      agent_id: by.agent_id,
      board_id: document.board_id,
      task_id: document.task_id,
      data: { document_id: document.id, version: document.version, ...event.data },
    })
  }

  function checkTask(board: BoardRow, taskId: string | null | undefined): void {
    if (taskId === null || taskId === undefined) return
    if (store.tasks.get(taskId)?.board_id !== board.id)
      throw new AppError('not_found', 'There is no such task on this board.', { field: 'body.task_id' })
  }

  const must = (id: string): DocumentWholeRow => entities.must(store.documents.whole(id), 'document')

  /** Writes a change; nothing at all when everything is as it was. */
  function change(before: DocumentWholeRow, agent: AgentRow | null, patch: BodyOf<'updateDocument'>): DocumentWholeRow {
    return store.write(() => {
      const now = must(before.id)
      const content = nextContent(now, patch)
      const fields = {
        title: patch.title === now.title ? undefined : patch.title,
        type: patch.type === now.type ? undefined : patch.type,
        task_id: patch.task_id === now.task_id ? undefined : patch.task_id,
        content,
      }
      const changed = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]))
      if (changed.length === 0) return now
      store.documents.update(now.id, fields, authorOf(agent))
      const after = must(now.id)
      record({ type: 'updated', verb: 'changed', document: after, agent, data: { fields: changed } })
      return after
    })
  }

  return {
    must,
    create(board: BoardRow, agent: AgentRow | null, body: BodyOf<'createDocument'>): DocumentWholeRow {
      checkTask(board, body.task_id)
      return store.write(() => {
        const id = store.documents.create({ ...body, board_id: board.id, task_id: body.task_id ?? null, by: authorOf(agent) })
        const document = must(id)
        record({ type: 'created', verb: 'wrote', document, agent })
        return document
      })
    },
    update(document: DocumentWholeRow, agent: AgentRow | null, body: BodyOf<'updateDocument'>): DocumentWholeRow {
      checkTask(entities.mustBoard(document.board_id), body.task_id)
      return change(document, agent, body)
    },
    restore(document: DocumentWholeRow, body: BodyOf<'restoreDocument'>): DocumentWholeRow {
      const version = entities.must(store.documents.version(body.version_id), 'version')
      if (version.document_id !== document.id) throw new AppError('not_found', 'There is no such version of this document.')
      return change(document, null, { content: version.content, base_version: body.base_version })
    },
    remove(document: DocumentWholeRow): void {
      store.write(() => {
        store.documents.remove(document.id)
        record({ type: 'deleted', verb: 'deleted', document, agent: null })
      })
    },
  }
}
