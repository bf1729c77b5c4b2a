/** Listens for processes of ours that die: each leaves a report, and a page that died is loaded again. */
import { errorText } from '../../native-services/platform/log.ts'
import { redact } from '../../native-services/platform/redact.ts'
import type { AppPort } from '../ports.ts'
import { type CrashReport, type CrashReports, createReloadGuard, isOrdinaryEnd } from './crash.ts'

export interface CrashWatch {
  /** An error in main itself. */
  mainBroke(reason: string, error: unknown): void
}

export function watchCrashes(options: {
  app: Pick<AppPort, 'on'>
  reports: CrashReports
  log: (message: string) => void
  quitting: () => boolean
  pageId: () => number | null
  reload: () => void
  giveUp: () => void
}): CrashWatch {
  function report(what: CrashReport): void {
    const file = options.reports.write(what)
    options.log(
      `desktop.crash kind=${what.kind} process=${what.process} reason=${what.reason} exit_code=${what.exit_code ?? 'none'} report=${file ?? 'none'}`,
    )
  }

  const decide = createReloadGuard()
  options.app.on('render-process-gone', (_event, contents, details) => {
    if (contents.id !== options.pageId() || options.quitting()) return
    const decision = decide(details.reason)
    if (decision === 'ignore') return
    report({ kind: 'page', reason: details.reason, exit_code: details.exitCode, process: 'page', message: null })
    if (decision === 'reload') options.reload()
    else options.giveUp()
  })
  // The services host is in here too; its supervisor restarts it, this only keeps the record.
  options.app.on('child-process-gone', (_event, details) => {
    if (isOrdinaryEnd(details.reason) || options.quitting()) return
    const process = details.serviceName ?? details.name ?? details.type
    report({ kind: 'child', reason: details.reason, exit_code: details.exitCode, process, message: null })
  })

  return {
    mainBroke(reason, error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : errorText(error)
      report({ kind: 'main', reason, exit_code: null, process: 'main', message: redact(text) })
    },
  }
}
