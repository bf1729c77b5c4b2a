/**
 * `kill -9` of the delivering process at random moments, over a real database and real sockets, against a gateway that fails at random:
 * every message ends with exactly one reply, and the order within a session holds.
 * The long run (about two minutes): `DELIVERY_KILL_MESSAGES=10000 DELIVERY_KILLS=50 vitest run --config test/vitest.config.ts test/services/delivery-kill`.
 * The whole services host: `SERVICES_KILL_MESSAGES=10000 SERVICES_KILLS=50`. What they did is printed as one line and kept in docs/benchmarks.md.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { servicesEntry } from '../../native-services/host/fork-services.ts'
import { dataPaths, ensureDataDirs } from '../../native-services/platform/paths.ts'
import { startChatGateway } from '../fakes/chat-gateway.ts'
import { resourcesDir } from '../support/services.ts'
import { until } from '../support/until.ts'
import { createNotifier } from '../../native-services/delivery/notifier.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { openStore } from '../../native-services/store/store.ts'
import { addAgent, addTask, person } from '../support/delivery-world.ts'
import { type Behaviour, seededRandom, startScriptedGateway } from '../support/scripted-gateway.ts'

const messages = Number(process.env['DELIVERY_KILL_MESSAGES'] ?? 300)
const kills = Number(process.env['DELIVERY_KILLS'] ?? 10)
const sessions = 20
/** How long a process lives at most after its first request, so that all the kills fall while there is work: a third of it is left for the last. */
const longestLifeMs = 3 * (messages / kills)
const child = fileURLToPath(new URL('../support/delivery-child.ts', import.meta.url))

it(
  `${messages} messages, ${kills} kills: one reply each, in order`,
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mc-kill-'))
    const file = join(dir, 'mc.db')
    const random = seededRandom(20_261_121)
    const gateway = await startScriptedGateway()
    const odds: [Behaviour, number][] = [
      ['http_500', 0.06],
      ['failed', 0.06],
      ['close', 0.06],
      ['rate_limited', 0.03],
    ]
    gateway.decide = () => {
      let dice = random()
      const behaviour = odds.find(([, share]) => (dice -= share) < 0)?.[0] ?? 'answer'
      // One in thirty takes long, so that a kill often falls into the middle of an answer.
      return { behaviour, ms: random() * (random() < 0.03 ? 400 : 40) }
    }
    const running = new Set<ChildProcess>()
    const beganAt = performance.now()
    let killed = 0
    try {
      enqueueAll(file, messages)
      for (let round = 0; round < kills; round += 1) {
        const process = start(running, file, gateway.port)
        const arrived = new Promise<void>((resolve) => (gateway.onArrival = () => resolve()))
        const early = once(process, 'exit').then(([code]) => code as number | null)
        const first = await Promise.race([arrived.then(() => 'arrived' as const), early])
        if (first !== 'arrived') break
        await new Promise((resolve) => setTimeout(resolve, random() * longestLifeMs))
        if (process.kill('SIGKILL')) killed += 1
        await early
      }
      gateway.onArrival = () => {}
      const last = start(running, file, gateway.port)
      const [code] = (await once(last, 'exit')) as [number | null]
      expect(code).toBe(0)
      // Fewer would prove less than the title says: the outbox was empty too early.
      expect(killed).toBe(kills)
      verify(file, gateway.arrivals, messages)
      const sent = Object.entries(Object.groupBy(gateway.arrivals, (arrival) => arrival.behaviour)).map(
        ([behaviour, list]) => `${behaviour} ${list?.length ?? 0}`,
      )
      console.info(
        `delivery-kill: ${messages} messages, ${killed} kills, ${gateway.arrivals.length} requests (${sent.join(', ')}), ${Math.round((performance.now() - beganAt) / 1000)} s`,
      )
    } finally {
      for (const process of running) process.kill('SIGKILL')
      await gateway.stop()
      rmSync(dir, { recursive: true, force: true })
    }
  },
  60_000 + messages * 200,
)

/** The same for the services host as it is: API, lifecycle, heartbeats and a real WebSocket to the gateway beside the deliveries. */
const hostMessages = Number(process.env['SERVICES_KILL_MESSAGES'] ?? 60)
const hostKills = Number(process.env['SERVICES_KILLS'] ?? 3)
it(
  `${hostMessages} messages, ${hostKills} kills of the whole services host: one reply each, in order`,
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mc-kill-'))
    const paths = dataPaths(dir)
    ensureDataDirs(paths)
    const random = seededRandom(20_261_122)
    const scripted = await startScriptedGateway()
    scripted.decide = () => {
      const dice = random()
      const behaviour: Behaviour = dice < 0.06 ? 'http_500' : dice < 0.12 ? 'failed' : dice < 0.18 ? 'close' : 'answer'
      return { behaviour, ms: random() * (random() < 0.03 ? 400 : 40) }
    }
    const gateway = await startChatGateway(scripted.listener)
    const running = new Set<ChildProcess>()
    const startHost = (): ChildProcess => {
      const host = fork(servicesEntry(), [], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: [],
        env: { ...process.env, DELIVERY_BACKOFF_BASE_MS: '10', DELIVERY_BACKOFF_MAX_MS: '100' },
      })
      running.add(host)
      host.once('exit', () => running.delete(host))
      host.send({
        type: 'init',
        version: '0.0.0-test',
        data_dir: dir,
        static_dir: null,
        resources_dir: resourcesDir,
        host: '127.0.0.1',
        port: 0,
        demo: false,
        operator_token: 'operator-token-for-the-kill-test-0123456789abcdef',
        install_key: 'i'.repeat(43),
        gateway: { port: gateway.port, token: gateway.token, workspace_root: join(dir, 'ws'), config_path: join(dir, 'c.json') },
      })
      return host
    }
    const left = (): number => {
      const store = openStore({ file: paths.database, clock: systemClock })
      const { queued, leased } = store.notifications.countByState()
      store.close()
      return queued + leased
    }
    const beganAt = performance.now()
    let killed = 0
    try {
      enqueueAll(paths.database, hostMessages)
      for (; killed < hostKills; killed += 1) {
        const host = startHost()
        await new Promise<void>((resolve) => (scripted.onArrival = () => resolve()))
        await new Promise((resolve) => setTimeout(resolve, random() * 2.5 * (hostMessages / hostKills)))
        host.kill('SIGKILL')
        await once(host, 'exit')
        if (left() === 0) break
      }
      scripted.onArrival = () => {}
      startHost()
      await until(left, (n) => n === 0, 60_000 + hostMessages * 100)
      expect(killed).toBe(hostKills)
      verify(paths.database, scripted.arrivals, hostMessages)
      console.info(
        `services-kill: ${hostMessages} messages, ${killed} kills, ${scripted.arrivals.length} requests, ${Math.round((performance.now() - beganAt) / 1000)} s`,
      )
    } finally {
      for (const host of running) host.kill('SIGKILL')
      await gateway.stop()
      await scripted.stop()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    }
  },
  120_000 + hostMessages * 200,
)

function start(running: Set<ChildProcess>, file: string, port: number): ChildProcess {
  const started = spawn(process.execPath, [child, file, String(port)], { stdio: ['ignore', 'inherit', 'inherit'] })
  running.add(started)
  started.once('exit', () => running.delete(started))
  return started
}

function enqueueAll(file: string, count: number): void {
  const store = openStore({ file, clock: systemClock })
  const notifier = createNotifier({ store, clock: systemClock })
  const gatewayRow = store.write(() =>
    store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/nowhere', token_hint: null }),
  )
  const board = store.write(() => store.boards.create({ gateway_id: gatewayRow.id, name: 'B', slug: 'b' }))
  const agents = ['Max', 'Ivy', 'Noor', 'Lin'].map((name) => addAgent(store, { gateway_id: gatewayRow.id, board_id: board.id, name }))
  const tasks = Array.from({ length: sessions }, (_, index) => addTask(store, board.id, `Task ${index}`))
  store.write(() => {
    for (let index = 0; index < count; index += 1) {
      const task = tasks[index % sessions]
      const agent = agents[(index % sessions) % agents.length]
      if (!task || !agent) continue
      const { comment } = store.messages.add({
        board_id: board.id,
        task_id: task.id,
        author_type: 'user',
        agent_id: null,
        author_name: 'Sam',
        message: `@${agent.name} question ${index}`,
        mentions: [agent.id],
        source_notification_id: null,
      })
      notifier.commented({ task, comment, actor: person })
    }
  })
  expect(store.notifications.countByState().queued).toBe(count)
  store.close()
}

function verify(file: string, arrivals: readonly { session_key: string; notification_id: string | null }[], count: number): void {
  const store = openStore({ file, clock: systemClock })
  try {
    expect(store.notifications.countByState()).toEqual({ queued: 0, leased: 0, delivered: count, skipped: 0, dead: 0 })
    const rows = store.db.prepare('SELECT id, seq, session_key FROM notifications ORDER BY seq').all() as {
      id: string
      seq: number
      session_key: string
    }[]
    const replies = store.db
      .prepare(
        'SELECT source_notification_id AS id, message, task_id FROM messages WHERE source_notification_id IS NOT NULL ORDER BY created_at, id',
      )
      .all() as { id: string; message: string; task_id: string }[]
    expect(replies.map((reply) => reply.id).toSorted()).toEqual(rows.map((row) => row.id).toSorted())
    expect(replies.every((reply) => reply.message.startsWith(`reply to ${reply.id} `))).toBe(true)
    // In each thread the replies stand in the order of their questions, and in each session the gateway saw them in that order.
    const seq = new Map(rows.map((row) => [row.id, row.seq]))
    for (const list of Object.values(Object.groupBy(replies, (reply) => reply.task_id))) {
      const order = (list ?? []).map((reply) => seq.get(reply.id) ?? 0)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }
    for (const list of Object.values(Object.groupBy(arrivals, (arrival) => arrival.session_key))) {
      const order = (list ?? []).map((arrival) => seq.get(arrival.notification_id ?? '') ?? 0)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }
    // The story of each message is whole: nothing is open any more, each delivered once and at the end, nothing numbered twice or left out.
    const stories = store.db
      .prepare(
        `SELECT notification_id, sum(ended_at IS NULL) AS open, sum(outcome = 'delivered') AS delivered, max(attempt) - count(*) AS missing,
           max(CASE outcome WHEN 'delivered' THEN attempt END) = max(attempt) AS last FROM delivery_attempts GROUP BY notification_id`,
      )
      .all() as { notification_id: string; open: number; delivered: number; missing: number; last: number }[]
    expect(stories.length).toBe(count)
    expect(stories.filter((story) => story.open !== 0 || story.delivered !== 1 || story.missing !== 0 || story.last !== 1)).toEqual([])
    // Something did go wrong on the way.
    expect(arrivals.length).toBeGreaterThan(count)
  } finally {
    store.close()
  }
}
