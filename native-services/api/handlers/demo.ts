import type { HandlerGroup } from '../deps.ts'
import type { DemoService } from '../demo-service.ts'

export function demoHandlers(demo: DemoService): HandlerGroup<'getDemo' | 'startDemo' | 'removeDemo' | 'leaveDemo'> {
  return {
    getDemo: () => demo.state(),
    startDemo: () => demo.begin(),
    removeDemo: () => demo.remove(),
    leaveDemo: () => demo.leave(),
  }
}
