import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../native-services/platform/clock.ts'
import type { LogFilter, NewLogLine, StoredLogLine } from '../../../native-services/platform/log-lines.ts'
import { createLogStore, type LogBatch, type LogStore } from '../../../native-services/platform/log-store.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { until } from '../../support/until.ts'

let folder: string
const opened: LogStore[] = []
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mc-logs-'))
})
afterEach(() => {
  for (const store of opened.splice(0)) store.stop()
  rmSync(folder, { recursive: true, force: true })
})

const line = (message: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
  at: Date.now(),
  level: 'info',
  source: 'services',
  scope: 'test',
  message,
  ...more,
})

const database = (): string => path.join(folder, 'logs.sqlite')
function onDisk(more: { maxBytes?: number; files?: { maxBytes?: number; files?: number } } = {}): LogStore {
  const store = createLogStore({ clock: systemClock, database: database(), directory: path.join(folder, 'logs'), ...more })
  opened.push(store)
  return store
}
const inMemory = (): LogStore => createLogStore({ clock: createManualClock(), database: null, directory: null })

/** All pages, oldest first. */
async function all(store: LogStore, filter: Omit<LogFilter, 'limit'> & { limit?: number } = {}): Promise<StoredLogLine[]> {
  const found: StoredLogLine[] = []
  let before: number | undefined
  for (;;) {
    const page = await store.list({ limit: 500, ...filter, before })
    found.unshift(...page.items)
    if (page.next_before === null) return found
    before = page.next_before
  }
}

describe('the log store', () => {
  it('pages in both directions without losing or repeating a line, filters included', async () => {
    const store = inMemory()
    store.append(Array.from({ length: 250 }, (_, n) => line(`line ${n}`, { level: n % 2 === 0 ? 'info' : 'error' })))
    const odd = Array.from({ length: 125 }, (_, n) => `line ${n * 2 + 1}`)
    expect((await all(store, { limit: 4, level: 'warn' })).map((item) => item.message)).toEqual(odd)

    const forward: string[] = []
    let after: number | null = 0
    while (after !== null) {
      const page = await store.list({ limit: 7, level: 'warn', after })
      forward.push(...page.items.map((item) => item.message))
      after = page.next_after
    }
    expect(forward).toEqual(odd)
    expect((await store.list({ limit: 50, after: 10, before: 14 })).items.map((item) => item.seq)).toEqual([11, 12, 13])
  })

  it('tells subscribers in batches', async () => {
    const clock = createManualClock()
    const store = createLogStore({ clock, database: null, directory: null })
    const batches: LogBatch[] = []
    const stop = store.subscribe((batch) => batches.push(batch))
    for (let n = 0; n < 50; n += 1) store.append([line(`x ${n}`)])
    expect(batches).toEqual([])
    await clock.advance(100)
    expect(batches.map((batch) => batch.lines.length)).toEqual([50])
    store.append(Array.from({ length: 1500 }, (_, n) => line(`flood ${n}`)))
    await clock.advance(100)
    expect(batches[1]?.lines).toHaveLength(1000)
    expect(batches[1]?.lines.at(-1)?.message).toBe('flood 1499')
    expect(batches[1]?.skipped).toBe(500)
    stop()
    store.append([line('y')])
    await clock.advance(100)
    expect(batches).toHaveLength(2)
  })

  it('folds repeats in a row into one row that counts, and tells how many it stands for now', async () => {
    const clock = createManualClock()
    const store = createLogStore({ clock, database: null, directory: null })
    const batches: LogBatch[] = []
    store.subscribe((batch) => batches.push(batch))
    const at = 1_700_000_000_000
    const flood = (n: number): NewLogLine => line(`connect refused took_ms=${n}`, { source: 'gateway', at: at + n })
    store.append([flood(1), line('between', { at }), flood(2), flood(3)])
    await clock.advance(100)
    store.append([
      ...Array.from({ length: 1000 }, (_, n) => flood(n + 4)),
      line('connect refused port=1', { source: 'gateway', at: at + 9000 }),
    ])
    await clock.advance(100)
    expect((await all(store)).map((each) => [each.message, each.repeat_count, each.last_at - at])).toEqual([
      ['connect refused took_ms=1', 1003, 1003],
      ['between', 1, 0],
      ['connect refused port=1', 1, 9000],
    ])
    expect(batches[0]?.lines[0]).toMatchObject({ seq: 1, repeat_count: 3 })
    expect(batches[1]?.repeats).toEqual([{ seq: 1, repeat_count: 1003, last_at: at + 1003 }])
    // After a pause it is news again.
    store.append([line('connect refused port=1', { source: 'gateway', at: at + 60_000 })])
    expect(await all(store)).toHaveLength(4)
  })

  it('survives a restart, numbers included', async () => {
    const first = onDisk()
    first.append(Array.from({ length: 100 }, (_, n) => line(`before ${n}`)))
    first.stop()
    const second = onDisk()
    second.append([line('after')])
    const lines = await all(second)
    expect(lines.map((each) => each.seq)).toEqual(Array.from({ length: 101 }, (_, n) => n + 1))
    expect(lines.at(-1)?.message).toBe('after')
    expect((await all(second, { q: 'before 99' })).map((each) => each.seq)).toEqual([100])
  })

  it('a line is on disk after flush, whatever becomes of the process', async () => {
    const store = onDisk()
    store.append([line('last words')])
    store.flush()
    expect(readFileSync(path.join(folder, 'logs', 'services.jsonl'), 'utf8')).toContain('last words')
  })

  it('sets a damaged file aside and begins anew', async () => {
    writeFileSync(database(), 'this is no database'.repeat(500))
    const store = onDisk()
    store.append([line('still here')])
    const messages = (await all(store)).map((each) => each.message)
    expect(messages.at(-1)).toBe('still here')
    expect(messages[0]).toContain('logs.begun_anew')
    expect(readFileSync(`${database()}.damaged`, 'utf8')).toContain('this is no database')
  })

  it('goes on in memory when nothing can be written at all', async () => {
    writeFileSync(path.join(folder, 'file'), '')
    const store = createLogStore({ clock: systemClock, database: path.join(folder, 'file', 'x.sqlite'), directory: null })
    opened.push(store)
    store.append([line('not lost')])
    expect((await all(store)).map((each) => each.message)).toEqual(['not lost'])
    expect((await store.stats()).trouble).toMatch(/./)
  })

  it('deletes the oldest when it has grown too large, and only those', async () => {
    const store = onDisk({ maxBytes: 2_000_000 })
    for (let n = 0; n < 20; n += 1)
      store.append(Array.from({ length: 1000 }, (_, m) => line(`line ${n * 1000 + m} ${'lorem ipsum '.repeat(8)}`)))
    expect((await store.stats()).bytes).toBeGreaterThan(2_000_000)
    store.stop()
    const again = onDisk({ maxBytes: 2_000_000 })
    const stats = await until(
      () => again.stats(),
      (now) => now.bytes <= 2_000_000,
    )
    expect(stats.last_seq).toBe(20_000)
    expect(stats.first_seq).toBeGreaterThan(1000)
    expect((await all(again, { q: '"line 19999 "' })).map((each) => each.seq)).toEqual([20_000])
    expect(await all(again, { q: '"line 5 "' })).toEqual([])
    expect(await again.lines([1, 20_000])).toHaveLength(1)
  })

  it('an expression that never ends is refused, and the next search works', async () => {
    const store = onDisk()
    store.append([line('a'.repeat(80)), line('needle')])
    const endless = store.list({ limit: 10, q: '^(a|aa)+b$', regex: true })
    const patient = store.list({ limit: 10, q: 'needle' })
    await expect(endless).rejects.toMatchObject({ code: 'invalid_request', field: 'query.q' })
    expect((await patient).items).toHaveLength(1)
    await expect(store.list({ limit: 10, q: '(', regex: true })).rejects.toMatchObject({ code: 'invalid_request', field: 'query.q' })
    expect((await all(store, { q: 'needle' })).map((each) => each.message)).toEqual(['needle'])
  })

  it('lists carry the beginning of a long message, one line the whole', async () => {
    const store = inMemory()
    store.append([line(`${'x'.repeat(50_000)} end`)])
    const [short] = (await store.list({ limit: 1, q: 'end' })).items
    expect(short?.message.length).toBe(2000)
    expect(short?.length).toBe(50_004)
    expect((await store.lines([1]))[0]?.message.endsWith(' end')).toBe(true)
  })

  it('knows the request and the run that a line names', async () => {
    const store = inMemory()
    store.append([line('request.failed request_id=0199-abc status=500'), line('run ended runId=run-77aa')])
    expect((await all(store, { request_id: '0199-abc' })).map((each) => each.seq)).toEqual([1])
    expect((await all(store, { run_id: 'run-77aa' })).map((each) => each.seq)).toEqual([2])
  })

  it('writes a file per source, private, without secrets, and rotates it within bounds', async () => {
    const store = onDisk({ files: { maxBytes: 2000, files: 3 } })
    store.append([line('Authorization: Bearer abcdefghijklmnop', { source: 'gateway' })])
    for (let n = 0; n < 100; n += 1) {
      store.append([line(`${n} ${'x'.repeat(100)}`)])
      store.flush()
    }
    for (let n = 0; n < 5; n += 1) store.append([line('flood', { source: 'host' })])
    store.append([line('over', { source: 'host' })])
    store.stop()
    const logs = path.join(folder, 'logs')
    expect(readdirSync(logs).sort()).toEqual(['gateway.jsonl', 'host.jsonl', 'services.1.jsonl', 'services.2.jsonl', 'services.jsonl'])
    for (const file of readdirSync(logs)) expect(statSync(path.join(logs, file)).size).toBeLessThanOrEqual(2000)
    expect(readFileSync(path.join(logs, 'services.jsonl'), 'utf8')).toContain('"99 ')
    expect(readFileSync(path.join(logs, 'host.jsonl'), 'utf8').match(/"message":"[^"]+"/g)).toEqual([
      '"message":"flood"',
      '"message":"the line before came 5 times"',
      '"message":"over"',
    ])
    const gateway = readFileSync(path.join(logs, 'gateway.jsonl'), 'utf8')
    expect(gateway).toContain('••••mnop')
    expect(gateway).not.toContain('abcdefgh')
    expect(readFileSync(database()).includes('abcdefgh')).toBe(false)
    if (process.platform !== 'win32') expect(statSync(path.join(logs, 'gateway.jsonl')).mode & 0o777).toBe(0o600)
    if (process.platform !== 'win32') expect(statSync(database()).mode & 0o777).toBe(0o600)
  })
})
