import { z } from 'zod'
import { dataFolder } from './diagnostics.ts'
import type { Operation } from './operations.ts'

// oxfmt-ignore
export const diagnosticsOperations = {
  exportDiagnostics: { method: 'GET', path: '/diagnostics', auth: 'operator', scope: 'admin', tags: ['diagnostics'], summary: 'What somebody who helps needs to know, as one .tar.gz; without secrets', binary: true, response: z.unknown() },
  getDataFolder: { method: 'GET', path: '/data-folder', auth: 'operator', tags: ['diagnostics'], summary: 'Where everything is kept, and how much of it there is', response: dataFolder },
} as const satisfies Record<string, Operation>
