/** What of an agent's final text is worth posting. */

/**
 * What an agent answers when it has nothing to say. Our own word: OpenClaw takes `NO_REPLY` in a direct session for a missing
 * answer, asks the model once more and then fails the run (its docs, concepts/messages: "the token cannot waive that obligation").
 */
export const nothingToAdd = 'NOTHING_TO_ADD'

export type Reply =
  | { kind: 'reply'; text: string }
  | { kind: 'nothing'; reason: 'empty' | 'no_reply' | 'nothing_to_add' | 'heartbeat_ok' | 'placeholder' }

/** Longest text that is posted; a comment may have 100 000 characters. */
const longestReply = 99_000

/** Models dress tokens up: `**NO_REPLY**`, "NO_REPLY.". */
function tokenIn(line: string): 'no_reply' | 'nothing_to_add' | 'heartbeat_ok' | null {
  const bare = line.trim().replace(/^[*`"'\s]+|[*`"'.!\s]+$/g, '')
  if (bare.toUpperCase() === nothingToAdd) return 'nothing_to_add'
  if (bare.toUpperCase() === 'NO_REPLY') return 'no_reply'
  if (bare === 'HEARTBEAT_OK') return 'heartbeat_ok'
  // `NO_REPLY` cut off by the end of its tokens. A person's "No." is an answer.
  return /^(NO|NO_)$/.test(line.trim()) ? 'no_reply' : null
}

/** Set by the gateway in place of a text; sometimes the model puts mentions before it. */
const placeholder = /^(?:@(?:"[^"]*"|\S+)\s+)*(?:No response from OpenClaw\.?|No reply from agent\.?|No response from agent\.?)$/i

/** Decides what of `text` goes into the thread. A token on the last line, below a real text, is cut off. */
export function classifyReply(text: string): Reply {
  let body = text.replaceAll('\0', '').trim()
  if (body === '') return { kind: 'nothing', reason: 'empty' }
  const token = tokenIn(body)
  if (token) return { kind: 'nothing', reason: token }
  if (placeholder.test(body)) return { kind: 'nothing', reason: 'placeholder' }

  const lines = body.split('\n')
  const last = lines.at(-1) ?? ''
  const trailing = last.trim().length > 3 ? tokenIn(last) : null
  if (trailing) {
    body = lines.slice(0, -1).join('\n').trim()
    if (body === '') return { kind: 'nothing', reason: trailing }
    return classifyReply(body)
  }
  if (body.length > longestReply) body = `${cut(body, longestReply)}\n\n*(cut off: the reply was longer than a comment may be)*`
  return { kind: 'reply', text: body }
}

/** Cuts between characters, never inside a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
