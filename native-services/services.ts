/**
 * Entry of the services host: a forked Node in headless mode, a `utilityProcess` on the desktop. It waits for `init`, serves until it is told to
 * shut down, and never outlives the process that started it.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PortTakenError } from './api/listen.ts'
import { createServices, type Services } from './compose.ts'
import { initMessage, type LinkPort } from './contract/host-link.ts'
import { linkToParent } from './host/process-link.ts'
import { DatabaseFromFutureError, findMigrations } from './store/open.ts'
import { isDamaged, storeTrouble } from './store/trouble.ts'

/** What `process.parentPort` is in Electron; plain Node has none. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

const initWithinMs = 30_000
const orphanStopMs = 3000
/** Nothing that the API offers can be reached then. */
const damagedAtStart =
  'The database is damaged. Put a backup in its place: mission-control backup list, then mission-control backup restore ID --yes.'
/** EX_CONFIG of sysexits.h: trying again would not help. */
const configurationExit = 78

function electronLink(): LinkPort | null {
  const port = (process as { parentPort?: ParentPort }).parentPort
  if (!port) return null
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', (event) => listener(event.data)),
    // The port has no `close`; whoever is orphaned gets another parent.
    onClose(listener) {
      const parent = process.ppid
      const timer = setInterval(() => {
        if (process.ppid === parent) return
        clearInterval(timer)
        listener()
      }, 1000)
      timer.unref()
    },
    close: () => undefined,
  }
}

let services: Services | null = null
let ending = false

function fatal(error: unknown): never {
  services?.crashed(error)
  const trouble = storeTrouble(error)
  const hopeless = error instanceof PortTakenError || error instanceof DatabaseFromFutureError || isDamaged(error)
  // The first line is what the host tells a person.
  process.stderr.write(
    `error: ${isDamaged(error) ? damagedAtStart : (trouble?.message ?? (error instanceof Error ? error.message : String(error)))}\n`,
  )
  if (error instanceof Error && !hopeless) process.stderr.write(`${error.stack ?? ''}\n`)
  process.exit(hopeless ? configurationExit : 1)
}

async function end(deadlineAt: number, code: number): Promise<void> {
  if (ending) return
  ending = true
  // Whatever hangs, the deadline holds.
  setTimeout(() => process.exit(code), Math.max(100, deadlineAt - Date.now())).unref()
  await services?.stop(deadlineAt).catch((error: unknown) => services?.crashed(error))
  process.exit(code)
}

function begin(link: LinkPort): void {
  const timer = setTimeout(() => fatal(new Error('No init message came within 30 seconds.')), initWithinMs)
  link.onClose(() => void end(Date.now() + orphanStopMs, 0))
  link.onMessage((message) => {
    if (services) return services.handleHostMessage(message)
    const parsed = initMessage.safeParse(message)
    if (!parsed.success) return
    clearTimeout(timer)
    try {
      const migrationsDir = findMigrations(path.dirname(fileURLToPath(import.meta.url)))
      services = createServices({
        init: parsed.data,
        link,
        onShutdown: (deadlineAt) => void end(deadlineAt, 0),
        ...(migrationsDir !== undefined && { migrationsDir }),
      })
      services.start().catch(fatal)
    } catch (error) {
      fatal(error)
    }
  })
}

process.on('uncaughtException', fatal)
process.on('unhandledRejection', fatal)
// A message to a host that has just gone fails like this; the closed link, not the message, is what ends us.
const sender: NodeJS.EventEmitter = process
sender.on('error', (error: unknown) => process.stderr.write(`host link: ${error instanceof Error ? error.message : String(error)}\n`))
process.on('SIGTERM', () => void end(Date.now() + orphanStopMs, 0))
// Ctrl+C reaches the whole group; the host decides and tells us.
process.on('SIGINT', () => undefined)

const link = electronLink() ?? linkToParent()
if (link) begin(link)
else fatal(new Error('This program is started by the control center. Run `mission-control serve`.'))
