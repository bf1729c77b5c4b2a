/** What a person can do about a message that waits for a daily cap. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Notification } from '../../../../native-services/contract/entities.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { waiveCap } from './caps-card.tsx'
import { strings } from './strings.ts'

export const isCapped = (row: Notification): boolean => row.state === 'queued' && row.last_error_code === 'daily_cap'

export function CappedFix({ row }: { row: Notification }) {
  const [busy, setBusy] = useState(false)
  const letThrough = async () => {
    setBusy(true)
    const caps = await attempt(() => api.call('listUsageCaps'), { failed: strings.caps.failed })
    for (const cap of caps?.items ?? [])
      if (cap.level === 'hard' && (cap.scope === 'all' || cap.scope === row.agent_id)) await waiveCap(cap.scope)
    setBusy(false)
  }
  return (
    <div className="stack" style={{ gap: 8, marginTop: 8 }}>
      <span data-tone="warning" style={{ color: 'var(--tone)' }}>
        {strings.caps.waitsWith(row.last_error ?? '')}
      </span>
      <div className="row" style={{ gap: 8 }}>
        <Button variant="default" loading={busy} onClick={() => void letThrough()}>
          {strings.caps.waive}
        </Button>
        <Button variant="default" component={Link} href="/usage">
          {strings.caps.raise}
        </Button>
      </div>
    </div>
  )
}
