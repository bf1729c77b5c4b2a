/** What a restore would change, before it is done. */
import { Button, Checkbox } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Backup, BackupPreview } from '../../../../native-services/contract/backups.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { whole } from '../../lib/numbers.ts'
import { exactTime } from '../../lib/time.ts'
import { attempt } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Note } from '../../ui/parts.tsx'
import { strings } from './strings.ts'

const words = strings.restore

function Losses({ lost }: { lost: BackupPreview['lost'] }) {
  const names = lost.tasks.map((task) => `#${task.number} ${task.title}`)
  const more = lost.tasks_total - names.length
  if (lost.boards.length + lost.tasks_total + lost.comments_total + lost.tasks_changed === 0)
    return <p className="muted">{words.nothingLost}</p>
  return (
    <Note tone="warning">
      <strong>{words.lost}</strong>
      <ul className="setting-list">
        {lost.boards.length > 0 ? <li>{words.lostBoards(lost.boards.join(', '))}</li> : null}
        {lost.tasks_total > 0 ? (
          <li>{words.lostTasks(lost.tasks_total, names.slice(0, 5).join(', '), Math.max(0, more + names.slice(5).length))}</li>
        ) : null}
        {lost.comments_total > 0 ? <li>{words.lostComments(lost.comments_total)}</li> : null}
        {lost.tasks_changed > 0 ? <li>{words.changed(lost.tasks_changed)}</li> : null}
      </ul>
    </Note>
  )
}

export function RestoreDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const [preview, setPreview] = useState<BackupPreview | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [pause, setPause] = useState(true)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    api.call('previewBackup', { params: { backup_id: backup.id }, signal: controller.signal }).then(setPreview, (reason: unknown) => {
      if (!controller.signal.aborted) setError(explain(reason))
    })
    return () => controller.abort()
  }, [backup.id])
  const begin = async () => {
    setBusy(true)
    const job = await attempt(() => api.call('restoreBackup', { params: { backup_id: backup.id }, body: { pause } }), {
      failed: words.failed,
    })
    setBusy(false)
    if (!job) return
    remember('job', job)
    onClose()
  }
  const problem = error ?? preview?.problems[0] ?? null
  return (
    <Dialog opened onClose={onClose} title={words.title(exactTime(backup.created_at))} size={560}>
      <div className="stack" style={{ gap: 12 }}>
        {problem === null ? null : <Note tone="bad">{problem}</Note>}
        {preview === null && problem === null ? (
          <p className="muted" role="status">
            {words.checking}
          </p>
        ) : null}
        {preview && problem === null ? (
          <>
            <table className="table">
              <thead>
                <tr>
                  <th>{words.what}</th>
                  <th>{words.inBackup}</th>
                  <th>{words.now}</th>
                </tr>
              </thead>
              <tbody>
                {(['boards', 'agents', 'tasks', 'comments', 'documents', 'attachments'] as const).map((name) => (
                  <tr key={name}>
                    <td>{words.counts[name]}</td>
                    <td className="num">{whole(preview.backup.counts[name])}</td>
                    <td className="num">{whole(preview.now[name])}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Losses lost={preview.lost} />
            {preview.warnings.map((warning) => (
              <Note key={warning} tone="warning">
                {warning}
              </Note>
            ))}
            <Checkbox
              label={words.pause}
              description={words.pauseHint}
              checked={pause}
              onChange={(event) => setPause(event.currentTarget.checked)}
            />
            <p className="muted">{words.how}</p>
          </>
        ) : null}
        <div className="row setting-actions">
          <Button variant="default" onClick={onClose}>
            {strings.cancel}
          </Button>
          <Button color="red" disabled={!preview || problem !== null} loading={busy} onClick={() => void begin()}>
            {words.begin}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
