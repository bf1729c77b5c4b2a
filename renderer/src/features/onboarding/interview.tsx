/** The interview about a board's goal: the agent's questions, the operator's answers, the draft, and what to do when nobody answers. */
import '../tasks/task.css'
import './onboarding.css'
import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { MessageCircleQuestion } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { BoardOnboarding } from '../../../../native-services/contract/board-onboarding.ts'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { openNewAgent } from '../../app/palette-state.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useAgents, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { Note } from '../../ui/parts.tsx'
import { Countdown } from '../../ui/time.tsx'
import { draftOf, goalBody, GoalFields, goalFits } from '../goals/goal-fields.tsx'
import { DeliveryChip } from '../tasks/delivery-chip.tsx'
import { strings } from './strings.ts'

/** The newest interview of a board; undefined while it is fetched, null when there is none. */
function useInterview(boardId: string): BoardOnboarding | null | undefined {
  const map = useLive((state) => state.maps.board_onboarding)
  const connection = useLive((state) => state.connection)
  const [fetched, setFetched] = useState(false)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      api.call('getBoardOnboarding', { params: { board_id: boardId } }),
      api.call('listNotifications', { query: { limit: '100' } }),
    ]).then(
      ([{ onboarding }, notifications]) => {
        if (!current) return
        if (onboarding) remember('board_onboarding', onboarding)
        useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'notification', notifications.items) }))
        setFetched(true)
      },
      // Without it the goal can still be filled in by hand.
      () => undefined,
    )
    return () => {
      current = false
    }
  }, [boardId, connection])
  return newestOf(map, boardId) ?? (fetched ? null : undefined)
}

function newestOf(map: Readonly<Record<string, BoardOnboarding>>, boardId: string): BoardOnboarding | undefined {
  const own = Object.values(map).filter((each) => each.board_id === boardId)
  return own.toSorted((a, b) => b.id.localeCompare(a.id))[0]
}

/** A draft waits for a word: the fields to fill in by hand would only stand beside it. */
export function useDraftWaits(boardId: string): boolean {
  return useLive((state) => newestOf(state.maps.board_onboarding, boardId)?.status === 'completed')
}

function Waiting({ interview, busy, onRetry }: { interview: BoardOnboarding; busy: boolean; onRetry: () => void }) {
  const row = useLive((state) => (interview.notification_id === null ? undefined : state.maps.notification[interview.notification_id]))
  const dead = row?.state === 'dead'
  const late = interview.status === 'timed_out'
  return (
    <Stack gap={10}>
      {dead || late ? (
        <Note tone="warning">
          <Stack gap={8}>
            <span>{dead ? strings.gaveUp(interview.agent_name) : strings.timedOut(interview.agent_name)}</span>
            {row?.last_error ? <span className="muted">{row.last_error}</span> : null}
            <div>
              <Button variant="default" loading={busy} disabled={row?.state === 'leased'} onClick={onRetry}>
                {strings.again}
              </Button>
            </div>
          </Stack>
        </Note>
      ) : (
        <p className="muted" role="status">
          {strings.asking(interview.agent_name)}{' '}
          {interview.deadline_at === null ? null : (
            <>
              {strings.until} <Countdown to={interview.deadline_at} />
            </>
          )}
        </p>
      )}
      {row ? (
        <div className="row faint" style={{ fontSize: 12 }}>
          {strings.waits} <DeliveryChip row={row} />
        </div>
      ) : null}
    </Stack>
  )
}

function Question({
  question,
  busy,
  onAnswer,
}: {
  question: NonNullable<BoardOnboarding['question']>
  busy: boolean
  onAnswer: (answer: string) => void
}) {
  const [text, setText] = useState('')
  return (
    <Stack gap={10}>
      {question.options.length > 0 ? (
        <div className="interview-options">
          {question.options.map((option) => (
            <Button key={option.id} variant="default" disabled={busy} onClick={() => onAnswer(option.id)}>
              {option.label}
            </Button>
          ))}
        </div>
      ) : null}
      <Group gap={8} align="flex-end" wrap="nowrap">
        <Textarea
          label={strings.own}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={10_000}
          style={{ flex: 1 }}
        />
        <Button loading={busy} disabled={text.trim() === ''} onClick={() => onAnswer(text.trim())}>
          {strings.answer}
        </Button>
      </Group>
    </Stack>
  )
}

function Draft({ board, draft }: { board: Board; draft: NonNullable<BoardOnboarding['draft']> }) {
  const lead = useAgents(board.id).find((agent) => agent.is_board_lead)
  const [goal, setGoal] = useState(() => draftOf(draft))
  const [leadName, setLeadName] = useState(draft.lead_agent?.name ?? '')
  const [busy, setBusy] = useState(false)
  const body = goalBody(goal)
  const complete = body.objective !== null && body.success_metrics.length > 0 && goalFits(goal)
  const confirm = async () => {
    if (body.objective === null || busy) return
    setBusy(true)
    const { objective, success_metrics, target_date } = body
    const done = await attempt(
      () =>
        api.call('confirmBoardOnboarding', {
          params: { board_id: board.id },
          body: { objective, success_metrics, target_date, lead_name: lead || leadName.trim() === '' ? null : leadName.trim() },
        }),
      { failed: strings.notConfirmed, done: strings.confirmed },
    )
    setBusy(false)
    if (!done) return
    remember('board', done.board)
    remember('board_onboarding', done.onboarding)
    if (done.agent) remember('agent', done.agent)
  }
  const level = draft.lead_agent?.autonomy_level ?? null
  return (
    <Stack gap={12}>
      <h3>{strings.draft}</h3>
      <p className="muted">{strings.draftHint}</p>
      <GoalFields draft={goal} onChange={setGoal} />
      {lead ? null : (
        <TextInput
          label={strings.leadName}
          description={strings.leadHint}
          value={leadName}
          maxLength={120}
          onChange={(event) => setLeadName(event.currentTarget.value)}
        />
      )}
      {level === null ? null : <p className="muted">{strings.autonomy[level]}</p>}
      <div>
        <Button loading={busy} disabled={!complete} onClick={() => void confirm()}>
          {strings.confirm}
        </Button>
      </div>
    </Stack>
  )
}

export function Interview({ board }: { board: Board }) {
  const interview = useInterview(board.id)
  const main = useAgents().find((agent) => agent.role === 'main' && agent.gateway_id === board.gateway_id)
  const [busy, setBusy] = useState(false)
  if (interview === undefined) return null
  const open = interview !== null && interview.status !== 'confirmed' && interview.status !== 'cancelled'

  const params = { board_id: board.id }
  const step = async (work: () => Promise<BoardOnboarding>, failed: string) => {
    setBusy(true)
    const next = await attempt(work, { failed })
    setBusy(false)
    if (next) remember('board_onboarding', next)
  }

  if (!open) {
    // A goal that was confirmed is not asked for anew; who wants to starts over by clearing it.
    if (board.goal_confirmed) return null
    return (
      <section className="interview" aria-label={strings.title}>
        <h3>{strings.title}</h3>
        <p className="muted">{main ? strings.lead : strings.noMain}</p>
        <div>
          {main ? (
            <Button
              variant="default"
              leftSection={<MessageCircleQuestion size={14} aria-hidden />}
              loading={busy}
              onClick={() => void step(() => api.call('startBoardOnboarding', { params, body: {} }), strings.notStarted)}
            >
              {strings.start}
            </Button>
          ) : (
            <Button variant="default" onClick={openNewAgent}>
              {strings.addMain}
            </Button>
          )}
        </div>
      </section>
    )
  }
  return (
    <section className="interview" aria-label={strings.title}>
      {interview.messages.length > 0 ? (
        <ul className="interview-talk" tabIndex={0} aria-label={strings.title}>
          {interview.messages.map((message, index) => (
            <li key={index} data-role={message.role}>
              <span className="visually-hidden">{message.role === 'agent' ? interview.agent_name : strings.you}: </span>
              {message.content}
            </li>
          ))}
        </ul>
      ) : null}
      {interview.status === 'asking' || interview.status === 'timed_out' ? (
        <Waiting
          interview={interview}
          busy={busy}
          onRetry={() => void step(() => api.call('retryBoardOnboarding', { params }), strings.notAgain)}
        />
      ) : null}
      {interview.status === 'answering' && interview.question ? (
        <Question
          key={interview.messages.length}
          question={interview.question}
          busy={busy}
          onAnswer={(answer) => void step(() => api.call('answerBoardOnboarding', { params, body: { answer } }), strings.notAnswered)}
        />
      ) : null}
      {interview.status === 'completed' && interview.draft ? <Draft key={interview.id} board={board} draft={interview.draft} /> : null}
      <div>
        <Button
          variant="subtle"
          disabled={busy}
          onClick={() => void step(() => api.call('cancelBoardOnboarding', { params }), strings.notEnded)}
        >
          {strings.end}
        </Button>
      </div>
    </section>
  )
}
