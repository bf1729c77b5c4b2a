/** What agents read of their board beyond lists: the end of a thread, what happened to a task, the search. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const at = (path: string, token = world.max.token) =>
  services.send({ path: `/api/v1/agent/boards/${path}`, headers: { 'x-agent-token': token } }).then((answer) => answer.status)

it('the end of a thread, what happened to the task, and what the board knows', async () => {
  const params = { board_id: world.board.id }
  const task = await services.call('createTask', { params, body: { title: 'Paint the fence' } })
  const of = { ...params, task_id: task.id }
  for (const word of ['one', 'two', 'three']) await services.call('createComment', { params: of, body: { message: `Coat ${word}` } })

  const page = await services.callAs(world.max.token, 'agentComments', { params: of, query: { last: 2 } })
  expect(page.items.map((each) => each.message)).toEqual(['Coat two', 'Coat three'])
  expect(page).toMatchObject({ total: 3, offset: 1, limit: 2 })
  expect((await services.callAs(world.max.token, 'agentComments', { params: of })).items).toHaveLength(3)

  const history = await services.callAs(world.max.token, 'agentTaskActivity', { params: of })
  expect(history.items.map((each) => each.event_type).filter((type) => type.startsWith('task.'))).toEqual([
    'task.comment',
    'task.comment',
    'task.comment',
    'task.created',
  ])

  const other = await services.call('createBoard', { body: { name: 'Elsewhere' } })
  await services.call('createTask', { params: { board_id: other.id }, body: { title: 'Paint the shed' } })
  const found = await services.callAs(world.max.token, 'agentSearch', { params, query: { q: 'paint' } })
  expect(found.items.map((each) => each.title)).toEqual(['Paint the fence'])
  expect(await at(`${other.id}/search?q=paint`)).toBe(403)
  expect(await at(`${other.id}/tasks/${task.id}/activity`)).toBe(403)
  expect(await at(`${params.board_id}/search?q=paint&board_id=${other.id}`)).toBe(422)
  expect(await at(`${params.board_id}/tasks/${task.id}/comments?last=0`)).toBe(422)
})
