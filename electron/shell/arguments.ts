/** The desktop's command line. Chromium and the system add switches of their own, so an unknown one is left alone. */
import { AppError } from '../../native-services/contract/errors.ts'
import { isDeepLink } from './deep-link.ts'

export interface DesktopArguments {
  readonly demo: boolean
  readonly port: number | null
  readonly dataDir: string | null
  /** Start in the tray. */
  readonly hidden: boolean
  /** Like `hidden`, under the name that `npm start` uses for "open nothing". */
  readonly noOpen: boolean
}

/**
 * `--port 8700` and `--port=8700` alike.
 * @param all Without the executable; the path of the app that a development start puts first is skipped as a plain word.
 * @throws AppError (`invalid_request`) that names the flag, for a value that makes no sense.
 */
export function parseArguments(all: readonly string[]): DesktopArguments {
  // Who opens a link of ours is a stranger, and on Windows one with a quote in it breaks up into arguments: what follows is not ours.
  const link = all.findIndex(isDeepLink)
  const argv = link === -1 ? all : all.slice(0, link)
  function value(name: string): string | null {
    const index = argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`))
    if (index === -1) return null
    const argument = argv[index] ?? ''
    const text = argument.includes('=') ? argument.slice(name.length + 1) : (argv[index + 1] ?? '')
    if (text === '' || text.startsWith('--')) throw new AppError('invalid_request', `${name} needs a value.`, { field: name })
    return text
  }
  const port = value('--port')
  if (port !== null && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new AppError('invalid_request', `--port must be a number from 0 (any free one) to 65535, not ${port}.`, { field: '--port' })
  }
  return {
    demo: argv.includes('--demo'),
    port: port === null ? null : Number(port),
    dataDir: value('--data-dir'),
    hidden: argv.includes('--hidden'),
    noOpen: argv.includes('--no-open'),
  }
}
