/** The queue of what waits for a person: what, since when, why, and the button that mends it. */
import { Button } from '@mantine/core'
import { CircleAlert, CircleCheckBig, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Attention } from '../../../../native-services/contract/entities.ts'
import { applyFix } from '../../lib/actions.ts'
import { moveInList } from '../../lib/keys.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { strings } from './strings.ts'

function Row({ row }: { row: Attention }) {
  const [busy, setBusy] = useState(false)
  const Icon = row.tone === 'bad' ? CircleAlert : TriangleAlert
  return (
    <li className="attention-row" data-tone={row.tone}>
      <Icon size={16} aria-label={row.tone === 'bad' ? 'Broken' : 'Warning'} />
      <div className="attention-main">
        <div className="row">
          <a href={`#${row.link.replace(/^#/, '')}`} className="truncate" data-row>
            {row.title}
          </a>
          <span className="faint" style={{ fontSize: 12 }}>
            <RelativeTime at={row.since_at} />
          </span>
        </div>
        <p title={row.reason}>{row.reason}</p>
      </div>
      {row.fix ? (
        <Button
          variant="default"
          loading={busy}
          onClick={() => {
            setBusy(true)
            void applyFix(row).finally(() => setBusy(false))
          }}
        >
          {row.fix.label}
        </Button>
      ) : null}
    </li>
  )
}

export function AttentionList({ rows }: { rows: readonly Attention[] }) {
  return (
    <section className="card attention-card" aria-labelledby="attention-title">
      <div className="card-head">
        <h2 id="attention-title">{strings.attention}</h2>
        {rows.length > 0 ? (
          <span className="chip" data-tone={rows.some((row) => row.tone === 'bad') ? 'bad' : 'warning'}>
            {rows.length}
          </span>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <div className="calm">
          <CircleCheckBig size={18} aria-hidden />
          <div>
            <strong>{strings.attentionNone}</strong>
            {strings.attentionNoneBody}
          </div>
        </div>
      ) : (
        <ul className="attention-list" onKeyDown={moveInList}>
          {rows.map((row) => (
            <Row key={row.key} row={row} />
          ))}
        </ul>
      )}
    </section>
  )
}
