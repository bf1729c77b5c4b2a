/** One agent asks others for an answer, over the real API. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { longestRequest, mostAsked } from '../../native-services/contract/threads.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const task = (title: string) => services.call('createTask', { params: { board_id: world.board.id }, body: { title } })
const params = (of: { id: string }) => ({ board_id: world.board.id, task_id: of.id })

it('posts the request, tells whom it can, and says of the others why not', async () => {
  const venue = await task('Book the venue')
  await services.call('pauseAgent', { params: { agent_id: world.ivy.id } })
  const answer = await services.callAs(world.max.token, 'agentRequestResponse', {
    params: params(venue),
    body: { recipients: ['lead', '@ivy', 'Max', 'Nobody', world.ivy.id], message: ' Is it big enough? ' },
  })
  expect(answer.recipients.map((each) => [each.name, each.code])).toEqual([
    [expect.any(String), null],
    ['Ivy', 'paused'],
    ['Max', 'yourself'],
    ['Nobody', 'unknown'],
  ])
  expect(answer.notification_ids).toEqual([answer.recipients[0]?.notification_id])
  expect(answer.comment).toMatchObject({ author_name: 'Max', message: 'Is it big enough?' })
  const [row] = (await services.call('listNotifications', { query: { task_id: venue.id } })).items
  expect(row).toMatchObject({ id: answer.notification_ids[0], type: 'response_request', comment_id: answer.comment?.id })
  expect((await services.call('getTask', { params: params(venue) })).waiting_for).not.toBeNull()

  const again = await services.callAs(world.max.token, 'agentRequestResponse', {
    params: params(venue),
    body: { recipients: ['lead'], message: 'Well?' },
  })
  expect(again).toMatchObject({ ok: true, notification_ids: [], comment: null, recipients: [{ code: 'waiting' }] })
  await services.call('resumeAgent', { params: { agent_id: world.ivy.id } })
})

it('refuses what is too much, what is not there and who may not', async () => {
  const venue = await task('Limits')
  const send = async (body: unknown, token = world.max.token, path = `boards/${world.board.id}/tasks/${venue.id}`) =>
    (
      await services.send({
        method: 'POST',
        path: `/api/v1/agent/${path}/response-requests`,
        headers: { 'x-agent-token': token, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status
  const names = Array.from({ length: mostAsked + 1 }, (_, index) => `agent ${index}`)
  expect(await send({ recipients: names, message: 'x' })).toBe(422)
  expect(await send({ recipients: [], message: 'x' })).toBe(422)
  expect(await send({ recipients: ['Ivy'], message: 'x'.repeat(longestRequest + 1) })).toBe(422)
  expect(await send({ recipients: ['Ivy'], message: ' ' })).toBe(422)
  expect(await send({ recipients: ['Ivy'], message: 'x' }, 'mca_nothing')).toBe(401)
  expect(await send({ recipients: ['Ivy'], message: 'x' }, world.max.token, `boards/${venue.id}/tasks/${venue.id}`)).toBe(404)
  await services.call('updateTask', { params: params(venue), body: { status: 'archived' } })
  expect(await send({ recipients: ['Ivy'], message: 'x' })).toBe(409)
  expect((await services.call('listNotifications', { query: { task_id: venue.id } })).total).toBe(0)
})
