/** What is put in order at the start, after a process that is gone left it half done, and every hour: what nobody needs any more goes. */
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { ContentFiles } from '../platform/content-files.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { Store } from '../store/store.ts'
import { recoverImports } from './import-jobs.ts'

const everyMs = 3_600_000
const heartbeatsKept = 500
/** Rows of runs; their daily totals stay. */
const runsKeptMs = 400 * 86_400_000

export interface Housekeeping {
  /** Before anything runs. */
  recover(): void
  start(): void
  stop(): void
}

export function createHousekeeping(options: { store: Store; clock: Clock; log: Log; attachmentFiles: ContentFiles }): Housekeeping {
  const { store, clock, log, attachmentFiles } = options
  let timer: TimerHandle | null = null

  function tidy(): void {
    try {
      store.write(() => {
        store.pruneChanges()
        store.heartbeats.prune(heartbeatsKept)
        store.webhooks.forgetOld()
        store.webhooksOut.forgetOld()
        store.apiTokens.forgetOld()
        store.undo.forgetOld()
        store.documents.forgetOld()
        store.notices.prune()
        store.usage.prune(clock.now() - runsKeptMs)
      })
      attachmentFiles.sweep(store.attachments.needed)
    } catch (error) {
      log.warn('housekeeping.failed', { error: errorText(error) })
    }
    timer = clock.setTimer(everyMs, tidy)
  }

  return {
    recover() {
      const leftOver = attachmentFiles.sweep(store.attachments.needed, { atStart: true })
      if (leftOver > 0) log.info('attachments.swept', { count: leftOver })
      store.write(() => {
        const released = store.notifications.releaseLeases('all')
        store.webhooksOut.releaseLeases('all')
        if (released > 0) log.info('delivery.leases_released', { count: released })
        const running = store.jobs.running()
        recoverImports(store, running)
        for (const job of running.filter(({ kind }) => kind === 'runtime_install'))
          store.jobs.update(job.id, {
            state: 'cancelled',
            step: null,
            error: 'The services were restarted while it ran. The Gateway page shows whether OpenClaw is there.',
          })
      })
    },
    start() {
      timer = clock.setTimer(everyMs, tidy)
    },
    stop: () => timer?.cancel(),
  }
}
