/** Operations of approvals, questions and exec approvals. */
import { z } from 'zod'
import * as approvals from './approvals.ts'
import type { Operation } from './operations.ts'
import { ok, page } from './primitives.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const boardAgent = ['agent-lead', 'agent-worker'] as const

// oxfmt-ignore
export const approvalOperations = {
  listAllApprovals: { method: 'GET', path: '/approvals', auth: 'operator', tags: ['approvals'], summary: 'Approvals of all boards, newest first', query: approvals.allApprovalsQuery, response: page(approvals.approval) },
  listApprovals: { method: 'GET', path: '/boards/{board_id}/approvals', auth: 'operator', tags: ['approvals'], summary: 'Approvals of a board, newest first', query: approvals.approvalsQuery, response: page(approvals.approval) },
  createApproval: { method: 'POST', path: '/boards/{board_id}/approvals', auth: 'operator', tags: ['approvals'], summary: 'Open an approval by hand', body: approvals.approvalCreate, status: 201, response: approvals.approval },
  resolveApproval: { method: 'PATCH', path: '/boards/{board_id}/approvals/{approval_id}', auth: 'operator', tags: ['approvals'], summary: 'Approve or reject; only people can', body: approvals.approvalResolve, response: approvals.approval },
  listQuestions: { method: 'GET', path: '/questions', auth: 'operator', tags: ['approvals'], summary: 'What agents asked people, newest first', query: approvals.questionsQuery, response: page(approvals.question) },
  answerQuestion: { method: 'POST', path: '/questions/{question_id}/answer', auth: 'operator', tags: ['approvals'], summary: 'Answer a question; the answer goes to the agent', body: approvals.questionAnswer, response: approvals.question },
  listExecApprovals: { method: 'GET', path: '/exec-approvals', auth: 'operator', tags: ['approvals'], summary: 'Commands that the gateway holds back until a person decides', response: z.object({ items: z.array(approvals.execApproval) }) },
  resolveExecApproval: { method: 'POST', path: '/exec-approvals/{exec_approval_id}/resolve', auth: 'operator', tags: ['approvals'], summary: 'Let a command run, once or always, or deny it', body: approvals.execDecision, response: ok },
  agentApprovals: { method: 'GET', path: '/agent/boards/{board_id}/approvals', auth: 'agent', tags: anyAgent, summary: 'Approvals of your board, newest first', query: approvals.approvalsQuery, response: page(approvals.approval) },
  agentCreateApproval: { method: 'POST', path: '/agent/boards/{board_id}/approvals', auth: 'agent', tags: boardAgent, summary: 'Ask a person for approval; one pending per task', body: approvals.agentApprovalCreate, status: 201, response: approvals.approval },
  agentAskUser: { method: 'POST', path: '/agent/boards/{board_id}/gateway/main/ask-user', auth: 'agent', tags: boardAgent, summary: 'Ask a person a question; the answer is delivered to you', body: approvals.askUser, status: 201, response: approvals.asked },
} as const satisfies Record<string, Operation>
