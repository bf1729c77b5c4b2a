/** Interval, idleness and quiet hours of one agent. */
import { Autocomplete, Group, Select, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Agent, HeartbeatConfig } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings } from './strings.ts'

export const intervals = ['30s', '1m', '5m', '10m', '30m', '1h', '4h']
const zones = Intl.supportedValuesOf('timeZone')
const here = Intl.DateTimeFormat().resolvedOptions().timeZone

/** `10 m`, `2H` and `never` as the API writes them; null when it is none. */
export function readInterval(text: string): string | null {
  const value = text.trim().toLowerCase().replaceAll(/\s+/g, '')
  if (value === 'never' || value === 'off' || value === 'disabled') return 'disabled'
  return /^\d{1,6}(s|m|h)$/.test(value) ? value : null
}

export function RhythmDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const config = agent.heartbeat_config
  const [every, setEvery] = useState(config.every === 'disabled' ? strings.never : config.every)
  const [idle, setIdle] = useState(config.skip_when_idle !== false)
  const [quiet, setQuiet] = useState(config.quiet_hours !== undefined)
  const [from, setFrom] = useState(config.quiet_hours?.from ?? '22:00')
  const [to, setTo] = useState(config.quiet_hours?.to ?? '07:00')
  const [zone, setZone] = useState(config.quiet_hours?.timezone ?? here)
  const interval = readInterval(every)

  const save = async () => {
    if (interval === null) return false
    const heartbeat_config: HeartbeatConfig = {
      every: interval,
      target: config.target,
      skip_when_idle: idle,
      ...(quiet && { quiet_hours: { from, to, timezone: zone } }),
    }
    const saved = await attempt(() => api.call('updateAgent', { params: { agent_id: agent.id }, body: { heartbeat_config } }), {
      failed: strings.notSaved,
      done: strings.saved,
    })
    if (!saved) return false
    remember('agent', saved)
    return true
  }

  return (
    <FormDialog
      title={strings.editFor(agent.name)}
      size={470}
      gap={14}
      submit={strings.save}
      ready={interval !== null}
      save={save}
      onClose={onClose}
    >
      <Autocomplete
        label={strings.every}
        value={every}
        onChange={setEvery}
        data={[...intervals, strings.never]}
        filter={({ options }) => options}
        error={interval === null ? strings.custom : null}
        size="xs"
        openOnFocus={false}
        data-autofocus
      />
      <Switch
        size="xs"
        label={strings.idle}
        description={strings.idleHint}
        checked={idle}
        onChange={(event) => setIdle(event.currentTarget.checked)}
      />
      <Switch
        size="xs"
        label={strings.quiet}
        description={strings.quietHint}
        checked={quiet}
        onChange={(event) => setQuiet(event.currentTarget.checked)}
      />
      {quiet ? (
        <Group gap={8} wrap="nowrap" align="flex-end">
          <TextInput
            type="time"
            label={strings.quietFrom}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
            required
            w={122}
          />
          <TextInput
            type="time"
            label={strings.quietTo}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            required
            w={122}
          />
          <Select
            label={strings.timezone}
            searchable
            allowDeselect={false}
            value={zone}
            onChange={(value) => value && setZone(value)}
            data={zones.includes(zone) ? zones : [zone, ...zones]}
            limit={60}
            style={{ flex: 1 }}
          />
        </Group>
      ) : null}
    </FormDialog>
  )
}
