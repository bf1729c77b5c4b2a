import { describe, expect, it } from 'vitest'
import type { Activity } from '../../../native-services/contract/entities.ts'
import { applyChanges, emptyMaps, mergeEntities, replaceEntities } from '../../../renderer/src/lib/entities.ts'

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
