/** One interval for all agents of a board or a group. */
import { Autocomplete, Button, Checkbox } from '@mantine/core'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { attempt, toast } from '../../lib/toast.ts'
import { intervals, readInterval } from './rhythm-dialog.tsx'
import { strings } from './strings.ts'

export function PaceCard({
  title,
  hint,
  apply,
  children,
}: {
  title: string
  hint: string
  apply: (body: { every: string; include_board_leads: boolean }) => Promise<{ updated_agent_ids: string[]; requested: number }>
  /** Fields before the interval. */
  children?: ReactNode
}) {
  const id = useId()
  const [every, setEvery] = useState('10m')
  const [leads, setLeads] = useState(false)
  const [busy, setBusy] = useState(false)
  const interval = readInterval(every)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (interval === null || busy) return
    setBusy(true)
    const result = await attempt(() => apply({ every: interval, include_board_leads: leads }), { failed: strings.paceFailed })
    setBusy(false)
    if (result) toast(strings.paceDone(result.updated_agent_ids.length, result.requested))
  }
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        <span className="aside hide-narrow">{hint}</span>
      </div>
      <form className="card-body pace" onSubmit={(event) => void submit(event)}>
        {children}
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
