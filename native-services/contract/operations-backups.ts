import { z } from 'zod'
import { backup, backupCreate, backupPreview, backupRestore, backupState } from './backups.ts'
import { job } from './entities.ts'
import type { Operation } from './operations.ts'
import { ok, page, pageQuery } from './primitives.ts'

// oxfmt-ignore
export const backupOperations = {
  listBackups: { method: 'GET', path: '/backups', auth: 'operator', tags: ['backups'], summary: 'Backups in the data folder, newest first', query: pageQuery, response: page(backup).extend({ state: backupState }) },
  createBackup: { method: 'POST', path: '/backups', auth: 'operator', tags: ['backups'], summary: 'Back up now, as a job', body: backupCreate, status: 202, response: job },
  previewBackup: { method: 'POST', path: '/backups/{backup_id}/preview', auth: 'operator', tags: ['backups'], summary: 'Check a backup, and say what restoring it would change', response: backupPreview },
  downloadBackup: { method: 'GET', path: '/backups/{backup_id}/download', auth: 'operator', scope: 'admin', tags: ['backups'], summary: 'The backup as one .tar.gz; unpacked into the backups folder of another installation it can be restored there', binary: true, response: z.unknown() },
  restoreBackup: { method: 'POST', path: '/backups/{backup_id}/restore', auth: 'operator', tags: ['backups'], summary: 'Put a backup in the place of what is here, as a job; what is here becomes a backup itself', body: backupRestore, status: 202, response: job },
  deleteBackup: { method: 'DELETE', path: '/backups/{backup_id}', auth: 'operator', tags: ['backups'], summary: 'Delete a backup', response: ok },
} as const satisfies Record<string, Operation>
