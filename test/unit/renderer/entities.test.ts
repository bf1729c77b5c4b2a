import { describe, expect, it } from 'vitest'
import type { Activity, LogLine } from '../../../native-services/contract/entities.ts'
import { applyChanges, emptyMaps, mergeEntities, replaceEntities } from '../../../renderer/src/lib/entities.ts'
import { joinLines, logMatches } from '../../../renderer/src/features/logs/log-filter.ts'

const event = (number: number) =>
  ({ id: `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`, message: String(number) }) as Activity
const frame = (rev: number, number: number, data: Activity | null) => ({ rev, entity: 'activity' as const, id: event(number).id, data })

describe('entity maps', () => {
  it('are left as they are when nothing applies', () => {
    expect(applyChanges(emptyMaps, [])).toBe(emptyMaps)
    expect(applyChanges(emptyMaps, [{ rev: 1, entity: 'settings', id: 'settings', data: null }])).toBe(emptyMaps)
  })

  it('take frames in their order: the last one of an entity counts', () => {
    const maps = applyChanges(emptyMaps, [
      frame(1, 1, event(1)),
      frame(2, 1, { ...event(1), message: 'later' }),
      frame(3, 2, event(2)),
      frame(4, 2, null),
    ])
    expect(Object.values(maps.activity).map((row) => row.message)).toEqual(['later'])
    expect(maps.board).toBe(emptyMaps.board)
  })

  it('keep the newest of what grows without end', () => {
    const maps = applyChanges(
      emptyMaps,
      Array.from({ length: 1500 }, (_, index) => frame(index, index, event(index))),
    )
    const kept = Object.values(maps.activity).map((row) => Number(row.message))
    expect(kept).toHaveLength(1000)
    expect(Math.min(...kept)).toBe(500)
  })

  it('merge adds, replace forgets', () => {
    const one = mergeEntities(emptyMaps, 'activity', [event(1)])
    expect(Object.keys(mergeEntities(one, 'activity', [event(2)]).activity)).toHaveLength(2)
    expect(Object.keys(replaceEntities(one, 'activity', [event(2)]).activity)).toEqual([event(2).id])
  })
})

describe('log lines', () => {
  const line = (seq: number, patch: Partial<LogLine> = {}): LogLine => ({
    seq,
    at: '',
    level: 'info',
    source: 'services',
    scope: 'http',
    message: 'GET /',
    length: 5,
    agent_id: null,
    request_id: null,
    run_id: null,
    repeat_count: 1,
    last_at: '',
    ...patch,
  })
  const all = { text: '', level: 'debug', source: '', agent: '' }

  it('are joined without doubles', () => {
    expect(joinLines([line(1), line(2)], [line(2), line(3)]).map((each) => each.seq)).toEqual([1, 2, 3])
    const fresh = [line(1)]
    expect(joinLines([], fresh)).toBe(fresh)
  })

  it('are filtered by level and up, source, agent and text', () => {
    expect(logMatches(line(1), all)).toBe(true)
    expect(logMatches(line(1), { ...all, level: 'warn' })).toBe(false)
    expect(logMatches(line(1, { level: 'error' }), { ...all, level: 'warn' })).toBe(true)
    expect(logMatches(line(1), { ...all, source: 'gateway' })).toBe(false)
    expect(logMatches(line(1, { agent_id: 'a' }), { ...all, agent: 'a' })).toBe(true)
    expect(logMatches(line(1), { ...all, text: 'get' })).toBe(true)
    expect(logMatches(line(1, { request_id: 'req-1' }), { ...all, text: 'req-1' })).toBe(true)
    expect(logMatches(line(1), { ...all, text: 'nothing' })).toBe(false)
  })
})
