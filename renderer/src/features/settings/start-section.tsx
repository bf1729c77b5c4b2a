/** How it starts, and what closing means. Login item and tray exist on the desktop only. */
import { Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { DesktopApi, LoginItemState } from '../../../../native-services/contract/desktop.ts'
import { desktop, wanted } from '../../lib/desktop.ts'
import { attempt } from '../../lib/toast.ts'
import { Group, Row, Toggle } from './parts.tsx'
import { strings } from './strings.ts'

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
    const state = await attempt(() => wanted(bridge.setLoginItem(enabled)), { failed: strings.loginItemFailed })
    setItem(state ?? item)
  }
  return (
    <Row label={strings.loginItem} hint={item.reason}>
      <Switch
        aria-label={strings.loginItem}
        checked={item.enabled}
        disabled={!item.available}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    </Row>
  )
}

export function StartSection() {
  return (
    <Group title={desktop ? strings.sections.start : strings.startHeadless}>
      {desktop ? (
        <>
          <LoginItem bridge={desktop} />
          <Toggle name="close_to_tray" label={strings.closeToTray} />
          <Toggle name="start_hidden" label={strings.startHidden} />
        </>
      ) : null}
      <Toggle name="gateway_autostart" label={strings.autostart} />
      <Toggle name="stop_gateway_on_quit" label={strings.stopOnQuit} hint={strings.stopOnQuitHint} />
    </Group>
  )
}
