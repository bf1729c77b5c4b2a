/** The goal, as a tab of a board's settings. */
import { Button, Group, Stack, Switch } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { draftOf, goalBody, GoalFields, goalFits } from './goal-fields.tsx'
import { Interview, useDraftWaits } from '../onboarding/interview.tsx'
import { strings } from './strings.ts'

function GoalForm({ board }: { board: Board }) {
  const [draft, setDraft] = useState(() => draftOf(board))
  const [confirmed, setConfirmed] = useState(board.goal_confirmed)
  const [busy, setBusy] = useState(false)
  const body = goalBody(draft)
  const complete = body.objective !== null && body.success_metrics.length > 0

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || !goalFits(draft)) return
    setBusy(true)
    const saved = await attempt(
      () => api.call('updateBoard', { params: { board_id: board.id }, body: { ...body, goal_confirmed: confirmed && complete } }),
      { failed: strings.notSaved, done: strings.saved },
    )
    setBusy(false)
    if (!saved) return
    remember('board', saved)
    setDraft(draftOf(saved))
    setConfirmed(saved.goal_confirmed)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap={14}>
        <GoalFields draft={draft} onChange={setDraft} />
        <Switch
          label={strings.confirmed}
          description={strings.confirmedHint}
          disabled={!complete}
          checked={confirmed && complete}
          onChange={(event) => setConfirmed(event.currentTarget.checked)}
        />
        <Group justify="flex-end" gap={8}>
          <Button type="submit" loading={busy} disabled={!goalFits(draft)}>
            {strings.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

export function GoalPanel({ board }: { board: Board }) {
  const draftWaits = useDraftWaits(board.id)
  return (
    <Stack gap={16}>
      <Interview board={board} />
      {draftWaits ? null : <GoalForm board={board} />}
    </Stack>
  )
}
