/** One interval for all agents of a board. */
import { Autocomplete, Button, Checkbox, Select } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api } from '../../lib/api.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { intervals, readInterval } from './rhythm-dialog.tsx'
import { strings } from './strings.ts'

export function BoardPace() {
  const boards = useBoards()
  const [chosen, setChosen] = useState<string | null>(null)
  const [every, setEvery] = useState('10m')
  const [leads, setLeads] = useState(false)
  const [busy, setBusy] = useState(false)
  const boardId = chosen ?? boards[0]?.id
  const interval = readInterval(every)
  if (boardId === undefined) return null

  const apply = async (event: FormEvent) => {
    event.preventDefault()
    if (interval === null || busy) return
    setBusy(true)
    const result = await attempt(
      () => api.call('applyBoardHeartbeat', { params: { board_id: boardId }, body: { every: interval, include_board_leads: leads } }),
      { failed: strings.paceFailed },
    )
    setBusy(false)
    if (result) toast(strings.paceDone(result.updated_agent_ids.length, result.requested))
  }

  return (
    <section className="card" aria-labelledby="pace-title">
      <div className="card-head">
        <h2 id="pace-title">{strings.pace}</h2>
        <span className="aside hide-narrow">{strings.paceHint}</span>
      </div>
      <form className="card-body pace" onSubmit={(event) => void apply(event)}>
        <Select
          label={strings.paceBoard}
          allowDeselect={false}
          value={boardId}
          onChange={setChosen}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
          w={220}
        />
        <Autocomplete
          label={strings.every}
          value={every}
          onChange={setEvery}
          data={[...intervals, strings.never]}
          filter={({ options }) => options}
          error={interval === null}
          size="xs"
          w={130}
        />
        <Checkbox size="xs" label={strings.paceLeads} checked={leads} onChange={(event) => setLeads(event.currentTarget.checked)} />
        <Button type="submit" variant="default" loading={busy} disabled={interval === null}>
          {strings.paceApply}
        </Button>
      </form>
    </section>
  )
}
