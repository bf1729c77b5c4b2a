/** What of the demo is here. Read again whenever one of its jobs moves on, or the services were away. */
import { useEffect, useState } from 'react'
import type { Demo } from '../../../../native-services/contract/demo.ts'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { api } from '../../lib/api.ts'
import { useJobs, useLive } from '../../lib/store.ts'

export interface DemoView {
  /** Null until it is known. */
  readonly demo: Demo | null
  /** The newest of its jobs. */
  readonly job: Job | undefined
}

export function useDemo(): DemoView {
  const job = useJobs().find((each) => each.kind === 'demo_in' || each.kind === 'demo_out')
  const connection = useLive((state) => state.connection)
  const [demo, setDemo] = useState<Demo | null>(null)
  const key = `${job?.id ?? ''} ${job?.state ?? ''}`
  useEffect(() => {
    let gone = false
    api.call('getDemo').then(
      (answer) => {
        if (!gone) setDemo(answer)
      },
      // Without an answer nothing of the demo is offered; the shell says that the services are away.
      () => undefined,
    )
    // It is changed by both jobs, and no event tells of it.
    if (key !== ' ')
      api.call('getModelProvider').then(
        (modelProvider) => useLive.setState({ modelProvider }),
        () => undefined,
      )
    return () => {
      gone = true
    }
  }, [key, connection])
  return { demo, job }
}
