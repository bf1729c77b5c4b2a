/** The title of a task, changed where it stands: Enter keeps it, Escape does not. */
import { useEffect, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { changeTask } from '../../lib/actions.ts'
import { strings } from './strings.ts'

export function TaskTitle({ task }: { task: Task }) {
  const [value, setValue] = useState(task.title)
  const editing = useRef(false)
  useEffect(() => {
    if (!editing.current) setValue(task.title)
  }, [task.title])
  const save = () => {
    editing.current = false
    const title = value.trim()
    if (title === '') setValue(task.title)
    else if (title !== task.title) void changeTask(task, { title })
  }
  return (
    <textarea
      className="title-field"
      aria-label={strings.title}
      rows={1}
      value={value}
      maxLength={2000}
      onFocus={() => {
        editing.current = true
      }}
      onChange={(event) => setValue(event.currentTarget.value.replace(/\n/g, ' '))}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault()
          event.currentTarget.blur()
        } else if (event.key === 'Escape') {
          event.stopPropagation()
          setValue(task.title)
          event.currentTarget.blur()
        }
      }}
    />
  )
}
