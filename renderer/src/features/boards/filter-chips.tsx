/** Under the bar: the board's saved filters, and each filter that is set with a way to take it away. */
import { Button, Popover, TextInput } from '@mantine/core'
import { Bookmark, X } from 'lucide-react'
import { memo, useState } from 'react'
import { taskStates } from '../../../../native-services/contract/states.ts'
import { useLive, useTags } from '../../lib/store.ts'
import { useCustomFields } from '../planning/use-planning.ts'
import type { SetQuery } from './filter-bar.tsx'
import { applySaved, noFilters, readFilters, readSort, savedQuery } from './filters.ts'
import { strings } from './strings.ts'
import { useSavedFilters } from './use-saved-filters.ts'

function SaveButton({ onSave }: { onSave: (name: string) => void }) {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const close = () => {
    setOpen(false)
    setName('')
  }
  return (
    <Popover opened={open} onChange={(next) => (next ? setOpen(true) : close())} position="bottom-start" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="subtle" size="compact-xs" leftSection={<Bookmark size={12} aria-hidden />} onClick={() => setOpen(!open)}>
          {strings.saved.save}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={strings.saved.save} className="filter-panel">
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() === '') return
            onSave(name.trim())
            close()
          }}
        >
          <TextInput
            aria-label={strings.saved.name}
            placeholder={strings.saved.name}
            value={name}
            maxLength={60}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={name.trim() === ''}>
            {strings.saved.keep}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

/** @param search the address's query as one string */
export const FilterChips = memo(function FilterChips({
  boardId,
  search,
  setQuery,
}: {
  boardId: string
  search: string
  setQuery: SetQuery
}) {
  const { list, save, remove } = useSavedFilters(boardId)
  const agents = useLive((state) => state.maps.agent)
  const tags = useTags()
  const fields = useCustomFields(boardId)
  const query: Readonly<Record<string, string>> = Object.fromEntries(new URLSearchParams(search))
  const { text, assignee, status, tag, priority, due, condition, field } = readFilters(query)
  const sort = readSort(query)
  const now = savedQuery(query)
  const set: { key: string; words: string }[] = []
  const add = (key: string, value: string, words: string | undefined) => value !== '' && set.push({ key, words: words ?? '?' })
  add('q', text, `“${text}”`)
  add('assignee', assignee, assignee === 'none' ? strings.unassigned : agents[assignee]?.name)
  if (status !== '') add('status', status, taskStates[status].label)
  if (priority !== '') add('priority', priority, strings.priority[priority])
  if (due !== '') add('due', due, strings.due[due])
  if (condition !== '') add('is', condition, strings.condition[condition])
  add('tag', tag, `#${tags.find((each) => each.id === tag)?.name ?? '?'}`)
  if (field)
    add('field', field.key, `${fields.find((each) => each.field_key === field.key)?.label ?? field.key}: ${field.value || strings.noValue}`)
  const filtered = set.length > 0
  if (sort !== 'manual') set.push({ key: 'sort', words: strings.sort[sort] })
  if (list.length === 0 && set.length === 0) return null
  return (
    <div className="filter-chips">
      {list.length > 0 ? (
        <div role="group" aria-label={strings.saved.list} className="row">
          {list.map((filter) => {
            const on = filter.query === now
            return (
              <span key={filter.name} className="saved-chip" data-on={on ? '' : undefined}>
                <button
                  type="button"
                  aria-pressed={on}
                  onClick={() => setQuery(on ? { ...noFilters(), sort: null, group: null } : applySaved(filter.query))}
                >
                  <Bookmark size={11} aria-hidden />
                  {filter.name}
                </button>
                {on ? (
                  <button type="button" aria-label={strings.saved.remove(filter.name)} onClick={() => remove(filter.name)}>
                    <X size={11} aria-hidden />
                  </button>
                ) : null}
              </span>
            )
          })}
        </div>
      ) : null}
      {set.map(({ key, words }) => (
        <button key={key} type="button" className="filter-chip" aria-label={strings.take(words)} onClick={() => setQuery({ [key]: null })}>
          <span className="truncate">{words}</span>
          <X size={11} aria-hidden />
        </button>
      ))}
      {set.length > 0 && !list.some((filter) => filter.query === now) ? <SaveButton onSave={(name) => save(name, now)} /> : null}
      {filtered ? (
        <Button variant="subtle" size="compact-xs" leftSection={<X size={12} aria-hidden />} onClick={() => setQuery(noFilters())}>
          {strings.clear}
        </Button>
      ) : null}
    </div>
  )
})
