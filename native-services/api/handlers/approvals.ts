/** Approvals, questions and held commands, for people and for the agents that ask. */
import { AppError } from '../../contract/errors.ts'
import type { ApprovalService } from '../approval-service.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listAllApprovals'
  | 'listApprovals'
  | 'createApproval'
  | 'resolveApproval'
  | 'listQuestions'
  | 'answerQuestion'
  | 'listExecApprovals'
  | 'resolveExecApproval'
  | 'agentApprovals'
  | 'agentCreateApproval'
  | 'agentAskUser'

export function approvalHandlers(
  deps: ApiDeps,
  { entities, approvals }: { entities: Entities; approvals: ApprovalService },
): HandlerGroup<Ids> {
  const { store } = deps
  const { seen, writable } = createBoardAccess(entities)

  return {
    listAllApprovals: ({ query }) => ({ ...store.approvals.list(query), ...pick(query) }),
    listApprovals: ({ params, query }) => ({
      ...store.approvals.list({ ...query, board_id: entities.mustBoard(params.board_id).id }),
      ...pick(query),
    }),
    createApproval: ({ params, body }) => approvals.request(null, entities.mustBoard(params.board_id), body),
    resolveApproval({ params, body }) {
      const approval = entities.must(store.approvals.get(params.approval_id), 'approval')
      if (approval.board_id !== entities.mustBoard(params.board_id).id)
        throw new AppError('not_found', 'There is no such approval on this board.')
      return approvals.resolve(approval, body)
    },

    listQuestions({ query }) {
      approvals.expireDue()
      return { ...store.questions.list(query), ...pick(query) }
    },
    answerQuestion: ({ params, body }) => approvals.answer(entities.must(store.questions.get(params.question_id), 'question'), body.answer),

    listExecApprovals: () => ({ items: deps.execApprovals.list().map(approvals.showExec) }),
    async resolveExecApproval({ params, body }) {
      await approvals.decideExec(params.exec_approval_id, body.decision)
      return { ok: true }
    },

    agentApprovals: ({ agent, params, query }) => ({
      ...store.approvals.list({ ...query, board_id: seen(agent, params.board_id).id }),
      ...pick(query),
    }),
    agentCreateApproval: ({ agent, params, body }) => approvals.request(agent, writable(agent, params.board_id), body),
    agentAskUser({ agent, params, body }) {
      const question = approvals.ask(agent, writable(agent, params.board_id), body)
      const { board_id, task_id, correlation_id, status, expires_at } = question
      return { ok: true, question_id: question.id, board_id, task_id, correlation_id, status, expires_at }
    },
  }
}
