/** Moments as people read them; the exact time on hover. */
import { countdown, exactTime, relativeTime, useNow } from '../lib/time.ts'

export function RelativeTime({ at, none = '—', live = false }: { at: string | null | undefined; none?: string; live?: boolean }) {
  const now = useNow(live ? 'second' : 'ten-seconds')
  if (!at) return <span className="faint">{none}</span>
  return (
    <time dateTime={at} title={exactTime(at)} className="nowrap">
      {relativeTime(at, now)}
    </time>
  )
}

export function Countdown({ to }: { to: string }) {
  const now = useNow('second')
  return (
    <time dateTime={to} title={exactTime(to)} className="num nowrap">
      {countdown(to, now)}
    </time>
  )
}
