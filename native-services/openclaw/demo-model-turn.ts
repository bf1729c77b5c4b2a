/**
 * What the demo model does next, as a pure function of the conversation. No state is kept between requests:
 * the tool results since the last user message tell how far a piece of work has come.
 *
 * OpenClaw wraps what it sends: a date before the user's text, a `Runtime:` line after it (first turn of a session), a trailing
 * user message with internal context, and one more user turn when a final answer came out empty. All of that is peeled off here.
 */
import { answer, interviewWord, leadPlan, workReply } from './demo-model-text.ts'

export interface ChatMessage {
  role: string
  content?: unknown
  tool_calls?: unknown
}

export type DemoTurn =
  /** `gap_ms`: pause between two words of the stream. */
  | { kind: 'text'; text: string; gap_ms: number }
  | { kind: 'tool'; name: string; args: Record<string, unknown> }
  /** An HTTP error; the gateway treats 400 as final and retries 5xx. */
  | { kind: 'fail'; status: number }
  /** Never answers. */
  | { kind: 'hang' }

const internalContext = '<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>'
const emptyAnswerTurn = 'did not produce a user-visible answer'
const wordGapMs = 20
/** The token of `domain/reply-rules.ts`. `NO_REPLY` will not do: in a direct session the gateway takes it for a missing answer and fails the run. */
const nothingToAdd = 'NOTHING_TO_ADD'
/** The agent's own command, in every workspace that Mission Control provisions. */
const mc = 'sh .mission-control/mc'

/** The text of a message, whether it is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : ''))
    .join('')
}

/** A user's text without what the gateway puts around it. */
export function unwrapUserText(text: string): string {
  return text
    .replace(/^\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d [^\]]*\] /, '')
    .replace(/\n\nRuntime: agent=[\s\S]*$/, '')
    .trim()
}

interface Situation {
  text: string
  /** Results of the tools called since that text, in order. */
  results: string[]
}

function situationOf(messages: readonly ChatMessage[]): Situation {
  const real = messages.filter((message) => {
    if (message.role !== 'user') return true
    const text = textOf(message.content)
    return !text.startsWith(internalContext) && !text.includes(emptyAnswerTurn)
  })
  const lastUser = real.findLastIndex((message) => message.role === 'user')
  return {
    text: lastUser === -1 ? '' : unwrapUserText(textOf(real[lastUser]?.content)),
    results: real.slice(lastUser + 1).flatMap((message) => (message.role === 'tool' ? [textOf(message.content)] : [])),
  }
}

interface Notice {
  type: string
  taskId: string | null
  title: string | null
  status: string | null
  role: string | null
  /** Who wrote the message of a chat: `user` or `agent`. */
  from: string | null
  /** What the notification is about: the comment to answer, or the description of the task. */
  focus: string
}

function line(head: string, name: string): string | null {
  return new RegExp(`^${name}: (.+)$`, 'm').exec(head)?.[1]?.trim() ?? null
}

/** Reads Mission Control's own prompt (`delivery/prompt.ts`). Header lines count only above the first data block: what people wrote cannot pose as one. */
export function parseNotice(text: string): Notice | null {
  const firstBlock = text.search(/^<<<DATA /m)
  const head = firstBlock === -1 ? text : text.slice(0, firstBlock)
  const type = line(head, 'Notification')
  if (type === null) return null
  const block = (name: string): string | null =>
    new RegExp(`^<<<DATA ${name}>>>\\n([\\s\\S]*?)\\n<<<END ${name}>>>$`, 'm').exec(text)?.[1] ?? null
  return {
    type,
    taskId: line(head, 'Task ID'),
    title: line(head, 'Task')?.replace(/^#\d+ /, '') ?? null,
    status: line(head, 'Status'),
    role: line(head, 'Your role'),
    from: line(head, 'From'),
    focus: block('message') ?? block('description') ?? '',
  }
}

function say(text: string): DemoTurn {
  return { kind: 'text', text, gap_ms: wordGapMs }
}

function exec(command: string): DemoTurn {
  return { kind: 'tool', name: 'exec', args: { command } }
}

/** `[[say:hello]]`, `[[slow:20:100]]`, `[[fail:400]]`, `[[hang]]`, `[[noreply]]`, `[[tool:exec {"command":"date"}]]` in what a person wrote. */
function directive(text: string, results: readonly string[]): DemoTurn | null {
  const fail = /\[\[fail:(\d{3})\]\]/.exec(text)
  // 401 would put the provider's key on ice for a minute and break every later run.
  if (fail) return { kind: 'fail', status: Number(fail[1]) === 401 ? 400 : Number(fail[1]) }
  if (text.includes('[[hang]]')) return { kind: 'hang' }
  if (text.includes('[[noreply]]')) return { kind: 'text', text: nothingToAdd, gap_ms: 0 }
  const tool = /\[\[tool:(\w+) (\{[\s\S]*?\})\]\]/.exec(text)
  if (tool) {
    // Plain prose: an answer that looks like a dump of a tool's result is removed by the gateway.
    if (results.length > 0) return say(`I ran it, and it said: ${results.at(-1)?.trim().slice(0, 400) ?? ''}`)
    try {
      return { kind: 'tool', name: tool[1] ?? '', args: JSON.parse(tool[2] ?? '{}') as Record<string, unknown> }
    } catch {
      return say('The arguments of that tool call are not valid JSON.')
    }
  }
  const slow = /\[\[slow:(\d+):(\d+)\]\]/.exec(text)
  if (slow)
    return {
      kind: 'text',
      text: Array.from({ length: Number(slow[1]) }, (_, index) => `word${index + 1}`).join(' '),
      gap_ms: Number(slow[2]),
    }
  const fixed = /\[\[say:([\s\S]*?)\]\]/.exec(text)
  return fixed ? say(fixed[1] ?? '') : null
}

/** A command that the shell reported as failed. */
function failure(result: string | undefined): string | null {
  if (result === undefined || !/(exited with code [1-9]|command not found|No such file|can't open)/i.test(result)) return null
  return (
    result
      .split('\n')
      .map((entry) => entry.trim())
      .find((entry) => entry !== '') ?? 'the command failed'
  )
}

function checkIn(results: readonly string[], done: string): DemoTurn {
  if (results.length === 0) return exec(`${mc} heartbeat`)
  const problem = failure(results[0])
  return say(problem === null ? done : `I could not check in: ${problem}`)
}

function workOn(notice: Notice, results: readonly string[]): DemoTurn {
  const title = notice.title ?? 'This task'
  // Sent again after the work was done (a crash between the work and the reply): only the reply is missing.
  if (notice.status === 'review' || notice.status === 'done') return say(workReply(title))
  if (results.length === 0) return exec(`${mc} task claim ${notice.taskId}`)
  const refused = failure(results[0])
  if (refused !== null) return say(`I could not take **${title}**: ${refused}`)
  if (results.length === 1) return exec('date')
  if (results.length === 2) return exec(`${mc} task status ${notice.taskId} review`)
  return say(workReply(title))
}

/** The next step of a conversation. `tools` are the names that the request offers. */
export function demoTurn(messages: readonly ChatMessage[], tools: readonly string[]): DemoTurn {
  const { text, results } = situationOf(messages)
  const canExec = tools.includes('exec')
  if (canExec && text.includes('Mission Control wake')) return checkIn(results, 'I am awake and checked in.')
  if (canExec && text.includes('Mission Control heartbeat')) return checkIn(results, 'HEARTBEAT_OK')

  const notice = parseNotice(text)
  const ordered = directive(notice ? notice.focus : text, results)
  if (ordered) return ordered
  if (!notice) return say(text === '' ? 'Hello.' : answer(text, null))
  switch (notice.type) {
    case 'assignment':
      if (notice.taskId && canExec && notice.role !== 'lead') return workOn(notice, results)
      return say(leadPlan(notice.focus, notice.title))
    case 'mention':
    case 'response_request':
    case 'thread_update':
      return say(notice.role === 'lead' ? leadPlan(notice.focus, notice.title) : answer(notice.focus, notice.title))
    case 'board_chat':
    case 'group_chat':
      // Two models that answer each other would never end.
      return notice.from === 'user' ? say(answer(notice.focus, null)) : { kind: 'text', text: nothingToAdd, gap_ms: 0 }
    case 'board_onboarding':
      return say(interviewWord(Number(line(text, 'Questions so far') ?? 0)))
    case 'webhook_event':
      return say('I have seen the event and keep it in mind.')
    case 'approval_resolved':
    case 'question_answered':
      return say('Thank you, that is clear. I go on accordingly.')
    default:
      return { kind: 'text', text: nothingToAdd, gap_ms: 0 }
  }
}
