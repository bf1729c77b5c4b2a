/** Reads something of the local gateway now, when it comes or goes, and when told to; says why not when it cannot be read. */
import { useCallback, useEffect, useState } from 'react'
import { ApiError } from '../../../../native-services/contract/client.ts'
import { explain } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'

export interface ReadFailure {
  readonly message: string
  readonly gatewayDown: boolean
}

export const useLocalGatewayId = (): string | null =>
  useLive((state) => Object.values(state.maps.gateway).find((each) => each.is_local)?.id ?? null)

/**
 * @param options.everyMs Without it: only when something changes.
 * @param options.needsGateway Only a gateway that is connected can tell: without one nothing is asked.
 */
export function useGatewayRead<Value>(
  read: (gatewayId: string) => Promise<Value>,
  { everyMs = 0, needsGateway = false }: { everyMs?: number; needsGateway?: boolean } = {},
) {
  const gatewayId = useLocalGatewayId()
  const connected = useLive((state) => state.gatewayRuntime?.connected ?? false)
  const state = useLive((live) => live.gatewayRuntime?.state ?? null)
  const reason = useLive((live) => live.gatewayRuntime?.reason ?? null)
  const [value, setValue] = useState<Value | null>(null)
  const [failure, setFailure] = useState<ReadFailure | null>(null)
  const [turn, setTurn] = useState(0)
  const again = useCallback(() => setTurn((count) => count + 1), [])
  useEffect(() => {
    if (gatewayId === null) return
    if (needsGateway && !connected) {
      setFailure({ message: reason ?? '', gatewayDown: true })
      return
    }
    let gone = false
    const look = () => {
      read(gatewayId).then(
        (answer) => {
          if (gone) return
          setValue(answer)
          setFailure(null)
        },
        (error: unknown) => {
          if (gone) return
          setFailure({ message: explain(error), gatewayDown: error instanceof ApiError && error.body?.code === 'gateway_unavailable' })
        },
      )
    }
    look()
    const timer = everyMs > 0 ? setInterval(() => !document.hidden && look(), everyMs) : undefined
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [gatewayId, connected, state, turn, everyMs, needsGateway, reason, read])
  return { gatewayId, value, failure, again }
}
