import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentTurnsLimit } from '../../../native-services/domain/delivery-rules.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
})
afterEach(() => world.close())

const rows = (): string[] => world.outbox().map((row) => `${row.type} → ${world.store.agents.get(row.agent_id)?.name}`)

describe('notifier', () => {
  it('tells an assignee, in a session of its own per task', () => {
    const max = world.agent('Max')
    const task = world.task('Write the post')
    world.assign(task, max)
    expect(rows()).toEqual(['assignment → Max'])
    expect(world.outbox()[0]).toMatchObject({
      session_key: `agent:mc-max:mc-task-${task.id}`,
      task_id: task.id,
      title: 'Sam assigned #1 Write the post',
    })
    expect(world.store.tasks.subscribers(task.id)).toEqual([max.id])
  })

  it('says nothing to an agent that assigned itself, nor to one being removed', () => {
    const max = world.agent('Max')
    const ivy = world.agent('Ivy', { status: 'deleting' })
    const task = world.task('T')
    world.store.write(() =>
      world.notifier.assigned({ task, agent_ids: [max.id, ivy.id], actor: { type: 'agent', name: 'Max', agent_id: max.id } }),
    )
    expect(rows()).toEqual([])
  })

  it('a comment goes to whom it mentions, and to nobody else', () => {
    const [max, ivy] = [world.agent('Max'), world.agent('Ivy')]
    const task = world.task('T')
    world.assign(task, max)
    const comment = world.comment(task, 'What do you think, @Ivy? `@Max`')
    expect(rows()).toEqual(['assignment → Max', 'mention → Ivy'])
    expect(comment.mentions).toEqual([ivy.id])
    expect(world.store.tasks.subscribers(task.id).toSorted()).toEqual([max.id, ivy.id].toSorted())
  })

  it('unsent thread updates become one, with the newest text; sent ones stay', async () => {
    const max = world.agent('Max')
    const task = world.task('T')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [max.id]))
    world.comment(task, 'one')
    world.comment(task, 'two')
    expect(world.outbox().map((row) => row.body)).toEqual(['two'])
    world.delivery.start()
    await world.settle()
    world.comment(task, 'three')
    expect(world.outbox().map((row) => `${row.body} ${row.state}`)).toEqual(['two leased', 'three queued'])
  })

  it('without assignee the subscribers hear, without subscribers the lead, and without a lead it says so', () => {
    const task = world.task('T')
    world.comment(task, 'anyone?')
    expect(rows()).toEqual([])
    expect(world.activity('delivery.no_recipient')).toHaveLength(1)
    world.agent('Ada', { role: 'lead' })
    world.comment(task, 'anyone?')
    expect(rows()).toEqual(['thread_update → Ada'])
  })

  it('agents do not keep each other talking', () => {
    const [max, ivy] = [world.agent('Max'), world.agent('Ivy')]
    const task = world.task('T')
    world.assign(task, max, ivy)
    const before = rows().length
    const asAgent = (agent: typeof max) => ({ type: 'agent', name: agent.name, agent_id: agent.id }) as const
    world.comment(task, 'I will start.', asAgent(max))
    expect(rows()).toHaveLength(before)
    world.comment(task, 'Start.')
    for (let turn = 0; turn < agentTurnsLimit + 3; turn += 1)
      world.comment(task, turn % 2 ? '@Max again' : '@Ivy again', asAgent(turn % 2 ? ivy : max))
    expect(rows().filter((row) => row.startsWith('mention'))).toHaveLength(agentTurnsLimit)
    expect(world.activity('delivery.loop_guard').length).toBe(3)
    world.comment(task, 'Go on.')
    world.comment(task, '@Ivy now', asAgent(max))
    expect(rows().filter((row) => row.startsWith('mention'))).toHaveLength(agentTurnsLimit + 1)
  })

  it('the lead hears of work to review, the assignee of work sent back', () => {
    const ada = world.agent('Ada', { role: 'lead' })
    const max = world.agent('Max')
    const task = world.task('T')
    world.store.write(() => world.store.tasks.setAssignees(task.id, [max.id]))
    world.move(task, 'in_progress', { type: 'agent', name: 'Max', agent_id: max.id })
    world.move(task, 'review', { type: 'agent', name: 'Max', agent_id: max.id })
    world.move(task, 'in_progress')
    world.move(task, 'done')
    expect(rows()).toEqual(['status_change → Ada', 'status_change → Max'])
    expect(ada.is_board_lead).toBe(true)
  })
})
