/** The data folder and what is in it. */
import { z } from 'zod'

export const dataFolderParts = ['database', 'attachments', 'backups', 'logs', 'openclaw', 'runtime'] as const

export const dataFolder = z.object({
  path: z.string(),
  parts: z.array(z.object({ name: z.enum(dataFolderParts), path: z.string(), bytes: z.number().int() })),
  /** Null where the system does not tell. */
  free_bytes: z.number().int().nullable(),
})
export type DataFolder = z.infer<typeof dataFolder>
