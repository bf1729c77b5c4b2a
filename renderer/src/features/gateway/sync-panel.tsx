/** Re-sync tokens: the options, the progress, and what came of it agent by agent. */
import { Button, Select, Switch } from '@mantine/core'
import { KeyRound, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { type Job, syncResult } from '../../../../native-services/contract/entities.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { jobTones, ProgressBar } from '../../app/jobs-menu.tsx'
import { syncTokens } from '../../lib/actions.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { useBoards, useJobs } from '../../lib/store.ts'
import { Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { CancelJobButton } from '../gateway-security/cancel-job-button.tsx'
import { strings } from './strings.ts'

const words = strings.sync
const outcomeTones: Readonly<Record<keyof typeof words.outcomes, Tone>> = {
  updated: 'good',
  skipped: 'idle',
  failed: 'bad',
  warning: 'warning',
}

/** One job: what it does, how far it is, what it ended in. */
export function JobView({ job }: { job: Job }) {
  const parsed = job.kind === 'template_sync' && job.result !== null ? syncResult.safeParse(job.result) : null
  const result = parsed?.success ? parsed.data : null
  return (
    <div>
      <div className="job-title" data-tone={jobTones[job.state].tone}>
        <span className="chip" data-tone={jobTones[job.state].tone}>
          {jobTones[job.state].label}
        </span>
        <span className="grow truncate">
          {job.title}
          {job.state === 'running' && job.step ? <span className="faint"> · {job.step}</span> : null}
        </span>
        <span className="faint num" style={{ fontSize: 12 }}>
          {job.state === 'running' ? strings.sync.progress(job.done, job.total) : <RelativeTime at={job.updated_at} />}
        </span>
        <CancelJobButton job={job} />
      </div>
      {job.state === 'running' ? <ProgressBar job={job} /> : null}
      {job.error ? <pre className="verbatim">{job.error}</pre> : null}
      {result && result.agents.length > 0 ? (
        <div className="table-wrap card" style={{ marginTop: 8 }}>
          <table className="table">
            <thead>
              <tr>
                <th>{words.columns.agent}</th>
                <th>{words.columns.outcome}</th>
                <th className="hide-narrow">{words.columns.step}</th>
                <th>{words.columns.note}</th>
              </tr>
            </thead>
            <tbody>
              {result.agents.map((row) => (
                <tr key={row.agent_id} data-row tabIndex={-1}>
                  <td>
                    <Link href={`/agents/${row.agent_id}`} style={{ fontWeight: 550 }}>
                      {row.agent_name}
                    </Link>
                  </td>
                  <td>
                    <span className="chip" data-tone={outcomeTones[row.outcome]}>
                      {words.outcomes[row.outcome]}
                    </span>
                  </td>
                  <td className="hide-narrow muted">{words.steps[row.step]}</td>
                  <td className="muted">
                    {row.message ??
                      (row.token_verified ? (
                        <span className="row" style={{ gap: 5 }}>
                          <ShieldCheck size={13} aria-hidden style={{ color: 'var(--good)' }} />
                          {words.verified}
                        </span>
                      ) : null)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {result?.errors
        .filter((each) => each.agent_id === null)
        .map((each) => (
          <Note key={each.message} tone="bad">
            {each.message}
          </Note>
        ))}
    </div>
  )
}

export function SyncPanel() {
  const boards = useBoards()
  const jobs = useJobs()
  const [query, setQuery] = useQuery()
  const [options, setOptions] = useState({
    rotate_tokens: true,
    include_main: true,
    lead_only: false,
    reset_sessions: false,
    overwrite: false,
  })
  const [board, setBoard] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const chosen =
    jobs.find((job) => job.id === query['job'] && job.kind === 'template_sync') ?? jobs.find((job) => job.kind === 'template_sync')
  const running = jobs.some((job) => job.kind === 'template_sync' && job.state === 'running')
  const option = (name: keyof typeof options, label: string, description?: string) => (
    <Switch
      label={label}
      description={description}
      checked={options[name]}
      onChange={(event) => setOptions({ ...options, [name]: event.currentTarget.checked })}
    />
  )
  const run = async () => {
    setBusy(true)
    const on = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]))
    const job = await syncTokens({ ...on, ...(board ? { board_id: board } : {}) })
    setBusy(false)
    if (job) setQuery({ job: job.id })
  }
  return (
    <section className="card wide" aria-labelledby="sync-title" id="sync">
      <div className="card-head">
        <h2 id="sync-title">{words.title}</h2>
      </div>
      <div className="card-body stack" style={{ gap: 14 }}>
        <p className="muted" style={{ maxWidth: '80ch' }}>
          {words.body}
        </p>
        <div className="options">
          {option('rotate_tokens', words.rotate, words.rotateHint)}
          {option('reset_sessions', words.resetSessions, words.resetSessionsHint)}
          {option('include_main', words.includeMain)}
          {option('overwrite', words.overwrite)}
          {option('lead_only', words.leadOnly)}
        </div>
        <div className="row row-wrap">
          <Select
            aria-label={words.board}
            placeholder={words.allBoards}
            clearable
            w={200}
            value={board}
            onChange={setBoard}
            data={boards.map((each) => ({ value: each.id, label: each.name }))}
          />
          <Button leftSection={<KeyRound size={13} aria-hidden />} loading={busy} disabled={running} onClick={() => void run()}>
            {words.run}
          </Button>
        </div>
        {chosen ? <JobView job={chosen} /> : null}
      </div>
    </section>
  )
}
