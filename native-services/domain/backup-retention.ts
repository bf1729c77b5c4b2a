/** Which backups may go. Pure. */
import type { BackupManifest } from '../contract/backups.ts'

type Known = Pick<BackupManifest, 'id' | 'reason' | 'created_at' | 'problem'>

/** Copies from before a migration and from before a restore: so many of each are enough. */
const keptOfOthers = 3
const weekMs = 7 * 86_400_000
/** Weeks begin on a Monday; the first of 1970 was a Thursday. */
const weekOf = (at: number): number => Math.floor((at + 3 * 86_400_000) / weekMs)

/**
 * The ids to delete. Made by hand: never. Scheduled: all but the newest `keep_newest` and the newest of each of the `keep_weekly` newest weeks.
 * A damaged one takes no good one's place, and goes when it is not among the newest.
 */
export function backupsToDelete(backups: readonly Known[], limits: { keep_newest: number; keep_weekly: number }): string[] {
  const newestFirst = backups.toSorted((a, b) => b.created_at - a.created_at || b.id.localeCompare(a.id))
  const of = (reason: Known['reason']): Known[] => newestFirst.filter((each) => each.reason === reason)
  const scheduled = of('scheduled')
  const good = scheduled.filter((each) => each.problem === null)
  const keep = new Set(good.slice(0, limits.keep_newest).map((each) => each.id))
  const weeks = new Set<number>()
  for (const each of good) {
    if (weeks.size >= limits.keep_weekly) break
    if (weeks.has(weekOf(each.created_at))) continue
    weeks.add(weekOf(each.created_at))
    keep.add(each.id)
  }
  for (const each of scheduled.slice(0, limits.keep_newest)) if (each.problem !== null) keep.add(each.id)
  return [
    ...scheduled.filter((each) => !keep.has(each.id)),
    ...of('before_migration').slice(keptOfOthers),
    ...of('before_restore').slice(keptOfOthers),
  ].map((each) => each.id)
}
