import { describe, expect, it } from 'vitest'
import type { BackupReason } from '../../../native-services/contract/backups.ts'
import { backupsToDelete } from '../../../native-services/domain/backup-retention.ts'

const day = 86_400_000
const monday = Date.UTC(2026, 0, 5)
const at = (days: number, reason: BackupReason = 'scheduled', problem: string | null = null) => ({
  id: `${reason}-${days}`,
  reason,
  created_at: monday + days * day,
  problem,
})
const limits = { keep_newest: 7, keep_weekly: 4 }
const kept = (backups: ReturnType<typeof at>[]) => {
  const gone = new Set(backupsToDelete(backups, limits))
  return backups.filter((each) => !gone.has(each.id)).map((each) => each.id)
}

describe('backups that are kept', () => {
  it('are the newest seven and the newest of each of the last four weeks', () => {
    const daily = Array.from({ length: 60 }, (_, n) => at(n))
    // Day 59 is a Thursday: its week is the first of the four.
    expect(kept(daily)).toEqual([41, 48, 53, 54, 55, 56, 57, 58, 59].map((n) => `scheduled-${n}`))
  })

  it('include everything that was made by hand', () => {
    const byHand = Array.from({ length: 40 }, (_, n) => at(n, 'manual'))
    expect(backupsToDelete(byHand, limits)).toEqual([])
  })

  it('include three from before migrations and three from before restores', () => {
    const others = [1, 2, 3, 4, 5].flatMap((n) => [at(n, 'before_migration'), at(n, 'before_restore')])
    expect(backupsToDelete(others, limits).toSorted()).toEqual([
      'before_migration-1',
      'before_migration-2',
      'before_restore-1',
      'before_restore-2',
    ])
  })

  it('do not lose a good one to damaged ones', () => {
    const backups = [at(0), ...Array.from({ length: 10 }, (_, n) => at(n + 1, 'scheduled', 'damaged'))]
    expect(kept(backups)).toContain('scheduled-0')
    expect(kept(backups)).not.toContain('scheduled-1')
  })

  it('are all there as long as there are few', () => {
    expect(backupsToDelete([at(0), at(1), at(2)], limits)).toEqual([])
  })
})
