/** Why the services do not answer just now, for whoever looks at the window, the tray or a notification. They cannot say it themselves. */
import type { ChildView } from '../../native-services/host/host-types.ts'

export interface ServicesTrouble {
  /** False: nothing happens by itself, a person has to do something. */
  readonly heals: boolean
  /** Reason and remedy. */
  readonly sentence: string
}

export const restartLabel = 'Restart services'

export function servicesTrouble({ status, reason, remedy }: Pick<ChildView, 'status' | 'reason' | 'remedy'>): ServicesTrouble {
  const why = reason === null ? '' : ` ${reason}`
  if (status === 'failed')
    return {
      heals: false,
      sentence: `The services do not run.${why}${remedy === null ? '' : ` ${remedy}`} Then restart the services, here or in the tray.`,
    }
  if (status === 'backing-off') return { heals: true, sentence: `The services have ended and are started again in a moment.${why}` }
  return { heals: true, sentence: 'The control center is starting its services. This heals by itself.' }
}
