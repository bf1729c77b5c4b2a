/** What a child prints: split in lines, redacted, bounded, with the first error kept. */
import { redact } from '../platform/redact.ts'

export interface OutputLine {
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** The child's own name for the part that speaks, e.g. `gateway/ws`. */
  readonly scope: string
  readonly message: string
}

const longestLine = 4000
const keptLines = 20

/** OpenClaw prints JSON lines (`time, level, subsystem, message`) when its console style says so, and plain text before that. */
export function parseOutputLine(line: string, options: { at: number; scope: string }): OutputLine {
  const text = line.trim()
  if (text.startsWith('{')) {
    try {
      const parsed = JSON.parse(text) as { time?: unknown; level?: unknown; subsystem?: unknown; scope?: unknown; message?: unknown }
      if (typeof parsed.message === 'string') {
        const at = typeof parsed.time === 'string' ? Date.parse(parsed.time) : Number.NaN
        const part = typeof parsed.subsystem === 'string' ? parsed.subsystem : parsed.scope
        return {
          at: Number.isNaN(at) ? options.at : at,
          level: levelOf(parsed.level),
          scope: typeof part === 'string' && part ? part : options.scope,
          message: bounded(parsed.message),
        }
      }
    } catch {
      // Not JSON after all.
    }
  }
  return {
    at: options.at,
    level: /\b(error|fatal|blocked|failed|cannot|EADDRINUSE)\b/i.test(text) ? 'error' : 'info',
    scope: options.scope,
    message: bounded(text),
  }
}

function levelOf(level: unknown): OutputLine['level'] {
  if (level === 'error' || level === 'fatal') return 'error'
  if (level === 'warn' || level === 'warning') return 'warn'
  return level === 'debug' || level === 'trace' ? 'debug' : 'info'
}

function bounded(message: string): string {
  // Cut twice: redaction of an endless line would take long, and the first cut may leave half a secret, which the second removes.
  const clean = redact(message.slice(0, longestLine + 500))
  return message.length > longestLine ? `${clean.slice(0, longestLine)}… (cut from ${message.length} characters)` : clean
}

export interface OutputBuffer {
  /** Raw chunks, cut anywhere. */
  push(chunk: string): void
  /** Forgets what an earlier child printed. */
  reset(): void
  lastLines(): string[]
  /** The first errors since it began, oldest first: the first is usually the cause of those after it. */
  errors(): string[]
}

export function createOutputBuffer(options: { scope: string; now: () => number; onLine: (line: OutputLine) => void }): OutputBuffer {
  let rest = ''
  let last: string[] = []
  let errors: string[] = []
  const take = (line: string): void => {
    if (!line.trim()) return
    const parsed = parseOutputLine(line, { at: options.now(), scope: options.scope })
    last = [...last, parsed.message].slice(-keptLines)
    if (parsed.level === 'error' && errors.length < keptLines) errors.push(parsed.message)
    options.onLine(parsed)
  }
  return {
    push(chunk) {
      const lines = (rest + chunk).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
      // A child that never ends its line must not fill our memory.
      if (rest.length > longestLine * 4) {
        take(rest)
        rest = ''
      }
    },
    reset() {
      rest = ''
      last = []
      errors = []
    },
    lastLines: () => last,
    errors: () => errors,
  }
}
