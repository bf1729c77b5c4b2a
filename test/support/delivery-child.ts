/** A process that does nothing but deliver: `node delivery-child.ts DATABASE GATEWAY_PORT`. It ends by itself when the outbox is empty. Meant to be killed. */
import { createDelivery } from '../../native-services/delivery/delivery.ts'
import { createNotifier } from '../../native-services/delivery/notifier.ts'
import { createResponsesClient } from '../../native-services/gateway/responses-client.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { openStore } from '../../native-services/store/store.ts'
import { createGatewaySwitch, silentLog } from './delivery-world.ts'

const [file = '', port = ''] = process.argv.slice(2)
const store = openStore({ file, clock: systemClock })
store.write(() => store.notifications.releaseLeases('all'))
const responses = createResponsesClient({ clock: systemClock, log: silentLog, requestTimeoutMs: 30_000 })
responses.setTarget({ port: Number(port), token: 'test-token-0123456789' })
const delivery = createDelivery({
  store,
  clock: systemClock,
  log: silentLog,
  responses,
  gateway: createGatewaySwitch(),
  notifier: createNotifier({ store, clock: systemClock }),
  settings: store.settings.get,
  limits: { base_ms: 10, max_ms: 100, attempts: 100 },
})
store.onCommit(() => {
  const { queued, leased } = store.notifications.countByState()
  if (queued + leased === 0) setImmediate(() => process.exit(0))
})
delivery.start()
// The delivery's own timers do not keep a process alive.
setInterval(() => {}, 60_000)
