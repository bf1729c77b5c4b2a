/** The restore points of the configuration: what each would change, and the way back. */
import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import type { ConfigSnapshot, GatewayConfig } from '../../../../native-services/contract/gateway-config.ts'
import { api } from '../../lib/api.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { DiffView } from '../agent-files/diff-view.tsx'
import { configStrings as words } from './config-strings.ts'
import { useGatewayRead } from './use-gateway-read.ts'

export function RestorePoints({ gatewayId, config, again }: { gatewayId: string; config: GatewayConfig; again: () => void }) {
  // Another hash means that something was written, and so that there is another restore point.
  const hash = config.hash
  const read = useCallback(
    (id: string) => {
      void hash
      return api.call('listConfigSnapshots', { params: { gateway_id: id } })
    },
    [hash],
  )
  const { value } = useGatewayRead(read)
  const [shown, setShown] = useState<{ point: ConfigSnapshot; text: string } | null>(null)

  const compare = async (point: ConfigSnapshot) => {
    const answer = await attempt(() => api.call('getConfigSnapshot', { params: { gateway_id: gatewayId, snapshot_id: point.id } }), {
      failed: words.checkFailed,
    })
    if (answer) setShown({ point, text: answer.text })
  }
  const restore = (point: ConfigSnapshot) =>
    askOnce({
      title: words.restoreTitle,
      body: words.restoreBody,
      confirmLabel: words.restore,
      onConfirm() {
        void attempt(
          () =>
            api.call('restoreConfigSnapshot', {
              params: { gateway_id: gatewayId, snapshot_id: point.id },
              body: { expected_hash: config.hash },
            }),
          { failed: words.restoreFailed },
        ).then((saved) => {
          // Refused, because somebody else wrote meanwhile: what is there now has to be seen first.
          again()
          if (!saved) return
          toast(saved.message)
          setShown(null)
        })
      },
    })

  return (
    <section className="card" aria-labelledby="points-title">
      <div className="card-head">
        <h2 id="points-title">{words.restorePoints}</h2>
      </div>
      {value && value.items.length > 0 ? (
        <ul className="config-points">
          {value.items.map((point) => (
            <li key={point.id}>
              <span className="grow">
                <RelativeTime at={point.created_at} />
                <span className="faint">
                  {' '}
                  · {point.reason}
                  {point.openclaw_version ? ` · ${point.openclaw_version}` : ''}
                </span>
                {point.valid ? null : (
                  <span className="chip" data-tone="warning" style={{ marginLeft: 6 }}>
                    {words.brokenPoint}
                  </span>
                )}
              </span>
              <Button variant="subtle" size="compact-xs" onClick={() => void compare(point)}>
                {words.compare}
              </Button>
              <Button variant="default" size="compact-xs" disabled={config.locked !== null || !point.valid} onClick={() => restore(point)}>
                {words.restore}
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted" style={{ padding: 14 }}>
          {words.noPoints}
        </p>
      )}
      {shown ? (
        <Dialog opened onClose={() => setShown(null)} title={words.now} size={860}>
          <DiffView before={config.text} after={shown.text} label={words.now} same={words.same} />
        </Dialog>
      ) : null}
    </section>
  )
}
