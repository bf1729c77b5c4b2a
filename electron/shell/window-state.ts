/** Where the window was, checked against the displays there are now: a monitor that was unplugged must not swallow it. */
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../native-services/platform/atomic-file.ts'

export const minimumSize = { width: 480, height: 480 } as const
export const defaultSize = { width: 1280, height: 840 } as const
/** So much of the window must lie on a display that a person can grab it, in pixels. */
const grabbable = { width: 100, height: 40 } as const

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const savedState = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(minimumSize.width).max(20_000),
  height: z.number().int().min(minimumSize.height).max(20_000),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof savedState>

/** Without `x` and `y` the system centres the window. */
export interface WindowPlacement {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximized: boolean
}

function overlap(from: number, length: number, otherFrom: number, otherLength: number): number {
  return Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom)
}

/**
 * @param saved Whatever the file held.
 * @param workAreas Of the displays there are, the primary one first.
 */
export function restoreWindowState(saved: unknown, workAreas: readonly Rectangle[]): WindowPlacement {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...defaultSize }
  const parsed = savedState.safeParse(saved)
  if (!parsed.success) {
    return {
      width: fit(defaultSize.width, primary.width, minimumSize.width),
      height: fit(defaultSize.height, primary.height, minimumSize.height),
      maximized: false,
    }
  }
  const state = parsed.data
  const sizeOn = (area: Rectangle) => ({
    width: fit(state.width, area.width, minimumSize.width),
    height: fit(state.height, area.height, minimumSize.height),
  })
  // The title bar is what one grabs: its strip has to be on a display, with the width that the window will have there.
  const home = workAreas.find(
    (area) =>
      overlap(state.x, sizeOn(area).width, area.x, area.width) >= grabbable.width &&
      overlap(state.y, grabbable.height, area.y, area.height) >= grabbable.height,
  )
  return { ...(home && { x: state.x, y: state.y }), ...sizeOn(home ?? primary), maximized: state.maximized }
}

function fit(wanted: number, available: number, minimum: number): number {
  return Math.max(minimum, Math.min(wanted, available))
}

/** The saved state, or null when there is none or it cannot be read. */
export function readWindowState(file: string): unknown {
  try {
    return readJsonFile(file)
  } catch {
    return null
  }
}

/** Failing to remember a position is not worth an error. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeJsonFile(file, state)
  } catch {
    // The folder is gone or full; the next start centres the window.
  }
}
