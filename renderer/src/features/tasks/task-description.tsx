/** The description of a task as Markdown, and as text while it is changed. */
import { Button, Textarea } from '@mantine/core'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { changeTask } from '../../lib/actions.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { strings } from './strings.ts'

export function TaskDescription({ task }: { task: Task }) {
  const [draft, setDraft] = useState<string | null>(null)
  if (draft === null) {
    if (task.description === '') {
      return (
        <button type="button" className="description-button" onClick={() => setDraft('')}>
          {strings.descriptionEmpty}
        </button>
      )
    }
    return (
      <div className="description">
        <Markdown text={task.description} />
        <button
          type="button"
          className="iconbtn edit"
          aria-label={strings.editDescription}
          title={strings.editDescription}
          onClick={() => setDraft(task.description)}
        >
          <Pencil size={13} aria-hidden />
        </button>
      </div>
    )
  }
  const save = () => {
    setDraft(null)
    if (draft !== task.description) void changeTask(task, { description: draft })
  }
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Textarea
        aria-label={strings.description}
        value={draft}
        autosize
        minRows={4}
        maxRows={18}
        autoFocus
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
          else if (event.key === 'Escape') {
            event.stopPropagation()
            setDraft(null)
          }
        }}
      />
      <div className="row">
        <Button onClick={save}>{strings.save}</Button>
        <Button variant="subtle" onClick={() => setDraft(null)}>
          {strings.cancel}
        </Button>
      </div>
    </div>
  )
}
