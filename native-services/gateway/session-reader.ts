/**
 * Reads what the gateway says about sessions: rows of its list, messages of a transcript, events of a run. Versions differ in detail,
 * so nothing here throws: what is not understood is left out. Every text is redacted, because agents print what they see.
 */
import type { AgentSession, SessionFrame, SessionMessage } from '../contract/sessions.ts'
import { redact } from '../platform/redact.ts'
import type { GatewayEvent } from './types.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null)

const longestText = 200_000
const longestPreview = 280
const shown = (value: string, limit = longestText): string => redact(value.length > limit ? `${value.slice(0, limit)}\n…` : value)

/** Milliseconds, from a number or an ISO string. */
function moment(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? Math.round(value) : null
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(parsed) ? null : parsed
}

/** The readable text of a message's content: a string, a part, or a list of parts. Thoughts and pictures are not text. */
export function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(readText).filter(Boolean).join('\n')
  const part = object(content)
  if (part['type'] === 'image') return '[image]'
  if (part['type'] !== undefined && !['text', 'input_text', 'output_text', 'tool_result', 'toolResult'].includes(String(part['type'])))
    return ''
  return typeof part['text'] === 'string' ? part['text'] : readText(part['content'] ?? '')
}

const isCall = (part: Json): boolean => /^(tool_?call|tool_?use|function_?call)$/i.test(String(part['type'] ?? ''))

function callText(args: unknown): string {
  if (typeof args === 'string') return args
  const given = object(args)
  // A shell command is better read as itself.
  const command = text(given['command'])
  if (command !== null && Object.keys(given).length === 1) return command
  return Object.keys(given).length === 0 ? '' : JSON.stringify(given, null, 2)
}

/** One entry of the transcript as the messages that people read: what was said, and every tool call by itself. Times are milliseconds. */
export function readMessages(raw: unknown, index: number): (Omit<SessionMessage, 'at'> & { at: number | null })[] {
  const entry = object(raw)
  const about = object(entry['__openclaw'])
  const id = text(about['id']) ?? text(entry['id']) ?? `entry-${index}`
  const common = {
    at: moment(entry['timestamp'] ?? entry['createdAt']),
    run_id: text(about['runId']) ?? text(entry['runId']),
    is_error: false,
  }
  const role = String(entry['role'] ?? '')
  if (/^tool/i.test(role)) {
    const said = readText(entry['content'])
    const name = text(entry['toolName']) ?? text(entry['name'])
    const failed = entry['isError'] === true || entry['is_error'] === true
    return [{ ...common, id, role: 'tool', text: shown(said), tool_name: name, tool_phase: 'result', is_error: failed }]
  }
  if (role !== 'user' && role !== 'assistant') return []
  const calls = list(entry['content']).map(object).filter(isCall)
  const failure = role === 'assistant' && entry['stopReason'] === 'error' ? text(entry['errorMessage']) : null
  const said = readText(entry['content']) || failure || ''
  return [
    ...(said.trim() === ''
      ? []
      : [{ ...common, id, role, text: shown(said), tool_name: null, tool_phase: null, is_error: failure !== null } as const]),
    ...calls.map((call, at) => ({
      ...common,
      id: `${id}/${text(call['id']) ?? at}`,
      role: 'tool' as const,
      text: shown(callText(call['arguments'] ?? call['input'] ?? call['args'])),
      tool_name: text(call['name']),
      tool_phase: 'call' as const,
    })),
  ]
}

export interface Transcript {
  items: ReturnType<typeof readMessages>
  next_before: number | null
  active_run_id: string | null
}

/** The answer of `chat.history`. */
export function readTranscript(answer: unknown): Transcript {
  const history = object(answer)
  const info = object(history['sessionInfo'])
  const flight = object(history['inFlightRun'])
  return {
    items: list(history['messages']).flatMap(readMessages),
    next_before: history['hasMore'] === true ? count(history['nextOffset']) : null,
    active_run_id: text(flight['runId']) ?? text(list(info['activeRunIds'])[0]),
  }
}

/** One row of `sessions.list`; null when it has no key. Times are milliseconds. */
export function readSession(
  raw: unknown,
  agent: { openclaw_session_id: string },
): (Omit<AgentSession, 'updated_at'> & { updated_at: number | null }) | null {
  const row = object(raw)
  const key = text(row['key'])
  if (key === null) return null
  const failure = row['lastRunError']
  const error = typeof failure === 'string' ? text(failure) : (text(object(failure)['message']) ?? text(object(failure)['error']))
  const label = text(row['label']) ?? text(row['displayName']) ?? text(row['derivedTitle'])
  const preview = text(row['lastMessagePreview'])
  return {
    key,
    label: label === null ? null : redact(label),
    kind: text(row['classification']) ?? text(row['kind']),
    status: text(row['status']),
    has_active_run: row['hasActiveRun'] === true,
    last_run_error: error === null ? null : redact(error),
    model: text(row['model']),
    input_tokens: count(row['inputTokens']),
    output_tokens: count(row['outputTokens']),
    total_tokens: count(row['totalTokens']),
    estimated_cost: count(row['estimatedCostUsd']),
    updated_at: moment(row['updatedAt'] ?? row['lastInteractionAt']),
    last_message: preview === null ? null : shown(preview, longestPreview),
    is_main: key === agent.openclaw_session_id,
    task_id: /:mc-task-([0-9a-f-]{36})$/i.exec(key)?.[1] ?? null,
  }
}

export type SessionEvent = Omit<SessionFrame, 'agent_id'>

/**
 * What an event of the gateway means for the transcript of its session; null when nothing. A run tells its end twice (as chat and as agent);
 * whoever listens has to take the first. `more` is what to put behind the text so far, where the gateway does not say the whole.
 */
export function readSessionEvent({ event, payload }: GatewayEvent): (SessionEvent & { more?: string }) | null {
  const session_key = text(payload['sessionKey'])
  if (session_key === null) return null
  const run_id = text(payload['runId'])
  const frame = (state: SessionFrame['state'], words: string): SessionEvent => ({ session_key, run_id, state, text: words })
  if (event === 'session.message')
    return { ...frame('message', ''), run_id: text(object(object(payload['message'])['__openclaw'])['runId']) ?? run_id }
  if (event === 'chat') {
    const whole = payload['message'] === undefined ? '' : readText(object(payload['message'])['content'] ?? payload['message'])
    switch (payload['state']) {
      case 'delta': {
        const more = text(payload['deltaText'])
        if (whole !== '' || payload['replace'] === true) return frame('delta', whole || (more ?? ''))
        return more === null ? null : { ...frame('delta', ''), more }
      }
      case 'final':
        return frame('final', whole)
      case 'aborted':
        return frame('aborted', whole)
      case 'error':
        return frame('error', text(payload['errorMessage']) ?? 'The run failed.')
      default:
        return null
    }
  }
  if (event !== 'agent') return null
  const data = object(payload['data'])
  if (payload['stream'] === 'assistant') {
    const whole = text(data['text'])
    return whole === null ? null : frame('delta', whole)
  }
  if (payload['stream'] === 'lifecycle' && data['phase'] === 'end')
    return frame(data['aborted'] === true ? 'aborted' : 'final', text(object(data['terminalReply'])['text']) ?? '')
  // An error that is not settled may be tried again with another model.
  if (payload['stream'] === 'lifecycle' && data['phase'] === 'error' && data['executionSettled'] === true)
    return frame('error', text(data['error']) ?? 'The run failed.')
  if (payload['stream'] === 'item' || payload['stream'] === 'tool')
    return data['phase'] === 'end' || data['phase'] === 'result' ? frame('message', '') : null
  return null
}
