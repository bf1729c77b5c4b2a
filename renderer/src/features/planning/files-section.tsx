/** Boards and tasks as files. An import is a job: it can be left and come back to. */
import { Button, FileButton, Group, Select, Stack } from '@mantine/core'
import { Download, FileUp } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { csvFields, importMaximumBytes, importResult } from '../../../../native-services/contract/planning.ts'
import { ProgressBar } from '../../app/jobs-menu.tsx'
import { useBoards, useLive } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { Note } from '../../ui/parts.tsx'
import { beginImport, downloadBoard, downloadTasks } from './files.ts'
import { strings } from './strings.ts'
import { useCustomFields } from './use-planning.ts'

const words = strings.files
const unread: readonly string[] = ['created_by', 'created_at', 'updated_at']

function Outcome({ job: given }: { job: Job }) {
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

function ChooseFile({ accept, file, onFile }: { accept: string; file: File | null; onFile: (file: File) => void }) {
  return (
    <Group gap={8}>
      <FileButton
        accept={accept}
        onChange={(next) => {
          if (!next) return
          if (next.size > importMaximumBytes) toast(words.tooLarge)
          else onFile(next)
        }}
      >
        {(props) => (
          <Button {...props} variant="default" leftSection={<FileUp size={13} aria-hidden />}>
            {words.choose}
          </Button>
        )}
      </FileButton>
      {file ? <span className="muted">{file.name}</span> : null}
    </Group>
  )
}

function ImportBoard() {
  const [file, setFile] = useState<File | null>(null)
  const [job, setJob] = useState<Job | null>(null)
  const [busy, setBusy] = useState(false)
  const run = async (chosen: File, dry: boolean) => {
    setBusy(true)
    setJob(await beginImport(`/boards/import${dry ? '?dry_run=true' : ''}`, chosen, 'application/json'))
    setBusy(false)
  }
  const refused = job?.state === 'failed'
  return (
    <section className="card" aria-labelledby="import-board-title">
      <div className="card-head">
        <h2 id="import-board-title">{words.importBoard}</h2>
      </div>
      <p className="muted planning-lead">{words.importBoardLead}</p>
      <div className="planning-body">
        <ChooseFile
          accept=".json,application/json"
          file={file}
          onFile={(next) => {
            setFile(next)
            void run(next, true)
          }}
        />
        {job ? <Outcome job={job} /> : null}
        {file ? (
          <Group>
            <Button loading={busy} disabled={refused || job === null || !isDry(job)} onClick={() => void run(file, false)}>
              {words.import}
            </Button>
          </Group>
        ) : null}
      </div>
    </section>
  )
}

const isDry = (job: Job): boolean => importResult.safeParse(job.result).data?.dry_run === true

function ImportTasks({ boardId: given }: { boardId: string | null }) {
  const boards = useBoards()
  const [boardId, setBoardId] = useState(given ?? boards[0]?.id ?? null)
  const fields = useCustomFields(boardId ?? undefined)
  const [file, setFile] = useState<File | null>(null)
  const [job, setJob] = useState<Job | null>(null)
  const [mapping, setMapping] = useState<Record<string, string | null>>({})
  const [columns, setColumns] = useState<string[]>([])
  const [busy, setBusy] = useState(false)

  const run = async (chosen: File, board: string, dry: boolean, asked: Record<string, string | null>) => {
    setBusy(true)
    const query = new URLSearchParams({ mapping: JSON.stringify(asked), ...(dry && { dry_run: 'true' }) })
    const begun = await beginImport(`/boards/${board}/tasks/import?${query.toString()}`, chosen, 'text/csv')
    setBusy(false)
    setJob(begun)
    const found = importResult.safeParse(begun?.result).data?.mapping
    if (found) setMapping(found)
  }
  const take = async (chosen: File, board: string) => {
    setFile(chosen)
    setJob(null)
    setMapping({})
    // Enough to offer the columns when no header says which one is the title.
    const head = (await chosen.slice(0, 65_536).text()).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/, 1)[0] ?? ''
    setColumns(
      [...head.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => (match[1] ?? match[2] ?? '').replaceAll('""', '"')),
    )
    await run(chosen, board, true, {})
  }
  const choices = [
    ...csvFields.filter((name) => !unread.includes(name)).map((name) => ({ value: name as string, label: name as string })),
    ...fields.map((field) => ({ value: `custom.${field.field_key}`, label: field.label })),
  ]
  return (
    <section className="card" aria-labelledby="import-tasks-title">
      <div className="card-head">
        <h2 id="import-tasks-title">{words.importTasks}</h2>
      </div>
      <p className="muted planning-lead">{words.importTasksLead}</p>
      <div className="planning-body">
        <Group gap={8}>
          <Select
            aria-label={words.board}
            allowDeselect={false}
            value={boardId}
            data={boards.map((board) => ({ value: board.id, label: board.name }))}
            onChange={(value) => {
              setBoardId(value)
              if (file && value) void take(file, value)
            }}
          />
          {boardId ? <ChooseFile accept=".csv,text/csv" file={file} onFile={(next) => void take(next, boardId)} /> : null}
        </Group>
        {file && columns.length > 0 ? (
          <Group gap={10}>
            {columns.map((column, index) => (
              <Select
                key={`${index}-${column}`}
                label={column}
                size="xs"
                w={150}
                clearable
                placeholder={words.ignored}
                value={mapping[column] ?? null}
                data={choices}
                onChange={(value) => {
                  const next = { ...mapping, [column]: value }
                  setMapping(next)
                  if (boardId) void run(file, boardId, true, next)
                }}
              />
            ))}
          </Group>
        ) : null}
        {job ? <Outcome job={job} /> : null}
        {file && boardId ? (
          <Group>
            <Button loading={busy} disabled={job === null || !isDry(job)} onClick={() => void run(file, boardId, false, mapping)}>
              {words.import}
            </Button>
          </Group>
        ) : null}
      </div>
    </section>
  )
}

/**
 * @param boardId The board that is meant; null: the first one.
 * @param jobId An import that is looked at again.
 */
export function FilesSection({ boardId, jobId }: { boardId: string | null; jobId: string | null }) {
  const job = useLive((state) => (jobId === null ? undefined : state.maps.job[jobId]))
  const boards = useBoards()
  const [source, setSource] = useState(boardId ?? boards[0]?.id ?? null)
  return (
    <>
      {job ? (
        <section className="card" aria-label={job.title}>
          <div className="card-head">
            <h2>{job.title}</h2>
          </div>
          <div className="planning-body">
            <Outcome job={job} />
          </div>
        </section>
      ) : null}
      <section className="card" aria-labelledby="export-title">
        <div className="card-head">
          <h2 id="export-title">{words.export}</h2>
        </div>
        <p className="muted planning-lead">{words.exportLead}</p>
        <div className="planning-body">
          <Group gap={8}>
            <Select
              aria-label={words.board}
              allowDeselect={false}
              value={source}
              data={boards.map((board) => ({ value: board.id, label: board.name }))}
              onChange={setSource}
            />
            <Button
              variant="default"
              leftSection={<Download size={13} aria-hidden />}
              disabled={source === null}
              onClick={() => source && void downloadBoard(source)}
            >
              {words.json}
            </Button>
            <Button
              variant="default"
              leftSection={<Download size={13} aria-hidden />}
              disabled={source === null}
              onClick={() => source && void downloadTasks(source)}
            >
              {words.csv}
            </Button>
          </Group>
        </div>
      </section>
      <ImportTasks boardId={boardId} />
      <ImportBoard />
    </>
  )
}
