/** Keeps what the Overview shows measured, while somebody looks: a request every 40 s renews the lease, the stream brings the rest. */
import { useEffect } from 'react'
import { api } from '../../lib/api.ts'
import { addSamples } from '../../lib/process-samples.ts'
import { useLive, useLocalGateway } from '../../lib/store.ts'

const renewMs = 40_000

/** Runs `look` now, every 40 s while the page is visible, and when it becomes visible again. */
function useLease(look: () => Promise<void>, key: string | undefined): void {
  useEffect(() => {
    if (key === undefined) return
    const again = () => {
      // A failure is the connection's to show.
      if (!document.hidden) void look().catch(() => undefined)
    }
    again()
    const timer = setInterval(again, renewMs)
    document.addEventListener('visibilitychange', again)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
    // `look` is made anew at each render; `key` says when it means something else.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key])
}

async function renewProcesses(): Promise<void> {
  const known = useLive.getState().processes
  const since = known?.samples.at(-1)?.at
  const metrics = await api.call('getProcessMetrics', { query: since === undefined ? {} : { since } })
  useLive.setState(({ processes }) => ({ processes: { ...metrics, samples: addSamples(processes?.samples ?? [], metrics.samples) } }))
}

/** The processes, measured every ten seconds as long as the caller is shown. Null until the first answer. */
export function useProcesses() {
  useLease(renewProcesses, 'processes')
  return useLive((state) => state.processes)
}

/** The gateway's layers, looked at every 30 s as long as the caller is shown. */
export function useGatewayHealth() {
  const id = useLocalGateway()?.id
  useLease(async () => {
    const health = await api.call('getGatewayHealth', { params: { gateway_id: id ?? '' } })
    useLive.setState({ gatewayHealth: health })
  }, id)
  return useLive((state) => state.gatewayHealth)
}
