/** A line at the top of a column: Enter adds and stays, Escape goes. `@name`, `#tag` and `!priority` are understood. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import type { TaskStatus } from '../../../../native-services/contract/states.ts'
import { createTask } from '../../lib/actions.ts'
import { useAgents, useTags } from '../../lib/store.ts'
import { matchNames } from '../tasks/mention.ts'
import { priorities } from './filters.ts'
import { completeMark, markAt, parseQuickAdd } from './quick-add-parse.ts'
import { strings } from './strings.ts'

export function QuickAdd({
  boardId,
  status,
  onAdded,
  onClose,
}: {
  boardId: string
  status: TaskStatus
  onAdded: (task: Task) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [caret, setCaret] = useState(0)
  const [pick, setPick] = useState(0)
  const [closedAt, setClosedAt] = useState<number | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const listId = useId()
  const agents = useAgents(boardId)
  const tags = useTags()
  const query = markAt(text, caret)
  const names =
    query === null ? [] : query.mark === '@' ? agents : query.mark === '#' ? tags : priorities.map((name) => ({ id: name, name }))
  const options = query === null || closedAt === query.start ? [] : matchNames<{ id: string; name: string }>(names, query.text, 5)
  const understood = parseQuickAdd(text, { agents, tags })
  const chips = [
    ...understood.agent_ids.map((id) => `@${agents.find((agent) => agent.id === id)?.name ?? ''}`),
    ...understood.tag_ids.map((id) => `#${tags.find((tag) => tag.id === id)?.name ?? ''}`),
    ...(understood.priority === null ? [] : [strings.priority[understood.priority]]),
  ]
  const chosen = options[Math.min(pick, options.length - 1)]
  useEffect(() => field.current?.focus(), [])
  // Before the next key: what is typed on must not land in the middle of the name.
  const caretWanted = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (caretWanted.current === null) return
    field.current?.focus()
    field.current?.setSelectionRange(caretWanted.current, caretWanted.current)
    caretWanted.current = null
  }, [text])

  const complete = (name: string) => {
    if (!query) return
    const next = completeMark(text, caret, query, name)
    setText(next.value)
    setCaret(next.caret)
    setPick(0)
    caretWanted.current = next.caret
  }
  const submit = async () => {
    if (understood.title === '') return
    const written = text
    setText('')
    setCaret(0)
    const [first] = understood.agent_ids
    const direct = first !== undefined && (status === 'assigned' || status === 'in_progress') ? { status } : {}
    const task = await createTask(boardId, {
      title: understood.title,
      ...direct,
      ...(first === undefined ? {} : { assigned_agent_ids: [...understood.agent_ids] }),
      ...(understood.tag_ids.length > 0 ? { tag_ids: [...understood.tag_ids] } : {}),
      ...(understood.priority === null ? {} : { priority: understood.priority }),
    })
    if (task) onAdded(task)
    // What was refused is not lost, unless something else is being written by now.
    else setText((now) => (now === '' ? written : now))
  }

  return (
    <div
      className="quick-add"
      data-no-drag
      onBlur={(event) => {
        if (text === '' && !event.currentTarget.contains(event.relatedTarget)) onClose()
      }}
    >
      <input
        ref={field}
        role="combobox"
        aria-label={strings.quickAddIn}
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? `${listId}-${chosen.id}` : undefined}
        placeholder={strings.quickAdd}
        value={text}
        maxLength={2000}
        autoComplete="off"
        onChange={(event) => {
          setText(event.currentTarget.value)
          setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length)
          setPick(0)
          setClosedAt(null)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.nativeEvent.isComposing) return
          if (options.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
            event.preventDefault()
            setPick((now) => (now + (event.key === 'ArrowDown' ? 1 : options.length - 1)) % options.length)
          } else if (chosen && (event.key === 'Tab' || event.key === 'Enter') && chosen.name.toLowerCase() !== query?.text.toLowerCase()) {
            event.preventDefault()
            complete(chosen.name)
          } else if (event.key === 'Enter') {
            event.preventDefault()
            void submit()
          } else if (event.key === 'Escape') {
            event.preventDefault()
            if (options.length > 0 && query) setClosedAt(query.start)
            else onClose()
          }
        }}
      />
      <div id={listId} role="listbox" aria-label={strings.quickAddNames} className="quick-options" hidden={options.length === 0}>
        {options.map((option) => (
          <button
            key={option.id}
            id={`${listId}-${option.id}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={option === chosen}
            className="chip"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => complete(option.name)}
          >
            {query?.mark}
            {option.name}
          </button>
        ))}
      </div>
      {chips.length > 0 && options.length === 0 ? (
        <div className="quick-options">
          {chips.map((chip) => (
            <span key={chip} className="chip" data-on="">
              {chip}
            </span>
          ))}
        </div>
      ) : null}
    </div>
  )
}
