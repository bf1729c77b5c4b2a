/** Operations of the Doctor. */
import { z } from 'zod'
import { job } from './entities.ts'
import type { Operation } from './operations.ts'

// A table: one operation per line.
// oxfmt-ignore
export const doctorOperations = {
  runDoctor: { method: 'POST', path: '/doctor', auth: 'operator', tags: ['health'], summary: 'Look at everything once, as a job; its result is a report of checks. Answers the running one when there is one', status: 202, response: job },
  getDoctor: { method: 'GET', path: '/doctor', auth: 'operator', tags: ['health'], summary: 'The newest run of the Doctor; null before the first', response: z.object({ job: job.nullable() }) },
  tightenSecretFiles: { method: 'POST', path: '/doctor/tighten-files', auth: 'operator', tags: ['health'], summary: 'Take other users\' access to files with secrets away', response: z.object({ changed: z.array(z.string()) }) },
} as const satisfies Record<string, Operation>
