/** Recurring tasks in the process as it is: killed while they fire, and asleep over their time. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import type { InitMessage, ServicesToHost } from '../../native-services/contract/host-link.ts'
import { servicesEntry } from '../../native-services/host/fork-services.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { resourcesDir, seedBoard, startServices } from '../support/services.ts'

const operatorToken = 'operator-token-for-the-recurring-test-0123456789abcdef'
const folder = mkdtempSync(path.join(tmpdir(), 'mc-recurring-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(servicesEntry(), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  children.push(child)
  const ready = new Promise<number>((resolve, reject) => {
    child.on('message', (message) => (message as ServicesToHost).type === 'ready' && resolve((message as { port: number }).port))
    child.once('exit', (code) => reject(new Error(`exited with ${code}`)))
  })
  ready.catch(() => undefined)
  const init: InitMessage = {
    type: 'init',
    version: '0.0.0-test',
    data_dir: folder,
    static_dir: null,
    resources_dir: resourcesDir,
    host: '127.0.0.1',
    port: 0,
    demo: false,
    operator_token: operatorToken,
    install_key: 'i'.repeat(43),
    gateway: { port: 1, token: null, workspace_root: path.join(folder, 'ws'), config_path: path.join(folder, 'c.json') },
  }
  child.send(init)
  return { child, port: await ready }
}

describe('killed while many fire', () => {
  it('every moment has its task exactly once: the task, its activity, its run and the next timer, or none of them', async () => {
    const schedules = 300
    let { child, port } = await start()
    const api = createApiClient({ baseUrl: `http://127.0.0.1:${port}`, headers: () => ({ authorization: `Bearer ${operatorToken}` }) })
    const board = await api.call('createBoard', { body: { name: 'Kill' } })
    for (let n = 0; n < schedules; n += 1)
      await api.call('createRecurringTask', {
        params: { board_id: board.id },
        body: { title: `Task ${n} {n}`, schedule: 'every 1 h', overlap_policy: 'allow' },
      })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const file = dataPaths(folder).database
    const direct = <Result>(work: (db: Database.Database) => Result): Result => {
      const db = new Database(file)
      try {
        return work(db)
      } finally {
        db.close()
      }
    }
    const left = (): number =>
      direct(
        (db) =>
          (db.prepare(`SELECT count(*) AS n FROM timers WHERE kind = 'recurring_task' AND due_at <= ?`).get(Date.now()) as { n: number }).n,
      )
    // All of them are due, a moment ago.
    direct((db) => db.prepare(`UPDATE timers SET due_at = ? WHERE kind = 'recurring_task'`).run(Date.now() - 1000))
    let kills = 0
    for (let round = 0; left() > 0 && round < 60; round += 1) {
      const before = left()
      ;({ child, port } = await start())
      // Killed as soon as it has fired some: sooner or later in every round.
      const until = Math.max(0, before - 5 - 3 * round)
      while (left() > until) await new Promise((resolve) => setTimeout(resolve, 1))
      child.kill('SIGKILL')
      await once(child, 'exit')
      kills += 1
    }
    expect(kills).toBeGreaterThan(3)
    direct((db) => {
      const one = (sql: string): unknown => Object.values(db.prepare(sql).get() as object)[0]
      expect(one('PRAGMA integrity_check')).toBe('ok')
      expect(db.pragma('foreign_key_check')).toEqual([])
      expect(one('SELECT count(*) FROM tasks')).toBe(schedules)
      expect(one('SELECT count(DISTINCT title) FROM tasks')).toBe(schedules)
      expect(one(`SELECT count(*) FROM recurring_runs WHERE outcome = 'created' AND task_id IS NOT NULL`)).toBe(schedules)
      expect(one(`SELECT count(*) FROM activity WHERE event_type = 'task.created'`)).toBe(schedules)
      expect(one('SELECT count(*) FROM recurring_tasks WHERE run_count = 1 AND last_task_id IS NOT NULL')).toBe(schedules)
      expect(one(`SELECT count(*) FROM timers WHERE kind = 'recurring_task'`)).toBe(schedules)
    })
  }, 120_000)
})

describe('asleep over its time', () => {
  it('makes up for it once, or leaves it out, as each says; and does not pile up', async () => {
    const services = await startServices()
    try {
      const { board } = await seedBoard(services)
      const create = (name: string, missed_policy: 'run_once' | 'skip', more: { overlap_policy?: 'allow' | 'skip' } = {}) =>
        services.call('createRecurringTask', {
          params: { board_id: board.id },
          body: { name, title: name, schedule: 'every 1 h', missed_policy, ...more },
        })
      const once = await create('once', 'run_once')
      const left = await create('left', 'skip')
      const open = await create('open', 'run_once')
      const first = await services.call('runRecurringTask', { params: { board_id: board.id, recurring_task_id: open.id } })
      const read = (recurring: { id: string }) =>
        services.call('getRecurringTask', { params: { board_id: board.id, recurring_task_id: recurring.id } })

      await services.services.stop(Date.now() + 3000)
      // Five hours went by while nothing ran.
      const db = new Database(dataPaths(services.dataDir).database)
      db.prepare(`UPDATE timers SET due_at = due_at - 6 * 3600000 WHERE kind = 'recurring_task'`).run()
      db.prepare('UPDATE recurring_tasks SET anchor_at = anchor_at - 6 * 3600000').run()
      db.close()
      await services.restart()

      await expect.poll(async () => (await read(left)).last_run?.outcome).toBe('skipped')
      expect(await read(left)).toMatchObject({ run_count: 0, last_task_id: null, last_run: { reason: 'missed' } })
      await expect.poll(async () => (await read(once)).run_count).toBe(1)
      expect((await read(once)).last_run).toMatchObject({ outcome: 'created', reason: 'made_up' })
      await expect.poll(async () => services.query('SELECT 1 FROM recurring_runs WHERE reason = ?', 'still_open')).toHaveLength(1)
      expect(await read(open)).toMatchObject({ run_count: 1, last_task_id: first.id })
      // Their rhythm goes on in the future, at its old minutes.
      for (const each of [once, left, open]) {
        const now = await read(each)
        expect(Date.parse(now.next_run_at ?? '')).toBeGreaterThan(Date.now())
        expect((Date.parse(now.next_run_at ?? '') - Date.parse(each.next_run_at ?? '')) % 3_600_000).toBe(0)
      }
      const { items } = await services.call('listTasks', { params: { board_id: board.id } })
      expect(items.map((task) => task.title).toSorted()).toEqual(['once', 'open'])
      expect((await services.call('listActivity', { query: { event_type: 'recurring_task.missed' } })).total).toBe(1)
    } finally {
      await services.stop()
    }
  })
})
