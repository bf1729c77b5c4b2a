/** What is shown of a board, and how: view, filters, order, and the filters that were saved. All of it stands in the address. */
import { Badge, Button, Popover, SegmentedControl, Select, type SelectProps, Stack, TextInput } from '@mantine/core'
import { ArrowDownUp, ListFilter, Search } from 'lucide-react'
import { memo, useState } from 'react'
import type { CustomField } from '../../../../native-services/contract/planning.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { useParam } from '../../lib/hash-location.ts'
import { useAgents, useTags } from '../../lib/store.ts'
import { strings as planningStrings } from '../planning/strings.ts'
import { useCustomFields } from '../planning/use-planning.ts'
import { conditionChoices, dueChoices, groupChoices, priorities, readFilters, readGroup, readSort, sortChoices } from './filters.ts'
import { strings } from './strings.ts'

export type SetQuery = (patch: Record<string, string | null>) => void

const inside = { withinPortal: false }
const choices = <Value extends string>(values: readonly Value[], words: Readonly<Record<Value, string>>) =>
  values.map((value) => ({ value, label: words[value] }))

/** One thing by which is filtered; empty it stands for all. */
function Choice({
  value,
  onChange,
  ...props
}: Pick<SelectProps, 'label' | 'placeholder' | 'data' | 'searchable'> & { value: string; onChange: (value: string | null) => void }) {
  return <Select clearable comboboxProps={inside} value={value || null} onChange={onChange} {...props} />
}

/** What is typed shows at once; the cards follow. */
export const FilterText = memo(function FilterText({ setQuery }: { setQuery: SetQuery }) {
  const value = useParam('q')
  return (
    <TextInput
      data-page-filter
      aria-label={strings.filter}
      placeholder={strings.filter}
      leftSection={<Search size={13} aria-hidden />}
      value={value}
      onChange={(event) => setQuery({ q: event.currentTarget.value })}
      className="filter-text"
    />
  )
})

function FieldFilter({ fields, value, setQuery }: { fields: readonly CustomField[]; value: string; setQuery: SetQuery }) {
  const { field } = readFilters({ field: value })
  const shape = fields.find((each) => each.field_key === field?.key)
  const set = (next: string | null) => setQuery({ field: field === null || next === null ? null : `${field.key}=${next}` })
  const options =
    shape?.field_type === 'select'
      ? shape.options.map((each) => ({ value: each, label: each }))
      : shape?.field_type === 'boolean'
        ? [
            { value: 'true', label: planningStrings.fields.yes },
            { value: 'false', label: planningStrings.fields.no },
          ]
        : null
  return (
    <>
      <Select
        label={strings.fields.field}
        placeholder={strings.any}
        clearable
        comboboxProps={inside}
        value={field?.key ?? null}
        onChange={(key) => setQuery({ field: key === null ? null : `${key}=` })}
        data={fields.map((each) => ({ value: each.field_key, label: each.label }))}
      />
      {field === null ? null : options ? (
        <Select
          label={strings.fields.value}
          comboboxProps={inside}
          allowDeselect={false}
          value={field.value}
          onChange={set}
          data={[{ value: '', label: strings.noValue }, ...options]}
        />
      ) : (
        <TextInput
          label={strings.fields.value}
          placeholder={strings.noValue}
          value={field.value}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </>
  )
}

/** @param search The address's query without the text, as one string: what changes nothing here draws nothing here. */
export const FilterBar = memo(function FilterBar({
  boardId,
  statuses,
  search,
  opened,
  onOpened,
  setQuery,
}: {
  boardId: string
  statuses: readonly TaskStatus[]
  search: string
  opened: boolean
  onOpened: (opened: boolean) => void
  setQuery: SetQuery
}) {
  const [display, setDisplay] = useState(false)
  const agents = useAgents(boardId)
  const tags = useTags()
  const fields = useCustomFields(boardId).filter((field) => field.field_type !== 'json')
  const query: Readonly<Record<string, string>> = Object.fromEntries(new URLSearchParams(search))
  const filters = readFilters(query)
  const sort = readSort(query)
  const list = query['view'] === 'list'
  const { assignee, status, tag, priority, due, condition, field } = filters
  const count = [assignee, status, tag, priority, due, condition, field?.key ?? ''].filter((value) => value !== '').length
  return (
    <>
      <Popover opened={opened} onChange={onOpened} position="bottom-start" width={250} trapFocus returnFocus shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<ListFilter size={13} aria-hidden />}
            rightSection={
              count > 0 ? (
                <Badge size="xs" circle className="num">
                  {count}
                </Badge>
              ) : null
            }
            aria-label={count > 0 ? `${strings.more}, ${strings.filterCount(count)}` : strings.more}
            onClick={() => onOpened(!opened)}
          >
            {strings.more}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={strings.filterBy} className="filter-panel">
          <Stack gap={8}>
            <Choice
              label={strings.fields.assignee}
              placeholder={strings.anyone}
              value={assignee}
              onChange={(value) => setQuery({ assignee: value })}
              data={[{ value: 'none', label: strings.unassigned }, ...agents.map((agent) => ({ value: agent.id, label: agent.name }))]}
            />
            <Choice
              label={strings.fields.status}
              placeholder={strings.anyStatus}
              value={status}
              onChange={(value) => setQuery({ status: value })}
              data={statuses.map((each) => ({ value: each, label: taskStates[each].label }))}
            />
            <Choice
              label={strings.fields.priority}
              placeholder={strings.any}
              value={priority}
              onChange={(value) => setQuery({ priority: value })}
              data={choices(priorities.toReversed(), strings.priority)}
            />
            <Choice
              label={strings.fields.due}
              placeholder={strings.any}
              value={due}
              onChange={(value) => setQuery({ due: value })}
              data={choices(dueChoices, strings.due)}
            />
            <Choice
              label={strings.fields.condition}
              placeholder={strings.any}
              value={condition}
              onChange={(value) => setQuery({ is: value })}
              data={choices(conditionChoices, strings.condition)}
            />
            {tags.length > 0 ? (
              <Choice
                label={strings.fields.tag}
                placeholder={strings.anyTag}
                searchable
                value={tag}
                onChange={(value) => setQuery({ tag: value })}
                data={tags.map((each) => ({ value: each.id, label: each.name }))}
              />
            ) : null}
            {fields.length > 0 ? <FieldFilter fields={fields} value={query['field'] ?? ''} setQuery={setQuery} /> : null}
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Popover opened={display} onChange={setDisplay} position="bottom-start" width={220} trapFocus returnFocus shadow="md">
        <Popover.Target>
          <Button variant="default" leftSection={<ArrowDownUp size={13} aria-hidden />} onClick={() => setDisplay(!display)}>
            {sort === 'manual' ? strings.display : strings.sort[sort]}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={strings.display} className="filter-panel">
          <Stack gap={8}>
            <Select
              label={strings.fields.sort}
              allowDeselect={false}
              comboboxProps={inside}
              value={sort}
              onChange={(value) => setQuery({ sort: value === 'manual' ? null : value })}
              data={choices(sortChoices, strings.sort)}
            />
            <Select
              label={strings.fields.group}
              allowDeselect={false}
              comboboxProps={inside}
              disabled={!list}
              value={readGroup(query)}
              onChange={(value) => setQuery({ group: value === 'status' ? null : value })}
              data={choices(groupChoices, strings.group)}
            />
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </>
  )
})

export const ViewSwitch = memo(function ViewSwitch({ list, setQuery }: { list: boolean; setQuery: SetQuery }) {
  return (
    <SegmentedControl
      aria-label={strings.view}
      value={list ? 'list' : 'board'}
      onChange={(value) => setQuery({ view: value === 'list' ? 'list' : null })}
      data={[
        { value: 'board', label: strings.kanban },
        { value: 'list', label: strings.list },
      ]}
    />
  )
})
