// A thousand agents: how late their check-in deadlines are acted on. By hand: `node test/bench/lifecycle.bench.ts [AGENTS]`. Results: docs/benchmarks.md.
// Real SQLite and real timers; only the gateway is a stand-in, in this process, that answers at once. Nobody checks in, so that every
// deadline has to be acted on: woken again, and offline after the third.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createHeartbeatScheduler } from '../../native-services/heartbeat/scheduler.ts'
import { createAgentLifecycle } from '../../native-services/lifecycle/lifecycle.ts'
import { createAgentTokens } from '../../native-services/lifecycle/agent-token.ts'
import { writeCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { createLog } from '../../native-services/platform/log.ts'
import { openStore } from '../../native-services/store/store.ts'
import { createFakeGateway } from '../fakes/fake-gateway.ts'
import { addAgent } from '../support/delivery-world.ts'
import { resourcesDir } from '../support/lifecycle-bench.ts'
import { machine, percentile } from './figures.ts'

const count = Number(process.argv[2] ?? 1000)
const deadlineMs = 3000
const dir = mkdtempSync(join(tmpdir(), 'mc-bench-'))
const installKey = 'install-key-for-the-bench-0123456789'
const store = openStore({ file: join(dir, 'mc.db'), clock: systemClock })
const gateway = createFakeGateway({ clock: systemClock })
const log = createLog({ scope: 'bench', level: 'info' })
const tokens = createAgentTokens(installKey)
const local = store.write(() => store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: dir, token_hint: null }))
const board = store.write(() => store.boards.create({ gateway_id: local.id, name: 'B', slug: 'b', max_agents: count }))
store.write(() => store.settings.update({ checkin_deadline_ms: deadlineMs }))

const agents = store.write(() =>
  Array.from({ length: count }, (_, index) => {
    const agent = addAgent(store, {
      gateway_id: local.id,
      board_id: board.id,
      name: `Agent ${index}`,
      status: 'offline',
      every_ms: 600_000,
    })
    const workspace_path = join(dir, agent.gateway_agent_id)
    mkdirSync(workspace_path, { recursive: true })
    const { token, ...hashes } = tokens.mint()
    writeCredentials(workspace_path, { base_url: 'http://127.0.0.1:1', agent_id: agent.id, board_id: board.id, auth_token: token })
    // Offline for a reason of its own: the coming of the gateway does not wake it, the bench does.
    store.agents.update(agent.id, { workspace_path, ...hashes, last_provision_error: 'not woken yet' })
    gateway.agents.set(agent.gateway_agent_id, { name: agent.name, workspace: workspace_path })
    return agent
  }),
)

let lateness: number[] = []
log.listen((entry) => {
  if (!/lifecycle\.reconcile\.(retriggered|max_attempts_reached)/.test(entry.message)) return
  const deadline = store.agents.get(entry.agent_id ?? '')?.checkin_deadline_at
  if (deadline) lateness.push(Date.now() - deadline)
})

function start() {
  const lifecycle = createAgentLifecycle({
    store,
    clock: systemClock,
    log,
    gateway,
    baseUrl: () => 'http://127.0.0.1:1',
    installKey,
    resourcesDir,
    gatewayId: () => local.id,
    gatewayReady: () => true,
  })
  const heartbeat = createHeartbeatScheduler({ store, clock: systemClock, log, settings: store.settings.get })
  const unlisten = store.onCommit((changes) => void (changes.some((change) => change.entity === 'agent') && heartbeat.poke()))
  lifecycle.start()
  heartbeat.start()
  return {
    lifecycle,
    async stop() {
      unlisten()
      heartbeat.stop()
      await lifecycle.stop(Date.now())
    },
  }
}
const statuses = (): Record<string, number> => ({ ...store.agents.countByStatus() })
const deadlines = (): number =>
  (store.db.prepare(`SELECT count(*) AS n FROM timers WHERE kind LIKE '%reconcile%'`).get() as { n: number }).n
function report(what: string, cpu: NodeJS.CpuUsage, ms: number): void {
  const used = process.cpuUsage(cpu)
  const f = (share: number): string => `${percentile(lateness, share).toFixed(0)} ms`
  console.log(
    `${what}: ${lateness.length} deadlines, late by p50 ${f(0.5)}, p99 ${f(0.99)}, at most ${f(1)}; ${((used.user + used.system) / 1000 / ms).toFixed(2)} cores over ${(ms / 1000).toFixed(1)} s`,
  )
  lateness = []
}

console.log(machine())
let running = start()
gateway.up()
await wait(3000)

let cpu = process.cpuUsage()
let since = Date.now()
for (const agent of agents) running.lifecycle.wake(agent.id)
const asked = Date.now() - since
while ((statuses()['waking'] ?? 0) > 0) await wait(100)
report(`storm: ${count} agents woken at once (asked for in ${asked} ms), three wakes each`, cpu, Date.now() - since)
console.log(`  afterwards ${JSON.stringify(statuses())}`)

// All deadlines at one instant, the last attempt of each: nothing is sent meanwhile.
for (const agent of agents) running.lifecycle.wake(agent.id)
while (deadlines() < count) await wait(50)
await running.stop()
const due = Date.now() + 4000
store.write(() => {
  store.db.prepare('UPDATE agents SET checkin_deadline_at = ?, wake_attempts = 3').run(due)
  store.db.prepare(`UPDATE timers SET due_at = ? WHERE kind LIKE '%reconcile%'`).run(due)
})
const pending = deadlines()
running = start()
cpu = process.cpuUsage()
since = Date.now()
while ((statuses()['waking'] ?? 0) > 0) await wait(100)
report(`restart with ${pending} pending deadlines, all due at the same millisecond`, cpu, Date.now() - since)
console.log(`  afterwards ${JSON.stringify(statuses())}`)

await running.stop()
store.close()
rmSync(dir, { recursive: true, force: true })
