/** A task's title where it stands: Enter keeps it, Escape does not. */
import { useEffect, useRef } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { changeTask } from '../../lib/actions.ts'
import { strings } from './strings.ts'

export function TitleField({ task, onClose }: { task: Task; onClose: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const closed = useRef(false)
  const grow = () => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }
  useEffect(() => {
    grow()
    field.current?.select()
  }, [])
  const close = (keep: boolean) => {
    // Leaving the field after Enter would keep it a second time.
    if (closed.current) return
    closed.current = true
    const title = (field.current?.value ?? '').trim().replace(/\s+/g, ' ')
    onClose()
    if (keep && title !== '' && title !== task.title) void changeTask(task, { title }, strings.notRenamed)
  }
  return (
    <textarea
      ref={field}
      className="card-title-field"
      aria-label={strings.titleOf(task.number)}
      defaultValue={task.title}
      rows={1}
      maxLength={2000}
      data-no-drag
      // Where it appears, it was asked for.
      autoFocus
      onInput={grow}
      onBlur={() => close(true)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter' || event.key === 'Escape') {
          event.preventDefault()
          close(event.key === 'Enter')
        }
      }}
    />
  )
}
