/** What every section of Settings is made of. */
import { NumberInput, Switch } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { Settings } from '../../../../native-services/contract/entities.ts'
import { changeSettings } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'

export function Row({ label, hint, children }: { label: ReactNode; hint?: ReactNode; children?: ReactNode }) {
  return (
    <div className="setting">
      <div className="grow">
        <div>{label}</div>
        {hint ? <div className="faint setting-hint">{hint}</div> : null}
      </div>
      {children}
    </div>
  )
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="section-title setting-title">{title}</h2>
      <div className="card">{children}</div>
    </section>
  )
}

type Switches = { [Key in keyof Settings]: Settings[Key] extends boolean ? Key : never }[keyof Settings]

export function Toggle({ name, label, hint }: { name: Switches; label: string; hint?: string }) {
  const value = useLive((state) => state.settings?.[name] ?? false)
  return (
    <Row label={label} hint={hint}>
      <Switch aria-label={label} checked={value} onChange={(event) => void changeSettings({ [name]: event.currentTarget.checked })} />
    </Row>
  )
}

/** A number that is sent when one has finished typing, not with every digit. */
export function NumberSetting({
  label,
  value,
  min,
  max,
  suffix,
  onSave,
}: {
  label: string
  value: number
  min: number
  max: number
  suffix?: string
  onSave: (value: number) => void
}) {
  const [draft, setDraft] = useState<number | string>(value)
  useEffect(() => setDraft(value), [value])
  const save = () => {
    const next = typeof draft === 'number' ? draft : Number(draft)
    if (Number.isFinite(next) && next >= min && next <= max && next !== value) onSave(next)
    else setDraft(value)
  }
  return (
    <NumberInput
      aria-label={label}
      value={draft}
      min={min}
      max={max}
      w={104}
      allowDecimal={false}
      {...(suffix ? { suffix: ` ${suffix}` } : {})}
      onChange={setDraft}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  )
}
