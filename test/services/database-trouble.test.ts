/** A database that takes no writes: the real SQLite refuses, each call says why, the operator is told, and it heals by itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDiskRows } from '../../native-services/api/disk-rows.ts'
import { createTimerLoop } from '../../native-services/lifecycle/timer-loop.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openStore } from '../../native-services/store/store.ts'
import { storeTrouble } from '../../native-services/store/trouble.ts'
import { silentLog } from '../support/delivery-world.ts'
import { createManualClock, settle } from '../support/manual-clock.ts'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

describe('over HTTP', () => {
  let services: TestServices
  beforeEach(async () => {
    services = await startServices()
  })
  afterEach(() => services.stop())

  it('a database that another program holds is named, in the answer and in Needs attention, until it is free again', async () => {
    const { board } = await seedBoard(services)
    const create = () =>
      services.send({
        method: 'POST',
        path: `/api/v1/boards/${board.id}/tasks`,
        headers: { authorization: `Bearer ${services.operatorToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'Held up' }),
      })
    const other = new Database(dataPaths(services.dataDir).database)
    other.exec('BEGIN IMMEDIATE')
    try {
      const answer = await create()
      expect(answer.status).toBe(503)
      expect(refusal(answer.body)).toMatchObject({ code: 'database_unavailable' })
      expect(refusal(answer.body).detail).toContain('Another program holds the database')
      await expect
        .poll(async () => (await services.call('getOverview')).attention.find((row) => row.key === 'database')?.reason, { timeout: 20_000 })
        .toContain('Close what else has mission-control.sqlite open')
    } finally {
      other.exec('ROLLBACK')
      other.close()
    }
    expect((await create()).status).toBe(201)
    await expect
      .poll(async () => (await services.call('getOverview')).attention.some((row) => row.key === 'database'), { timeout: 20_000 })
      .toBe(false)
    expect((await services.call('listTasks', { params: { board_id: board.id } })).items.map((task) => task.title)).toEqual(['Held up'])
  }, 60_000)
})

describe('the store', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mission-control-full-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('says disk_full when there is no room, keeps what was there, and knows when it is over', () => {
    const store = openStore({ file: path.join(folder, 'x.sqlite'), clock: systemClock })
    const write = (length: number) => store.write(() => store.settings.writePrivate('test', 'x'.repeat(length)))
    write(10)
    const pages = store.db.pragma('page_count', { simple: true }) as number
    store.db.pragma(`max_page_count = ${pages}`)
    expect(() => write(5_000_000)).toThrowError(
      expect.objectContaining({ code: 'disk_full', message: expect.stringContaining('Make room') as string }),
    )
    expect(store.settings.readPrivate('test')).toBe('x'.repeat(10))
    const since = store.trouble()?.since_at
    expect(since).toBeTypeOf('number')
    expect(() => write(5_000_000)).toThrow(/disk is full/)
    expect(store.trouble()?.since_at).toBe(since)
    store.db.pragma('max_page_count = 1000000')
    write(5_000_000)
    expect(store.trouble()).toBeNull()
    store.close()
  })

  it('that takes no writes keeps no loop busy: what is due rests, and is done when there is room', async () => {
    const file = path.join(folder, 'x.sqlite')
    const store = openStore({ file, clock: systemClock })
    store.db.pragma('busy_timeout = 20')
    const other = new Database(file)
    const clock = createManualClock(Date.now())
    let calls = 0
    const loop = createTimerLoop({
      store,
      clock,
      log: silentLog,
      random: () => 0,
      handlers: {
        'test.due'(row) {
          calls += 1
          // A loop that spins would never let the test end.
          if (calls === 50) other.exec('ROLLBACK')
          store.write(() => loop.finish(row))
        },
      },
    })
    store.write(() => store.timers.set({ kind: 'test.due', subject_id: 'one', due_at: clock.now() }))
    other.exec('BEGIN IMMEDIATE')
    loop.start()
    await settle(20)
    expect(calls).toBe(1)
    other.exec('ROLLBACK')
    await clock.advance(15_000)
    expect(calls).toBe(2)
    expect(loop.stats().pending).toBe(0)
    await loop.stop(clock.now())
    other.close()
    store.close()
  })

  it('leaves a broken rule of a table what it is: a fault of ours', () => {
    const store = openStore({ file: path.join(folder, 'x.sqlite'), clock: systemClock })
    const broken = () => store.write(() => store.db.prepare('INSERT INTO settings (key) VALUES (NULL)').run())
    expect(broken).toThrow(/NOT NULL|constraint|no column/i)
    expect(store.trouble()).toBeNull()
    store.close()
  })
})

it('every code of SQLite that is trouble of the disk or the file has a sentence, and no other', () => {
  const of = (code: string) => storeTrouble(Object.assign(new Error('no'), { code }))?.code ?? null
  expect(
    [
      'SQLITE_FULL',
      'SQLITE_BUSY',
      'SQLITE_BUSY_SNAPSHOT',
      'SQLITE_READONLY_DBMOVED',
      'SQLITE_CORRUPT_VTAB',
      'SQLITE_NOTADB',
      'SQLITE_IOERR_READ',
      'SQLITE_CANTOPEN',
    ].map(of),
  ).toEqual(['disk_full', ...Array.from({ length: 7 }, () => 'database_unavailable')])
  expect(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'EACCES'].map(of)).toEqual([null, null, null])
  expect(storeTrouble('SQLITE_FULL')).toBeNull()
})

it('a disk that fills up is told before it is full', async () => {
  let free: number | null = 2_000_000_000
  const timers: (() => void)[] = []
  const disk = createDiskRows({
    clock: { ...systemClock, setTimer: (_ms, run) => (timers.push(run), { cancel: () => undefined }) },
    store: { trouble: () => null },
    folder: '/',
    freeBytes: () => Promise.resolve(free),
  })
  const look = async (bytes: number | null) => {
    free = bytes
    timers.pop()?.()
    await Promise.resolve()
    await Promise.resolve()
    return disk.rows().map(({ key, tone, reason }) => [key, tone, /About (\d+) MB/.exec(reason)?.[1]])
  }
  await Promise.resolve()
  await Promise.resolve()
  expect(disk.rows()).toEqual([])
  expect(await look(449_000_000)).toEqual([['disk', 'warning', '400']])
  expect(await look(60_000_000)).toEqual([['disk', 'bad', '50']])
  expect(await look(null)).toEqual([])
  disk.stop()
})
