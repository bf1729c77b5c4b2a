/** When a task is due: quiet words in its row that become a field when they are pressed. Enter keeps it, Escape does not. */
import { useEffect, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { changeTask } from '../../lib/actions.ts'
import { dateWords, localDay } from '../../lib/time.ts'
import { strings } from './strings.ts'

function Field({ task, day, onClose }: { task: Task; day: string; onClose: (focusBack: boolean) => void }) {
  const closed = useRef(false)
  const close = (value: string, focusBack: boolean) => {
    // Leaving the field after Enter would keep it a second time.
    if (closed.current) return
    closed.current = true
    onClose(focusBack)
    // Due on a day is due until it ends.
    if (value !== day) void changeTask(task, { due_at: value === '' ? null : new Date(`${value}T23:59:00`).toISOString() })
  }
  return (
    <input
      type="date"
      className="row-due num hide-narrow"
      aria-label={strings.edit.due(task.number)}
      defaultValue={day}
      // Where it appears, it was asked for.
      autoFocus
      onBlur={(event) => close(event.currentTarget.value, false)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        close(event.key === 'Enter' ? event.currentTarget.value : day, true)
      }}
    />
  )
}

export function DueField({ task }: { task: Task }) {
  const [editing, setEditing] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const focusBack = useRef(false)
  useEffect(() => {
    if (editing || !focusBack.current) return
    focusBack.current = false
    button.current?.focus()
  }, [editing])
  const day = task.due_at === null ? '' : localDay(task.due_at)
  if (editing)
    return (
      <Field
        task={task}
        day={day}
        onClose={(back) => {
          focusBack.current = back
          setEditing(false)
        }}
      />
    )
  const late = task.due_at !== null && task.status !== 'done' && task.status !== 'archived' && Date.parse(task.due_at) < Date.now()
  return (
    <button
      ref={button}
      type="button"
      className="row-due num hide-narrow"
      data-late={late ? '' : undefined}
      title={task.due_at === null ? strings.edit.noDue : late ? strings.overdue : undefined}
      onClick={() => setEditing(true)}
    >
      <span className="visually-hidden">{strings.edit.due(task.number)}: </span>
      {task.due_at === null ? (
        <>
          <span className="visually-hidden">{strings.edit.noDue}</span>
          <span aria-hidden className="faint">
            —
          </span>
        </>
      ) : (
        dateWords(task.due_at)
      )}
    </button>
  )
}
