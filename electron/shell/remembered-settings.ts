/** Two settings that the desktop needs before its services have spoken, as they last told them. The services own the truth. */
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../native-services/platform/atomic-file.ts'

const remembered = z.object({ close_to_tray: z.boolean().default(true), start_hidden: z.boolean().default(false) })
export type RememberedSettings = z.infer<typeof remembered>

export interface Remembered {
  get(): RememberedSettings
  /** Writes when something differs from what is known. */
  update(settings: RememberedSettings): void
}

export function openRememberedSettings(file: string): Remembered {
  let value: RememberedSettings
  try {
    value = remembered.parse(readJsonFile(file) ?? {})
  } catch {
    value = remembered.parse({})
  }
  return {
    get: () => value,
    update(settings) {
      if (settings.close_to_tray === value.close_to_tray && settings.start_hidden === value.start_hidden) return
      value = { close_to_tray: settings.close_to_tray, start_hidden: settings.start_hidden }
      try {
        writeJsonFile(file, value)
      } catch {
        // Only the next start would have used it.
      }
    },
  }
}
