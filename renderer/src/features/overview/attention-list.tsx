/** The queue of what waits for a person: what, since when, why, and the button that mends it. */
import { Button, UnstyledButton } from '@mantine/core'
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
      <Icon size={16} aria-label={strings.tones[row.tone]} />
      <div className="attention-main">
        <div className="row">
          <a href={`#${row.link.replace(/^#/, '')}`} className="truncate" data-row>
            {row.title}
          </a>
          <span className="attention-since faint">
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

/** As many as have room; see the height of the card. */
const shownAtFirst = 5

export function AttentionList({ rows }: { rows: readonly Attention[] }) {
  const [all, setAll] = useState(false)
  const more = rows.length - shownAtFirst
  return (
    <section className="card attention-card" aria-labelledby="attention-title">
      <div className="card-head">
        <h2 id="attention-title">{strings.attention}</h2>
        {rows.length > 0 ? (
          <span className="chip" data-tone={rows.some((row) => row.tone === 'bad') ? 'bad' : 'warning'}>
            {rows.length}
          </span>
        ) : null}
        {more > 0 ? (
          <span className="aside">
            <UnstyledButton className="link attention-more" aria-expanded={all} onClick={() => setAll((value) => !value)}>
              {all ? strings.attentionLess : strings.attentionMore(more)}
            </UnstyledButton>
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
          {(all ? rows : rows.slice(0, shownAtFirst)).map((row) => (
            <Row key={row.key} row={row} />
          ))}
        </ul>
      )}
    </section>
  )
}
