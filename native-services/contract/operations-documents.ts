/** Operations of documents and attachments. */
import { z } from 'zod'
import * as documents from './documents.ts'
import type { Operation } from './operations.ts'
import { ok, page, pageQuery } from './primitives.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const boardAgent = ['agent-lead', 'agent-worker'] as const
const ofBoard = '/boards/{board_id}/documents'
const one = '/documents/{document_id}'
const ofTask = '/boards/{board_id}/tasks/{task_id}/attachments'
const file = z.custom<Response>()
const upload =
  'the file itself is the body, its name stands percent-encoded in the header X-File-Name; images, pdf, doc, docx, txt, csv, json, md, at most 20 MiB'

// oxfmt-ignore
export const documentOperations = {
  listDocuments: { method: 'GET', path: ofBoard, auth: 'operator', tags: ['documents'], summary: 'Documents of a board or of one of its tasks, last changed first', query: documents.documentsQuery, response: page(documents.documentInfo) },
  createDocument: { method: 'POST', path: ofBoard, auth: 'operator', tags: ['documents'], summary: 'Write a document', body: documents.documentCreate, status: 201, response: documents.documentWhole },
  getDocument: { method: 'GET', path: one, auth: 'operator', tags: ['documents'], summary: 'One document with its content', response: documents.documentWhole },
  updateDocument: { method: 'PATCH', path: one, auth: 'operator', tags: ['documents'], summary: 'Change a document; with `base_version` it is refused (409) when the content was changed meanwhile', body: documents.documentUpdate, response: documents.documentWhole },
  deleteDocument: { method: 'DELETE', path: one, auth: 'operator', tags: ['documents'], summary: 'Delete a document; the answer has an undo token', response: ok },
  listDocumentVersions: { method: 'GET', path: `${one}/versions`, auth: 'operator', tags: ['documents'], summary: 'Its versions, newest first', query: pageQuery, response: page(documents.documentVersionInfo) },
  getDocumentVersion: { method: 'GET', path: `${one}/versions/{version_id}`, auth: 'operator', tags: ['documents'], summary: 'One version with its content', response: documents.documentVersion },
  restoreDocument: { method: 'POST', path: `${one}/restore`, auth: 'operator', tags: ['documents'], summary: 'Make the content of an older version the newest one', body: documents.documentRestore, response: documents.documentWhole },
  agentDocuments: { method: 'GET', path: `/agent${ofBoard}`, auth: 'agent', tags: anyAgent, summary: 'Documents of your board, last changed first', query: documents.documentsQuery, response: page(documents.documentInfo) },
  agentCreateDocument: { method: 'POST', path: `/agent${ofBoard}`, auth: 'agent', tags: boardAgent, summary: 'Write a document; the answer leaves its content out', body: documents.documentCreate, status: 201, response: documents.documentInfo },
  agentDocument: { method: 'GET', path: `/agent${ofBoard}/{document_id}`, auth: 'agent', tags: anyAgent, summary: 'One document with its content', response: documents.documentWhole },
  agentUpdateDocument: { method: 'PATCH', path: `/agent${ofBoard}/{document_id}`, auth: 'agent', tags: boardAgent, summary: 'Change a document; with `base_version` it is refused (409) when the content was changed meanwhile; the answer leaves its content out', body: documents.documentUpdate, response: documents.documentInfo },

  listAttachments: { method: 'GET', path: ofTask, auth: 'operator', tags: ['attachments'], summary: 'Files of a task, oldest first', query: documents.attachmentsQuery, response: page(documents.attachment) },
  createAttachment: { method: 'POST', path: ofTask, auth: 'operator', tags: ['attachments'], summary: `Attach a file: ${upload}`, query: documents.attachmentUploadQuery, raw: true, status: 201, response: documents.attachment },
  getAttachment: { method: 'GET', path: '/attachments/{attachment_id}', auth: 'operator', tags: ['attachments'], summary: 'What is known of a file', response: documents.attachment },
  downloadAttachment: { method: 'GET', path: '/attachments/{attachment_id}/content', auth: 'operator', tags: ['attachments'], summary: 'The file', response: file, binary: true },
  deleteAttachment: { method: 'DELETE', path: '/attachments/{attachment_id}', auth: 'operator', tags: ['attachments'], summary: 'Delete a file; the answer has an undo token', response: ok },
  agentAttachments: { method: 'GET', path: `/agent${ofTask}`, auth: 'agent', tags: anyAgent, summary: 'Files of a task, oldest first', query: documents.attachmentsQuery, response: page(documents.attachment) },
  agentCreateAttachment: { method: 'POST', path: `/agent${ofTask}`, auth: 'agent', tags: boardAgent, summary: `Attach a file: ${upload}`, query: documents.attachmentUploadQuery, raw: true, status: 201, response: documents.attachment },
  agentDownloadAttachment: { method: 'GET', path: '/agent/boards/{board_id}/attachments/{attachment_id}/content', auth: 'agent', tags: anyAgent, summary: 'The file', response: file, binary: true },
} as const satisfies Record<string, Operation>
