/** Where everything is kept, how much there is of it, and the bundle for somebody who helps. */
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { DataFolder } from '../../../../native-services/contract/diagnostics.ts'
import type { UpdateState } from '../../../../native-services/contract/desktop.ts'
import { signOut } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { desktop, wanted } from '../../lib/desktop.ts'
import { bytes } from '../../lib/numbers.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { CopyButton } from '../../ui/parts.tsx'
import { Group, Row } from './parts.tsx'
import { strings } from './strings.ts'

const words = strings.data

function Updates() {
  const [state, setState] = useState<UpdateState | null>(null)
  const [busy, setBusy] = useState(false)
  const bridge = desktop
  if (!bridge) return null
  const check = async () => {
    setBusy(true)
    setState(await attempt(() => wanted(bridge.checkForUpdates()), { failed: strings.updatesFailed }))
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

export function DataSection() {
  const bridge = desktop
  const version = useLive((state) => state.version)
  const connection = useLive((state) => state.connection)
  const [folder, setFolder] = useState<DataFolder | null>(null)
  useEffect(() => {
    if (connection !== 'live') return
    api.call('getDataFolder').then(setFolder, () => undefined)
  }, [connection])
  const most = Math.max(1, ...(folder?.parts.map((part) => part.bytes) ?? []))
  return (
    <Group title={strings.sections.data}>
      <Row
        label={words.folder}
        hint={
          folder ? (
            <span className="row setting-path">
              <code>{folder.path}</code>
              <CopyButton text={folder.path} label={words.copyPath} />
            </span>
          ) : null
        }
      >
        {bridge ? (
          <Button variant="default" onClick={() => void attempt(() => wanted(bridge.revealDataFolder()), { failed: words.notShown })}>
            {strings.reveal}
          </Button>
        ) : null}
      </Row>
      {folder ? (
        <div className="setting setting-sizes">
          <ul aria-label={words.parts}>
            {folder.parts.map((part) => (
              <li key={part.name} title={part.path}>
                <span>{words.names[part.name]}</span>
                <span className="setting-meter" aria-hidden>
                  <span style={{ width: `${Math.max(part.bytes > 0 ? 1 : 0, (part.bytes / most) * 100)}%` }} />
                </span>
                <span className="num">{bytes(part.bytes)}</span>
              </li>
            ))}
            {folder.free_bytes === null ? null : (
              <li>
                <span className="muted">{words.free}</span>
                <span aria-hidden />
                <span className="num muted">{bytes(folder.free_bytes)}</span>
              </li>
            )}
          </ul>
        </div>
      ) : null}
      <Row label={words.diagnostics} hint={words.diagnosticsHint}>
        <Button variant="default" component="a" href="/api/v1/diagnostics" download>
          {words.export}
        </Button>
      </Row>
      <Row label={strings.version}>
        <span className="num muted">{version ?? '—'}</span>
        <Updates />
      </Row>
      {bridge ? null : (
        <Row label={strings.session}>
          <Button variant="default" onClick={() => void signOut()}>
            {strings.signOut}
          </Button>
        </Row>
      )}
    </Group>
  )
}
