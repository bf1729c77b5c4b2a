/**
 * The outbox under every order of events that matters: messages come, runs are answered or fail, the gateway goes and comes, people replay and discard,
 * a write fails, and the process dies at any moment. Over a real database; only the clock and the gateway's edge are not real.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDelivery } from '../../../native-services/delivery/delivery.ts'
import { createNotifier } from '../../../native-services/delivery/notifier.ts'
import type { GatewayFailure } from '../../../native-services/gateway/types.ts'
import { openStore } from '../../../native-services/store/store.ts'
import { createFakeResponses, type FakeResponses } from '../../fakes/fake-responses.ts'
import { addAgent, addTask, createGatewaySwitch, person, silentLog } from '../../support/delivery-world.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const tasks = 3
type Step =
  | { kind: 'say'; task: number }
  | { kind: 'answer'; run: number }
  /** The gateway has answered, and the process dies before that is recorded. */
  | { kind: 'answer_and_crash'; run: number }
  | { kind: 'fail'; run: number; failure: GatewayFailure }
  /** The transaction that should record the answer fails. */
  | { kind: 'disk_full'; run: number }
  | { kind: 'crash' }
  | { kind: 'gateway'; up: boolean }
  | { kind: 'wait'; ms: number }
  | { kind: 'replay' | 'discard'; which: number }

const index = fc.nat({ max: 7 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('say' as const), task: fc.nat({ max: tasks - 1 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), run: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer_and_crash' as const), run: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      run: index,
      failure: fc.constantFrom<GatewayFailure>('unavailable', 'unauthorized', 'rate_limited', 'timeout', 'failed', 'rejected', 'aborted'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk_full' as const), run: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('gateway' as const), up: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(10, 1000, 6000, 70_000, 400_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('replay' as const, 'discard' as const), which: index }) },
)

function createWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'mc-outbox-'))
  const file = join(dir, 'mc.db')
  const clock = createManualClock()
  /** Notification ids in the order in which the gateway saw them. */
  const seen: { session: string; id: string }[] = []
  const said: string[] = []
  const touched = new Set<string>()
  let mostPerSession = 0

  function live(): {
    store: ReturnType<typeof openStore>
    responses: FakeResponses
    gateway: ReturnType<typeof createGatewaySwitch>
    failWrites: { next: boolean }
  } {
    const store = openStore({ file, clock })
    // As `recover` in the composition root.
    store.write(() => store.notifications.releaseLeases('all'))
    const responses = createFakeResponses()
    const gateway = createGatewaySwitch()
    const failWrites = { next: false }
    const add = store.messages.add
    store.messages.add = (comment) => {
      if (failWrites.next && comment.source_notification_id !== null) {
        failWrites.next = false
        throw new Error('database or disk is full')
      }
      return add(comment)
    }
    responses.onRun = (run) => {
      const id = /^Notification ID: (\S+)$/m.exec(run.turn.input)?.[1] ?? ''
      seen.push({ session: run.turn.session_key, id })
    }
    const delivery = createDelivery({
      store,
      clock,
      log: silentLog,
      responses,
      gateway,
      notifier: createNotifier({ store, clock }),
      settings: store.settings.get,
      random: () => 0.999999,
      leaseMs: 30_000,
    })
    delivery.start()
    return { store, responses, gateway, failWrites }
  }

  let now = live()
  const agents = ['Max', 'Ivy'].map((name) => {
    const row = now.store.write(() =>
      now.store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/nowhere', token_hint: null }),
    )
    const board =
      now.store.boards.list({ limit: 1, offset: 0 }).items[0] ??
      now.store.write(() => now.store.boards.create({ gateway_id: row.id, name: 'B', slug: 'b' }))
    return addAgent(now.store, { gateway_id: row.id, board_id: board.id, name })
  })
  const boardId = agents[0]?.board_id ?? ''
  const list = Array.from({ length: tasks }, (_, n) => addTask(now.store, boardId, `Task ${n}`))

  function crash(): void {
    mostPerSession = Math.max(mostPerSession, now.responses.mostPerSession)
    clock.dropTimers()
    now.store.close()
    now = live()
  }
  const openRun = (n: number) => {
    const open = now.responses.open()
    return open[n % Math.max(1, open.length)]
  }
  const reply = (run: { turn: { input: string } }) => `reply to ${/^Notification ID: (\S+)$/m.exec(run.turn.input)?.[1] ?? ''}`

  async function take(one: Step): Promise<void> {
    const { store } = now
    switch (one.kind) {
      case 'say': {
        const task = list[one.task]
        const agent = agents[one.task % agents.length]
        if (!task || !agent) return
        const notifier = createNotifier({ store, clock })
        store.write(() => {
          const { comment } = store.messages.add({
            board_id: boardId,
            task_id: task.id,
            author_type: 'user',
            agent_id: null,
            author_name: 'Sam',
            message: `@${agent.name} ${said.length}`,
            mentions: [agent.id],
            source_notification_id: null,
          })
          notifier.commented({ task, comment, actor: person })
          said.push(comment.id)
        })
        break
      }
      case 'answer': {
        const run = openRun(one.run)
        run?.answer(reply(run))
        break
      }
      case 'answer_and_crash': {
        const run = openRun(one.run)
        run?.answer(reply(run))
        return crash()
      }
      case 'disk_full': {
        const run = openRun(one.run)
        if (!run) break
        now.failWrites.next = true
        run.answer(reply(run))
        await clock.advance(0)
        now.failWrites.next = false
        break
      }
      case 'fail':
        openRun(one.run)?.fail(one.failure)
        break
      case 'crash':
        return crash()
      case 'gateway':
        now.responses.reachable = one.up
        if (one.up) now.gateway.up()
        else now.gateway.down()
        break
      case 'wait':
        return clock.advance(one.ms)
      case 'replay':
      case 'discard': {
        // What the API allows.
        const rows = store.notifications.list({ state: one.kind === 'replay' ? 'dead' : 'queued', limit: 50, offset: 0 }).items
        const row = rows[one.which % Math.max(1, rows.length)]
        if (!row) break
        touched.add(row.id)
        store.write(() =>
          one.kind === 'replay'
            ? store.notifications.replay(row.id)
            : store.notifications.finish(row.id, { state: 'skipped', error_code: 'discarded', error: 'Given up.' }),
        )
        break
      }
    }
    await clock.advance(0)
  }

  return {
    take,
    /** Everything mends: what waits is sent and answered. */
    async calm(): Promise<void> {
      await take({ kind: 'gateway', up: true })
      for (let round = 0; round < 200; round += 1) {
        for (const run of now.responses.open()) run.answer(reply(run))
        await clock.advance(400_000)
        const { queued, leased } = now.store.notifications.countByState()
        if (queued + leased === 0) break
      }
      mostPerSession = Math.max(mostPerSession, now.responses.mostPerSession)
    },
    check(): void {
      const { store } = now
      const rows = store.notifications.list({ limit: 200, offset: 0 }).items
      const replies = list
        .flatMap((task) => store.messages.list(task.id, { limit: 200, offset: 0 }).items)
        .filter((comment) => comment.author_type === 'agent')
      // Nothing is lost: a row for each message, and each of them has ended, with a reason when it did not arrive.
      expect(rows.map((row) => row.comment_id ?? '').toSorted()).toEqual(said.toSorted())
      for (const row of rows) {
        expect(['delivered', 'dead', 'skipped']).toContain(row.state)
        if (row.state !== 'delivered') expect(row.last_error).not.toBeNull()
      }
      // Nothing is doubled: what was delivered has its own reply, once, and nothing else has one.
      expect(replies.map((comment) => comment.message).toSorted()).toEqual(
        rows
          .filter((row) => row.state === 'delivered')
          .map((row) => `reply to ${row.id}`)
          .toSorted(),
      )
      // In order, per session; what a person sent again goes when it is told to.
      expect(mostPerSession).toBeLessThanOrEqual(1)
      const seq = new Map(rows.map((row) => [row.id, row.seq]))
      for (const arrivals of Map.groupBy(
        seen.filter((one) => !touched.has(one.id)),
        (one) => one.session,
      ).values()) {
        const order = arrivals.map((one) => seq.get(one.id) ?? 0)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }
    },
    close(): void {
      now.store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

it('loses nothing, doubles nothing and keeps the order, whatever happens and whenever it crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40, size: 'max' }), async (steps) => {
      const world = createWorld()
      try {
        for (const one of steps) await world.take(one)
        await world.calm()
        world.check()
      } finally {
        world.close()
      }
    }),
    { numRuns: Number(process.env['OUTBOX_RUNS'] ?? 40) },
  )
}, 120_000)
