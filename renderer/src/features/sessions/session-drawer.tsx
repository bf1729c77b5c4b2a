/** One conversation: what was said, what is being said now, and the means to join in, to stop it and to begin anew. */
import '../tasks/task.css'
import './sessions.css'
import { Button } from '@mantine/core'
import { CircleStop, RotateCcw, SquareArrowOutUpRight, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { AgentSession } from '../../../../native-services/contract/sessions.ts'
import { useTaskOf } from '../../lib/board-tasks.ts'
import { useDrawer } from '../../lib/use-drawer.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { ConnectionLost } from '../../ui/connection-lost.tsx'
import { LoadError, Note } from '../../ui/parts.tsx'
import { GatewayDown } from './gateway-down.tsx'
import { SentRow, WritingRow } from './messages.tsx'
import { SendBox } from './send-box.tsx'
import { SessionRuns } from './session-runs.tsx'
import { strings } from './strings.ts'
import { TranscriptList } from './transcript-list.tsx'
import { unsaid } from './transcript.ts'
import { useRuns } from './use-runs.ts'
import { useTranscript } from './use-sessions.ts'

/** Keeps the newest words in sight for a reader who is at the end. */
function useStickToEnd(grown: unknown) {
  const body = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useEffect(() => {
    const scroller = body.current
    if (!scroller) return
    const onScroll = () => {
      atEnd.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
    }
    scroller.addEventListener('scroll', onScroll, { passive: true })
    // Markdown arrives a moment after its words.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) scroller.scrollTop = scroller.scrollHeight
    })
    for (const child of scroller.children) observer.observe(child)
    return () => {
      scroller.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [])
  useEffect(() => {
    const scroller = body.current
    if (scroller && atEnd.current) scroller.scrollTop = scroller.scrollHeight
  }, [grown])
  return body
}

export function SessionDrawer({
  agent,
  sessionKey,
  session,
  onClose,
}: {
  agent: Agent
  sessionKey: string
  session: AgentSession | undefined
  onClose: () => void
}) {
  const transcript = useTranscript(agent.id, sessionKey)
  const { items, failure, runId, runError } = transcript
  const task = useTaskOf(agent.board_id, session?.task_id)
  const runs = useRuns({ agentId: agent.id, sessionKey, running: runId })
  const words = unsaid(transcript.words, runId, items ?? [])
  const running = runId !== null
  const body = useStickToEnd(`${items?.length ?? 0} ${items?.at(-1)?.id} ${words.length} ${running} ${transcript.underWay}`)
  const title = sessionTitle({ agent, sessionKey, session, task })

  const panel = useDrawer({ about: sessionKey, returnTo: `[data-session-link="${CSS.escape(sessionKey)}"]`, onClose })

  const reset = () =>
    askOnce({
      title: strings.resetTitle,
      body: strings.resetBody,
      confirmLabel: strings.reset,
      onConfirm: () => void transcript.reset(),
    })

  return (
    <div className="drawer" ref={panel} tabIndex={-1} role="dialog" aria-modal={false} aria-label={title} data-drawer>
      <div className="drawer-head">
        <span className="truncate" style={{ fontWeight: 600 }} title={sessionKey}>
          {title}
        </span>
        <span className="grow" />
        <ConnectionLost again />
        {running ? (
          <Button
            variant="default"
            color="red"
            size="compact-sm"
            leftSection={<CircleStop size={14} aria-hidden />}
            onClick={() => void transcript.abort()}
          >
            {strings.abort}
          </Button>
        ) : null}
        {task ? (
          <Link
            className="iconbtn"
            href={`/boards/${task.board_id}/tasks/${task.id}`}
            aria-label={strings.taskLink}
            title={strings.taskLink}
          >
            <SquareArrowOutUpRight size={15} aria-hidden />
          </Link>
        ) : null}
        <button type="button" className="iconbtn" aria-label={strings.reset} title={strings.resetTitle} onClick={reset}>
          <RotateCcw size={15} aria-hidden />
        </button>
        <button type="button" className="iconbtn" aria-label={strings.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </div>
      <SessionRuns runs={runs} />
      <div className="drawer-body" ref={body} tabIndex={0} role="log" aria-label={title} aria-busy={running}>
        <div className="stack" style={{ gap: 14 }}>
          {failure?.gatewayDown ? <GatewayDown detail={failure.message} /> : null}
          {failure && !failure.gatewayDown ? <LoadError message={failure.message} retry={transcript.read} /> : null}
          {transcript.hasOlder ? (
            <div className="row" style={{ justifyContent: 'center' }}>
              <Button variant="subtle" size="compact-sm" onClick={() => void transcript.older()}>
                {strings.older}
              </Button>
            </div>
          ) : null}
          {items === null && !failure ? <div className="skeleton" style={{ height: 180 }} /> : null}
          {items?.length === 0 && !running && !failure && transcript.underWay === null ? <p className="muted">{strings.empty}</p> : null}
          {items !== null && items.length > 0 ? <TranscriptList items={items} agent={agent} runs={runs} scroller={body} /> : null}
          <ul className="thread">
            {transcript.underWay === null ? null : <SentRow text={transcript.underWay} />}
            {running || words !== '' ? <WritingRow agent={agent} words={words} /> : null}
          </ul>
          {runError !== null && !running ? (
            <Note tone="bad">
              <strong>{strings.runFailed}</strong> {runError}
            </Note>
          ) : null}
        </div>
      </div>
      <SendBox key={sessionKey} sessionKey={sessionKey} onSend={transcript.send} />
    </div>
  )
}

export function sessionTitle({
  agent,
  sessionKey,
  session,
  task,
}: {
  agent: Agent
  sessionKey: string
  session: AgentSession | undefined
  task: { number: number; title: string } | undefined
}): string {
  if (task) return strings.task(task.number, task.title)
  if (sessionKey === agent.openclaw_session_id) return strings.main
  return session?.label ?? sessionKey.split(':').slice(2).join(':')
}
