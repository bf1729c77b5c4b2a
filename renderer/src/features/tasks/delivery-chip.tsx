/** What became of one message to one agent; the whole story in a popover. */
import { Button, Popover } from '@mantine/core'
import { useState } from 'react'
import type { Notification } from '../../../../native-services/contract/entities.ts'
import { deliveryStates } from '../../../../native-services/contract/states.ts'
import { discardNotification, replayNotification } from '../../lib/actions.ts'
import { useAgent } from '../../lib/store.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { Countdown } from '../../ui/time.tsx'
import { CappedFix, isCapped } from '../usage/capped-fix.tsx'
import { strings as usageStrings } from '../usage/strings.ts'
import { DeliveryTimeline } from './delivery-timeline.tsx'
import { strings } from './strings.ts'

export function DeliveryChip({ row }: { row: Notification }) {
  const [open, setOpen] = useState(false)
  const agent = useAgent(row.agent_id)
  const words = deliveryStates[row.state]
  const name = agent?.name ?? strings.anAgent
  return (
    <Popover opened={open} onChange={setOpen} width={340} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className="delivery" data-tone={words.tone} onClick={() => setOpen((value) => !value)} aria-expanded={open}>
          <StateIcon name={words.icon} size={12} />
          <span className="visually-hidden">{strings.kindTo(strings.kinds[row.type], '')}</span>
          {name}
          <span className={row.state === 'delivered' ? 'visually-hidden' : 'faint'}>
            {isCapped(row) ? usageStrings.caps.chip : words.label.toLowerCase()}
          </span>
          {row.state === 'queued' && row.next_attempt_at && row.attempts > 0 ? <Countdown to={row.next_attempt_at} /> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={strings.deliveryTo(name)}>
        <div style={{ padding: 8 }} className="stack" tabIndex={-1} data-autofocus>
          <div className="row" data-tone={words.tone} style={{ marginBottom: 8 }}>
            <span className="state">
              <StateIcon name={words.icon} />
              {words.label}
            </span>
            <span className="faint grow truncate">{strings.kindTo(strings.kinds[row.type], name)}</span>
          </div>
          <DeliveryTimeline row={row} />
          {isCapped(row) ? <CappedFix row={row} /> : null}
          {row.state === 'dead' || row.state === 'queued' || row.state === 'leased' ? (
            <div className="row" style={{ marginTop: 10 }}>
              {row.state === 'dead' ? (
                <Button variant="default" onClick={() => void replayNotification(row.id)}>
                  {strings.replay}
                </Button>
              ) : null}
              <Button variant="subtle" onClick={() => void discardNotification(row.id)}>
                {row.state === 'leased' ? strings.stopRun : strings.discard}
              </Button>
            </div>
          ) : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
