/** The few settings that the host needs before the services host has spoken, as it last told them. */
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'

const hostSettings = z.object({
  gateway_autostart: z.boolean().default(true),
  stop_gateway_on_quit: z.boolean().default(true),
  /** Kept, so that the address in the gateway's configuration stays true. */
  demo_model_port: z.number().int().nullable().default(null),
  /** What was the default model before the demo's; null when there is nothing to put back. */
  before_demo: z.object({ model: z.unknown() }).nullable().default(null),
})
export type HostSettings = z.infer<typeof hostSettings>

export interface HostSettingsFile {
  get(): HostSettings
  update(change: Partial<HostSettings>): void
}

export function openHostSettings(file: string): HostSettingsFile {
  let value: HostSettings
  try {
    value = hostSettings.parse(readJsonFile(file) ?? {})
  } catch {
    value = hostSettings.parse({})
  }
  return {
    get: () => value,
    update(change) {
      const next = { ...value, ...change }
      if (JSON.stringify(next) === JSON.stringify(value)) return
      value = next
      writeJsonFile(file, value)
    },
  }
}
