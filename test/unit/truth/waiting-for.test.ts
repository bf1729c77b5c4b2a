import { describe, expect, it } from 'vitest'
import { waitingFor, type WaitingFacts } from '../../../native-services/domain/waiting-for.ts'
import { countdown } from '../../../renderer/src/features/tasks/countdown.ts'
import { createDeliveryWorld } from '../../support/delivery-world.ts'

const max = { name: 'Max', status: 'online', status_reason: null, token_drifted: false } as const
const next = { state: 'queued', held: false, last_error: null, next_attempt_at: 1000, asked_by: null, agent: max } as const
const idle: WaitingFacts = {
  status: 'assigned',
  blocked_reason: null,
  blocked_by: [],
  asked: null,
  next: null,
  assignees: [max],
  board_paused: false,
  deliveries_paused: false,
  gateway_down: null,
}
const text = (facts: Partial<WaitingFacts>): string | null => waitingFor({ ...idle, ...facts }).text

describe('what a task waits for', () => {
  it.each<[string | null, Partial<WaitingFacts>]>([
    [null, {}],
    ['blocked: no key', { status: 'blocked', blocked_reason: 'no key', blocked_by: [3] }],
    ['blocked by #3, #12', { blocked_by: [3, 12], asked: { kind: 'approval', what: 'deploy' } }],
    ['waiting for approval: deploy', { asked: { kind: 'approval', what: 'deploy' }, next }],
    ['waiting for an answer: blue?', { asked: { kind: 'question', what: 'blue?' } }],
    ['Max is working on it', { next: { ...next, state: 'leased' }, gateway_down: 'gateway down' }],
    ['delivery to Max failed: no', { next: { ...next, state: 'dead', last_error: 'no' } }],
    ['waiting: daily cap reached', { next: { ...next, held: true } }],
    ['Max is offline: token drift', { next: { ...next, agent: { ...max, token_drifted: true } } }],
    ['Max is offline: no check-in', { assignees: [{ ...max, status: 'offline', status_reason: 'no check-in.' }] }],
    [null, { assignees: [{ ...max, status: 'offline' }, max] }],
    [null, { status: 'done', assignees: [{ ...max, status: 'offline' }] }],
    ['Max is paused', { next: { ...next, agent: { ...max, status: 'paused' } }, gateway_down: 'gateway down' }],
    ['deliveries are paused', { next, deliveries_paused: true, gateway_down: 'gateway down' }],
    ['the board is paused', { next, board_paused: true }],
    ['delivery to Max waits: gateway down', { next: { ...next, last_error: 'x' }, gateway_down: 'gateway down' }],
    ['delivery to Max retrying: it failed', { next: { ...next, last_error: 'it failed' } }],
    ['waiting for Max', { next }],
    ['waiting for Max to answer Ada', { next: { ...next, asked_by: 'Ada' } }],
    ['Max is answering Ada', { next: { ...next, asked_by: 'Ada', state: 'leased' } }],
    ['Max is paused', { next: { ...next, asked_by: 'Ada', agent: { ...max, status: 'paused' } } }],
  ])('%s', (words, facts) => {
    expect(text(facts)).toBe(words)
  })

  it('counts down to the next try', () => {
    expect(waitingFor({ ...idle, next: { ...next, last_error: 'x' } }).until_at).toBe(1000)
    expect(countdown('delivery to Max retrying: it failed', 12_900, 1000)).toBe('delivery to Max retrying in 12 s: it failed')
    expect(countdown('delivery to Max retrying: it failed', 1000, 1000)).toBe('delivery to Max retrying: it failed')
    expect(countdown('waiting for Max', null, 0)).toBe('waiting for Max')
    expect(countdown(null, null, 0)).toBe('')
  })

  it('says so in the row, with what is true at the moment, and tells whoever follows the task', () => {
    const world = createDeliveryWorld()
    const agent = world.agent('Max')
    const task = world.task('Launch')
    world.assign(task, agent)
    const read = () => world.store.tasks.get(task.id)?.waiting_for
    const inList = () => world.store.tasks.list({ board_id: world.board.id, limit: 10, offset: 0 }).items[0]?.waiting_for
    expect([read(), inList()]).toEqual(['waiting for Max', 'waiting for Max'])
    let down: string | null = null
    world.store.tasks.setSurroundings(() => ({ deliveries_paused: false, gateway_down: down }))
    down = 'gateway down'
    expect([read(), inList()]).toEqual(['delivery to Max waits: gateway down', 'delivery to Max waits: gateway down'])
    const changed: string[] = []
    world.store.onCommit((changes) =>
      changed.push(...changes.filter((change) => change.entity === 'task').map((change) => change.entity_id)),
    )
    world.store.write(() => world.store.tasks.touchWaiting())
    expect(changed).toEqual([task.id])
    world.store.write(() => world.store.agents.update(agent.id, { status: 'offline', status_reason: 'no check-in' }))
    expect(changed).toEqual([task.id, task.id])
    expect([read(), inList()]).toEqual(['Max is offline: no check-in', 'Max is offline: no check-in'])
    world.store.close()
  })
})
