/** Backups. */
import { Readable } from 'node:stream'
import type { backupOperations } from '../../contract/operations-backups.ts'
import type { BackupService } from '../backup-service.ts'
import type { HandlerGroup } from '../deps.ts'
import { pick } from './operator.ts'

/** A file to keep, made while it is sent. */
export function downloadAnswer(name: string, body: Readable): Response {
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

export function backupHandlers(backups: BackupService): HandlerGroup<keyof typeof backupOperations> {
  return {
    async listBackups({ query }) {
      const all = backups.list()
      return { items: all.slice(query.offset, query.offset + query.limit), total: all.length, ...pick(query), state: await backups.state() }
    },
    createBackup: ({ body }) => backups.create(body),
    previewBackup: ({ params }) => backups.preview(params.backup_id),
    async downloadBackup({ params }) {
      const { name, body } = await backups.download(params.backup_id)
      return downloadAnswer(name, body)
    },
    restoreBackup: ({ params, body }) => backups.restore(params.backup_id, body),
    deleteBackup({ params }) {
      backups.remove(params.backup_id)
      return { ok: true }
    },
  }
}
