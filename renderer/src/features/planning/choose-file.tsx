import { Button, FileButton, Group } from '@mantine/core'
import { FileUp } from 'lucide-react'
import { importMaximumBytes } from '../../../../native-services/contract/planning.ts'
import { toast } from '../../lib/toast.ts'
import { strings } from './strings.ts'

const words = strings.files

export function ChooseFile({ accept, file, onFile }: { accept: string; file: File | null; onFile: (file: File) => void }) {
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
