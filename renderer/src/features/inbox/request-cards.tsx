/** What agents ask, one card each: who, what, why, and the buttons that settle it. */
import './inbox.css'
import { Button, Textarea, TextInput, Tooltip } from '@mantine/core'
import { Check, CircleHelp, ShieldQuestion, SquareTerminal, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import type { Approval, ExecApproval, ExecDecision, Question } from '../../../../native-services/contract/approvals.ts'
import { authorName } from '../../lib/author.ts'
import { useTaskOf } from '../../lib/board-tasks.ts'
import { useAgent, useBoard } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { answerQuestion, decideExec, resolveApproval } from './inbox-actions.ts'
import { strings } from './strings.ts'

/** Where it belongs: the task, else the board. */
function Place({ boardId, taskId }: { boardId: string | null; taskId: string | null }) {
  const task = useTaskOf(boardId, taskId)
  const board = useBoard(boardId ?? undefined)
  if (task)
    return (
      <Link href={`/boards/${task.board_id}/tasks/${task.id}`} className="link truncate">
        #{task.number} {task.title}
      </Link>
    )
  return board ? (
    <Link href={`/boards/${board.id}`} className="link truncate">
      {board.name}
    </Link>
  ) : null
}

/** The frame of every card. `own`: it stands in its task, which needs no repeating. */
export function RequestFrame(props: {
  kind: 'approval' | 'question' | 'exec'
  id: string
  title: ReactNode
  name: string
  agentId: string | null
  at: string
  boardId: string | null
  taskId: string | null
  own?: boolean | undefined
  aside?: ReactNode
  children: ReactNode
}) {
  const agent = useAgent(props.agentId)
  const Icon = { approval: ShieldQuestion, question: CircleHelp, exec: SquareTerminal }[props.kind]
  return (
    <article
      className="card request"
      data-row={props.own ? undefined : ''}
      data-request={`${props.kind}:${props.id}`}
      tabIndex={props.own ? undefined : -1}
      aria-label={strings.requestOf(strings.kinds[props.kind], props.name)}
    >
      <header className="request-head">
        <Icon size={15} aria-hidden />
        <h2>{props.title}</h2>
        <span className="grow" />
        {props.aside}
      </header>
      <div className="request-who">
        {agent ? <AgentAvatar agent={agent} size={18} /> : null}
        {agent ? (
          <Link href={`/agents/${agent.id}`} className="link">
            {props.name}
          </Link>
        ) : (
          <span>{props.name}</span>
        )}
        <span className="faint">
          <RelativeTime at={props.at} />
        </span>
        {props.own ? null : <Place boardId={props.boardId} taskId={props.taskId} />}
      </div>
      {props.children}
    </article>
  )
}

export function ApprovalFacts({ row }: { row: Approval }) {
  const { reason: _reason, ...payload } = row.payload
  const scores = Object.entries(row.rubric_scores)
  return (
    <>
      <div className="request-text">
        <Markdown text={row.reason} />
      </div>
      <div className="request-scores">
        <span className="score" title={strings.confidenceOf(row.confidence)}>
          <span className="faint">{strings.confidence}</span>
          <span className="meter" aria-hidden>
            <span style={{ width: `${row.confidence}%` }} />
          </span>
          <span className="num">{Math.round(row.confidence)}</span>
        </span>
        {scores.map(([name, score]) => (
          <span key={name} className="score">
            <span className="faint">{name.replaceAll('_', ' ')}</span>
            <span className="num">{score}</span>
          </span>
        ))}
      </div>
      {Object.keys(payload).length > 0 ? (
        <details className="request-details">
          <summary>{strings.details}</summary>
          <pre>{JSON.stringify(payload, null, 2)}</pre>
        </details>
      ) : null}
    </>
  )
}

export function ApprovalCard({ row, own }: { row: Approval; own?: boolean }) {
  const [comment, setComment] = useState('')
  const [busy, setBusy] = useState(false)
  const decide = (status: 'approved' | 'rejected') => {
    setBusy(true)
    void resolveApproval(row, status, comment).finally(() => setBusy(false))
  }
  return (
    <RequestFrame
      kind="approval"
      id={row.id}
      title={row.action_type.replaceAll('_', ' ')}
      name={authorName(row.requested_by)}
      agentId={row.agent_id}
      at={row.created_at}
      boardId={row.board_id}
      taskId={row.task_id}
      own={own}
    >
      <ApprovalFacts row={row} />
      <div className="request-actions">
        <TextInput
          className="grow"
          aria-label={strings.commentLabel}
          placeholder={strings.comment}
          value={comment}
          maxLength={10_000}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Button leftSection={<Check size={14} aria-hidden />} disabled={busy} data-act="yes" onClick={() => decide('approved')}>
          {strings.approve}
        </Button>
        <Button
          variant="default"
          leftSection={<X size={14} aria-hidden />}
          disabled={busy}
          data-act="no"
          onClick={() => decide('rejected')}
        >
          {strings.reject}
        </Button>
      </div>
    </RequestFrame>
  )
}

export function QuestionCard({ row, own }: { row: Question; own?: boolean }) {
  const [answer, setAnswer] = useState('')
  const [busy, setBusy] = useState(false)
  const send = () => {
    if (answer.trim() === '') return
    setBusy(true)
    void answerQuestion(row, answer.trim()).finally(() => setBusy(false))
  }
  return (
    <RequestFrame
      kind="question"
      id={row.id}
      title={strings.kinds.question}
      name={row.agent_name}
      agentId={row.agent_id}
      at={row.created_at}
      boardId={row.board_id}
      taskId={row.task_id}
      own={own}
      aside={
        row.expires_at ? (
          <span className="faint" style={{ fontSize: 12 }}>
            {strings.expires} <RelativeTime at={row.expires_at} />
          </span>
        ) : null
      }
    >
      <div className="request-text">
        <Markdown text={row.content} />
      </div>
      <div className="request-actions">
        <Textarea
          className="grow"
          aria-label={strings.answer}
          placeholder={strings.answerPlaceholder}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={20_000}
          value={answer}
          data-act="yes"
          onChange={(event) => setAnswer(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
          }}
        />
        <Button disabled={busy || answer.trim() === ''} onClick={send}>
          {strings.sendAnswer}
        </Button>
      </div>
    </RequestFrame>
  )
}

export function ExecCard({ row, own }: { row: ExecApproval; own?: boolean }) {
  const [busy, setBusy] = useState(false)
  const decide = (decision: ExecDecision) => {
    setBusy(true)
    void decideExec(row, decision).finally(() => setBusy(false))
  }
  const acts = { 'allow-once': 'yes', 'allow-always': undefined, deny: 'no' } as const
  return (
    <RequestFrame
      kind="exec"
      id={row.id}
      title={strings.runCommand}
      name={row.agent_name ?? row.gateway_agent_id ?? strings.anAgent}
      agentId={row.agent_id}
      at={row.created_at}
      boardId={row.board_id}
      taskId={row.task_id}
      own={own}
      aside={
        <span className="chip" data-tone="warning">
          {strings.runsOut} <Countdown to={row.expires_at} />
        </span>
      }
    >
      <pre className="request-command">{row.command}</pre>
      {row.cwd ? (
        <div className="request-cwd faint">
          {strings.in} <code>{row.cwd}</code>
        </div>
      ) : null}
      <div className="request-actions">
        {row.allowed_decisions.map((decision) => {
          const button = (
            <Button
              key={decision}
              variant={decision === 'allow-once' ? 'filled' : 'default'}
              disabled={busy}
              data-act={acts[decision]}
              onClick={() => decide(decision)}
            >
              {strings.decisions[decision]}
            </Button>
          )
          return decision === 'allow-always' ? (
            <Tooltip key={decision} label={strings.alwaysHint}>
              {button}
            </Tooltip>
          ) : (
            button
          )
        })}
      </div>
    </RequestFrame>
  )
}
