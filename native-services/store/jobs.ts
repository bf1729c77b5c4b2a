import type { Job } from '../contract/entities.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type JobRow = Stored<Job>

export function jobsRepository({ db, clock, touch }: RepositoryContext) {
  function shape(row: unknown): JobRow {
    const { result_json: result, input_json: _, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as JobRow), result: result === null ? null : (JSON.parse(result as string) as unknown) }
  }

  return {
    get(id: string): JobRow | undefined {
      const row = db.prepare('SELECT * FROM jobs WHERE id = ?').get(id)
      return row === undefined ? undefined : shape(row)
    },
    /** What the job was asked to do, as it was given to `create`. */
    input(id: string): unknown {
      const row = db.prepare('SELECT input_json FROM jobs WHERE id = ?').get(id) as { input_json: string } | undefined
      return row === undefined ? undefined : (JSON.parse(row.input_json) as unknown)
    },
    running: (): JobRow[] => db.prepare(`SELECT * FROM jobs WHERE state = 'running' ORDER BY id`).all().map(shape),
    newestOf(kind: Job['kind']): JobRow | undefined {
      const row = db.prepare('SELECT * FROM jobs WHERE kind = ? ORDER BY id DESC LIMIT 1').get(kind)
      return row === undefined ? undefined : shape(row)
    },
    /** Newest first. */
    list(paging: Paging): Listed<JobRow> {
      const { n } = db.prepare('SELECT count(*) AS n FROM jobs').get() as { n: number }
      return {
        items: db.prepare('SELECT * FROM jobs ORDER BY id DESC LIMIT ? OFFSET ?').all(paging.limit, paging.offset).map(shape),
        total: n,
      }
    },
    create(job: { kind: Job['kind']; title: string; total: number; input: unknown }): string {
      const now = clock.now()
      const id = createId(now)
      db.prepare(
        `INSERT INTO jobs (id, kind, state, title, total, input_json, created_at, updated_at) VALUES (?, ?, 'running', ?, ?, ?, ?, ?)`,
      ).run(id, job.kind, job.title, job.total, JSON.stringify(job.input), now, now)
      touch('job', id)
      return id
    },
    update(
      id: string,
      patch: { state?: Job['state']; done?: number; total?: number; step?: string | null; result?: unknown; error?: string | null },
    ): void {
      const { result, ...fields } = patch
      const { sql, values } = assignments({
        ...fields,
        result_json: result === undefined ? undefined : JSON.stringify(result),
        updated_at: clock.now(),
      })
      db.prepare(`UPDATE jobs SET ${sql} WHERE id = ?`).run(...values, id)
      touch('job', id)
    },
  }
}
