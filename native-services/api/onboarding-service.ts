/**
 * The interview about a board's goal: questions by the gateway's main agent, answers by the operator, a draft, a word. Each step is one
 * transaction. The agent's deadline is a column; one timer waits for the earliest, and what fell due while we were away is seen at the start.
 */
import type { BodyOf } from '../contract/operations.ts'
import { AppError } from '../contract/errors.ts'
import { asked, giveTurn, takeWord } from '../delivery/onboarding.ts'
import { agentMaySpeak, isOpen, mostQuestions } from '../domain/onboarding-rules.ts'
import type { AgentLifecycle } from '../lifecycle/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { OnboardingRow } from '../store/board-onboardings.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'

export interface OnboardingService {
  start(board: BoardRow, input: BodyOf<'startBoardOnboarding'>): OnboardingRow
  answer(board: BoardRow, input: BodyOf<'answerBoardOnboarding'>): OnboardingRow
  /** A new turn for the agent, after silence or an answer that could not be used. */
  retry(board: BoardRow): OnboardingRow
  cancel(board: BoardRow): OnboardingRow
  /** Goal and lead in one transaction; the lead is provisioned after it. */
  confirm(board: BoardRow, input: BodyOf<'confirmBoardOnboarding'>): { onboarding: OnboardingRow; board: BoardRow; agent: AgentRow | null }
  /** The agent's own call. */
  speak(agent: AgentRow, board: BoardRow, word: BodyOf<'agentBoardOnboarding'>): OnboardingRow
  stop(): void
}

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const longestTimerMs = 3_600_000

export function createOnboardingService(deps: {
  store: Store
  clock: Clock
  log: Log
  lifecycle: Pick<AgentLifecycle, 'create' | 'provision'>
}): OnboardingService {
  const { store, clock, lifecycle } = deps
  const log = deps.log.scope('onboarding')
  let timer: TimerHandle | null = null
  let stopped = false

  function current(board: BoardRow): OnboardingRow {
    const onboarding = store.onboardings.newest(board.id)
    if (!onboarding || !isOpen(onboarding.status))
      throw new AppError('conflict', `There is no interview about ${board.name} under way. Start one, or fill the goal in by hand.`)
    return onboarding
  }
  function interviewer(board: BoardRow): AgentRow {
    const main = store.agents.main(board.gateway_id)
    if (!main || main.status === 'deleting')
      throw new AppError(
        'conflict',
        'The gateway has no main agent that could ask. Add one (an agent without a board), or fill the goal in by hand.',
      )
    return main
  }

  function schedule(): void {
    timer?.cancel()
    timer = null
    if (stopped) return
    const at = store.onboardings.nextDueAt()
    if (at !== null) timer = clock.setTimer(Math.min(Math.max(0, at - clock.now()), longestTimerMs), expireDue)
  }
  function expireDue(): void {
    try {
      for (let due = store.onboardings.due(clock.now()); due.length > 0; due = store.onboardings.due(clock.now())) {
        store.write(() => {
          for (const onboarding of due) {
            store.onboardings.update(onboarding.id, { status: 'timed_out' })
            store.activity.record({
              event_type: 'board.onboarding_timed_out',
              level: 'warning',
              message: `${onboarding.agent_name} did not ask its next question in time. Ask it again, or fill the goal in by hand.`,
              agent_id: onboarding.agent_id,
              board_id: onboarding.board_id,
              data: { onboarding_id: onboarding.id, notification_id: onboarding.notification_id },
            })
          }
        })
      }
    } catch (error) {
      log.error('onboarding.expire_failed', { error: errorText(error) })
      timer?.cancel()
      timer = clock.setTimer(10_000, expireDue)
      return
    }
    schedule()
  }
  const stopWatching = store.onCommit((changes) => {
    if (changes.some((change) => change.entity === 'board_onboarding')) schedule()
  })
  expireDue()

  function record(onboarding: OnboardingRow, event: string, message: string): void {
    store.activity.record({
      event_type: `board.onboarding_${event}`,
      message,
      ...byOperator,
      board_id: onboarding.board_id,
      data: { onboarding_id: onboarding.id },
    })
  }
  /** What was not sent of it yet is not sent any more. */
  function withdraw(onboarding: OnboardingRow): void {
    const row = onboarding.notification_id === null ? undefined : store.notifications.get(onboarding.notification_id)
    if (row && (row.state === 'queued' || row.state === 'dead'))
      store.notifications.finish(row.id, { state: 'skipped', error_code: 'onboarding_over', error: 'The interview went on without it.' })
  }

  return {
    start: (board, input) =>
      store.write(() => {
        const before = store.onboardings.newest(board.id)
        if (before && isOpen(before.status))
          throw new AppError('conflict', `An interview about ${board.name} is under way. Go on with it, or cancel it first.`)
        const main = interviewer(board)
        const onboarding = store.onboardings.create({
          board_id: board.id,
          agent_id: main.id,
          agent_name: main.name,
          answer_minutes: input.answer_minutes,
        })
        record(onboarding, 'started', `Operator lets ${main.name} ask about the goal of ${board.name}`)
        return giveTurn(store, onboarding, main, clock.now())
      }),

    answer: (board, input) =>
      store.write(() => {
        const onboarding = current(board)
        if (onboarding.status !== 'answering' || !onboarding.question)
          throw new AppError('conflict', 'No question is open. Wait for the agent.')
        const option = onboarding.question.options.find((each) => each.id === input.answer)
        const content = [option?.label ?? input.answer, ...(input.other_text ? [input.other_text] : [])].join(': ')
        const answered = store.onboardings.update(onboarding.id, {
          messages: [...onboarding.messages, { role: 'operator', content, at: clock.now() }],
        })
        return giveTurn(store, answered, interviewer(board), clock.now())
      }),

    retry: (board) =>
      store.write(() => {
        const onboarding = current(board)
        if (!agentMaySpeak(onboarding.status)) throw new AppError('conflict', 'It is not the turn of the agent.')
        const row = onboarding.notification_id === null ? undefined : store.notifications.get(onboarding.notification_id)
        if (row?.state === 'leased')
          throw new AppError('conflict', `${onboarding.agent_name} is at work on its next question. Wait for it.`)
        withdraw(onboarding)
        return giveTurn(store, onboarding, interviewer(board), clock.now())
      }),

    cancel: (board) =>
      store.write(() => {
        const onboarding = current(board)
        withdraw(onboarding)
        record(onboarding, 'cancelled', `Operator ended the interview about the goal of ${board.name}`)
        return store.onboardings.update(onboarding.id, { status: 'cancelled', deadline_at: null, question: null })
      }),

    confirm(board, input) {
      const result = store.write(() => {
        const onboarding = current(board)
        const draft = onboarding.draft
        if (onboarding.status !== 'completed' || !draft) throw new AppError('conflict', 'The interview has no result yet.')
        const { lead_agent: lead } = draft
        const level = lead?.autonomy_level ?? null
        store.boards.update(board.id, {
          board_type: 'goal',
          objective: input.objective ?? draft.objective,
          success_metrics: input.success_metrics ?? draft.success_metrics,
          target_date: input.target_date === undefined ? draft.target_date : input.target_date,
          goal_confirmed: true,
          goal_source: 'onboarding',
          ...(level === null ? {} : { require_approval_for_done: level !== 'autonomous' }),
        })
        const leadName = input.lead_name === undefined ? (lead?.name ?? null) : input.lead_name
        const agent =
          leadName === null || store.agents.lead(board.id)
            ? null
            : lifecycle.create({
                gateway_id: board.gateway_id,
                board_id: board.id,
                name: leadName,
                role: 'lead',
                heartbeat_config: { every: '10m', target: 'none' },
                identity_profile: {
                  ...(lead?.role ? { role: lead.role } : {}),
                  ...(lead?.communication_style ? { communication_style: lead.communication_style } : {}),
                  ...(lead?.custom_instructions ? { custom_instructions: lead.custom_instructions } : {}),
                },
              })
        record(onboarding, 'confirmed', `Operator confirmed the goal of ${board.name}${agent ? `, with ${agent.name} as its lead` : ''}`)
        const confirmed = store.onboardings.update(onboarding.id, { status: 'confirmed', deadline_at: null })
        return { onboarding: confirmed, board: store.boards.get(board.id) ?? board, agent }
      })
      return result.agent ? { ...result, agent: lifecycle.provision(result.agent.id) } : result
    },

    speak: (agent, board, word) =>
      store.write(() => {
        if (agent.role !== 'main') throw new AppError('forbidden', "Only the gateway's main agent holds this interview.")
        const onboarding = current(board)
        if (!agentMaySpeak(onboarding.status))
          throw new AppError('conflict', 'It is the turn of the operator. You are told when it is yours.')
        if (word.status === 'question' && asked(onboarding) >= mostQuestions)
          throw new AppError('conflict', `You have asked ${mostQuestions} questions. Complete the interview.`)
        return takeWord(store, onboarding, word, clock.now())
      }),

    stop() {
      stopped = true
      stopWatching()
      timer?.cancel()
    },
  }
}
