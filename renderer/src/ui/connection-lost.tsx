/** That the page is cut off and for how long; nothing while it is not. */
import { Tooltip } from '@mantine/core'
import { useLive } from '../lib/store.ts'
import { duration, useNow } from '../lib/time.ts'
import { words } from './strings.ts'

/** On its own, so that no clock ticks while there is nothing to count. */
function LostFor() {
  const since = useLive((state) => state.connectionSince)
  return duration(Math.max(0, useNow('second') - since))
}

/** @param again It stands a second time, where the bar at the top is covered: what was announced once is not announced again. */
export function ConnectionLost({ again = false }: { again?: boolean }) {
  const lost = useLive((state) => state.connection === 'lost')
  const problem = useLive((state) => state.connectionProblem)
  if (!lost) return null
  const role = again ? undefined : 'status'
  if (problem !== null)
    return (
      <Tooltip label={problem} multiline maw={360}>
        <span className="chip connection-lost" data-tone="bad" role={role}>
          <span className="dot" data-tone="bad" />
          {words.notRunning}
        </span>
      </Tooltip>
    )
  return (
    <Tooltip label={words.connectionLost}>
      <span className="chip connection-lost" data-tone="warning" role={role}>
        <span className="dot" data-tone="warning" />
        {words.reconnecting}
        <span className="num" aria-hidden>
          <LostFor />
        </span>
      </span>
    </Tooltip>
  )
}
