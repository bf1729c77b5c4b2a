/** A board from a file: looked at first, written when that was well. */
import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { beginImport } from './files.ts'
import { FilesCard } from './files-card.tsx'
import { ChooseFile } from './choose-file.tsx'
import { ImportOutcome, isDry } from './import-outcome.tsx'
import { strings } from './strings.ts'

const words = strings.files

export function ImportBoard() {
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
    <FilesCard title={words.importBoard} lead={words.importBoardLead}>
      <ChooseFile
        accept=".json,application/json"
        file={file}
        onFile={(next) => {
          setFile(next)
          void run(next, true)
        }}
      />
      {job ? <ImportOutcome job={job} /> : null}
      {file ? (
        <Group>
          <Button loading={busy} disabled={refused || job === null || !isDry(job)} onClick={() => void run(file, false)}>
            {words.import}
          </Button>
        </Group>
      ) : null}
    </FilesCard>
  )
}
