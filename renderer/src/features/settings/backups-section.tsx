import { Button, Checkbox, Switch } from '@mantine/core'
import { Download, History, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Backup, BackupState } from '../../../../native-services/contract/backups.ts'
import { ProgressBar } from '../../app/jobs-menu.tsx'
import { changeSettings, forget, remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { replaceEntities } from '../../lib/entities.ts'
import { bytes } from '../../lib/numbers.ts'
import { useJobs, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { Group, NumberSetting, Row } from './parts.tsx'
import { RestoreDialog } from './restore-dialog.tsx'
import { strings } from './strings.ts'

const words = strings.backups

function BackupRow({ backup, onRestore }: { backup: Backup; onRestore: () => void }) {
  const remove = async () => {
    const done = await attempt(() => api.call('deleteBackup', { params: { backup_id: backup.id } }), { failed: words.notDeleted })
    if (done) forget('backup', backup.id)
  }
  return (
    <tr data-row tabIndex={-1}>
      <td>
        <RelativeTime at={backup.created_at} />
        <div className="faint setting-hint">
          {words.reasons[backup.reason]}
          {backup.includes_install_key ? ` · ${words.withKey}` : ''}
        </div>
      </td>
      <td>
        {backup.problem === null ? (
          <span className="num">{words.contents(backup.counts.boards, backup.counts.tasks, backup.files_count)}</span>
        ) : (
          <span className="setting-bad">{words.damaged}</span>
        )}
        {backup.problem === null ? null : <div className="faint setting-hint">{backup.problem}</div>}
      </td>
      <td className="num nowrap">{bytes(backup.database_bytes + backup.files_bytes)}</td>
      <td className="setting-end">
        <span className="row setting-buttons">
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<History size={12} aria-hidden />}
            disabled={backup.problem !== null}
            onClick={onRestore}
          >
            {backup.reason === 'before_restore' ? words.undo : words.restore}
          </Button>
          <a className="iconbtn" href={`/api/v1/backups/${backup.id}/download`} download aria-label={words.download} title={words.download}>
            <Download size={14} aria-hidden />
          </a>
          <button
            type="button"
            className="iconbtn"
            aria-label={words.remove}
            title={words.remove}
            onClick={() =>
              askOnce({ title: words.removeTitle, body: words.removeBody, confirmLabel: words.remove, onConfirm: () => void remove() })
            }
          >
            <Trash2 size={14} aria-hidden />
          </button>
        </span>
      </td>
    </tr>
  )
}

export function BackupsSection() {
  const map = useLive((state) => state.maps.backup)
  const settings = useLive((state) => state.settings)
  const connection = useLive((state) => state.connection)
  const jobs = useJobs()
  const [state, setState] = useState<BackupState | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const [withKey, setWithKey] = useState(false)
  const [restoring, setRestoring] = useState<Backup | null>(null)
  const backups = useMemo(() => Object.values(map).toSorted((a, b) => b.created_at.localeCompare(a.created_at)), [map])
  const job = jobs.find((each) => each.kind === 'backup' || each.kind === 'restore')
  const jobKey = job ? `${job.id} ${job.state}` : ''
  useEffect(() => {
    if (connection !== 'live') return
    api.call('listBackups').then(
      (answer) => {
        setError(null)
        setState(answer.state)
        useLive.setState((live) => ({ maps: replaceEntities(live.maps, 'backup', answer.items) }))
      },
      (reason: unknown) => setError(explain(reason)),
    )
    // Again when one has ended.
  }, [connection, round, jobKey, settings?.backups])
  if (!settings) return null
  const prefs = settings.backups
  const change = (patch: Partial<typeof prefs>) => void changeSettings({ backups: { ...prefs, ...patch } })
  const begin = async () => {
    const started = await attempt(() => api.call('createBackup', { body: { include_install_key: withKey } }), { failed: words.notBegun })
    if (started) remember('job', started)
  }
  return (
    <Group title={strings.sections.backups}>
      <Row
        label={words.enabled}
        hint={
          state?.next_at && prefs.enabled ? (
            <>
              {words.next} <RelativeTime at={state.next_at} />
            </>
          ) : (
            words.enabledHint
          )
        }
      >
        <Switch aria-label={words.enabled} checked={prefs.enabled} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
      </Row>
      <Row label={words.every}>
        <NumberSetting
          label={words.every}
          value={prefs.every_hours}
          min={1}
          max={720}
          suffix={strings.hours}
          onSave={(value) => change({ every_hours: value })}
        />
      </Row>
      <Row label={words.keepNewest}>
        <NumberSetting
          label={words.keepNewest}
          value={prefs.keep_newest}
          min={1}
          max={100}
          onSave={(value) => change({ keep_newest: value })}
        />
      </Row>
      <Row label={words.keepWeekly}>
        <NumberSetting
          label={words.keepWeekly}
          value={prefs.keep_weekly}
          min={0}
          max={52}
          onSave={(value) => change({ keep_weekly: value })}
        />
      </Row>
      <div className="card-body stack" style={{ gap: 12 }}>
        {state?.failed_reason ? <Note tone="warning">{words.lastFailed(state.failed_reason)}</Note> : null}
        {error ? <LoadError message={error} retry={() => setRound((value) => value + 1)} /> : null}
        {job?.state === 'running' ? (
          <div className="stack" style={{ gap: 6 }} role="status">
            <span className="muted">
              {job.title}: {job.step ?? ''}
            </span>
            <ProgressBar job={job} />
          </div>
        ) : null}
        {job?.state === 'failed' && job.kind === 'restore' ? <Note tone="bad">{job.error}</Note> : null}
        {job?.state === 'succeeded' && job.kind === 'restore' ? <Note tone="good">{words.restored}</Note> : null}
        {backups.length === 0 ? (
          error ? null : (
            <p className="faint">{words.none}</p>
          )
        ) : (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{words.when}</th>
                  <th>{words.what}</th>
                  <th>{words.size}</th>
                  <th>
                    <span className="visually-hidden">{words.restore}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {backups.map((backup) => (
                  <BackupRow key={backup.id} backup={backup} onRestore={() => setRestoring(backup)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Checkbox
          label={words.includeKey}
          description={words.includeKeyHint}
          checked={withKey}
          onChange={(event) => setWithKey(event.currentTarget.checked)}
        />
        <div className="row">
          <Button loading={job?.state === 'running'} onClick={() => void begin()}>
            {words.now}
          </Button>
          {state ? (
            <span className="faint num">
              {words.space(bytes(state.total_bytes), state.free_bytes === null ? null : bytes(state.free_bytes))}
            </span>
          ) : null}
        </div>
      </div>
      {restoring ? <RestoreDialog backup={restoring} onClose={() => setRestoring(null)} /> : null}
    </Group>
  )
}
