/** Moments as people read them; the exact time on hover. */
import { countdown, exactTime, relativeTime, useAsOf } from '../lib/time.ts'

export function RelativeTime({ at, none = '—', live = false }: { at: string | null | undefined; none?: string; live?: boolean }) {
  const text = useAsOf((now) => (at ? relativeTime(at, now) : ''), live ? 'second' : 'ten-seconds')
  if (!at) return <span className="faint">{none}</span>
  return (
    <time dateTime={at} title={exactTime(at)} className="nowrap">
      {text}
    </time>
  )
}

export function Countdown({ to }: { to: string }) {
  const text = useAsOf((now) => countdown(to, now), 'second')
  return (
    <time dateTime={to} title={exactTime(to)} className="num nowrap">
      {text}
    </time>
  )
}
