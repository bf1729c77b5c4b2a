/** A recurring task: what is made, when, and what happens when that does not fit. */
import { Button, Group, MultiSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { missedPolicies, overlapPolicies, type RecurringTask } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { useAgents, useBoards, useTags } from '../../lib/store.ts'
import { runTime } from '../../lib/time.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings as boardStrings } from '../boards/strings.ts'
import { FieldInput } from './field-input.tsx'
import { strings } from './strings.ts'
import { useCustomFields } from './use-planning.ts'

const words = strings.recurring
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone
const zones = [...new Set(['UTC', ownZone, ...Intl.supportedValuesOf('timeZone')])]

/** When it would run, or what is wrong with it; asked for shortly after the last key. */
function usePreview(schedule: string, timezone: string): { runs: string[]; problem: string | null } {
  const [answer, setAnswer] = useState<{ runs: string[]; problem: string | null }>({ runs: [], problem: null })
  useEffect(() => {
    if (schedule.trim() === '') return setAnswer({ runs: [], problem: null })
    let current = true
    const timer = setTimeout(() => {
      api.call('previewSchedule', { body: { schedule, timezone, count: 3 } }).then(
        ({ runs }) => current && setAnswer({ runs: runs.map((run) => run.at), problem: null }),
        (error: unknown) => current && setAnswer({ runs: [], problem: explain(error) }),
      )
    }, 250)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [schedule, timezone])
  return answer
}

export function RecurringDialog({
  recurring,
  boardId: given,
  onClose,
}: {
  recurring: RecurringTask | null
  boardId?: string | undefined
  onClose: () => void
}) {
  const boards = useBoards()
  const tags = useTags()
  const [boardId, setBoardId] = useState(recurring?.board_id ?? given ?? boards[0]?.id ?? '')
  const agents = useAgents(boardId)
  const fields = useCustomFields(boardId)
  const [title, setTitle] = useState(recurring?.title ?? '')
  const [description, setDescription] = useState(recurring?.description ?? '')
  const [schedule, setSchedule] = useState(recurring?.schedule ?? '0 9 * * 1-5')
  const [timezone, setTimezone] = useState(recurring?.timezone ?? ownZone)
  const [assignees, setAssignees] = useState<string[]>(recurring?.assigned_agent_ids ?? [])
  const [priority, setPriority] = useState<RecurringTask['priority']>(recurring?.priority ?? 'medium')
  const [tagIds, setTagIds] = useState<string[]>(recurring?.tag_ids ?? [])
  const [values, setValues] = useState<Record<string, unknown>>(
    recurring?.custom_field_values ??
      Object.fromEntries(fields.flatMap((field) => (field.default_value === null ? [] : [[field.field_key, field.default_value]]))),
  )
  const [missed, setMissed] = useState<RecurringTask['missed_policy']>(recurring?.missed_policy ?? 'run_once')
  const [overlap, setOverlap] = useState<RecurringTask['overlap_policy']>(recurring?.overlap_policy ?? 'skip')
  const preview = usePreview(schedule, timezone)
  const ready = title.trim() !== '' && schedule.trim() !== '' && boardId !== '' && preview.problem === null

  const save = async () => {
    const keys = new Set(fields.map((field) => field.field_key))
    const body = {
      title,
      description,
      schedule,
      timezone,
      priority,
      assigned_agent_ids: assignees.filter((id) => agents.some((agent) => agent.id === id)),
      tag_ids: tagIds.filter((id) => tags.some((tag) => tag.id === id)),
      custom_field_values: Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key))),
      missed_policy: missed,
      overlap_policy: overlap,
    }
    const saved = await attempt(
      () =>
        recurring
          ? api.call('updateRecurringTask', {
              params: { board_id: recurring.board_id, recurring_task_id: recurring.id },
              body: { ...body, name: title.slice(0, 120) },
            })
          : api.call('createRecurringTask', { params: { board_id: boardId }, body }),
      { failed: strings.notSaved },
    )
    if (!saved) return false
    remember('recurring_task', saved)
    return true
  }

  return (
    <FormDialog
      title={recurring ? words.editTitle(recurring.name) : words.newTitle}
      size={580}
      submit={strings.save}
      ready={ready}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={words.taskTitle}
        description={words.taskTitleHint}
        value={title}
        maxLength={2000}
        required
        data-autofocus
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label={strings.templates.description}
        value={description}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Group grow align="flex-start" gap={10}>
        <TextInput
          label={words.schedule}
          description={words.scheduleHint}
          value={schedule}
          maxLength={120}
          required
          error={preview.problem}
          onChange={(event) => setSchedule(event.currentTarget.value)}
        />
      </Group>
      <div className="planning-presets">
        {words.presets.map((preset) => (
          <Button
            key={preset.value}
            variant="default"
            size="compact-xs"
            aria-pressed={schedule === preset.value}
            onClick={() => setSchedule(preset.value)}
          >
            {preset.label}
          </Button>
        ))}
      </div>
      <Group grow align="flex-start" gap={10}>
        <Select
          label={words.timezone}
          searchable
          allowDeselect={false}
          limit={40}
          value={timezone}
          data={zones.includes(timezone) ? zones : [timezone, ...zones]}
          onChange={(value) => value && setTimezone(value)}
        />
        <div>
          <div className="muted" style={{ fontSize: 12 }}>
            {words.nextRuns}
          </div>
          <ul className="planning-next num" aria-live="polite">
            {preview.runs.map((run) => (
              <li key={run}>{runTime(run)}</li>
            ))}
          </ul>
        </div>
      </Group>
      <Group grow gap={10}>
        <Select
          label={strings.templates.forBoard}
          allowDeselect={false}
          disabled={recurring !== null}
          value={boardId}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
          onChange={(value) => value && setBoardId(value)}
        />
        <Select
          label={strings.templates.priority}
          allowDeselect={false}
          value={priority}
          data={(['low', 'medium', 'high', 'urgent'] as const).map((level) => ({ value: level, label: boardStrings.priority[level] }))}
          onChange={(value) => value && setPriority(value)}
        />
      </Group>
      <Group grow gap={10} align="flex-start">
        <MultiSelect
          label={words.assignees}
          placeholder={assignees.length === 0 ? words.nobody : ''}
          value={assignees}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          onChange={setAssignees}
          hidePickedOptions
        />
        <MultiSelect
          label={strings.templates.tagNames}
          value={tagIds}
          data={tags.map((tag) => ({ value: tag.id, label: tag.name }))}
          onChange={setTagIds}
          hidePickedOptions
        />
      </Group>
      <Group grow gap={10}>
        <Select
          label={words.missed}
          allowDeselect={false}
          value={missed}
          data={missedPolicies.map((each) => ({ value: each, label: words.missedPolicies[each] }))}
          onChange={(value) => value && setMissed(value)}
        />
        <Select
          label={words.overlap}
          allowDeselect={false}
          value={overlap}
          data={overlapPolicies.map((each) => ({ value: each, label: words.overlapPolicies[each] }))}
          onChange={(value) => value && setOverlap(value)}
        />
      </Group>
      {fields.length > 0 ? (
        <div className="planning-fields">
          {fields.map((field) => (
            <FieldInput
              key={field.id}
              field={field}
              value={values[field.field_key]}
              onChange={(value) => setValues((before) => ({ ...before, [field.field_key]: value }))}
              labelled
            />
          ))}
        </div>
      ) : null}
    </FormDialog>
  )
}
