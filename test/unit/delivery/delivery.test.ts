import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReplyStream } from '../../../native-services/contract/events.ts'
import type { SeenRun } from '../../../native-services/gateway/types.ts'
import type { NotificationRow } from '../../../native-services/store/notifications.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
})
afterEach(() => world.close())

const only = (): NotificationRow => {
  const [row] = world.outbox()
  if (!row) throw new Error('the outbox is empty')
  return row
}
const second = 1000

describe('a message that arrives', () => {
  it('is sent at once, answered in the thread, and recorded', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.assign(task, max)
    await world.settle()
    expect(only().state).toBe('leased')
    expect(world.store.agents.get(max.id)?.current_task_id).toBe(task.id)
    expect(world.store.tasks.get(task.id)?.waiting_for).toBe('Max is working on it')
    world.responses.open()[0]?.answer('Done.\n')
    await world.settle()
    expect(world.thread(task)).toEqual(['Max: Done.'])
    expect(only()).toMatchObject({ state: 'delivered', attempts: 1, run_id: 'resp_1', lease_until: null })
    expect(world.store.agents.get(max.id)?.current_task_id).toBeNull()
    expect(world.activity('delivery.delivered')).toMatchObject([{ agent_id: max.id, task_id: task.id, actor_name: 'Max' }])
    expect(world.delivery.stats()).toMatchObject({ running: true, paused: false, delivered: 1, failed: 0, consecutive_failures: 0 })
  })

  it('waits a moment for the word of what it used, which comes beside the answer, and not for ever', async () => {
    const nothing = { provider: null, model: null, tokens: null, cost_micros: null }
    const tokens = { input_tokens: 7, output_tokens: 3, cache_read_tokens: 0, cache_write_tokens: 0 }
    let seen: SeenRun = nothing
    await world.close()
    world = createDeliveryWorld({ seenRun: () => seen })
    world.delivery.start()
    const max = world.agent('Max')
    const [task, other] = [world.task('T'), world.task('U')]
    world.assign(task, max)
    await world.settle()
    world.responses.open()[0]?.answer('Done.')
    await world.settle()
    expect(world.thread(task)).toEqual([])
    seen = { provider: 'p', model: 'fallback', tokens, cost_micros: 12 }
    await world.clock.advance(25)
    expect(world.thread(task)).toEqual(['Max: Done.'])
    seen = nothing
    world.assign(other, max)
    await world.settle()
    world.responses.open()[0]?.answer('Done too.')
    await world.clock.advance(250)
    expect(world.thread(other)).toEqual(['Max: Done too.'])
    const runs = world.store.usage.runs({ agent_id: max.id, limit: 10, offset: 0 }).items
    expect(runs.map((run) => [run.model, run.cost_micros])).toEqual([
      ['', null],
      ['fallback', 12],
    ])
  })

  it('mentions in the reply reach the others', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    world.agent('Ivy')
    const task = world.task('T')
    world.responses.onRun = (run) => run.answer(run.turn.session_key.includes('mc-max') ? 'Please check this, @Ivy.' : 'Checked.')
    world.assign(task, max)
    await world.settle(20)
    expect(world.thread(task)).toEqual(['Max: Please check this, @Ivy.', 'Ivy: Checked.'])
  })

  it('shows its words while they are written, at most every 50 ms, and ends them once', async () => {
    world.delivery.start()
    const frames: ReplyStream[] = []
    world.delivery.onReply((frame) => frames.push(frame))
    const task = world.task('T')
    world.assign(task, world.agent('Max'))
    await world.settle()
    const run = world.responses.open()[0]
    for (const text of ['a', 'a b', 'a b c']) run?.write(text)
    expect(frames.map((frame) => frame.text)).toEqual(['a'])
    await world.clock.advance(50)
    expect(frames.map((frame) => frame.text)).toEqual(['a', 'a b c'])
    run?.answer('a b c d')
    await world.settle()
    expect(frames.map((frame) => frame.done)).toEqual([false, false, true])
    expect(frames.every((frame) => frame.task_id === task.id && frame.notification_id === only().id)).toBe(true)
  })

  it('posts no double of what the agent wrote itself', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.assign(task, max)
    await world.settle()
    world.comment(task, 'All done.', { type: 'agent', name: 'Max', agent_id: max.id })
    world.responses.open()[0]?.answer('All done.')
    await world.settle()
    expect(world.thread(task)).toEqual(['Max: All done.'])
    expect(only().state).toBe('delivered')
  })

  it('takes a comment written by command for the answer when the final text is empty', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.assign(task, max)
    await world.settle()
    world.comment(task, 'See the file.', { type: 'agent', name: 'Max', agent_id: max.id })
    world.responses.open()[0]?.answer('')
    await world.settle()
    expect(world.thread(task)).toEqual(['Max: See the file.'])
    expect(only().state).toBe('delivered')
  })

  it('has exactly one reply although it is sent again after its reply was written', async () => {
    world.delivery.start()
    const task = world.task('T')
    world.responses.onRun = (run) => run.answer('Only once.')
    world.assign(task, world.agent('Max'))
    await world.settle()
    world.store.write(() => world.store.notifications.replay(only().id))
    await world.settle()
    expect(world.responses.runs).toHaveLength(2)
    expect(world.thread(task)).toEqual(['Max: Only once.'])
    expect(only().state).toBe('delivered')
  })
})

describe('order and fairness', () => {
  it('one at a time per session in order, sessions side by side up to the limit', async () => {
    world.store.write(() => world.store.settings.update({ delivery_concurrency: 3 }))
    const agents = ['A', 'B', 'C', 'D'].map((name) => world.agent(name))
    const task = world.task('T')
    for (const round of ['one', 'two']) for (const agent of agents) world.comment(task, `@${agent.name} ${round}`)
    world.delivery.start()
    await world.settle()
    const open = (): string[] =>
      world.responses
        .open()
        .map(
          (run) =>
            `${run.turn.session_key.slice(9, 10)} ${run.turn.input.includes('@A one\n<<<END message') || /@\w one\n<<<END message/.test(run.turn.input) ? 'one' : 'two'}`,
        )
    expect(open()).toEqual(['a one', 'b one', 'c one'])
    // B is slow: the others go on past it, in their own order.
    for (const expected of [
      ['b one', 'c one', 'd one'],
      ['b one', 'd one', 'a two'],
    ]) {
      world.responses
        .open()
        .find((run) => !run.turn.session_key.includes('mc-b'))
        ?.answer('ok')
      await world.settle()
      expect(open()).toEqual(expected)
    }
    expect(world.responses.mostPerSession).toBe(1)
  })

  it('a message that waits for its next try holds back its session, not the others', async () => {
    world.delivery.start()
    const [max, ivy] = [world.agent('Max'), world.agent('Ivy')]
    const task = world.task('T')
    world.comment(task, '@Max one')
    world.comment(task, '@Max two')
    await world.settle()
    world.responses.open()[0]?.fail('failed')
    await world.settle()
    world.comment(task, '@Ivy one')
    await world.settle()
    expect(world.responses.open().map((run) => run.turn.gateway_agent_id)).toEqual([ivy.gateway_agent_id])
    world.responses.onRun = (run) => run.answer(`answer ${world.responses.runs.length}`)
    await world.clock.advance(5 * second)
    expect(
      world
        .outbox()
        .filter((row) => row.agent_id === max.id)
        .map((row) => row.state),
    ).toEqual(['delivered', 'delivered'])
  })

  it('what has waited too long is given up, visibly, and can be sent again', async () => {
    world.store.write(() => world.store.settings.update({ delivery_expire_ms: 3_600_000 }))
    const max = world.agent('Max')
    world.store.write(() => world.store.agents.update(max.id, { status: 'paused' }))
    world.delivery.start()
    const task = world.task('T')
    world.assign(task, max)
    await world.clock.advance(3_500_000)
    expect(only().state).toBe('queued')
    await world.clock.advance(700_000)
    expect(only()).toMatchObject({ state: 'dead', last_error_code: 'expired', attempts: 0 })
    expect(only().last_error).toMatch(/waited for \d+ minutes/)
    expect(world.activity('delivery_failed')).toHaveLength(1)

    world.store.write(() => {
      world.store.notifications.replay(only().id)
      world.store.agents.update(max.id, { status: 'online' })
    })
    await world.settle()
    // Sent again it counts from now on.
    await world.clock.advance(700_000)
    expect(only().state).toBe('leased')
  })

  it('nothing goes to a paused agent, a paused board, or an agent that is not set up yet', async () => {
    world.delivery.start()
    const max = world.agent('Max', { status: 'paused' })
    const ivy = world.agent('Ivy', { status: 'provisioning' })
    const task = world.task('T')
    world.store.write(() => world.store.boards.update(world.board.id, { paused: true }))
    world.comment(task, '@Max @Ivy hello')
    await world.settle()
    world.store.write(() => world.store.agents.update(max.id, { status: 'online' }))
    await world.settle()
    expect(world.responses.runs).toHaveLength(0)
    world.store.write(() => world.store.boards.update(world.board.id, { paused: false }))
    await world.settle()
    expect(world.responses.runs).toHaveLength(1)
    world.store.write(() => world.store.agents.update(ivy.id, { status: 'waking' }))
    await world.settle()
    expect(world.responses.runs).toHaveLength(2)
  })

  it('the pause of all deliveries holds until it is lifted', async () => {
    world.store.write(() => world.store.settings.update({ delivery_paused: true }))
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.clock.advance(600 * second)
    expect(world.responses.runs).toHaveLength(0)
    expect(world.delivery.stats().paused).toBe(true)
    world.store.write(() => world.store.settings.update({ delivery_paused: false }))
    await world.settle()
    expect(world.responses.runs).toHaveLength(1)
  })
})

describe('failures', () => {
  it('back off with a doubling ceiling, and are dead after eight attempts', async () => {
    world.delivery.start()
    const task = world.task('T')
    const times: number[] = []
    world.responses.onRun = (run) => {
      times.push(world.clock.now())
      run.fail('failed', 'provider broke, Authorization: Bearer sk-abcdefghijklmnopqrstuvwxyz')
    }
    world.assign(task, world.agent('Max'))
    await world.clock.advance(3600 * second)
    const gaps = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / second))
    expect(gaps).toEqual([5, 10, 20, 40, 80, 160, 300])
    expect(only()).toMatchObject({ state: 'dead', attempts: 8, last_error_code: 'failed', next_attempt_at: null })
    expect(only().last_error).not.toContain('abcdefghij')
    expect(world.activity('delivery_failed')).toMatchObject([{ level: 'error', task_id: task.id, data: { attempts: 8, code: 'failed' } }])
    expect(world.delivery.stats()).toMatchObject({ failed: 8, consecutive_failures: 8 })
    expect(world.store.tasks.get(task.id)?.waiting_for).toContain('delivery to Max failed')
    expect(world.clock.pending()).toBe(0)
  })

  it('a refused request is dead at once', async () => {
    world.delivery.start()
    world.responses.onRun = (run) => run.fail('rejected', 'unknown agent')
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    expect(only()).toMatchObject({ state: 'dead', attempts: 1, last_error_code: 'rejected', last_error: 'unknown agent' })
  })

  it('a rate limit waits at least as long as it says', async () => {
    world.delivery.start()
    world.responses.onRun = (run) => run.fail('rate_limited', 'slow down', 90 * second)
    world.assign(world.task('T'), world.agent('Max'))
    await world.clock.advance(89 * second)
    expect(world.responses.runs).toHaveLength(1)
    await world.clock.advance(2 * second)
    expect(world.responses.runs).toHaveLength(2)
  })

  it('an unexpected error is a failure, not the end of the loop', async () => {
    world.delivery.start()
    const run = world.responses.run.bind(world.responses)
    world.responses.run = () => Promise.reject(new TypeError('oops'))
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    expect(only()).toMatchObject({ state: 'queued', last_error_code: 'failed', last_error: 'oops' })
    world.responses.run = run
    world.responses.onRun = (open) => open.answer('ok')
    await world.clock.advance(5 * second)
    expect(only().state).toBe('delivered')
  })
})

describe('a gateway that is away', () => {
  it('costs no attempt, and all waits go when it is back', async () => {
    world.gateway.down()
    world.delivery.start()
    const task = world.task('T')
    for (const name of ['Max', 'Ivy', 'Noor']) world.assign(world.task(`Task of ${name}`), world.agent(name))
    await world.clock.advance(30 * second)
    expect(world.responses.runs).toHaveLength(0)
    expect(world.delivery.stats().paused).toBe(true)
    world.responses.onRun = (run) => run.answer('ok')
    world.gateway.up()
    await world.settle(20)
    expect(world.outbox().map((row) => `${row.state} ${row.attempts}`)).toEqual(['delivered 1', 'delivered 1', 'delivered 1'])
    expect(world.delivery.stats().paused).toBe(false)
    expect(task.status).toBe('inbox')
  })

  it('is tried by one message a minute when nobody tells that it is back', async () => {
    world.gateway.down()
    world.responses.reachable = false
    world.delivery.start()
    for (const name of ['Max', 'Ivy']) world.assign(world.task(`Task of ${name}`), world.agent(name))
    await world.clock.advance(150 * second)
    expect(world.outbox().map((row) => `${row.state} ${row.attempts} ${row.last_error_code}`)).toEqual([
      'queued 0 unavailable',
      'queued 0 null',
    ])
    expect(world.delivery.stats().failed).toBe(2)
    world.responses.reachable = true
    world.responses.onRun = (run) => run.answer('ok')
    await world.clock.advance(60 * second)
    expect(world.outbox().map((row) => row.state)).toEqual(['delivered', 'delivered'])
  })

  it('refuses our token: one diagnosis, no attempt spent, on again with the next connection', async () => {
    world.delivery.start()
    world.responses.onRun = (run) => run.fail('unauthorized', 'The gateway answered 401: Unauthorized')
    world.assign(world.task('T'), world.agent('Max'))
    await world.clock.advance(300 * second)
    expect(only()).toMatchObject({ state: 'queued', attempts: 0, last_error_code: 'unauthorized' })
    expect(world.activity('delivery.held')).toHaveLength(1)
    world.responses.onRun = (run) => run.answer('ok')
    world.gateway.up()
    await world.settle()
    expect(only().state).toBe('delivered')
  })

  it('that dies over one message again and again is not sent it for ever', async () => {
    world.delivery.start()
    world.responses.onRun = (run) => run.fail('unavailable', 'The connection was lost during the run.')
    world.assign(world.task('T'), world.agent('Max'))
    await world.clock.advance(3600 * second)
    expect(only()).toMatchObject({ state: 'dead', attempts: 8, last_error_code: 'unavailable' })
  })
})

describe('no answer', () => {
  it.each(['', 'NO_REPLY', 'NOTHING_TO_ADD', 'No response from OpenClaw.'])(
    '%j to an assignment: three sends, then dead and said in the thread’s activity',
    async (text) => {
      world.delivery.start()
      const task = world.task('T')
      world.responses.onRun = (run) => run.answer(text)
      world.assign(task, world.agent('Max'))
      await world.clock.advance(3600 * second)
      expect(world.responses.runs).toHaveLength(3)
      expect(only()).toMatchObject({ state: 'dead', last_error_code: 'no_response' })
      expect(world.store.activity.list({ task_id: task.id, event_type: 'delivery_failed', limit: 10, offset: 0 }).items).toHaveLength(1)
      expect(world.thread(task)).toEqual([])
      expect(world.delivery.stats()).toMatchObject({ required_retry_exhausted: 1, no_response_terminal_skips: 0 })
    },
  )

  it('to a person’s comment: three sends of nothing, but a chosen silence is taken at once', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [max.id]))
    world.responses.onRun = (run) => run.answer('')
    world.comment(task, 'hello?')
    await world.clock.advance(3600 * second)
    expect(world.responses.runs).toHaveLength(3)
    world.responses.onRun = (run) => run.answer('NOTHING_TO_ADD')
    world.comment(task, 'thanks')
    await world.clock.advance(3600 * second)
    expect(world.responses.runs).toHaveLength(4)
    expect(world.outbox().map((row) => row.state)).toEqual(['dead', 'delivered'])
  })

  it('to a change of status: one send', async () => {
    world.delivery.start()
    world.agent('Ada', { role: 'lead' })
    world.responses.onRun = (run) => run.answer('NO_REPLY')
    world.move(world.task('T', { status: 'in_progress' }), 'review')
    await world.clock.advance(3600 * second)
    expect(world.responses.runs).toHaveLength(1)
    expect(only().state).toBe('delivered')
    expect(world.delivery.stats().no_response_terminal_skips).toBe(1)
  })
})

describe('what is no longer worth sending', () => {
  it('is skipped with its reason, and the next one of the session goes', async () => {
    const max = world.agent('Max')
    const task = world.task('T')
    world.assign(task, max)
    world.store.write(() => world.store.tasks.setAssignees(task.id, []))
    world.comment(task, '@Max still there?')
    world.delivery.start()
    await world.settle()
    expect(world.outbox().map((row) => `${row.type} ${row.state} ${row.last_error_code}`)).toEqual([
      'assignment skipped no_longer_assigned',
      'mention leased null',
    ])
  })

  it('the reply of an agent that was deleted meanwhile is dropped', async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.comment(task, '@Max hello')
    await world.settle()
    world.store.write(() => world.store.agents.remove(max.id))
    world.responses.open()[0]?.answer('too late')
    await world.settle()
    expect(world.thread(task)).toEqual(['Sam: @Max hello'])
  })
})

describe('what is stopped while an agent is at work on it', () => {
  const give = async () => {
    world.delivery.start()
    const max = world.agent('Max')
    const task = world.task('T')
    world.assign(task, max)
    await world.settle()
    return { max, task }
  }

  it('by the pause of its board: the run ends, the message waits without blame, and says that it was sent before', async () => {
    const { task } = await give()
    world.store.write(() => world.store.boards.update(world.board.id, { name: 'Other name' }))
    expect(world.responses.open()).toHaveLength(1)
    world.store.write(() => world.store.boards.update(world.board.id, { paused: true }))
    await world.settle()
    expect(world.responses.open()).toHaveLength(0)
    expect(only()).toMatchObject({ state: 'queued', attempts: 0, last_error_code: 'aborted', last_error: 'The board was paused.' })
    await world.clock.advance(3600 * second)
    expect(world.responses.runs).toHaveLength(1)
    world.store.write(() => world.store.boards.update(world.board.id, { paused: false }))
    await world.settle()
    const again = world.responses.open()[0]
    expect(again?.turn.input).toContain('Sent before: yes')
    again?.answer('Done after all.')
    await world.settle()
    expect(world.thread(task)).toEqual(['Max: Done after all.'])
  })

  it('by the pause of its agent', async () => {
    const { max } = await give()
    world.store.write(() => world.store.agents.update(max.id, { status: 'paused' }))
    await world.settle()
    expect(world.responses.open()).toHaveLength(0)
    expect(only()).toMatchObject({ state: 'queued', attempts: 0, last_error: 'The agent was paused.' })
  })

  it('by whoever gives it up: nothing is posted, nothing sent again, and the session is free only when its run has ended', async () => {
    const { task } = await give()
    world.comment(task, '@Max and then this')
    const seen: number[] = []
    world.responses.onRun = () => seen.push(world.responses.mostPerSession)
    world.store.write(() => world.store.notifications.finish(only().id, { state: 'skipped', error_code: 'discarded', error: 'x' }))
    // Sent again before the stopped run has ended: it does not run twice at once.
    world.store.write(() => world.store.notifications.replay(only().id))
    await world.settle(20)
    expect(world.responses.mostPerSession).toBe(1)
    world.responses.open()[0]?.answer('first')
    await world.settle(20)
    world.responses.open()[0]?.answer('second')
    await world.settle(20)
    expect(world.outbox().map((row) => row.state)).toEqual(['delivered', 'delivered'])
    expect(world.thread(task)).toEqual(['Sam: @Max and then this', 'Max: first', 'Max: second'])
    expect(world.responses.runs).toHaveLength(3)
  })

  it('an answer that comes after it was given up is not posted', async () => {
    const { task } = await give()
    const run = world.responses.open()[0]
    world.store.write(() => world.store.notifications.finish(only().id, { state: 'skipped', error_code: 'discarded', error: 'x' }))
    run?.answer('too late')
    await world.settle()
    expect(world.thread(task)).toEqual([])
    expect(only()).toMatchObject({ state: 'skipped', last_error_code: 'discarded' })
  })
})

describe('stopping and crashing', () => {
  it('lets runs finish until the deadline, then aborts and gives the attempt back', async () => {
    world.delivery.start()
    const [task, other] = [world.task('T'), world.task('U')]
    world.assign(task, world.agent('Max'))
    world.assign(other, world.agent('Ivy'))
    await world.settle()
    const stopped = world.delivery.stop(world.clock.now() + 10 * second)
    world.assign(world.task('V'), world.agent('Noor'))
    world.responses.open()[0]?.answer('in time')
    await world.clock.advance(9 * second)
    expect(world.responses.open()).toHaveLength(1)
    await world.clock.advance(second)
    await stopped
    expect(world.thread(task)).toEqual(['Max: in time'])
    expect(world.outbox().map((row) => `${row.state} ${row.attempts}`)).toEqual(['delivered 1', 'queued 0', 'queued 0'])
    expect(world.responses.runs).toHaveLength(2)
    expect(world.delivery.stats().running).toBe(false)
  })

  it('renews the lease of a long run; a lease that nobody holds returns to the queue', async () => {
    world.delivery.start()
    const [max, ivy] = [world.agent('Max'), world.agent('Ivy')]
    world.assign(world.task('T'), max)
    await world.settle()
    await world.clock.advance(600 * second)
    expect(only().lease_until).toBeGreaterThan(world.clock.now())
    expect(world.responses.runs).toHaveLength(1)
    // A row leased by nobody, as a failed write leaves it.
    const lost = world.store.notifications.enqueue({
      type: 'mention',
      agent_id: ivy.id,
      board_id: null,
      task_id: null,
      comment_id: null,
      title: 't',
      body: 'b',
      session_key: 'agent:mc-ivy:x',
    })
    world.store.write(() => world.store.notifications.lease(lost.id, world.clock.now() + second))
    await world.clock.advance(600 * second)
    world.delivery.poke()
    await world.settle()
    expect(world.store.notifications.get(lost.id)?.state).not.toBe('leased')
    expect(world.responses.mostPerSession).toBe(1)
  })

  it('does not send what is under way again after the machine slept', async () => {
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    world.clock.skip(8 * 3600 * second)
    world.delivery.poke()
    await world.clock.advance(second)
    expect(world.responses.runs).toHaveLength(1)
    expect(only().state).toBe('leased')
  })
})
