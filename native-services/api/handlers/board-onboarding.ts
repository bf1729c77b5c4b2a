/** The interview about a board's goal, for operators and for the main agent. */
import type { boardOnboardingOperations } from '../../contract/operations-board-onboarding.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { OnboardingService } from '../onboarding-service.ts'

export function boardOnboardingHandlers(
  deps: ApiDeps,
  { entities, onboarding }: { entities: Entities; onboarding: OnboardingService },
): HandlerGroup<keyof typeof boardOnboardingOperations> {
  const { seen } = createBoardAccess(entities)
  const board = (params: { board_id: string }) => entities.mustBoard(params.board_id)
  return {
    getBoardOnboarding: ({ params }) => ({ onboarding: deps.store.onboardings.newest(board(params).id) ?? null }),
    startBoardOnboarding: ({ params, body }) => onboarding.start(board(params), body),
    answerBoardOnboarding: ({ params, body }) => onboarding.answer(board(params), body),
    retryBoardOnboarding: ({ params }) => onboarding.retry(board(params)),
    cancelBoardOnboarding: ({ params }) => onboarding.cancel(board(params)),
    confirmBoardOnboarding({ params, body }) {
      const done = onboarding.confirm(board(params), body)
      return { ...done, agent: done.agent && entities.showAgent(done.agent) }
    },
    agentBoardOnboarding: ({ agent, params, body }) => onboarding.speak(agent, seen(agent, params.board_id), body),
  }
}
