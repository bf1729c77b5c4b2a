/** Documents, their versions, and the rows of attachments; the bytes of attachments lie in files. */
import type { Attachment, DocumentInfo, DocumentType, DocumentVersion, DocumentVersionInfo } from '../contract/documents.ts'
import { documentRetentionMs } from '../contract/documents.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type DocumentRow = Stored<DocumentInfo>
export type DocumentWholeRow = DocumentRow & { content: string }
export type VersionInfoRow = Stored<DocumentVersionInfo>
export type VersionRow = Stored<DocumentVersion>
export type AttachmentRow = Stored<Attachment>

export interface Author {
  author_type: 'user' | 'agent'
  author_name: string
  agent_id: string | null
}
export interface DocumentPatch {
  title?: string | undefined
  type?: DocumentType | undefined
  task_id?: string | null | undefined
  content?: string | undefined
}

const excerptChars = 240
/** Of one document: so many versions, and so many characters in all of them together; the newest always stays. */
const versionsKept = 100
const versionCharsKept = 8_000_000

const infoColumns = `d.id, d.board_id, d.task_id, d.title, d.type, d.version, d.size, substr(d.content, 1, ${excerptChars}) AS excerpt, d.author_type,
  d.author_name, d.agent_id, d.edited_by_type, d.edited_by_name, d.created_at, d.updated_at`
const versionColumns = 'id, document_id, version, size, author_type, author_name, agent_id, created_at'

export function documentsRepository({ db, clock, touch }: RepositoryContext) {
  const info = db.prepare(`SELECT ${infoColumns} FROM documents d WHERE d.id = ? AND d.deleted_at IS NULL`)
  const whole = db.prepare(`SELECT ${infoColumns}, d.content FROM documents d WHERE d.id = ? AND d.deleted_at IS NULL`)
  const insertVersion =
    db.prepare(`INSERT INTO document_versions (id, document_id, version, content, size, author_type, author_name, agent_id, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const pruneVersions = db.prepare(`DELETE FROM document_versions WHERE id IN (
    SELECT id FROM (SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS chars FROM document_versions WHERE document_id = ?
      WINDOW newest AS (ORDER BY version DESC))
    WHERE place > 1 AND (place > ${versionsKept} OR chars > ${versionCharsKept}))`)

  function keepVersion(id: string, version: { number: number; content: string; by: Author }): void {
    const now = clock.now()
    const { number, content, by } = version
    insertVersion.run(createId(now), id, number, content, content.length, by.author_type, by.author_name, by.agent_id, now)
    pruneVersions.run(id)
  }

  return {
    /** Undefined also for one that was deleted. */
    get: (id: string) => info.get(id) as DocumentRow | undefined,
    whole: (id: string) => whole.get(id) as DocumentWholeRow | undefined,

    /** Last changed first, without contents. */
    list(
      filter: { board_id: string; task_id?: string | undefined; type?: DocumentType | undefined; of_board?: boolean | undefined } & Paging,
    ): Listed<DocumentRow> {
      const condition = where([
        ['d.board_id = ?', filter.board_id],
        ['d.deleted_at IS NULL'],
        filter.task_id !== undefined && ['d.task_id = ?', filter.task_id],
        filter.of_board === true && ['d.task_id IS NULL'],
        filter.type !== undefined && ['d.type = ?', filter.type],
      ])
      const items = db
        .prepare(`SELECT ${infoColumns} FROM documents d ${condition.sql} ORDER BY d.updated_at DESC, d.id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset) as DocumentRow[]
      const { n } = db.prepare(`SELECT count(*) AS n FROM documents d ${condition.sql}`).get(...condition.values) as { n: number }
      return { items, total: n }
    },

    create(entry: { board_id: string; task_id: string | null; title: string; content: string; type: DocumentType; by: Author }): string {
      const now = clock.now()
      const id = createId(now)
      const { by } = entry
      db.prepare(
        `INSERT INTO documents (id, board_id, task_id, title, content, type, size, author_type, author_name, agent_id, edited_by_type, edited_by_name,
          created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        entry.board_id,
        entry.task_id,
        entry.title,
        entry.content,
        entry.type,
        entry.content.length,
        by.author_type,
        by.author_name,
        by.agent_id,
        by.author_type,
        by.author_name,
        now,
        now,
      )
      keepVersion(id, { number: 1, content: entry.content, by })
      touch('document', id)
      return id
    },

    /** @param patch With a content only when it is another one: each makes a version. */
    update(id: string, patch: DocumentPatch, by: Author): void {
      const now = clock.now()
      const { content, ...fields } = patch
      const set = assignments({
        ...fields,
        ...(content !== undefined && { content, size: content.length }),
        edited_by_type: by.author_type,
        edited_by_name: by.author_name,
        updated_at: now,
      })
      const grown = content === undefined ? '' : ', version = version + 1'
      db.prepare(`UPDATE documents SET ${set.sql}${grown} WHERE id = ?`).run(...set.values, id)
      if (content !== undefined) {
        const { version } = db.prepare('SELECT version FROM documents WHERE id = ?').get(id) as { version: number }
        keepVersion(id, { number: version, content, by })
      }
      touch('document', id)
    },

    remove(id: string): void {
      db.prepare('UPDATE documents SET deleted_at = ? WHERE id = ?').run(clock.now(), id)
      touch('document', id, true)
    },
    /** Removes for good what was deleted long ago. */
    forgetOld(): void {
      db.prepare('DELETE FROM documents WHERE deleted_at <= ?').run(clock.now() - documentRetentionMs)
    },

    /** Newest first, without contents. */
    versions(id: string, paging: Paging): Listed<VersionInfoRow> {
      const items = db
        .prepare(`SELECT ${versionColumns} FROM document_versions WHERE document_id = ? ORDER BY version DESC LIMIT ? OFFSET ?`)
        .all(id, paging.limit, paging.offset) as VersionInfoRow[]
      const { n } = db.prepare('SELECT count(*) AS n FROM document_versions WHERE document_id = ?').get(id) as { n: number }
      return { items, total: n }
    },
    version: (id: string) =>
      db.prepare(`SELECT ${versionColumns}, content FROM document_versions WHERE id = ?`).get(id) as VersionRow | undefined,
  }
}

export function attachmentsRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM attachments WHERE id = ?')
  const ofComments = db.prepare('SELECT * FROM attachments WHERE task_id = ? AND comment_id IS NOT NULL ORDER BY id')
  const used = db.prepare('SELECT 1 FROM attachments WHERE sha256 = ? LIMIT 1')
  // A deleted row that can still be taken back lies in the steps of the undo.
  const kept = db.prepare('SELECT 1 FROM undo_steps WHERE expires_at > ? AND instr(steps_json, ?) > 0 LIMIT 1')

  return {
    get: (id: string) => byId.get(id) as AttachmentRow | undefined,

    /** Oldest first. */
    list(filter: { task_id: string; comment_id?: string | undefined } & Paging): Listed<AttachmentRow> {
      const condition = where([['task_id = ?', filter.task_id], filter.comment_id !== undefined && ['comment_id = ?', filter.comment_id]])
      const items = db
        .prepare(`SELECT * FROM attachments ${condition.sql} ORDER BY id LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset) as AttachmentRow[]
      const { n } = db.prepare(`SELECT count(*) AS n FROM attachments ${condition.sql}`).get(...condition.values) as { n: number }
      return { items, total: n }
    },
    count: (taskId: string): number =>
      (db.prepare('SELECT count(*) AS n FROM attachments WHERE task_id = ?').get(taskId) as { n: number }).n,

    add(entry: Omit<AttachmentRow, 'id' | 'created_at'>): AttachmentRow {
      const now = clock.now()
      const row: AttachmentRow = { ...entry, id: createId(now), created_at: now }
      db.prepare(
        `INSERT INTO attachments (id, board_id, task_id, comment_id, file_name, media_type, size, sha256, author_type, author_name, agent_id, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        row.id,
        row.board_id,
        row.task_id,
        row.comment_id,
        row.file_name,
        row.media_type,
        row.size,
        row.sha256,
        row.author_type,
        row.author_name,
        row.agent_id,
        row.created_at,
      )
      touch('attachment', row.id)
      return row
    },
    /** It comes with this comment from now on. */
    giveToComment(id: string, commentId: string): void {
      db.prepare('UPDATE attachments SET comment_id = ? WHERE id = ?').run(commentId, id)
      touch('attachment', id)
    },
    /** Comment id → what came with it, for a whole task. */
    byComment: (taskId: string): Map<string, AttachmentRow[]> =>
      Map.groupBy(ofComments.all(taskId) as (AttachmentRow & { comment_id: string })[], (row) => row.comment_id),
    remove(id: string): void {
      db.prepare('DELETE FROM attachments WHERE id = ?').run(id)
      touch('attachment', id, true)
    },

    /** A row needs this content, or will when a deletion is taken back. */
    needed: (sha256: string): boolean => used.get(sha256) !== undefined || kept.get(clock.now(), sha256) !== undefined,
  }
}

/** Tells of the documents and attachments that go with their task, whose rows the database deletes by itself. */
export function papersOf({ db, touch }: Pick<RepositoryContext, 'db' | 'touch'>) {
  const select = (column: 'task_id' | 'board_id') =>
    db.prepare(
      `SELECT 'document' AS kind, id FROM documents WHERE ${column} = ? UNION ALL SELECT 'attachment', id FROM attachments WHERE ${column} = ?`,
    )
  const ofTask = select('task_id')
  const ofBoard = select('board_id')
  const ofComment = db.prepare(`SELECT 'attachment' AS kind, id FROM attachments WHERE comment_id = ?`)
  const tell = (rows: unknown[]): void => {
    for (const { kind, id } of rows as { kind: 'document' | 'attachment'; id: string }[]) touch(kind, id, true)
  }
  return {
    /** Call it before the rows are deleted. */
    touchOfTask: (taskId: string): void => tell(ofTask.all(taskId, taskId)),
    touchOfComment: (commentId: string): void => tell(ofComment.all(commentId)),
    touchOfBoard: (boardId: string): void => tell(ofBoard.all(boardId, boardId)),
  }
}
