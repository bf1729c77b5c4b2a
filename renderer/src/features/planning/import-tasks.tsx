/** Tasks from a table: which column is what, looked at first, then written. */
import { Button, Group, Select } from '@mantine/core'
import { useState } from 'react'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { csvFields, importResult } from '../../../../native-services/contract/planning.ts'
import { useBoards } from '../../lib/store.ts'
import { beginImport } from './files.ts'
import { strings } from './strings.ts'
import { useCustomFields } from './use-planning.ts'
import { FilesCard } from './files-card.tsx'
import { ChooseFile } from './choose-file.tsx'
import { ImportOutcome, isDry } from './import-outcome.tsx'

const words = strings.files

const unread: readonly string[] = ['created_by', 'created_at', 'updated_at']

export function ImportTasks({ boardId: given }: { boardId: string | null }) {
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
    <FilesCard title={words.importTasks} lead={words.importTasksLead}>
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
      {job ? <ImportOutcome job={job} /> : null}
      {file && boardId ? (
        <Group>
          <Button loading={busy} disabled={job === null || !isDry(job)} onClick={() => void run(file, boardId, false, mapping)}>
            {words.import}
          </Button>
        </Group>
      ) : null}
    </FilesCard>
  )
}
