/** Operations of the interview about a board's goal. */
import { z } from 'zod'
import * as onboarding from './board-onboarding.ts'
import type { Operation } from './operations.ts'

const at = '/boards/{board_id}/onboarding'

// oxfmt-ignore
export const boardOnboardingOperations = {
  getBoardOnboarding: { method: 'GET', path: at, auth: 'operator', tags: ['boards'], summary: 'The last interview about the goal of a board; null without one', response: z.object({ onboarding: onboarding.boardOnboarding.nullable() }) },
  startBoardOnboarding: { method: 'POST', path: `${at}/start`, auth: 'operator', tags: ['boards'], summary: "Let the gateway's main agent ask what the board is for", body: onboarding.onboardingStart, status: 201, response: onboarding.boardOnboarding },
  answerBoardOnboarding: { method: 'POST', path: `${at}/answer`, auth: 'operator', tags: ['boards'], summary: 'Answer the open question', body: onboarding.onboardingAnswer, response: onboarding.boardOnboarding },
  retryBoardOnboarding: { method: 'POST', path: `${at}/retry`, auth: 'operator', tags: ['boards'], summary: 'Ask the agent again for its next question', response: onboarding.boardOnboarding },
  cancelBoardOnboarding: { method: 'POST', path: `${at}/cancel`, auth: 'operator', tags: ['boards'], summary: 'End the interview; the goal can be filled in by hand', response: onboarding.boardOnboarding },
  confirmBoardOnboarding: { method: 'POST', path: `${at}/confirm`, auth: 'operator', tags: ['boards'], summary: 'Take the draft over as the goal, and create the lead that it proposes', body: onboarding.onboardingConfirm, response: onboarding.onboardingConfirmed },
  agentBoardOnboarding: { method: 'POST', path: '/agent/boards/{board_id}/onboarding', auth: 'agent', tags: ['agent-main'], summary: 'Ask the next question about a board, or complete the interview (main agent)', body: onboarding.onboardingWord, response: onboarding.boardOnboarding },
} as const satisfies Record<string, Operation>
