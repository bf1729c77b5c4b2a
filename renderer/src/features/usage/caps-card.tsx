/** Daily caps, how far today has come, and the way to change them. */
import { Button, Group, NumberInput, Select, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { UsageCap } from '../../../../native-services/contract/usage.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { api } from '../../lib/api.ts'
import { useAgents } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { money, tokens } from './format.ts'
import { strings } from './strings.ts'

const words = strings.caps
type Limits = Pick<UsageCap, 'soft_usd_micros' | 'hard_usd_micros' | 'soft_tokens' | 'hard_tokens'>
const noLimits: Limits = { soft_usd_micros: null, hard_usd_micros: null, soft_tokens: null, hard_tokens: null }
const hasLimits = (cap: Limits): boolean =>
  [cap.soft_usd_micros, cap.hard_usd_micros, cap.soft_tokens, cap.hard_tokens].some((limit) => limit !== null)

/** Lets everything of a scope through until midnight. */
export function waiveCap(scope: string): Promise<UsageCap | null> {
  return attempt(() => api.call('waiveUsageCap', { params: { scope } }), { failed: words.failed, done: words.waivedNow })
}

function Meter({
  used,
  soft,
  hard,
  format,
}: {
  used: number
  soft: number | null
  hard: number | null
  format: (value: number) => string
}) {
  const most = hard ?? soft
  if (most === null) return null
  const tone: Tone = hard !== null && used >= hard ? 'bad' : soft !== null && used >= soft ? 'warning' : 'good'
  const share = most === 0 ? 100 : Math.min(100, (100 * used) / most)
  return (
    <div data-tone={tone}>
      <div className="usage-meter-words">
        <span>
          {words.of(format(used), format(most))} <span className="faint">({hard === null ? words.tell : words.hold})</span>
        </span>
        <span className="faint">{soft !== null && hard !== null ? `${words.tell} ${format(soft)}` : ''}</span>
      </div>
      <div
        className="usage-meter"
        role="meter"
        aria-label={words.of(format(used), format(most))}
        aria-valuenow={Math.round(share)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span style={{ width: `${share}%` }} />
      </div>
    </div>
  )
}

function Row({ cap, onEdit, onChange }: { cap: UsageCap; onEdit: () => void; onChange: () => void }) {
  return (
    <li className="usage-cap">
      <div>
        <strong>{cap.label}</strong>
        <div className="faint">
          {cap.waived
            ? words.waived
            : cap.level === 'hard'
              ? [words.reached, cap.waiting > 0 ? words.waiting(cap.waiting) : ''].filter(Boolean).join(', ')
              : ''}
        </div>
      </div>
      <div className="stack" style={{ gap: 8 }}>
        <Meter used={cap.spent_micros} soft={cap.soft_usd_micros} hard={cap.hard_usd_micros} format={money} />
        <Meter used={cap.spent_tokens} soft={cap.soft_tokens} hard={cap.hard_tokens} format={tokens} />
        {cap.unpriced_tokens > 0 && (cap.soft_usd_micros !== null || cap.hard_usd_micros !== null) ? (
          <span className="faint">{words.unseen(tokens(cap.unpriced_tokens))}</span>
        ) : null}
      </div>
      <div className="row" style={{ gap: 8 }}>
        {cap.level === 'hard' ? (
          <Button variant="default" size="compact-sm" onClick={() => void waiveCap(cap.scope).then(onChange)}>
            {words.waive}
          </Button>
        ) : null}
        <Button variant="default" size="compact-sm" onClick={onEdit} aria-label={words.editFor(cap.label)}>
          {words.edit}
        </Button>
      </div>
    </li>
  )
}

function CapDialog({
  scope: given,
  caps,
  onClose,
  onChange,
}: {
  scope: string | null
  caps: readonly UsageCap[]
  onClose: () => void
  onChange: () => void
}) {
  const agents = useAgents()
  const [scope, setScope] = useState(given ?? 'all')
  const [limits, setLimits] = useState<Limits>(caps.find((cap) => cap.scope === scope) ?? noLimits)
  const [busy, setBusy] = useState(false)
  const choose = (next: string) => {
    setScope(next)
    setLimits(caps.find((cap) => cap.scope === next) ?? noLimits)
  }
  const save = async (next: Limits) => {
    setBusy(true)
    const { soft_usd_micros, hard_usd_micros, soft_tokens, hard_tokens } = next
    const body = { soft_usd_micros, hard_usd_micros, soft_tokens, hard_tokens }
    const saved = await attempt(() => api.call('setUsageCap', { params: { scope }, body }), { failed: words.failed, done: words.saved })
    setBusy(false)
    if (!saved) return
    onChange()
    onClose()
  }
  const field = (label: string, key: keyof Limits, scale: number) => (
    <NumberInput
      label={label}
      min={0}
      hideControls
      thousandSeparator=","
      decimalScale={scale === 1 ? 0 : 6}
      {...(scale !== 1 && { prefix: '$' })}
      value={limits[key] === null ? '' : limits[key] / scale}
      onChange={(value) => setLimits((before) => ({ ...before, [key]: value === '' ? null : Math.round(Number(value) * scale) }))}
    />
  )
  const whose = [{ value: 'all', label: words.all }, ...agents.map((agent) => ({ value: agent.id, label: agent.name }))]
  return (
    <Dialog
      opened
      onClose={onClose}
      title={given === null ? words.add : words.editFor(whose.find((one) => one.value === scope)?.label ?? '')}
      size={470}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (!busy) void save(limits)
        }}
      >
        <Stack gap={14}>
          {given === null ? (
            <Select label={words.whose} data={whose} value={scope} allowDeselect={false} onChange={(value) => choose(value ?? 'all')} />
          ) : null}
          <Group grow>
            {field(words.softUsd, 'soft_usd_micros', 1_000_000)}
            {field(words.hardUsd, 'hard_usd_micros', 1_000_000)}
          </Group>
          <Group grow>
            {field(words.softTokens, 'soft_tokens', 1)}
            {field(words.hardTokens, 'hard_tokens', 1)}
          </Group>
          <p className="faint">
            {words.empty} {words.goes}
          </p>
          <Group justify="space-between">
            <Button variant="subtle" disabled={busy || !hasLimits(limits)} onClick={() => void save(noLimits)}>
              {words.remove}
            </Button>
            <Button type="submit" loading={busy}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

export function CapsCard({ caps, onChange }: { caps: readonly UsageCap[]; onChange: () => void }) {
  const [editing, setEditing] = useState<{ scope: string | null } | null>(null)
  const shown = caps.filter(hasLimits)
  return (
    <section className="card" aria-labelledby="caps-title">
      <div className="card-head">
        <h2 id="caps-title">{words.title}</h2>
        <span className="aside">
          <span className="hide-narrow">{words.lead}</span>
          <Button variant="default" size="compact-xs" onClick={() => setEditing({ scope: null })}>
            {words.add}
          </Button>
        </span>
      </div>
      {shown.length === 0 ? (
        <div className="card-body muted">{words.none}</div>
      ) : (
        <ul className="usage-caps">
          {shown.map((cap) => (
            <Row key={cap.scope} cap={cap} onEdit={() => setEditing({ scope: cap.scope })} onChange={onChange} />
          ))}
        </ul>
      )}
      {editing ? <CapDialog scope={editing.scope} caps={caps} onClose={() => setEditing(null)} onChange={onChange} /> : null}
    </section>
  )
}
