/** A line in the list. */
import { memo } from 'react'
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { clockTime, exactTime } from '../../lib/time.ts'
import { splitMatches } from './log-filter.ts'
import type { LogGap } from './log-window.ts'
import { strings } from './strings.ts'

const tones: Readonly<Record<LogLine['level'], Tone>> = { debug: 'idle', info: 'idle', warn: 'warning', error: 'bad' }
/** Laid out in one row without wrapping: nobody's screen is wider. */
const shownUnwrapped = 600

export const LogRow = memo(function LogRow({
  line,
  index,
  top,
  pattern,
  current,
  selected,
  measure,
  onChoose,
}: {
  line: LogLine
  index: number
  top: number
  pattern: RegExp | null
  current: boolean
  selected: boolean
  /** Null when all rows are of one height. */
  measure: ((element: Element | null) => void) | null
  onChoose: (seq: number, extend: boolean) => void
}) {
  const text = measure === null && line.message.length > shownUnwrapped ? line.message.slice(0, shownUnwrapped) : line.message
  const shown = measure === null ? text.replaceAll('\n', ' ⏎ ') : text
  return (
    <div
      ref={measure}
      data-index={index}
      className="log-line"
      data-level={line.level}
      data-tone={tones[line.level]}
      data-selected={selected}
      aria-current={current ? 'true' : undefined}
      style={{ top }}
      onClick={(event) => {
        // Who marks text does not mean the line.
        if (window.getSelection()?.isCollapsed ?? true) onChoose(line.seq, event.shiftKey)
      }}
    >
      <time className="at" dateTime={line.at} title={exactTime(line.at)}>
        {clockTime(line.at)}
      </time>
      <span className="level">{line.level}</span>
      <span className="source">{line.source}</span>
      <span className="scope" title={line.scope}>
        {line.scope}
      </span>
      <span className="message">
        {line.repeat_count > 1 ? <span className="times num">{strings.times(line.repeat_count)}</span> : null}
        {splitMatches(shown, pattern).map((piece, at) => (at % 2 === 0 ? piece : <mark key={at}>{piece}</mark>))}
        {line.length > text.length ? '…' : ''}
      </span>
    </div>
  )
})

export function GapRow({ gap, top, onFill }: { gap: LogGap; top: number; onFill: () => void }) {
  return (
    <div className="log-gap" style={{ top }}>
      <button type="button" className="link-button" onClick={onFill}>
        {strings.gap(gap.to - gap.from - 1)}
      </button>
    </div>
  )
}
