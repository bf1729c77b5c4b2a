/**
 * The store: one connection that writes, repositories over it, and the change feed.
 *
 * Every write happens inside `store.write`. A repository that changes an entity calls `touch`, which adds a row to `changes` in the
 * same transaction; after the outermost commit each listener is told once. better-sqlite3 is synchronous: no `await` in here, ever.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EntityName } from '../contract/events.ts'
import type { Clock } from '../platform/clock.ts'
import { activityRepository } from './activity.ts'
import { agentFileVersionsRepository } from './agent-file-versions.ts'
import { agentsRepository } from './agents.ts'
import { apiTokensRepository } from './api-tokens.ts'
import { approvalsRepository, questionsRepository } from './approvals.ts'
import { boardGroupsRepository, groupMemoryRepository } from './board-groups.ts'
import { backupsRepository } from './backups.ts'
import { boardFilesRepository } from './board-files.ts'
import { boardMemoryRepository } from './board-memory.ts'
import { boardOnboardingsRepository } from './board-onboardings.ts'
import { boardsRepository } from './boards.ts'
import { noticesRepository } from './notices.ts'
import { threadsRepository } from './threads.ts'
import type { NewNotice } from '../domain/notice-rules.ts'
import { customFieldsRepository } from './custom-fields.ts'
import { dependenciesRepository } from './dependencies.ts'
import { attachmentsRepository, documentsRepository } from './documents.ts'
import { gatewaysRepository } from './gateways.ts'
import { heartbeatsRepository } from './heartbeats.ts'
import { jobsRepository } from './jobs.ts'
import { messagesRepository } from './messages.ts'
import { notificationsRepository } from './notifications.ts'
import { copyBeforeMigration } from './migration-copy.ts'
import { busyTimeoutMs, openDatabase, type Sqlite } from './open.ts'
import { recurringTasksRepository } from './recurring-tasks.ts'
import { runHealthRepository } from './run-health.ts'
import { searchRepository } from './search.ts'
import { settingsRepository } from './settings.ts'
import { stuckRepository } from './stuck.ts'
import { tagsRepository } from './tags.ts'
import { templatesRepository } from './templates.ts'
import { tasksRepository } from './tasks.ts'
import { timersRepository } from './timers.ts'
import { storeTrouble } from './trouble.ts'
import { undoRepository } from './undo.ts'
import { usageRepository } from './usage.ts'
import { webhooksRepository } from './webhooks.ts'
import { type Announcement, webhooksOutRepository } from './webhooks-out.ts'

export interface Change {
  rev: number
  entity: EntityName
  entity_id: string
  deleted: 0 | 1
}

/** What a repository gets. */
export interface RepositoryContext {
  db: Sqlite
  clock: Clock
  /** Records that an entity changed (or is gone), in the transaction under way. */
  touch(entity: EntityName, id: string, deleted?: boolean): void
  /** Tells other programs of it: outbox rows in the transaction under way. */
  announce(event: Announcement): void
  /** Tells the operator of it, in the transaction under way. */
  notice(notice: NewNotice): void
  /** What was read stays true while this stays the same: it grows with every change, an undone one and one of another connection included. */
  version(): string
}

/** How many changes are kept for subscribers that come back; older ones must fetch everything again. */
const changesKept = 50_000

const migrationsDir = join(dirname(fileURLToPath(import.meta.url)), 'migrations')

/** @param options.backups Where a copy is put before the schema changes. `onCopyFailed` hears when that was not possible; it is migrated all the same. */
export function openStore(options: {
  file: string
  clock: Clock
  migrationsDir?: string
  backups?: { folder: string; onCopyFailed: (error: unknown) => void }
}) {
  const { backups } = options
  const db = openDatabase({
    file: options.file,
    migrationsDir: options.migrationsDir ?? migrationsDir,
    ...(backups && {
      // Each migration is a transaction of its own: without room for a copy it is still better to go on than not to start.
      beforeMigration(old, schemaVersion) {
        try {
          copyBeforeMigration(old, { backups: backups.folder, schemaVersion, now: options.clock.now() })
        } catch (error) {
          backups.onCopyFailed(error)
        }
      },
    }),
  })
  const listeners = new Set<(changes: readonly Change[]) => void>()
  const insertChange = db.prepare('INSERT INTO changes (entity, entity_id, deleted, at) VALUES (?, ?, ?, ?)')
  const dataVersion = db.prepare('SELECT data_version FROM pragma_data_version').pluck()
  let pending: Change[] = []
  let depth = 0
  let touches = 0
  let trouble: { message: string; since_at: number } | null = null

  /** What the operator must know while it lasts: no write gets through. */
  function failed(error: unknown): unknown {
    const known = storeTrouble(error)
    if (known) {
      trouble = { message: known.message, since_at: trouble?.since_at ?? options.clock.now() }
      // The process waits with the database. Once is right; in every loop it would answer nobody any more.
      db.pragma(`busy_timeout = ${busyTimeoutMs.inTrouble}`)
    }
    return known ?? error
  }

  const context: RepositoryContext = {
    db,
    clock: options.clock,
    version: () => `${touches}.${String(dataVersion.get())}`,
    touch(entity, entityId, deleted = false) {
      touches += 1
      const last = pending.at(-1)
      if (last && last.entity === entity && last.entity_id === entityId && last.deleted === Number(deleted)) return
      const { lastInsertRowid } = insertChange.run(entity, entityId, Number(deleted), options.clock.now())
      pending.push({ rev: Number(lastInsertRowid), entity, entity_id: entityId, deleted: deleted ? 1 : 0 })
    },
    announce: (event) => webhooksOut.announce(event),
    notice: (notice) => notices.add(notice),
  }

  const webhooksOut = webhooksOutRepository(context)
  const notices = noticesRepository(context)

  const lastRevision = db.prepare('SELECT seq AS rev FROM sqlite_sequence WHERE name = ?')
  const oldestRevision = db.prepare('SELECT min(rev) AS rev FROM changes')
  const since = db.prepare(
    'SELECT max(rev) AS rev, entity, entity_id, deleted FROM changes WHERE rev > ? GROUP BY entity, entity_id ORDER BY rev LIMIT ?',
  )
  const prune = db.prepare('DELETE FROM changes WHERE rev <= ?')

  const store = {
    db,
    gateways: gatewaysRepository(context),
    boards: boardsRepository(context),
    agents: agentsRepository(context),
    agentFileVersions: agentFileVersionsRepository(context),
    tasks: tasksRepository(context),
    messages: messagesRepository(context),
    notifications: notificationsRepository(context),
    activity: activityRepository(context),
    timers: timersRepository(context),
    heartbeats: heartbeatsRepository(context),
    jobs: jobsRepository(context),
    settings: settingsRepository(context),
    approvals: approvalsRepository(context),
    questions: questionsRepository(context),
    dependencies: dependenciesRepository(context),
    boardMemory: boardMemoryRepository(context),
    boardGroups: boardGroupsRepository(context),
    groupMemory: groupMemoryRepository(context),
    onboardings: boardOnboardingsRepository(context),
    webhooks: webhooksRepository(context),
    webhooksOut,
    stuck: stuckRepository(context),
    tags: tagsRepository(context),
    customFields: customFieldsRepository(context),
    recurringTasks: recurringTasksRepository(context),
    templates: templatesRepository(context),
    boardFiles: boardFilesRepository(context),
    search: searchRepository(context),
    undo: undoRepository(context),
    documents: documentsRepository(context),
    attachments: attachmentsRepository(context),
    notices,
    threads: threadsRepository(context),
    usage: usageRepository(context),
    runHealth: runHealthRepository(context),
    apiTokens: apiTokensRepository(context),
    backups: backupsRepository(context),

    /**
     * Runs `work` in one transaction (a savepoint when already inside one). Throwing undoes it, changes included.
     * Throws `disk_full` and `database_unavailable` when SQLite itself refuses.
     */
    write<Result>(work: () => Result): Result {
      const mark = pending.length
      depth += 1
      let result: Result
      try {
        result = depth === 1 ? db.transaction(work).immediate() : db.transaction(work)()
      } catch (error) {
        pending.length = mark
        touches += 1
        throw depth === 1 ? failed(error) : error
      } finally {
        depth -= 1
      }
      if (depth === 0 && trouble) {
        trouble = null
        db.pragma(`busy_timeout = ${busyTimeoutMs.usual}`)
      }
      if (depth === 0 && pending.length > 0) {
        const committed = pending
        pending = []
        for (const listener of listeners) listener(committed)
      }
      return result
    },

    /** Why the last write was refused, while none has got through since; null when all is well. */
    trouble: (): { message: string; since_at: number } | null => trouble,

    /** Called after each commit that changed something. Returns how to stop. */
    onCommit(listener: (changes: readonly Change[]) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** The newest revision; 0 for a new database. */
    revision(): number {
      return (lastRevision.get('changes') as { rev: number } | undefined)?.rev ?? 0
    },

    /**
     * The present state of what changed after `rev`, one row per entity, in order. `gap` is true when changes that old are gone.
     * Call again with the last `rev` while a full page comes back.
     */
    changesSince(rev: number, limit = 500): { gap: boolean; changes: Change[] } {
      const oldest = (oldestRevision.get() as { rev: number | null }).rev
      const newest = store.revision()
      const gap = rev > newest || (oldest === null ? rev < newest : rev < oldest - 1)
      return { gap, changes: gap ? [] : (since.all(rev, limit) as Change[]) }
    },

    /** Forgets changes that no subscriber is likely to ask for. */
    pruneChanges(): void {
      prune.run(store.revision() - changesKept)
    },

    close(): void {
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
  return store
}

export type Store = ReturnType<typeof openStore>
