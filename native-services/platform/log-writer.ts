/** Writes batches to the database and the plain files, and deletes the oldest in slices. A disk that is full costs lines and nothing else. */
import { isDamage, type LogDb } from './log-db.ts'
import type { LogFiles } from './log-files.ts'
import type { NewLogLine, WrittenLines } from './log-lines.ts'
import type { LogLimits } from './log-worker-protocol.ts'

export interface LogWriter {
  write(lines: readonly NewLogLine[]): WrittenLines | { error: string; damaged: boolean }
  stop(): void
}

const pruneEveryMs = 10_000
/** Between two slices, so that lines and readers get their turn. */
const nextSliceMs = 20

export function createLogWriter(options: { db: () => LogDb; files: LogFiles | null; limits: LogLimits }): LogWriter {
  /** Per source: the row that the last line went to, and how many it stands for. */
  const last = new Map<string, { seq: number; count: number; line: NewLogLine }>()
  let timer: NodeJS.Timeout | null = null

  function prune(): void {
    let more = false
    try {
      more = options.db().prune({ maxBytes: options.limits.maxBytes, olderThan: Date.now() - options.limits.maxAgeMs })
    } catch {
      // Tried again with the next round.
    }
    timer = setTimeout(prune, more ? nextSliceMs : pruneEveryMs)
    timer.unref()
  }
  prune()

  const asText = (line: NewLogLine, seq: number): string => `${JSON.stringify({ seq, ...line, at: new Date(line.at).toISOString() })}\n`

  /** As syslog does: a flood is one line and, when it is over, a second that counts. */
  function toFiles(lines: readonly NewLogLine[], { seqs, repeats }: WrittenLines): void {
    const texts = new Map<string, string>()
    for (const [index, line] of lines.entries()) {
      const seq = seqs[index] ?? 0
      const count = repeats[index] ?? 1
      const before = last.get(line.source)
      let text = texts.get(line.source) ?? ''
      if (count === 1) {
        if (before && before.count > 1)
          text += asText({ ...before.line, message: `the line before came ${before.count} times` }, before.seq)
        text += asText(line, seq)
      }
      texts.set(line.source, text)
      last.set(line.source, { seq, count, line })
    }
    for (const [source, text] of texts) if (text !== '') options.files?.append(source, text)
  }

  return {
    write(lines) {
      let written: WrittenLines
      try {
        written = options.db().write(lines)
      } catch (error) {
        return { error: error instanceof Error ? error.message : String(error), damaged: isDamage(error) }
      }
      try {
        toFiles(lines, written)
      } catch {
        // A full disk must not take the program down with it; the lines are in the database.
      }
      return written
    },
    stop() {
      if (timer) clearTimeout(timer)
    },
  }
}
