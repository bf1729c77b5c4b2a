/** Looks for updates by itself, downloads quietly, installs when the app quits. Failing to look is logged and tried again later. */
import type { UpdateState } from '../../native-services/contract/desktop.ts'
import { nextCheckDelay, type UpdatePolicy } from './policy.ts'

/** What an updater must be able to do; `adapters/updater.ts` is the real one. */
export interface UpdaterPort {
  /** The version on offer when it is newer than ours, else null. Downloads it in the background. */
  check(): Promise<string | null>
  onDownloaded(listener: (version: string) => void): void
}

export interface Updates {
  check(): Promise<UpdateState>
  stop(): void
}

export function createUpdates(options: {
  policy: UpdatePolicy
  updater: () => UpdaterPort
  onDownloaded: (version: string) => void
  onError: (error: unknown) => void
  random?: () => number
  setTimer?: (callback: () => void, ms: number) => () => void
}): Updates {
  const { policy } = options
  if (!policy.enabled)
    return { check: () => Promise.resolve({ state: 'disabled', version: null, reason: policy.reason }), stop: () => undefined }

  const random = options.random ?? Math.random
  const setTimer =
    options.setTimer ??
    ((callback, ms) => {
      const timer = setTimeout(callback, ms).unref()
      return () => clearTimeout(timer)
    })
  const updater = options.updater()
  let downloaded: string | null = null
  let running: Promise<UpdateState> | null = null
  let cancel: () => void = () => undefined
  let stopped = false
  updater.onDownloaded((version) => {
    downloaded = version
    options.onDownloaded(version)
  })

  async function look(): Promise<UpdateState> {
    if (downloaded !== null) return { state: 'downloaded', version: downloaded, reason: 'It is installed when the app quits.' }
    const version = await updater.check()
    return version === null
      ? { state: 'current', version: null, reason: null }
      : { state: 'available', version, reason: 'It is being downloaded.' }
  }

  /** Two askers share one look. */
  function check(): Promise<UpdateState> {
    running ??= look().finally(() => {
      running = null
    })
    return running
  }

  function schedule(first: boolean): void {
    if (stopped) return
    cancel = setTimer(
      () => {
        void check()
          .catch(options.onError)
          .finally(() => schedule(false))
      },
      nextCheckDelay({ first, random: random() }),
    )
  }
  schedule(true)

  return {
    check,
    stop() {
      stopped = true
      cancel()
    },
  }
}
