import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellUnassigned } from '../../../native-services/delivery/unassigned-work.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
  world.delivery.start()
})
afterEach(() => world.close())
const tell = (by: string | null = null): void => world.store.write(() => tellUnassigned(world.store, world.clock, world.board.id, by))
const work = () => world.outbox().filter((row) => row.type === 'unassigned_work')

it('the lead hears once of all work that nobody has, a moment later', async () => {
  const lead = world.agent('Ada', { role: 'lead' })
  world.task('One')
  tell()
  world.task('Two')
  tell()
  expect(work()).toMatchObject([{ agent_id: lead.id, task_id: null, title: '2 tasks wait for somebody to do them', state: 'queued' }])
  await world.clock.advance(14_000)
  expect(world.responses.runs).toHaveLength(0)
  await world.clock.advance(2000)
  const [run] = world.responses.runs
  expect(run?.turn.input).toMatch(/#1 One[\s\S]*#2 Two/)
  expect(run?.turn.input).toContain('<<<DATA work>>>')
  run?.answer('NOTHING_TO_ADD')
  await world.clock.advance(10)
  expect(work()[0]?.state).toBe('delivered')
})

it('not of a task that was assigned at once, nor of its own, nor without a lead', async () => {
  tell()
  expect(work()).toEqual([])
  const lead = world.agent('Ada', { role: 'lead' })
  const max = world.agent('Max')
  const task = world.task('One')
  tell(lead.id)
  expect(work()).toEqual([])
  tell()
  world.store.write(() => {
    world.store.tasks.setAssignees(task.id, [max.id])
    world.store.tasks.update(task.id, { status: 'assigned' })
  })
  await world.clock.advance(20_000)
  expect(work()).toMatchObject([{ state: 'skipped', last_error_code: 'nothing_unassigned' }])
  expect(world.responses.runs).toHaveLength(0)
})
