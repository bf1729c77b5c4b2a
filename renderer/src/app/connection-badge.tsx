/** Says calmly whether what is on the page is of now. */
import { Tooltip } from '@mantine/core'
import { useLive } from '../lib/store.ts'
import { ConnectionLost } from '../ui/connection-lost.tsx'
import { strings } from './strings.ts'

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
  return <ConnectionLost />
}
