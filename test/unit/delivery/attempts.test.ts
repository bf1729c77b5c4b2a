/** The timeline of a message, and what an edit or a deletion does to messages that wait. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptRow } from '../../../native-services/store/delivery-attempts.ts'
import type { NotificationRow } from '../../../native-services/store/notifications.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
})
afterEach(() => world.close())

const story = (row: NotificationRow | undefined): AttemptRow[] => world.store.notifications.attempts(row?.id ?? '')
const outcomes = (row: NotificationRow | undefined): string[] => story(row).map((attempt) => attempt.outcome)

describe('attempts of a message', () => {
  it('tell when it was sent, accepted, how it failed, when it is tried again, and the reply', async () => {
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    const [row] = world.outbox()
    expect(story(row)).toMatchObject([{ attempt: 1, outcome: 'running', ended_at: null, run_id: 'resp_1' }])
    expect(story(row)[0]?.accepted_at).not.toBeNull()
    world.responses.open()[0]?.fail('failed', 'the model fell over')
    await world.settle()
    const [failed] = story(row)
    expect(failed).toMatchObject({ outcome: 'retry', error_code: 'failed', error: 'the model fell over' })
    expect(failed?.next_attempt_at).toBe(world.outbox()[0]?.next_attempt_at)
    await world.clock.advance((failed?.next_attempt_at ?? 0) - world.clock.now())
    await world.settle()
    world.responses.open()[0]?.answer('Done.')
    await world.settle()
    expect(outcomes(row)).toEqual(['retry', 'delivered'])
    expect(story(row)[1]).toMatchObject({ attempt: 2, run_id: 'resp_2', error: null, next_attempt_at: null })
  })

  it('a gateway that is away costs no attempt, and is in the story all the same', async () => {
    world.responses.reachable = false
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    expect(world.outbox()[0]?.attempts).toBe(0)
    expect(story(world.outbox()[0])).toMatchObject([{ outcome: 'refunded', error_code: 'unavailable', accepted_at: null, run_id: null }])
  })

  it('a refused message is dead, and sent again by hand its story goes on', async () => {
    world.responses.onRun = (run) => run.fail('rejected', 'no')
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    const [row] = world.outbox()
    expect(outcomes(row)).toEqual(['dead'])
    world.responses.onRun = (run) => run.answer('Yes.')
    world.store.write(() => world.store.notifications.replay(row?.id ?? ''))
    await world.settle()
    expect(outcomes(row)).toEqual(['dead', 'sent_again', 'delivered'])
  })

  it('what is sent again waits for what its session is busy with', async () => {
    world.responses.onRun = (run) => run.fail('rejected', 'no')
    world.delivery.start()
    const task = world.task('T')
    world.assign(task, world.agent('Max'))
    await world.settle()
    world.responses.onRun = () => {}
    world.comment(task, '@Max first')
    world.comment(task, '@Max second')
    await world.settle()
    const [dead] = world.outbox()
    world.store.write(() => world.store.notifications.replay(dead?.id ?? ''))
    await world.settle()
    expect(world.outbox().map((row) => row.state)).toEqual(['queued', 'leased', 'queued'])
    world.responses.open()[0]?.answer('One.')
    await world.settle()
    expect(world.outbox().map((row) => row.state)).toEqual(['leased', 'delivered', 'queued'])
    expect(world.responses.mostPerSession).toBe(1)
  })

  it('what a dead process had under way is interrupted', async () => {
    world.delivery.start()
    world.assign(world.task('T'), world.agent('Max'))
    await world.settle()
    world.store.write(() => world.store.notifications.releaseLeases('all'))
    expect(outcomes(world.outbox()[0])).toEqual(['interrupted'])
  })

  it('one is open exactly while its message is leased, in whatever order things happen', async () => {
    const step = fc.constantFrom(
      'answer',
      'silence',
      'failed',
      'timeout',
      'rejected',
      'unavailable',
      'aborted',
      'wait',
      'release',
      'comment',
      'replay',
      'discard',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const one = createDeliveryWorld()
        try {
          one.delivery.start()
          const task = one.task('T')
          one.assign(task, one.agent('Max'))
          await one.settle()
          for (const what of steps) {
            const run = one.responses.open()[0]
            const row = one.outbox()[0]
            if (what === 'comment') one.comment(task, '@Max more')
            else if (what === 'wait') await one.clock.advance(400_000)
            else if (what === 'release') one.store.write(() => one.store.notifications.releaseLeases('all'))
            else if (what === 'replay') {
              if (row?.state === 'dead' || row?.state === 'skipped') one.store.write(() => one.store.notifications.replay(row.id))
            } else if (what === 'discard') {
              if (row?.state === 'queued') one.store.write(() => one.store.notifications.finish(row.id, { state: 'skipped' }))
            } else if (what === 'answer') run?.answer('Done.')
            else if (what === 'silence') run?.answer('')
            else run?.fail(what)
            await one.settle()
            for (const each of one.outbox()) {
              const attempts = one.store.notifications.attempts(each.id)
              expect(attempts.filter((attempt) => attempt.ended_at === null)).toHaveLength(each.state === 'leased' ? 1 : 0)
              expect(attempts.map((attempt) => attempt.attempt)).toEqual(attempts.map((_, index) => index + 1))
              if (each.state === 'delivered') expect(attempts.at(-1)?.outcome).toBe('delivered')
            }
          }
        } finally {
          await one.close()
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('coalescing', () => {
  it('whatever is written while an agent is busy, it gets every comment, each at most once as news, the last one last', async () => {
    const act = fc.constantFrom('comment', 'answer')
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
        const one = createDeliveryWorld()
        try {
          one.delivery.start()
          const max = one.agent('Max')
          const task = one.task('T')
          one.store.write(() => one.store.tasks.setAssignees(task.id, [max.id]))
          const written: string[] = []
          for (const what of acts) {
            if (what === 'comment') {
              written.push(`words ${written.length};`)
              one.comment(task, written.at(-1) ?? '')
            } else one.responses.open()[0]?.answer('Fine.')
            await one.settle()
            // At most one is sent and one waits, and what waits tells of the newest.
            const waiting = one.outbox().filter((row) => row.state === 'queued')
            expect(waiting.length).toBeLessThanOrEqual(1)
            if (waiting[0]) expect(waiting[0].body).toBe(written.at(-1))
          }
          while (one.responses.open().length > 0) {
            one.responses.open()[0]?.answer('Fine.')
            await one.settle()
          }
          const told = one.outbox().map((row) => row.comment_id)
          expect(new Set(told).size).toBe(told.length)
          if (written.length > 0) expect(one.outbox().at(-1)?.body).toBe(written.at(-1))
          const prompts = one.responses.runs.map((run) => run.turn.input).join('\n')
          for (const words of written) expect(prompts).toContain(words)
        } finally {
          await one.close()
        }
      }),
      { numRuns: 30 },
    )
  })
})
