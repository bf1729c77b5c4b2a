// How fast the delivery is, against a gateway that answers at once. By hand: `node test/bench/delivery.bench.mjs`. Results: docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createDelivery } from '../../native-services/delivery/delivery.ts'
import { createNotifier } from '../../native-services/delivery/notifier.ts'
import { createResponsesClient } from '../../native-services/gateway/responses-client.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { openStore } from '../../native-services/store/store.ts'
import { addAgent, addTask, createGatewaySwitch, person, silentLog } from '../support/delivery-world.ts'
import { startScriptedGateway } from '../support/scripted-gateway.ts'

const singles = 300
const backlog = Number(process.argv[2] ?? 5000)
const dir = mkdtempSync(join(tmpdir(), 'mc-bench-'))
const gateway = await startScriptedGateway()
const store = openStore({ file: join(dir, 'mc.db'), clock: systemClock })
const notifier = createNotifier({ store, clock: systemClock })
const responses = createResponsesClient({ clock: systemClock, log: silentLog, requestTimeoutMs: 30_000 })
responses.setTarget({ port: gateway.port, token: 'bench-token-0123456789' })
const delivery = createDelivery({
  store,
  clock: systemClock,
  log: silentLog,
  responses,
  gateway: createGatewaySwitch(),
  notifier,
  settings: store.settings.get,
})

const row = store.write(() => store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/nowhere', token_hint: null }))
const board = store.write(() => store.boards.create({ gateway_id: row.id, name: 'B', slug: 'b' }))
const agents = Array.from({ length: 20 }, (_, index) => addAgent(store, { gateway_id: row.id, board_id: board.id, name: `Agent ${index}` }))
const tasks = Array.from({ length: 200 }, (_, index) => addTask(store, board.id, `Task ${index}`))

function ask(index) {
  const task = tasks[index % tasks.length]
  const agent = agents[index % agents.length]
  store.write(() => {
    const { comment } = store.messages.add({
      board_id: board.id,
      task_id: task.id,
      author_type: 'user',
      agent_id: null,
      author_name: 'Sam',
      message: `Question ${index}`,
      mentions: [agent.id],
      source_notification_id: null,
    })
    notifier.commented({ task, comment, actor: person })
  })
}
const left = () => {
  const counts = store.notifications.countByState()
  return counts.queued + counts.leased
}
const idle = async () => {
  while (left() > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]

delivery.start()
// Warm up, then one at a time: from the end of the commit to the arrival of the request.
for (let index = 0; index < 50; index += 1) ask(index)
await idle()
const latencies = []
for (let index = 0; index < singles; index += 1) {
  const arrived = new Promise((resolve) => (gateway.onArrival = () => resolve(performance.now())))
  ask(index)
  const committed = performance.now()
  latencies.push((await arrived) - committed)
  await idle()
}
gateway.onArrival = () => {}

// A backlog: everything is queued while the delivery is paused, then let go.
store.write(() => store.settings.update({ delivery_paused: true }))
store.write(() => {
  for (let index = 0; index < backlog; index += 1) ask(index)
})
const begin = performance.now()
store.write(() => store.settings.update({ delivery_paused: false }))
await idle()
const seconds = (performance.now() - begin) / 1000

console.log(
  `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}`,
)
console.log(
  `commit → request arrives (${singles} one at a time): p50 ${percentile(latencies, 0.5).toFixed(2)} ms, p95 ${percentile(latencies, 0.95).toFixed(2)} ms, max ${percentile(latencies, 1).toFixed(2)} ms`,
)
console.log(
  `backlog of ${backlog} in ${tasks.length} sessions, ${store.settings.get().delivery_concurrency} at a time: ${(backlog / seconds).toFixed(0)} deliveries/s (${seconds.toFixed(1)} s)`,
)

await delivery.stop(0)
await responses.stop()
await gateway.stop()
store.close()
rmSync(dir, { recursive: true, force: true })
