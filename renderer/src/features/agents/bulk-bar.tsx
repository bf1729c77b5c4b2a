/** What can be done with several agents at once. */
import { Button } from '@mantine/core'
import { AlarmClock, Hammer, Pause, Play, X } from 'lucide-react'
import { useState } from 'react'
import type { BodyInputOf } from '../../../../native-services/contract/operations.ts'
import { api } from '../../lib/api.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { strings } from './strings.ts'

type Action = BodyInputOf<'bulkAgents'>['action']
const actions: readonly { action: Action; icon: typeof AlarmClock; label: string }[] = [
  { action: 'wake', icon: AlarmClock, label: strings.wake },
  { action: 'provision', icon: Hammer, label: strings.provision },
  { action: 'pause', icon: Pause, label: strings.pause },
  { action: 'resume', icon: Play, label: strings.resume },
]

const atOnce = 500

export function BulkBar({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const words = strings.bulk
  const [busy, setBusy] = useState<Action | null>(null)

  const run = async (action: Action) => {
    setBusy(action)
    const result = await attempt(() => inParts(ids, (agent_ids) => api.call('bulkAgents', { body: { agent_ids, action } })), {
      failed: words.failed,
    })
    setBusy(null)
    if (!result) return
    const [first] = result.failed
    toast(first ? words.some(result.done, result.failed.length, first.detail) : words.all(result.done))
    onClear()
  }

  return (
    <div className="agent-bulk-bar" role="toolbar" aria-label={words.label}>
      <strong className="num">{words.selected(ids.length)}</strong>
      {actions.map(({ action, icon: Icon, label }) => (
        <Button
          key={action}
          size="compact-sm"
          variant="default"
          leftSection={<Icon size={13} aria-hidden />}
          loading={busy === action}
          disabled={busy !== null}
          onClick={() => void run(action)}
        >
          {label}
        </Button>
      ))}
      <span className="grow" />
      <button type="button" className="iconbtn" aria-label={words.clear} onClick={onClear}>
        <X size={14} aria-hidden />
      </button>
    </div>
  )
}

interface Outcome {
  done: number
  failed: { agent_id: string; detail: string }[]
}

/** As many as one request takes, one after the other. */
async function inParts(ids: readonly string[], run: (ids: string[]) => Promise<Outcome>): Promise<Outcome> {
  const all: Outcome = { done: 0, failed: [] }
  for (let from = 0; from < ids.length; from += atOnce) {
    const part = await run(ids.slice(from, from + atOnce))
    all.done += part.done
    all.failed.push(...part.failed)
  }
  return all
}
