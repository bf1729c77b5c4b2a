/** Which of the first steps are done, read from the state of things: nothing has to be ticked off, and nothing can be out of date. */
import { useAllBoards } from '../../lib/board-tasks.ts'
import { useAgents, useBoards, useGatewayRuntime, useLive, useTasks } from '../../lib/store.ts'

export interface Onboarding {
  readonly done: readonly [runtime: boolean, gateway: boolean, provider: boolean, board: boolean, task: boolean]
  /** Index of the first step that is not done; -1 when all are. */
  readonly current: number
}

export function useOnboarding(): Onboarding {
  const runtime = useLive((state) => state.runtime)
  const provider = useLive((state) => state.modelProvider)
  const gateway = useGatewayRuntime()
  const boards = useBoards()
  const agents = useAgents()
  const tasks = useTasks()
  const settings = useLive((state) => state.settings)
  // Only a first run has to know; by then there are few.
  useAllBoards(settings?.onboarding_done === false)
  const up = gateway?.state === 'running' || gateway?.state === 'adopted'
  const done = [
    runtime?.installed === true || up,
    up,
    provider !== null && provider.kind !== 'none',
    boards.length > 0 && agents.length > 0,
    tasks.some((task) => task.comment_count > 0),
  ] as const
  return { done, current: done.indexOf(false) }
}
