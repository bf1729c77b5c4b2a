/** What stands still shows in Needs attention with its button; who asked hears what became of it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

function sql(text: string, ...values: (string | number)[]): void {
  const db = new Database(dataPaths(services.dataDir).database)
  db.prepare(text).run(...values)
  db.close()
}
const attention = async (key: string) =>
  (
    await until(
      () => services.call('getOverview'),
      (overview) => overview.attention.some((row) => row.key === key),
      20_000,
    )
  ).attention.find((row) => row.key === key)
const create = (title: string, agentId?: string, boardId = world.board.id) =>
  services.call('createTask', {
    params: { board_id: boardId },
    body: { title, ...(agentId === undefined ? {} : { assigned_agent_id: agentId }) },
  })

it('a task in progress without a word, one of a paused agent, a board without a lead', async () => {
  const quiet = await create('Quiet', world.max.id)
  await services.call('updateTask', { params: { board_id: world.board.id, task_id: quiet.id }, body: { status: 'in_progress' } })
  const before = Date.now() - 3 * 3_600_000
  sql('UPDATE notifications SET updated_at = ? WHERE task_id = ?', before, quiet.id)
  sql('UPDATE tasks SET updated_at = ? WHERE id = ?', before, quiet.id)
  const waits = await create('For Ivy', world.ivy.id)
  sql(`UPDATE agents SET status = 'paused', token_status = 'in_sync' WHERE id = ?`, world.ivy.id)
  const shop = await services.call('createBoard', { body: { name: 'Shop' } })
  await create('Alone', undefined, shop.id)
  expect(await attention(`quiet:${quiet.id}`)).toMatchObject({ fix: { action: 'wake_agent', target_id: world.max.id } })
  // Its token was never written to a workspace, so its row may say that first; the task stands there, too.
  await until(
    () => services.call('getOverview'),
    (overview) =>
      overview.attention.some(
        (row) => /^(away|token|agent):/.test(row.key) && row.key.endsWith(world.ivy.id) && row.reason.includes(`#${waits.number}`),
      ),
    20_000,
  )
  expect(await attention(`unassigned:${shop.id}`)).toMatchObject({ title: '1 task in the inbox of Shop, and nobody hands it out' })
  // Said again, it is gone from the list.
  await services.call('createComment', { params: { board_id: world.board.id, task_id: quiet.id }, body: { message: 'How is it?' } })
  await until(
    () => services.call('getOverview'),
    (overview) => overview.attention.every((row) => row.key !== `quiet:${quiet.id}`),
    20_000,
  )
})

it('a question that nobody answered: the agent is told, and the operator sees it', async () => {
  const { question_id: id } = await services.callAs(world.lead.token, 'agentAskUser', {
    params: { board_id: world.board.id },
    body: { content: 'Blue or green?' },
  })
  sql('UPDATE questions SET expires_at = 1 WHERE id = ?', id)
  // Any other question makes it look at the deadlines.
  await services.callAs(world.lead.token, 'agentAskUser', { params: { board_id: world.board.id }, body: { content: 'And this?' } })
  expect(await attention(`expired:${id}`)).toMatchObject({ title: 'Nobody answered Ada in time' })
  const told = services.query<{ title: string; agent_id: string }>(
    `SELECT title, agent_id FROM notifications WHERE type = 'question_answered'`,
  )
  expect(told).toEqual([{ agent_id: world.lead.id, title: 'Nobody answered your question in time: Blue or green?' }])
})

it('a decision for an agent that is gone says who does not hear of it', async () => {
  const approval = await services.callAs(world.max.token, 'agentCreateApproval', {
    params: { board_id: world.board.id },
    body: { action_type: 'deploy', confidence: 90, lead_reasoning: 'ready' },
  })
  sql('DELETE FROM agents WHERE id = ?', world.max.id)
  await services.call('resolveApproval', { params: { board_id: world.board.id, approval_id: approval.id }, body: { status: 'approved' } })
  const { items } = await services.call('listActivity', { query: { event_type: 'approval.asker_away' } })
  expect(items).toMatchObject([
    { level: 'warning', message: 'Max, who asked for deploy, is gone and does not hear of the decision. Ada, the lead, is told.' },
  ])
})
