/** Boards and tasks as files. An import is a job: it can be left and come back to. */
import { Button, Group, Select } from '@mantine/core'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { useBoards, useLive } from '../../lib/store.ts'
import { downloadBoard, downloadTasks } from './files.ts'
import { FilesCard } from './files-card.tsx'
import { ImportBoard } from './import-board.tsx'
import { ImportOutcome } from './import-outcome.tsx'
import { ImportTasks } from './import-tasks.tsx'
import { strings } from './strings.ts'

const words = strings.files

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
        <FilesCard title={job.title}>
          <ImportOutcome job={job} />
        </FilesCard>
      ) : null}
      <FilesCard title={words.export} lead={words.exportLead}>
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
      </FilesCard>
      <ImportTasks boardId={boardId} />
      <ImportBoard />
    </>
  )
}
