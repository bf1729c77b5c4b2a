/** The Doctor: everything that can be wrong, with what was found, why it matters, and the button that mends it. */
import './doctor.css'
import { Button, Switch } from '@mantine/core'
import { CircleCheck, CircleMinus, CircleX, Stethoscope, TriangleAlert } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Link } from 'wouter'
import {
  type DoctorCheck,
  doctorGroups,
  doctorGroupTitles,
  doctorLines,
  doctorReport,
  type DoctorReport,
  type DoctorState,
  doctorStates,
  doctorStateWords,
  worstDoctorState,
} from '../../../../native-services/contract/doctor.ts'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { ProgressBar } from '../../app/jobs-menu.tsx'
import { applyFix } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useJobs, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { CopyButton, Empty, LoadError, PageHead } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'

const icons = { ok: CircleCheck, warning: TriangleAlert, bad: CircleX, skipped: CircleMinus }
const order: Readonly<Record<DoctorState, number>> = { bad: 0, warning: 1, ok: 2, skipped: 3 }

const keep = (job: Job) => useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'job', [job]) }))

/** Starts it, or joins the one that runs. */
export async function runDoctor(): Promise<void> {
  const job = await attempt(() => api.call('runDoctor'), { failed: strings.startFailed })
  if (job) keep(job)
}

/** The newest run: from the live jobs, and fetched once, because old jobs are not among them. */
function useDoctorJob(): { job: Job | null; looked: boolean; error: string | null; again: () => void } {
  const newest = useJobs().find((job) => job.kind === 'doctor') ?? null
  const [looked, setLooked] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let current = true
    api.call('getDoctor').then(
      ({ job }) => {
        if (!current) return
        if (job) keep(job)
        setError(null)
        setLooked(true)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [turn])
  return { job: newest, looked, error, again: () => setTurn((count) => count + 1) }
}

function Row({ check }: { check: DoctorCheck }) {
  const [busy, setBusy] = useState(false)
  const Icon = icons[check.state]
  const words = doctorStateWords[check.state]
  const troubled = check.state === 'bad' || check.state === 'warning'
  return (
    <li className="doctor-row" data-tone={words.tone} data-row tabIndex={-1}>
      <Icon size={16} aria-label={words.label} />
      <div className="doctor-said">
        <div className="doctor-title">{check.title}</div>
        <p className="doctor-found">{check.found}</p>
        {troubled ? (
          <>
            {check.remedy ? <p className="doctor-remedy">{check.remedy}</p> : null}
            <p className="doctor-why">{check.why}</p>
          </>
        ) : null}
      </div>
      <div className="doctor-acts">
        {check.fix && troubled ? (
          <Button
            variant="default"
            loading={busy}
            aria-label={`${check.fix.label}: ${check.title}`}
            onClick={() => {
              setBusy(true)
              void applyFix({ fix: check.fix, link: check.link ?? '/doctor' }).finally(() => setBusy(false))
            }}
          >
            {check.fix.label}
          </Button>
        ) : check.link && troubled ? (
          <Button variant="default" component={Link} href={check.link} aria-label={`${strings.open}: ${check.title}`}>
            {strings.open}
          </Button>
        ) : null}
      </div>
    </li>
  )
}

function Summary({ job, report }: { job: Job; report: DoctorReport }) {
  const counts = new Map(doctorStates.map((state) => [state, report.checks.filter((check) => check.state === state).length]))
  const worst = worstDoctorState(report.checks)
  const running = job.state === 'running'
  const Icon = running ? Stethoscope : icons[worst]
  const bad = counts.get('bad') ?? 0
  const warning = counts.get('warning') ?? 0
  return (
    <section className="card doctor-head" data-tone={running ? 'busy' : doctorStateWords[worst].tone} aria-live="polite">
      <Icon size={22} aria-hidden />
      <div className="grow">
        <div className="doctor-verdict">
          {running
            ? strings.running(job.done, job.total, job.step)
            : bad > 0
              ? strings.broken(bad)
              : warning > 0
                ? strings.warned(warning)
                : strings.allWell}
        </div>
        <div className="faint num">
          {job.error ? `${job.error} ` : ''}
          {doctorStates
            .filter((state) => (counts.get(state) ?? 0) > 0)
            .map((state) => strings.tally(counts.get(state) ?? 0, state))
            .join(' · ')}
          {running ? null : (
            <>
              {' · '}
              {strings.lookedAt} <RelativeTime at={job.updated_at} />
            </>
          )}
        </div>
      </div>
      <div className="doctor-bar">{running ? <ProgressBar job={job} /> : null}</div>
      <CopyButton text={doctorLines(report).join('\n')} label={strings.copy} />
    </section>
  )
}

export function DoctorPage() {
  const { job, looked, error, again } = useDoctorJob()
  const [showOk, setShowOk] = useState(true)
  const report = useMemo(() => {
    const parsed = doctorReport.safeParse(job?.result)
    return parsed.success ? parsed.data : null
  }, [job])
  const running = job?.state === 'running'
  return (
    <div className="page">
      <PageHead title={strings.title}>
        <Button leftSection={<Stethoscope size={13} aria-hidden />} loading={running} onClick={() => void runDoctor()}>
          {strings.run}
        </Button>
      </PageHead>
      <div className="page-inner doctor">
        {job && report ? (
          <>
            <Summary job={job} report={report} />
            <Switch
              label={strings.showOk}
              checked={showOk}
              onChange={(event) => setShowOk(event.currentTarget.checked)}
              size="xs"
              className="doctor-switch"
            />
            {doctorGroups.map((group) => {
              const checks = report.checks
                .filter((check) => check.group === group && (showOk || check.state === 'bad' || check.state === 'warning'))
                .toSorted((a, b) => order[a.state] - order[b.state])
              if (checks.length === 0) return null
              return (
                <section key={group} className="card" aria-labelledby={`doctor-${group}`}>
                  <div className="card-head">
                    <h2 id={`doctor-${group}`}>{doctorGroupTitles[group]}</h2>
                  </div>
                  <ul className="doctor-list">
                    {checks.map((check) => (
                      <Row key={check.id} check={check} />
                    ))}
                  </ul>
                </section>
              )
            })}
          </>
        ) : error ? (
          <LoadError message={error} retry={again} />
        ) : looked || job ? (
          <Empty
            icon={<Stethoscope size={22} aria-hidden />}
            title={strings.never}
            actions={
              <Button loading={running} onClick={() => void runDoctor()}>
                {strings.run}
              </Button>
            }
          >
            {job?.error ?? strings.neverBody}
          </Empty>
        ) : (
          <div className="skeleton" style={{ height: 120 }} role="status" aria-label={common.loading} />
        )}
      </div>
    </div>
  )
}
