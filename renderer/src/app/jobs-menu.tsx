/** Long work, wherever one is: a count while it runs, the results afterwards. */
import { Popover, Tooltip } from '@mantine/core'
import { ListChecks } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Job } from '../../../native-services/contract/entities.ts'
import type { Tone } from '../../../native-services/contract/states.ts'
import { useJobs } from '../lib/store.ts'
import { RelativeTime } from '../ui/time.tsx'
import { strings } from './strings.ts'

export const jobTones: Readonly<Record<Job['state'], { tone: Tone; label: string }>> = {
  running: { tone: 'busy', label: strings.jobs.states.running },
  succeeded: { tone: 'good', label: strings.jobs.states.succeeded },
  failed: { tone: 'bad', label: strings.jobs.states.failed },
  cancelled: { tone: 'idle', label: strings.jobs.states.cancelled },
}

/** Where a job is shown whole, with its result. */
function placeOf(job: Job): string {
  switch (job.kind) {
    case 'doctor':
      return '/doctor'
    case 'board_import':
    case 'task_import':
      return `/planning?tab=files&job=${job.id}`
    case 'backup':
    case 'restore':
      return '/settings?section=backups'
    case 'demo_in':
    case 'demo_out':
      return '/welcome'
    case 'template_sync':
    case 'runtime_install':
    case 'runtime_switch':
      return `/gateway?job=${job.id}`
  }
}

export function ProgressBar({ job }: { job: Job }) {
  const share = job.total > 0 ? Math.round((job.done / job.total) * 100) : 0
  return (
    <div
      className="bar"
      data-tone={jobTones[job.state].tone}
      role="progressbar"
      aria-label={job.title}
      aria-valuenow={share}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span style={{ width: `${job.state === 'running' ? Math.max(share, 4) : share}%` }} />
    </div>
  )
}

export function JobsMenu() {
  const jobs = useJobs()
  const [open, setOpen] = useState(false)
  const running = jobs.filter((job) => job.state === 'running')
  const first = running[0]
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <Tooltip
          label={first ? `${first.title}: ${first.step ?? strings.jobs.progress(first.done, first.total)}` : strings.jobs.title}
          disabled={open}
        >
          <button
            type="button"
            className="iconbtn"
            style={first ? { width: 'auto', padding: '0 8px', display: 'inline-flex', alignItems: 'center', gap: 7 } : undefined}
            aria-label={first ? `${strings.jobs.title}: ${first.title}, ${first.done}/${first.total}` : strings.jobs.title}
            aria-haspopup="dialog"
            aria-expanded={open}
            onClick={() => setOpen((value) => !value)}
          >
            <ListChecks size={15} aria-hidden />
            {first ? (
              <>
                <span style={{ width: 64 }}>
                  <ProgressBar job={first} />
                </span>
                <span className="num" style={{ fontSize: 12 }}>
                  {first.done}/{first.total}
                </span>
              </>
            ) : null}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={strings.jobs.title}>
        {jobs.length === 0 ? (
          <p className="muted" style={{ padding: 10 }}>
            {strings.jobs.none}
          </p>
        ) : (
          <div className="jobs-list">
            {jobs.slice(0, 12).map((job) => (
              <Link key={job.id} href={placeOf(job)} className="jobs-item" onClick={() => setOpen(false)}>
                <span className="row">
                  <span className="dot" data-tone={jobTones[job.state].tone} />
                  <span className="truncate grow">{job.title}</span>
                  <span className="faint num nowrap" style={{ fontSize: 12 }}>
                    <span className="visually-hidden">{jobTones[job.state].label}, </span>
                    {job.state === 'running' ? `${job.done}/${job.total}` : <RelativeTime at={job.updated_at} />}
                  </span>
                </span>
                {job.state === 'running' ? <ProgressBar job={job} /> : null}
                {job.error || job.step ? (
                  <span
                    className={job.error ? 'jobs-result' : 'faint truncate'}
                    style={{ fontSize: 12 }}
                    title={job.error ?? job.step ?? ''}
                  >
                    {job.error ?? job.step}
                  </span>
                ) : null}
              </Link>
            ))}
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
