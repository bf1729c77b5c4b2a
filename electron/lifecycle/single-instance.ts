/** One desktop app per data folder: the second one hands over what it was asked to open and leaves. */
import { deepLinkFrom } from '../shell/deep-link.ts'
import type { AppPort } from '../ports.ts'

interface SecondInstanceData {
  readonly argv: readonly string[]
}

function argvOf(data: unknown): readonly string[] | null {
  if (typeof data !== 'object' || data === null || !('argv' in data)) return null
  const argv: unknown = data.argv
  return Array.isArray(argv) && argv.every((argument) => typeof argument === 'string') ? argv : null
}

/**
 * The lock belongs to `userData`, which must be set before. Chromium may reorder the command line that `second-instance` reports,
 * so the second instance also sends its own.
 * @param options.onOpen Bring the window forward; `route` is where to, or null for where it is.
 * @returns false when another instance has the lock: quit at once, without cleaning up what is not ours.
 */
export function claimSingleInstance(options: {
  app: Pick<AppPort, 'requestSingleInstanceLock' | 'on'>
  argv: readonly string[]
  onOpen: (route: string | null) => void
}): boolean {
  const data: SecondInstanceData = { argv: options.argv }
  if (!options.app.requestSingleInstanceLock({ ...data })) return false
  options.app.on('second-instance', (_event, argv, _directory, sent) => {
    options.onOpen(deepLinkFrom(argvOf(sent) ?? argv))
  })
  // macOS sends links as an event, also to an app that is running already.
  options.app.on('open-url', (event, url) => {
    event.preventDefault()
    options.onOpen(deepLinkFrom([url]))
  })
  return true
}
