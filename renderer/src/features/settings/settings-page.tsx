/** Settings take effect as they are changed; there is nothing to save. */
import './settings.css'
import { Button, NumberInput, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { DesktopApi, LoginItemState, UpdateState } from '../../../../native-services/contract/desktop.ts'
import type { Settings } from '../../../../native-services/contract/entities.ts'
import { changeSettings, signOut } from '../../lib/actions.ts'
import { desktop, wanted } from '../../lib/desktop.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { PageHead } from '../../ui/parts.tsx'
import { NoticePreferences } from '../notices/notice-preferences.tsx'
import { PricesCard } from '../usage/prices-card.tsx'
import { OutgoingPanel } from '../webhooks-out/outgoing-panel.tsx'
import { strings as outgoingStrings } from '../webhooks-out/strings.ts'
import { strings } from './strings.ts'

function Row({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
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

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="section-title setting-title">{title}</h2>
      <div className="card">{children}</div>
    </section>
  )
}

/** A number that is sent when one has finished typing, not with every digit. */
function NumberSetting({
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

function LoginItem({ bridge }: { bridge: DesktopApi }) {
  const [item, setItem] = useState<LoginItemState | null>(null)
  useEffect(() => {
    let current = true
    wanted(bridge.getLoginItem()).then(
      (state) => {
        if (current) setItem(state)
      },
      () => undefined,
    )
    return () => {
      current = false
    }
  }, [bridge])
  if (item === null) return null
  const change = async (enabled: boolean) => {
    setItem({ ...item, enabled })
    const state = await attempt(() => wanted(bridge.setLoginItem(enabled)), { failed: 'The login item was not changed' })
    setItem(state ?? item)
  }
  return (
    <Row label={strings.loginItem} {...(item.reason ? { hint: item.reason } : {})}>
      <Switch
        aria-label={strings.loginItem}
        checked={item.enabled}
        disabled={!item.available}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    </Row>
  )
}

function Updates({ bridge }: { bridge: DesktopApi }) {
  const [state, setState] = useState<UpdateState | null>(null)
  const [busy, setBusy] = useState(false)
  const check = async () => {
    setBusy(true)
    setState(await attempt(() => wanted(bridge.checkForUpdates()), { failed: 'Updates could not be checked' }))
    setBusy(false)
  }
  return (
    <>
      {state ? <span className="muted">{state.reason ?? strings.updateStates[state.state](state.version)}</span> : null}
      <Button variant="default" loading={busy} onClick={() => void check()}>
        {strings.updates}
      </Button>
    </>
  )
}

export function SettingsPage() {
  const bridge = desktop
  const settings = useLive((state) => state.settings)
  const version = useLive((state) => state.version)
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  if (!settings) return null
  const toggle = (
    name: { [Key in keyof Settings]: Settings[Key] extends boolean ? Key : never }[keyof Settings],
    label: string,
    hint?: string,
  ) => (
    <Row label={label} {...(hint ? { hint } : {})}>
      <Switch
        aria-label={label}
        checked={settings[name]}
        onChange={(event) => void changeSettings({ [name]: event.currentTarget.checked })}
      />
    </Row>
  )
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner page-narrow" style={{ gap: 22 }}>
        <Group title={strings.appearance}>
          <Row label={strings.theme}>
            <SegmentedControl
              aria-label={strings.theme}
              value={colorScheme}
              onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
              data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: strings.themes[value] }))}
            />
          </Row>
        </Group>
        <Group title={strings.agents}>
          {toggle('delivery_paused', strings.deliveryPaused, strings.deliveryPausedHint)}
          {toggle('heartbeats_paused', strings.heartbeatsPaused, strings.heartbeatsPausedHint)}
          <Row label={strings.maxWakes}>
            <NumberSetting
              label={strings.maxWakes}
              value={settings.max_wake_attempts}
              min={1}
              max={10}
              onSave={(value) => void changeSettings({ max_wake_attempts: value })}
            />
          </Row>
          <Row label={strings.deadline}>
            <NumberSetting
              label={strings.deadline}
              value={Math.round(settings.checkin_deadline_ms / 1000)}
              min={1}
              max={3600}
              suffix={strings.seconds}
              onSave={(value) => void changeSettings({ checkin_deadline_ms: value * 1000 })}
            />
          </Row>
          <Row label={strings.lateFloor}>
            <NumberSetting
              label={strings.lateFloor}
              value={Math.round(settings.late_floor_ms / 1000)}
              min={1}
              max={86_400}
              suffix={strings.seconds}
              onSave={(value) => void changeSettings({ late_floor_ms: value * 1000 })}
            />
          </Row>
          <Row label={strings.offlineFloor}>
            <NumberSetting
              label={strings.offlineFloor}
              value={Math.round(settings.offline_floor_ms / 1000)}
              min={1}
              max={604_800}
              suffix={strings.seconds}
              onSave={(value) => void changeSettings({ offline_floor_ms: value * 1000 })}
            />
          </Row>
          <Row label={strings.stuckIdle}>
            <NumberSetting
              label={strings.stuckIdle}
              value={Math.round(settings.stuck_idle_ms / 60_000)}
              min={1}
              max={10_080}
              suffix={strings.minutes}
              onSave={(value) => void changeSettings({ stuck_idle_ms: value * 60_000 })}
            />
          </Row>
          <Row label={strings.stuckApproval}>
            <NumberSetting
              label={strings.stuckApproval}
              value={Math.round(settings.stuck_approval_ms / 60_000)}
              min={1}
              max={43_200}
              suffix={strings.minutes}
              onSave={(value) => void changeSettings({ stuck_approval_ms: value * 60_000 })}
            />
          </Row>
          <Row label={strings.stuckBlocked}>
            <NumberSetting
              label={strings.stuckBlocked}
              value={Math.round(settings.stuck_blocked_ms / 3_600_000)}
              min={1}
              max={720}
              suffix={strings.hours}
              onSave={(value) => void changeSettings({ stuck_blocked_ms: value * 3_600_000 })}
            />
          </Row>
          <Row label={strings.concurrency}>
            <NumberSetting
              label={strings.concurrency}
              value={settings.delivery_concurrency}
              min={1}
              max={100}
              onSave={(value) => void changeSettings({ delivery_concurrency: value })}
            />
          </Row>
        </Group>
        <NoticePreferences />
        <PricesCard />
        <Group title={outgoingStrings.title}>
          <div style={{ padding: 14 }}>
            <OutgoingPanel boardId={null} />
          </div>
        </Group>
        <Group title={strings.gateway}>
          {toggle('gateway_autostart', strings.autostart)}
          {toggle('stop_gateway_on_quit', strings.stopOnQuit, strings.stopOnQuitHint)}
        </Group>
        {desktop ? (
          <Group title={strings.desktop}>
            <LoginItem bridge={desktop} />
            {toggle('close_to_tray', strings.closeToTray)}
            {toggle('start_hidden', strings.startHidden)}
          </Group>
        ) : null}
        <Group title={strings.about}>
          <Row label={strings.version}>
            <span className="num muted">{version ?? '—'}</span>
            {desktop ? <Updates bridge={desktop} /> : null}
          </Row>
          {bridge ? (
            <Row label={strings.dataFolder}>
              <Button
                variant="default"
                onClick={() => void attempt(() => wanted(bridge.revealDataFolder()), { failed: 'The folder was not shown' })}
              >
                {strings.reveal}
              </Button>
            </Row>
          ) : null}
          {bridge ? null : (
            <Row label={strings.session}>
              <Button variant="default" onClick={() => void signOut()}>
                {strings.signOut}
              </Button>
            </Row>
          )}
          <Row label={strings.onboarding}>
            <Button variant="default" component={Link} href="/welcome">
              {strings.onboardingOpen}
            </Button>
          </Row>
        </Group>
      </div>
    </div>
  )
}
