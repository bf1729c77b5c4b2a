/** Says calmly whether what is on the page is of now. */
import { Tooltip } from '@mantine/core'
import { duration, useNow } from '../lib/time.ts'
import { useLive } from '../lib/store.ts'
import { strings } from './strings.ts'

/** On its own, so that no clock ticks while there is nothing to count. */
function LostFor() {
  const since = useLive((state) => state.connectionSince)
  return duration(Math.max(0, useNow('second') - since))
}

export function ConnectionBadge() {
  const connection = useLive((state) => state.connection)
  const words = strings.connection
  if (connection === 'live') {
    return (
      <Tooltip label={words.live}>
        <span className="connection" role="status" aria-label={words.live}>
          <span className="dot" data-tone="good" style={{ width: 6, height: 6 }} />
          <span className="hide-narrow">{words.liveLabel}</span>
        </span>
      </Tooltip>
    )
  }
  if (connection === 'connecting') {
    return (
      <span className="connection" role="status">
        <span className="dot" data-tone="busy" /> {words.connecting}
      </span>
    )
  }
  return (
    <Tooltip label={words.lost}>
      <span className="chip" data-tone="warning" role="status">
        <span className="dot" data-tone="warning" />
        {words.lostLabel}
        <span className="num" aria-hidden>
          <LostFor />
        </span>
      </span>
    </Tooltip>
  )
}
