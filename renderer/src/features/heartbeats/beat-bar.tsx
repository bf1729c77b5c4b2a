/** The last beats as small bars, oldest first. One stop for the Tab key; arrow keys move inside. */
import { Tooltip } from '@mantine/core'
import { type KeyboardEvent, useRef, useState } from 'react'
import { beatWords } from '../../../../native-services/contract/heartbeats.ts'
import { exactTime } from '../../lib/time.ts'
import { words } from '../../ui/strings.ts'
import { beatCost, beatSentence } from './beat-words.ts'
import { strings } from './strings.ts'
import { type BeatsRead, beatsShown } from './use-beats.ts'

export function BeatBar({ name, read }: { name: string; read: BeatsRead }) {
  const box = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState<{ id: string; element: HTMLElement } | null>(null)
  const oldestFirst = (read.beats ?? []).toReversed()
  const current = oldestFirst.find((beat) => beat.id === shown?.id)
  const stop = current?.id ?? oldestFirst.at(-1)?.id

  const move = (event: KeyboardEvent) => {
    const bars = [...(box.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = bars.indexOf(event.target as HTMLElement)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key]
    if (to === undefined || at < 0) return
    event.preventDefault()
    event.stopPropagation()
    bars[Math.max(0, Math.min(bars.length - 1, to))]?.focus()
  }

  if (read.error !== null)
    return (
      <div className="beats beats-failed" role="group" aria-label={strings.barLabel(name)}>
        <span className="truncate" title={read.error}>
          {strings.barFailed(read.error)}
        </span>
        <button type="button" className="link plain" onClick={read.retry}>
          {words.tryAgain}
        </button>
      </div>
    )
  return (
    <div className="beats" ref={box} role="group" aria-label={strings.barLabel(name)} onKeyDown={move} onMouseLeave={() => setShown(null)}>
      {Array.from({ length: Math.max(0, beatsShown - oldestFirst.length) }, (_, index) => (
        <span key={index} className="beat" aria-hidden />
      ))}
      {oldestFirst.map((beat) => (
        <button
          key={beat.id}
          type="button"
          className="beat"
          data-tone={beatWords[beat.outcome].tone}
          tabIndex={beat.id === stop ? 0 : -1}
          aria-label={`${exactTime(beat.expected_at)}: ${beatSentence(beat)}`}
          onMouseEnter={(event) => setShown({ id: beat.id, element: event.currentTarget })}
          onFocus={(event) => setShown({ id: beat.id, element: event.currentTarget })}
          onBlur={() => setShown(null)}
        />
      ))}
      {current && shown ? (
        <Tooltip
          opened
          target={shown.element}
          label={
            <>
              <div className="beat-tip-time">{exactTime(current.expected_at)}</div>
              <div>{beatSentence(current)}</div>
              {beatCost(current) ? <div className="beat-tip-cost">{beatCost(current)}</div> : null}
            </>
          }
        />
      ) : null}
    </div>
  )
}
