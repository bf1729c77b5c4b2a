/** The log: pages and searches, one line, what stands around it, how much there is, and a file to take away. */
import { AppError } from '../../contract/errors.ts'
import type { StoredLogLine } from '../../platform/log-lines.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import { isoTime, toWire } from '../wire.ts'

type Ids = 'listLogs' | 'getLogStats' | 'getLogLine' | 'getLogContext' | 'exportLogs'

const perPage = 2000
const linesAtOnce = 500

export function asText(line: StoredLogLine): string {
  const times = line.repeat_count > 1 ? ` (×${line.repeat_count})` : ''
  return `${isoTime(line.at)} ${line.level.padEnd(5)} ${line.source} ${line.scope} ${line.message}${times}\n`
}

const asJson = (line: StoredLogLine): string => `${JSON.stringify(toWire(line))}\n`

function seqOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new AppError('invalid_request', 'The number of a line is a whole number.', { field: 'path.seq' })
  return Number(text)
}

export function logHandlers({ logs, clock }: ApiDeps): HandlerGroup<Ids> {
  const gone = (): AppError => new AppError('not_found', 'There is no such line, or it was deleted to make room.')
  return {
    listLogs: ({ query }) => logs.list(query),
    getLogStats: () => logs.stats(),
    async getLogLine({ params }) {
      const [line] = await logs.lines([seqOf(params.seq)])
      if (!line) throw gone()
      return line
    },
    async getLogContext({ params, query }) {
      const seq = seqOf(params.seq)
      const [before, after] = await Promise.all([
        logs.list({ limit: query.lines + 1, before: seq + 1 }),
        logs.list({ limit: query.lines, after: seq }),
      ])
      if (before.items.at(-1)?.seq !== seq) throw gone()
      return { items: [...before.items, ...after.items], has_before: before.next_before !== null, has_after: after.next_after !== null }
    },
    async exportLogs({ query, signal }) {
      const { format, limit, ...filter } = query
      // First which lines, newest first, then their text, oldest first: neither is ever in memory as a whole.
      const seqs: number[] = []
      let before: number | undefined
      while (seqs.length < limit && !signal.aborted) {
        const page = await logs.list({ ...filter, before, limit: Math.min(perPage, limit - seqs.length) })
        for (const line of page.items.toReversed()) seqs.push(line.seq)
        if (page.next_before === null) break
        before = page.next_before
      }
      seqs.reverse()
      const encoder = new TextEncoder()
      const write = format === 'text' ? asText : asJson
      let at = 0
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (at >= seqs.length) return controller.close()
          const lines = await logs.lines(seqs.slice(at, at + linesAtOnce))
          at += linesAtOnce
          controller.enqueue(encoder.encode(lines.map(write).join('')))
        },
      })
      const name = `mission-control-${isoTime(clock.now()).slice(0, 19).replaceAll(':', '')}.${format === 'text' ? 'log' : 'ndjson'}`
      return new Response(body, {
        headers: {
          'content-type': format === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
          'content-disposition': `attachment; filename="${name}"`,
          'x-log-lines': String(seqs.length),
        },
      })
    },
  }
}
