import { changeSettings } from '../../lib/actions.ts'
import { useLive } from '../../lib/store.ts'
import { Group, NumberSetting, Row, Toggle } from './parts.tsx'
import { strings } from './strings.ts'

// A table: setting, words, unit in which it is shown, limits, words of the unit.
// oxfmt-ignore
const intervals = [
  ['max_wake_attempts', strings.maxWakes, 1, 1, 10, undefined],
  ['checkin_deadline_ms', strings.deadline, 1000, 1, 3600, strings.seconds],
  ['late_floor_ms', strings.lateFloor, 1000, 1, 86_400, strings.seconds],
  ['offline_floor_ms', strings.offlineFloor, 1000, 1, 604_800, strings.seconds],
  ['stuck_idle_ms', strings.stuckIdle, 60_000, 1, 10_080, strings.minutes],
  ['stuck_approval_ms', strings.stuckApproval, 60_000, 1, 43_200, strings.minutes],
  ['stuck_blocked_ms', strings.stuckBlocked, 3_600_000, 1, 720, strings.hours],
  ['delivery_concurrency', strings.concurrency, 1, 1, 100, undefined],
  ['delivery_expire_ms', strings.expire, 86_400_000, 0, 365, strings.days],
] as const

export function IntervalsSection() {
  const settings = useLive((state) => state.settings)
  if (!settings) return null
  return (
    <Group title={strings.sections.intervals}>
      <Toggle name="delivery_paused" label={strings.deliveryPaused} hint={strings.deliveryPausedHint} />
      <Toggle name="heartbeats_paused" label={strings.heartbeatsPaused} hint={strings.heartbeatsPausedHint} />
      {intervals.map(([name, label, unit, min, max, suffix]) => (
        <Row key={name} label={label}>
          <NumberSetting
            label={label}
            value={Math.round(settings[name] / unit)}
            min={min}
            max={max}
            {...(suffix ? { suffix } : {})}
            onSave={(value) => void changeSettings({ [name]: value * unit })}
          />
        </Row>
      ))}
    </Group>
  )
}
