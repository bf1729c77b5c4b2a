import { demo, demoLeave } from './demo.ts'
import { job } from './entities.ts'
import type { Operation } from './operations.ts'

// oxfmt-ignore
export const demoOperations = {
  getDemo: { method: 'GET', path: '/demo', auth: 'operator', tags: ['demo'], summary: 'What of the demo is here', response: demo },
  startDemo: { method: 'POST', path: '/demo', auth: 'operator', scope: 'admin', tags: ['demo'], summary: 'Set the demo up beside what is here, as a job: OpenClaw, the demo model, the gateway, a board with four agents and tasks', status: 202, response: job },
  removeDemo: { method: 'DELETE', path: '/demo', auth: 'operator', scope: 'admin', tags: ['demo'], summary: 'Throw the demo away, as a job: a backup, then its agents, its board and its model go', status: 202, response: job },
  leaveDemo: { method: 'POST', path: '/demo/leave', auth: 'operator', scope: 'admin', tags: ['demo'], summary: 'End a control center that was started with --demo; its folder stays', response: demoLeave },
} as const satisfies Record<string, Operation>
