/** A transcript as people read it: words as words, tools folded to one line each. */
import { ChevronRight, Wrench } from 'lucide-react'
import { memo, useState } from 'react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { SessionMessage } from '../../../../native-services/contract/sessions.ts'
import { AgentAvatar, NameAvatar } from '../../ui/avatar.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import type { Run } from '../../../../native-services/contract/usage.ts'
import { runWords } from './session-runs.tsx'
import { strings } from './strings.ts'
import { firstLine } from './transcript.ts'

const longChars = 900

/** What was told to the agent: often a long instruction by Mission Control, so only its beginning is open. */
function Told({ text }: { text: string }) {
  const [open, setOpen] = useState(false)
  const long = text.length > longChars || text.split('\n').length > 12
  return (
    <>
      <div className="session-told" data-folded={long && !open ? '' : undefined}>
        {text}
      </div>
      {long && !open ? (
        <button type="button" className="link session-more" onClick={() => setOpen(true)}>
          {strings.showAll}
        </button>
      ) : null}
    </>
  )
}

function ToolRow({ message }: { message: SessionMessage }) {
  const name = message.tool_name ?? strings.tool
  const verb = message.is_error ? strings.failedTool : message.tool_phase === 'call' ? strings.called : strings.answered
  const line = firstLine(message.text)
  return (
    <div className="session-toolrow">
      <details className="session-tool" data-tone={message.is_error ? 'bad' : undefined}>
        <summary>
          <ChevronRight size={13} aria-hidden className="session-chevron" />
          <Wrench size={13} aria-hidden />
          <span className="mono">{name}</span>
          <span className="faint nowrap">{verb}</span>
          <span className="mono truncate grow muted">{line}</span>
        </summary>
        <pre className="verbatim">{message.text || '—'}</pre>
      </details>
    </div>
  )
}

export const MessageRow = memo(function MessageRow({
  message,
  agent,
  run,
}: {
  message: SessionMessage
  agent: Agent
  /** The run whose last words these are. */
  run: Run | undefined
}) {
  if (message.role === 'tool') return <ToolRow message={message} />
  const mine = message.role === 'user'
  return (
    <div className="message" data-role={message.role}>
      {mine ? <NameAvatar name="→" size={24} /> : <AgentAvatar agent={agent} size={24} />}
      <div>
        <div className="message-head">
          <b>{mine ? strings.you : agent.name}</b>
          {message.at ? <RelativeTime at={message.at} /> : null}
          {run ? <span className="num">{runWords(run)}</span> : null}
        </div>
        {mine ? (
          <Told text={message.text} />
        ) : message.is_error ? (
          <p className="session-error" data-tone="bad">
            {message.text}
          </p>
        ) : (
          <Markdown text={message.text} />
        )}
      </div>
    </div>
  )
})

/** What was just sent, before the gateway has written it down. */
export function SentRow({ text }: { text: string }) {
  return (
    <li className="message">
      <NameAvatar name="→" size={24} />
      <div>
        <div className="message-head">
          <b>{strings.you}</b>
          <span>{strings.sent}</span>
        </div>
        <Told text={text} />
      </div>
    </li>
  )
}

export function WritingRow({ agent, words }: { agent: Agent; words: string }) {
  return (
    <li className="message" aria-live="off">
      <AgentAvatar agent={agent} size={24} />
      <div>
        <div className="message-head">
          <b>{agent.name}</b>
          <span>{words === '' ? strings.working : strings.writing}</span>
        </div>
        <div className="markdown" style={{ whiteSpace: 'pre-wrap' }}>
          {words}
          <span className="caret" aria-hidden />
        </div>
      </div>
    </li>
  )
}
