/** Installing OpenClaw as a job: asked for by a person, or by the demo, which is to work without one. */
import { errorText } from '../platform/log.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'

/** Starts the installation in the host, or answers the job of the one that runs. The job ends with the host's answer; its progress comes over the link. */
/** @param version To lie beside the others; without one the tested version is installed and used. */
export function startRuntimeInstall({ store, live }: { store: Store; live: LiveState }, version?: string): JobRow {
  const running = store.jobs.running().find((job) => job.kind === 'runtime_install')
  if (running) return running
  const id = store.write(() =>
    store.jobs.create({
      kind: 'runtime_install',
      title: version === undefined ? 'Install OpenClaw' : `Install OpenClaw ${version}`,
      total: 0,
      input: { version },
    }),
  )

  function finish(ok: boolean, message: string | null): void {
    store.write(() => {
      if (store.jobs.get(id)?.state !== 'running') return
      store.jobs.update(
        id,
        ok
          ? { state: 'succeeded', step: null, result: { message } }
          : { state: 'failed', step: null, error: message ?? 'The installation failed; the log says why.' },
      )
      store.activity.record({
        event_type: ok ? 'runtime.installed' : 'runtime.install_failed',
        message: message ?? (ok ? `OpenClaw${version === undefined ? '' : ` ${version}`} is installed` : 'OpenClaw could not be installed'),
        level: ok ? 'info' : 'error',
      })
    })
  }

  live.command({ action: 'install-runtime', ...(version !== undefined && { version }) }).then(
    (result) => finish(result.ok, result.message),
    (error: unknown) => finish(false, errorText(error)),
  )
  return store.jobs.get(id) as JobRow
}
