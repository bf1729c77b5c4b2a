// Lists of tasks over HTTP: 10,000 tasks on one board, pages of 50, 8 clients. By hand: `node test/bench/tasks.bench.ts`. Results: docs/benchmarks.md.
import { Agent, request } from 'undici'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { addTask } from '../support/delivery-world.ts'
import { machine, percentile } from './figures.ts'

const tasks = 10_000
const clients = 8
const warmUpMs = 2000
const runMs = 6000

if (process.argv[2] === 'client') await client(String(process.argv[3]), String(process.argv[4]))
else await bench()

/** The callers are a process of their own, so that only the server's work is the server's. */
async function client(url: string, token: string): Promise<void> {
  const pool = new Agent({ connections: clients, pipelining: 1 })
  const headers = { authorization: `Bearer ${token}` }
  const latencies: number[] = []
  const begin = performance.now()
  const counted = begin + warmUpMs
  const end = counted + runMs
  let bytes = 0
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const since = performance.now()
        const answer = await request(url, { dispatcher: pool, headers })
        const body = await answer.body.arrayBuffer()
        if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${Buffer.from(body).toString()}`)
        bytes = body.byteLength
        if (since >= counted) latencies.push(performance.now() - since)
      }
    }),
  )
  await pool.close()
  process.stdout.write(
    JSON.stringify({ count: latencies.length, bytes, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }),
  )
}

async function bench(): Promise<void> {
  const { startServices, seedBoard } = await import('../support/services.ts')
  const { dataPaths } = await import('../../native-services/platform/paths.ts')
  const { openStore } = await import('../../native-services/store/store.ts')
  const { systemClock } = await import('../../native-services/platform/clock.ts')
  const services = await startServices()
  const { board, max, ivy } = await seedBoard(services)
  const store = openStore({ file: dataPaths(services.dataDir).database, clock: systemClock })
  let first = ''
  let position = 0
  const statuses = ['inbox', 'assigned', 'in_progress', 'review', 'done'] as const
  store.write(() => {
    for (let index = 0; index < tasks; index += 1) {
      const status = statuses[index % statuses.length] ?? 'inbox'
      const task = addTask(store, board.id, `Task ${index}`, { status, description: 'What has to be done, in a sentence or two.' })
      if (index === 1) first = task.id
      if (status !== 'inbox') store.tasks.setAssignees(task.id, [index % 2 ? max.id : ivy.id])
    }
  })
  store.close()
  // Ten thousand rows took longer than a connection is kept: the first request on the old one finds it closed.
  await services.call('getOverview').catch(() => services.call('getOverview'))
  console.log(machine())
  const only = process.argv[2]
  for (const [name, query, writes] of [
    ['first page', 'limit=50', 0],
    // A list is kept until something changes: with changes it has to be read and written out anew.
    ['first page, 20 changes a second', 'limit=50', 20],
    ['one column', 'limit=50&status=in_progress', 0],
    ['one agent', `limit=50&assigned_agent_id=${max.id}`, 0],
    ['one agent, 20 changes a second', `limit=50&assigned_agent_id=${max.id}`, 20],
  ] as const) {
    if (only !== undefined && only !== name) continue
    const cpu = process.cpuUsage()
    const child = fork(
      fileURLToPath(import.meta.url),
      ['client', `${services.url}/api/v1/boards/${board.id}/tasks?${query}`, services.operatorToken],
      {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      },
    )
    let out = ''
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const changing =
      writes === 0
        ? null
        : setInterval(
            () => void services.call('updateTask', { params: { board_id: board.id, task_id: first }, body: { position: ++position } }),
            1000 / writes,
          )
    await new Promise((resolve) => child.once('close', resolve))
    if (changing) clearInterval(changing)
    const used = process.cpuUsage(cpu)
    const result = JSON.parse(out) as { count: number; bytes: number; p50: number; p99: number }
    console.log(
      `${name}: ${(result.count / (runMs / 1000)).toFixed(0)} requests/s, p50 ${result.p50.toFixed(2)} ms, p99 ${result.p99.toFixed(2)} ms, ${(result.bytes / 1024).toFixed(0)} KB each; server CPU ${((used.user + used.system) / 1000 / (warmUpMs + runMs)).toFixed(2)} cores`,
    )
  }
  await services.stop()
}
