// What the services host costs while nothing happens: four agents, one page connected. By hand: `node test/bench/idle.bench.ts [SECONDS]`. Results: docs/benchmarks.md.
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { readEvents, seedBoard, startServices } from '../support/services.ts'
import { machine } from './figures.ts'

const seconds = Number(process.argv[2] ?? 60)
const services = await startServices()
const { board, max } = await seedBoard(services)
await services.call('createAgent', { body: { name: 'Bo', board_id: board.id, provision: false } })
const db = new Database(dataPaths(services.dataDir).database)
db.prepare(`UPDATE agents SET status = 'online', last_seen_at = ?`).run(Date.now())
db.close()
await services.call('updateAgent', { params: { agent_id: max.id }, body: { heartbeat_config: { every: '30s', target: 'none' } } })
const page = await readEvents(services, { logs: true })
await wait(8000)
const cpu = process.cpuUsage()
await wait(seconds * 1000)
const used = process.cpuUsage(cpu)
const ms = (used.user + used.system) / 1000
console.log(machine())
console.log(
  `idle for ${seconds} s: ${ms.toFixed(0)} ms of CPU, ${((ms / (seconds * 1000)) * 100).toFixed(2)} % of a core; ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB resident`,
)
page.close()
await services.stop()
