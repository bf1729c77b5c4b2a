/** OpenClaw on this machine, and how to get it. */
import { Button, Tooltip } from '@mantine/core'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { installRuntime } from '../../lib/actions.ts'
import { useJobs, useLive } from '../../lib/store.ts'
import { Note } from '../../ui/parts.tsx'
import { strings } from './strings.ts'
import { JobView } from './sync-panel.tsx'

const words = strings.runtime

/** The installation that runs, or the one that failed last while nothing is installed. */
export function useInstallJob() {
  const jobs = useJobs().filter((job) => job.kind === 'runtime_install')
  const latest = jobs[0]
  return latest && latest.state !== 'succeeded' && latest.state !== 'cancelled' ? latest : undefined
}

export function InstallButton({ variant = 'filled', label }: { variant?: 'filled' | 'default'; label?: string }) {
  const runtime = useLive((state) => state.runtime)
  const job = useInstallJob()
  const [busy, setBusy] = useState(false)
  const version = runtime?.managed_version ?? ''
  return (
    <Tooltip label={words.hint}>
      <Button
        variant={variant}
        leftSection={<Download size={13} aria-hidden />}
        loading={busy}
        disabled={job?.state === 'running'}
        onClick={() => {
          setBusy(true)
          void installRuntime().finally(() => setBusy(false))
        }}
      >
        {label ?? words.install(version)}
      </Button>
    </Tooltip>
  )
}

export function RuntimeCard() {
  const runtime = useLive((state) => state.runtime)
  const job = useInstallJob()
  return (
    <section className="card" aria-labelledby="runtime-title">
      <div className="card-head">
        <h2 id="runtime-title">{words.title}</h2>
        <span className="aside">{runtime?.installed ? <Link href="/gateway?tab=versions">{words.versions}</Link> : null}</span>
      </div>
      <div className="card-body stack" style={{ gap: 12 }}>
        {runtime?.problem ? <Note tone={runtime.installed ? 'warning' : 'bad'}>{runtime.problem}</Note> : null}
        {runtime?.installed ? (
          <dl className="facts">
            <dt>{words.version}</dt>
            <dd>
              {runtime.version ?? words.unknown} <span className="faint">{words.sources[runtime.source]}</span>
            </dd>
            <dt>{words.path}</dt>
            <dd className="mono">{runtime.path ?? '—'}</dd>
            <dt>{words.node}</dt>
            <dd>
              {runtime.node_version ?? '—'} {runtime.node_path ? <span className="mono faint">{runtime.node_path}</span> : null}
            </dd>
          </dl>
        ) : (
          <>
            <p className="muted">
              {words.missing}. {words.hint}
            </p>
            {runtime ? (
              <div>
                <InstallButton />
              </div>
            ) : null}
          </>
        )}
        {job ? <JobView job={job} /> : null}
      </div>
    </section>
  )
}
