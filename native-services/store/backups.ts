/** Backups lie in files; of them the store only tells that they changed. */
import type { RepositoryContext } from './store.ts'

export const backupTimer = { kind: 'backup', subject_id: 'schedule' } as const

export function backupsRepository({ touch }: RepositoryContext) {
  return {
    changed: (id: string, deleted = false): void => touch('backup', id, deleted),
  }
}
