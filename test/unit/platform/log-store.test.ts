import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogStore, type NewLogLine } from '../../../native-services/platform/log-store.ts'
import { createManualClock } from '../../support/manual-clock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mc-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (message: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
  at: 1_700_000_000_000,
  level: 'info',
  source: 'services',
  scope: 'test',
  message,
  ...more,
})

describe('the log store', () => {
  it('pages backwards without losing or repeating a line, filters included', () => {
    const store = createLogStore({ clock: createManualClock(), directory: null })
    store.append(Array.from({ length: 25 }, (_, n) => line(`line ${n}`, { level: n % 2 === 0 ? 'info' : 'error' })))
    const seen: string[] = []
    let before: number | undefined
    for (;;) {
      const page = store.list({ limit: 4, level: 'warn', before })
      seen.unshift(...page.items.map((item) => item.message))
      if (page.next_before === null) break
      before = page.next_before
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => `line ${n * 2 + 1}`))
  })

  it('keeps the newest lines only', () => {
    const store = createLogStore({ clock: createManualClock(), directory: null, ringSize: 100 })
    for (let n = 0; n < 1000; n += 1) store.append([line(`line ${n}`)])
    const { items } = store.list({ limit: 5000 })
    expect(items).toHaveLength(100)
    expect(items.at(-1)?.message).toBe('line 999')
  })

  it('tells subscribers in batches', async () => {
    const clock = createManualClock()
    const store = createLogStore({ clock, directory: null })
    const batches: number[] = []
    const stop = store.subscribe((lines) => batches.push(lines.length))
    for (let n = 0; n < 50; n += 1) store.append([line('x')])
    expect(batches).toEqual([])
    await clock.advance(100)
    expect(batches).toEqual([50])
    stop()
    store.append([line('y')])
    await clock.advance(100)
    expect(batches).toEqual([50])
  })

  it('writes a file per source, private, without secrets, and rotates it within bounds', () => {
    const store = createLogStore({ clock: createManualClock(), directory: folder, maxBytes: 2000, files: 3 })
    store.append([line('Authorization: Bearer abcdefghijklmnop', { source: 'gateway' })])
    for (let n = 0; n < 100; n += 1) {
      store.append([line(`${n} ${'x'.repeat(100)}`)])
      store.flush()
    }
    store.stop()
    expect(readdirSync(folder).sort()).toEqual(['gateway.jsonl', 'services.1.jsonl', 'services.2.jsonl', 'services.jsonl'])
    for (const file of readdirSync(folder)) expect(statSync(path.join(folder, file)).size).toBeLessThanOrEqual(2000)
    expect(readFileSync(path.join(folder, 'services.jsonl'), 'utf8')).toContain('"99 ')
    const gateway = readFileSync(path.join(folder, 'gateway.jsonl'), 'utf8')
    expect(gateway).toContain('••••mnop')
    expect(gateway).not.toContain('abcdefgh')
    if (process.platform !== 'win32') expect(statSync(path.join(folder, 'gateway.jsonl')).mode & 0o777).toBe(0o600)
  })
})
