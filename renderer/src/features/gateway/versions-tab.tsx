/** The versions of OpenClaw on this machine: which runs, which is newest, and the way from one to another. */
import { Button, Select } from '@mantine/core'
import { Check, CircleAlert, LoaderCircle, Minus, PackageOpen } from 'lucide-react'
import { useCallback, useState } from 'react'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { type NewestVersion, type RuntimeVersion, runtimeSwitch } from '../../../../native-services/contract/gateway-config.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { bytes } from '../../lib/numbers.ts'
import { useJobs, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { configStrings } from './config-strings.ts'
import { JobView } from './sync-panel.tsx'
import { useGatewayRead } from './use-gateway-read.ts'

const words = configStrings.versions
const icons = { done: Check, failed: CircleAlert, skipped: Minus, running: LoaderCircle }
const tones = { done: 'good', failed: 'bad', skipped: 'idle', running: 'busy' }

function SwitchSteps({ job }: { job: Job }) {
  const parsed = runtimeSwitch.safeParse(job.result)
  if (!parsed.success) return null
  return (
    <ol className="switch-steps" aria-label={words.job}>
      {parsed.data.steps.map((step) => {
        const Icon = icons[step.outcome]
        return (
          <li key={step.step} data-tone={tones[step.outcome]}>
            <Icon size={14} aria-hidden />
            <span>
              {words.steps[step.step]} <span className="faint">{words.outcomes[step.outcome]}</span>
              {step.message ? <span className="muted switch-message">{step.message}</span> : null}
            </span>
          </li>
        )
      })}
    </ol>
  )
}

function state(row: RuntimeVersion) {
  if (row.problem) return { label: row.problem, tone: 'bad' }
  if (row.running) return { label: words.running, tone: 'good' }
  if (row.current) return { label: words.current, tone: 'busy' }
  return { label: words.spare, tone: 'idle' }
}

function VersionRow({ row, locked, again }: { row: RuntimeVersion; locked: boolean; again: () => void }) {
  const name = row.version ?? row.id
  const shown = state(row)
  const use = () =>
    askOnce({
      title: words.useTitle(name),
      body: words.useBody,
      confirmLabel: words.use,
      onConfirm() {
        void attempt(() => api.call('switchRuntimeVersion', { body: { id: row.id } }), { failed: words.switchFailed }).then((job) => {
          if (job) remember('job', job)
        })
      },
    })
  const remove = () =>
    askOnce({
      title: words.removeTitle(name),
      body: words.removeBody,
      confirmLabel: words.remove,
      onConfirm() {
        void attempt(() => api.call('removeRuntimeVersion', { body: { id: row.id } }), { failed: words.removeFailed }).then(again)
      },
    })
  return (
    <tr data-row tabIndex={-1}>
      <td className="num" style={{ fontWeight: 550 }}>
        {name}
      </td>
      <td>
        <span className="chip" data-tone={shown.tone}>
          {shown.label}
        </span>
      </td>
      <td className="muted num">{row.node_version ?? '—'}</td>
      <td className="muted hide-narrow">
        {words.sources[row.source]}
        <span className="mono faint version-path" title={row.path}>
          {row.path}
        </span>
      </td>
      <td>
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          {row.current ? null : (
            <Button
              variant="default"
              size="compact-xs"
              disabled={locked || row.problem !== null}
              aria-label={words.useLabel(name)}
              onClick={use}
            >
              {words.use}
            </Button>
          )}
          {row.source === 'managed' && !row.current && !row.running ? (
            <Button variant="subtle" color="red" size="compact-xs" disabled={locked} aria-label={words.removeLabel(name)} onClick={remove}>
              {words.remove}
            </Button>
          ) : null}
        </div>
      </td>
    </tr>
  )
}

function Registry({ items, busy }: { items: readonly RuntimeVersion[]; busy: boolean }) {
  const [answer, setAnswer] = useState<NewestVersion | null>(null)
  const [asking, setAsking] = useState(false)
  const [chosen, setChosen] = useState<string | null>(null)
  const version = chosen ?? answer?.newest ?? null
  const ask = async () => {
    setAsking(true)
    const newest = await attempt(() => api.call('askNewestVersion'), { failed: words.askFailed })
    setAsking(false)
    if (newest) setAnswer(newest)
  }
  const install = async () => {
    if (version === null) return
    const job = await attempt(() => api.call('installRuntimeVersion', { body: { version } }), { failed: words.installFailed })
    if (job) remember('job', job)
  }
  const here = items.some((each) => each.version === version && each.source === 'managed')
  return (
    <div className="row row-wrap" style={{ padding: 14, borderTop: '1px solid var(--line)' }}>
      {answer ? (
        <>
          <span className="grow">
            {words.newest(answer.newest)}{' '}
            {items.some((each) => each.current && each.version === answer.newest) ? <span className="muted">{words.isNewest}</span> : null}
          </span>
          <Select
            aria-label={words.otherVersion}
            w={150}
            value={version}
            onChange={setChosen}
            data={answer.versions}
            allowDeselect={false}
          />
          <Button disabled={busy || here || version === null} onClick={() => void install()}>
            {words.install(version ?? '')}
          </Button>
        </>
      ) : (
        <Button variant="default" loading={asking} onClick={() => void ask()}>
          {words.ask}
        </Button>
      )}
    </div>
  )
}

export function VersionsTab() {
  const jobs = useJobs().filter((job) => job.kind === 'runtime_switch' || job.kind === 'runtime_install')
  const [query] = useQuery()
  const job = jobs.find((each) => each.id === query['job']) ?? jobs[0]
  const runtime = useLive((live) => live.runtime)
  const busy = jobs.some((each) => each.state === 'running')
  // What an installation or a switch leaves is read again at its end.
  const key = `${runtime?.path} ${job?.state}`
  const read = useCallback(() => {
    void key
    return api.call('listRuntimeVersions')
  }, [key])
  const { value, failure, again } = useGatewayRead(read)
  const columns = words.columns
  return (
    <div className="stack" style={{ gap: 16 }}>
      <section className="card" aria-labelledby="versions-title">
        <div className="card-head">
          <h2 id="versions-title">{words.title}</h2>
          <span className="aside faint num">{value?.free_bytes ? words.free(bytes(value.free_bytes)) : null}</span>
        </div>
        {value?.locked ? (
          <div style={{ padding: 14 }}>
            <Note tone="idle">{value.locked}</Note>
          </div>
        ) : null}
        {failure && !value ? (
          <LoadError message={failure.message} retry={again} />
        ) : !value ? (
          <div className="skeleton" style={{ height: 140, margin: 14 }} />
        ) : value.items.length === 0 ? (
          <Empty icon={<PackageOpen size={20} aria-hidden />} title={words.none}>
            {words.noneBody}
          </Empty>
        ) : (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{columns.version}</th>
                  <th>{columns.state}</th>
                  <th>{columns.node}</th>
                  <th className="hide-narrow">{columns.where}</th>
                  <th>
                    <span className="visually-hidden">{columns.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {value.items.map((row) => (
                  <VersionRow key={row.id} row={row} locked={busy || value.locked !== null} again={again} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Registry items={value?.items ?? []} busy={busy} />
      </section>
      {job ? (
        <section className="card" aria-labelledby="switch-title">
          <div className="card-head">
            <h2 id="switch-title">{words.job}</h2>
          </div>
          <div className="card-body">
            <JobView job={job} />
            {job.kind === 'runtime_switch' ? <SwitchSteps job={job} /> : null}
          </div>
        </section>
      ) : null}
    </div>
  )
}
