/** What an import does or would do, row by row. */
import { Stack } from '@mantine/core'
import { Link } from 'wouter'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { importResult } from '../../../../native-services/contract/planning.ts'
import { ProgressBar } from '../../app/jobs-menu.tsx'
import { useLive } from '../../lib/store.ts'
import { Note } from '../../ui/parts.tsx'
import { strings } from './strings.ts'

const words = strings.files

/** It was only looked at, nothing was written. */
export const isDry = (job: Job): boolean => importResult.safeParse(job.result).data?.dry_run === true

export function ImportOutcome({ job: given }: { job: Job }) {
  const job = useLive((state) => state.maps.job[given.id]) ?? given
  const parsed = importResult.safeParse(job.result)
  if (job.state === 'running') {
    return (
      <Stack gap={6}>
        <ProgressBar job={job} />
        <span className="faint num">{words.running(job.done, job.total)}</span>
      </Stack>
    )
  }
  const result = parsed.success ? parsed.data : null
  return (
    <Stack gap={8}>
      {job.error ? (
        <Note tone="bad">{job.error}</Note>
      ) : result ? (
        <Note tone={result.refused > 0 ? 'warning' : 'good'}>
          {result.dry_run ? words.would(result.imported, result.refused) : words.did(result.imported, result.refused)}{' '}
          {result.board_id && !result.dry_run ? (
            <Link className="link" href={`/boards/${result.board_id}`}>
              {words.open}
            </Link>
          ) : null}
        </Note>
      ) : null}
      {result && result.notes.length > 0 ? (
        <div className="table-wrap planning-notes" tabIndex={0} role="region" aria-label={words.what}>
          <table className="table">
            <thead>
              <tr>
                <th>{words.row}</th>
                <th>{words.field}</th>
                <th>{words.what}</th>
              </tr>
            </thead>
            <tbody>
              {result.notes.map((note, index) => (
                <tr key={index}>
                  <td className="num">{note.row ?? ''}</td>
                  <td>
                    <code>{note.field ?? ''}</code>
                  </td>
                  <td>
                    <span className="dot" data-tone={note.level === 'error' ? 'bad' : 'warning'} /> {note.message}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {result && result.notes_total > result.notes.length ? (
        <span className="faint">{words.more(result.notes.length, result.notes_total)}</span>
      ) : null}
    </Stack>
  )
}
