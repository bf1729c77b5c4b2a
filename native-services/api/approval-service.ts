/**
 * Approvals and questions: asked by agents, decided by people. Each step is one transaction: the row, the activity, the message to the agents.
 * The deadline of a question is a column; one timer waits for the earliest, and what fell due while we were away is seen at the start.
 */
import type { BodyOf } from '../contract/operations.ts'
import type { ExecDecision } from '../contract/approvals.ts'
import { AppError } from '../contract/errors.ts'
import { firstWords, shortened } from '../contract/plain-text.ts'
import { tellAnswer, tellExpired, tellResolution } from '../delivery/resolution-notices.ts'
import { approvalReason, mayAnswer, mayResolve, openRequestsLimit } from '../domain/approval-rules.ts'
import type { ExecApprovals, HeldCommand } from '../gateway/exec-approvals.ts'
import { GatewayError } from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { ApprovalRow, QuestionRow } from '../store/approvals.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'

export interface ApprovalService {
  /** @param agent Who asks; null for a person. */
  request(agent: AgentRow | null, board: BoardRow, input: BodyOf<'createApproval'>): ApprovalRow
  resolve(approval: ApprovalRow, decision: BodyOf<'resolveApproval'>): ApprovalRow
  ask(agent: AgentRow, board: BoardRow, input: BodyOf<'agentAskUser'>): QuestionRow
  answer(question: QuestionRow, answer: string): QuestionRow
  decideExec(id: string, decision: ExecDecision): Promise<void>
  /** A held command with what we know of its agent. */
  showExec(held: HeldCommand): ShownExec
  /** Closes questions whose time is over. */
  expireDue(): void
  stop(): void
}

export interface ShownExec extends Omit<HeldCommand, 'allowed_decisions'> {
  allowed_decisions: ExecDecision[]
  agent_id: string | null
  agent_name: string | null
  board_id: string | null
  task_id: string | null
}

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const longestTimerMs = 3_600_000
const execWords: Readonly<Record<ExecDecision, string>> = {
  'allow-once': 'allowed once',
  'allow-always': 'allowed for good',
  deny: 'denied',
}

export function createApprovalService(deps: { store: Store; clock: Clock; log: Log; execApprovals: ExecApprovals }): ApprovalService {
  const { store, clock, execApprovals } = deps
  const log = deps.log.scope('approvals')
  let timer: TimerHandle | null = null
  let stopped = false

  function taskOf(board: BoardRow, id: string | null | undefined): TaskRow | null {
    if (id === null || id === undefined) return null
    const task = store.tasks.get(id)
    if (!task || task.board_id !== board.id)
      throw new AppError('not_found', 'There is no such task on this board.', { field: 'body.task_id' })
    return task
  }
  const about = (task: TaskRow | null): string => (task ? ` for #${task.number}` : '')

  function fresh<Row>(row: Row | undefined): Row {
    if (row === undefined) throw new AppError('not_found', 'It is gone.')
    return row
  }

  function schedule(): void {
    timer?.cancel()
    timer = null
    if (stopped) return
    const at = store.questions.nextDueAt()
    if (at !== null) timer = clock.setTimer(Math.min(Math.max(0, at - clock.now()), longestTimerMs), expireDue)
  }

  function expireDue(): void {
    try {
      for (let due = store.questions.due(clock.now()); due.length > 0; due = store.questions.due(clock.now())) {
        store.write(() => {
          for (const question of due) {
            store.questions.resolve(question.id, { status: 'expired' })
            tellExpired(store, question)
            store.activity.record({
              event_type: 'question.expired',
              level: 'warning',
              message: `Nobody answered ${question.agent_name} in time: ${firstWords(question.content)}`,
              agent_id: question.agent_id,
              task_id: question.task_id,
              board_id: question.board_id,
              data: { question_id: question.id },
            })
          }
        })
      }
    } catch (error) {
      log.error('questions.expire_failed', { error: errorText(error) })
      timer?.cancel()
      timer = clock.setTimer(10_000, expireDue)
      return
    }
    schedule()
  }
  const stopWatching = store.onCommit((changes) => {
    if (changes.some((change) => change.entity === 'question')) schedule()
  })
  expireDue()
  const stopExpiry = execApprovals.onExpire((held) => {
    const shown = showExec(held)
    const who = shown.agent_name ?? shown.gateway_agent_id ?? 'an agent'
    try {
      store.write(() =>
        store.activity.record({
          event_type: 'exec_approval.expired',
          level: 'warning',
          message: `Nobody decided on a command of ${who} in time, so the gateway did not run it: ${shortened(held.command)}`,
          agent_id: shown.agent_id,
          task_id: shown.task_id,
          board_id: shown.board_id,
          data: { exec_approval_id: held.id, command: held.command, cwd: held.cwd },
        }),
      )
    } catch (error) {
      log.error('approvals.expiry_unrecorded', { error: errorText(error) })
    }
  })

  function showExec(held: HeldCommand): ShownExec {
    const gatewayId = store.gateways.local()?.id
    const agent =
      held.gateway_agent_id === null || gatewayId === undefined
        ? undefined
        : store.agents.byGatewayAgentId(gatewayId, held.gateway_agent_id)
    const taskId = /:mc-task-([0-9a-f-]{36})$/i.exec(held.session_key ?? '')?.[1]
    const task = taskId === undefined ? undefined : store.tasks.get(taskId)
    return {
      ...held,
      allowed_decisions: [...held.allowed_decisions],
      agent_id: agent?.id ?? null,
      agent_name: agent?.name ?? null,
      board_id: task?.board_id ?? null,
      task_id: task?.id ?? null,
    }
  }

  return {
    request: (agent, board, input) =>
      store.write(() => {
        const reason = approvalReason(input)
        const task = taskOf(board, input.task_id)
        const asker = agent ?? (input.agent_id ? store.agents.get(input.agent_id) : undefined)
        if (!agent && input.agent_id && asker?.board_id !== board.id)
          throw new AppError('not_found', 'There is no such agent on this board.', { field: 'body.agent_id' })
        const pending = task ? store.approvals.pendingOfTask(task.id) : undefined
        if (task && pending)
          throw new AppError(
            'conflict',
            `#${task.number} has a pending approval already: ${pending.action_type} (${pending.id}). Wait for its decision.`,
            { field: 'body.task_id' },
          )
        if (agent && store.approvals.pendingOfAgent(agent.id) >= openRequestsLimit)
          throw new AppError('conflict', `You have ${openRequestsLimit} pending approvals. Wait until some of them are decided.`)
        const approval = store.approvals.create({
          board_id: board.id,
          task_id: task?.id ?? null,
          agent_id: asker?.id ?? null,
          requested_by: agent?.name ?? 'Operator',
          action_type: input.action_type,
          reason,
          payload: input.payload,
          confidence: input.confidence,
          rubric_scores: input.rubric_scores,
        })
        store.activity.record({
          event_type: 'approval.requested',
          message: `${approval.requested_by} asks for approval${about(task)}: ${input.action_type}. ${firstWords(reason)}`,
          ...(agent ? { actor_type: 'agent', actor_name: agent.name } : byOperator),
          agent_id: asker?.id ?? null,
          task_id: task?.id ?? null,
          board_id: board.id,
          data: { approval_id: approval.id, action_type: input.action_type, confidence: input.confidence },
        })
        return approval
      }),

    resolve: (before, decision) =>
      store.write(() => {
        if (!mayResolve(before.status, decision.status)) return before
        store.approvals.resolve(before.id, { status: decision.status, comment: decision.comment || null })
        const approval = fresh(store.approvals.get(before.id))
        const task = approval.task_id === null ? undefined : store.tasks.get(approval.task_id)
        store.activity.record({
          event_type: `approval.${decision.status}`,
          message: `Operator ${decision.status} ${approval.action_type}${about(task ?? null)}${approval.resolution_comment ? `: ${firstWords(approval.resolution_comment)}` : ''}`,
          ...byOperator,
          agent_id: approval.agent_id,
          task_id: approval.task_id,
          board_id: approval.board_id,
          data: { approval_id: approval.id, action_type: approval.action_type },
        })
        tellResolution(store, approval)
        return approval
      }),

    ask: (agent, board, input) =>
      store.write(() => {
        const task = taskOf(board, input.task_id)
        const open = store.questions.openOfAgent(agent.id)
        const same = open.find((question) => input.correlation_id !== undefined && question.correlation_id === input.correlation_id)
        if (same) return same
        if (open.length >= openRequestsLimit)
          throw new AppError('conflict', `You have ${openRequestsLimit} open questions. Wait until some of them are answered.`)
        const question = store.questions.create({
          board_id: board.id,
          task_id: task?.id ?? null,
          agent_id: agent.id,
          content: input.content,
          correlation_id: input.correlation_id ?? null,
          expires_at: clock.now() + input.timeout_minutes * 60_000,
        })
        store.activity.record({
          event_type: 'question.asked',
          message: `${agent.name} asks${about(task)}: ${firstWords(input.content)}`,
          actor_type: 'agent',
          actor_name: agent.name,
          agent_id: agent.id,
          task_id: task?.id ?? null,
          board_id: board.id,
          data: { question_id: question.id },
        })
        return question
      }),

    answer(question, answer) {
      expireDue()
      return store.write(() => {
        if (!mayAnswer(fresh(store.questions.get(question.id)), answer)) return question
        store.questions.resolve(question.id, { status: 'answered', answer })
        const answered = fresh(store.questions.get(question.id))
        store.activity.record({
          event_type: 'question.answered',
          message: `Operator answered ${answered.agent_name}: ${firstWords(answer)}`,
          ...byOperator,
          agent_id: answered.agent_id,
          task_id: answered.task_id,
          board_id: answered.board_id,
          data: { question_id: answered.id },
        })
        tellAnswer(store, answered)
        return answered
      })
    },

    async decideExec(id, decision) {
      const held = execApprovals.get(id)
      if (!held)
        throw new AppError(
          'not_found',
          'The gateway does not wait for this decision any more: it was decided elsewhere, ran out, or its run ended.',
        )
      if (!held.allowed_decisions.includes(decision))
        throw new AppError('conflict', `The gateway offers ${held.allowed_decisions.join(' or ')} for this command.`, {
          field: 'body.decision',
        })
      const shown = showExec(held)
      try {
        await execApprovals.resolve(id, decision)
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        if (error.failure === 'unavailable') throw new AppError('gateway_unavailable', error.message, { cause: error })
        if (error.failure === 'rejected')
          throw new AppError('conflict', `The gateway did not take the decision: ${error.message}`, { cause: error })
        throw new AppError('gateway_error', `The decision did not reach the gateway: ${error.message}`, { cause: error })
      }
      store.write(() =>
        store.activity.record({
          event_type: decision === 'deny' ? 'exec_approval.denied' : 'exec_approval.allowed',
          message: `Operator ${execWords[decision]} a command of ${shown.agent_name ?? shown.gateway_agent_id ?? 'an agent'}: ${shortened(held.command)}`,
          ...byOperator,
          agent_id: shown.agent_id,
          task_id: shown.task_id,
          board_id: shown.board_id,
          data: { exec_approval_id: id, decision, command: held.command, cwd: held.cwd },
        }),
      )
    },

    showExec,
    expireDue,
    stop() {
      stopped = true
      stopWatching()
      stopExpiry()
      timer?.cancel()
    },
  }
}
