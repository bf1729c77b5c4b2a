import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../../../native-services/contract/entities.ts'
import { createLogQueue, type WaitingLines } from '../../../renderer/src/features/logs/log-queue.ts'
import { mostEntries } from '../../../renderer/src/features/logs/log-window.ts'

const page = { hidden: false }
let seq = 0
const frame = (count: number): WaitingLines => ({
  lines: Array.from({ length: count }, () => ({ seq: (seq += 1) }) as LogLine),
  gap: null,
  repeats: [],
  fits: () => true,
})
const seqs = (frames: readonly WaitingLines[]) => frames.flatMap(({ lines }) => lines.map((line) => line.seq))

beforeEach(() => {
  seq = 0
  page.hidden = false
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('lines that wait to be shown', () => {
  it('are shown a few times a second, all of them and in order', async () => {
    const shown: number[][] = []
    const queue = createLogQueue((frames) => shown.push(seqs(frames)))
    for (let tick = 0; tick < 40; tick += 1) {
      queue.add(frame(10))
      await vi.advanceTimersByTimeAsync(25)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(shown.length).toBeLessThanOrEqual(7)
    expect(shown.flat()).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
  })

  it('wait while nobody sees the page, as many as the window holds', async () => {
    const shown: number[][] = []
    const queue = createLogQueue((frames) => shown.push(seqs(frames)))
    page.hidden = true
    for (let tick = 0; tick < 100; tick += 1) queue.add(frame(1000))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(shown).toEqual([])
    page.hidden = false
    await vi.advanceTimersByTimeAsync(2000)
    expect(shown).toHaveLength(1)
    expect(shown[0]).toHaveLength(mostEntries)
    expect(shown[0]?.at(-1)).toBe(100_000)
  })

  it('are not shown after the end', async () => {
    const shown: number[][] = []
    const queue = createLogQueue((frames) => shown.push(seqs(frames)))
    queue.add(frame(1))
    queue.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(shown).toEqual([])
  })
})
