/** The interview about a board's goal over the real API: turns, refusals, the deadline, and what comes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { ApiError } from '../../native-services/contract/client.ts'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let moss: { id: string; token: string }

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

async function failure(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.body?.code, field: error.body?.field }
    throw error
  }
  throw new Error('it was accepted')
}
const at = (boardId: string) => ({ params: { board_id: boardId } })
const start = (boardId: string) => services.call('startBoardOnboarding', { ...at(boardId), body: {} })
const read = async (boardId: string) => (await services.call('getBoardOnboarding', at(boardId))).onboarding
const speak = (boardId: string, body: BodyInputOf<'agentBoardOnboarding'>, token = moss.token) =>
  services.callAs(token, 'agentBoardOnboarding', { ...at(boardId), body })
const answer = (boardId: string, body: BodyInputOf<'answerBoardOnboarding'>) =>
  services.call('answerBoardOnboarding', { ...at(boardId), body })
const metric = { name: 'Signups', target: 200, current: 12, start: 0, unit: 'people' }
const result: BodyInputOf<'agentBoardOnboarding'> = {
  status: 'complete',
  objective: 'Be known',
  success_metrics: [metric],
  target_date: '2026-12-31',
  lead_agent: { name: 'Lena', role: 'Planner', autonomy_level: 'ask_first' },
}

describe('the interview', () => {
  let board: { id: string }
  beforeAll(async () => {
    board = await services.call('createBoard', { body: { name: 'New' } })
  })

  it('needs a main agent, and says how to do without', async () => {
    expect(await failure(start(board.id))).toEqual({ status: 409, code: 'conflict', field: undefined })
    expect(await read(board.id)).toBeNull()
    const agent = await services.call('createAgent', { body: { name: 'Moss', provision: false } })
    moss = { id: agent.id, token: services.grantToken(agent.id) }
  })

  it('goes by turns, each of them one message to the agent', async () => {
    const begun = await start(board.id)
    expect(begun).toMatchObject({ status: 'asking', agent_id: moss.id, messages: [], answer_minutes: 10 })
    expect(begun.deadline_at).not.toBeNull()
    expect(await failure(start(board.id))).toMatchObject({ status: 409 })
    expect(await failure(answer(board.id, { answer: 'x' }))).toMatchObject({ status: 409 })
    const question = await speak(board.id, { question: 'What for?', options: ['More', { id: 'b', label: 'Less work' }] })
    expect(question).toMatchObject({ status: 'answering', deadline_at: null })
    expect(await failure(speak(board.id, { question: 'And?' }))).toMatchObject({ status: 409 })
    const next = await answer(board.id, { answer: 'b', other_text: 'much less' })
    expect(next).toMatchObject({ status: 'asking', question: null })
    expect(next.messages.map((message) => [message.role, message.content])).toEqual([
      ['agent', 'What for?'],
      ['operator', 'Less work: much less'],
    ])
    const rows = services.query<{ agent_id: string }>('SELECT agent_id FROM notifications WHERE comment_id = ?', next.id)
    expect(rows).toEqual([{ agent_id: moss.id }, { agent_id: moss.id }])
  })

  it('only the main agent holds it, and what it says has to be whole', async () => {
    expect(await failure(speak(board.id, { question: 'Mine?' }, world.lead.token))).toMatchObject({ status: 403 })
    expect(await failure(speak(board.id, {}))).toEqual({ status: 422, code: 'invalid_request', field: 'body.question' })
    expect(await failure(speak(board.id, { ...result, success_metrics: [] }))).toMatchObject({ status: 422, field: 'body.success_metrics' })
    expect(await failure(speak(board.id, { question: 'a', mood: 1 } as { question: string }))).toMatchObject({
      status: 422,
      field: 'body.mood',
    })
  })

  it('its draft becomes the goal and the lead, with one word', async () => {
    expect(await failure(services.call('confirmBoardOnboarding', { ...at(board.id), body: {} }))).toMatchObject({ status: 409 })
    expect(await speak(board.id, result)).toMatchObject({ status: 'completed', draft: { objective: 'Be known' } })
    const done = await services.call('confirmBoardOnboarding', { ...at(board.id), body: { objective: 'Be known to all' } })
    expect(done.board).toMatchObject({
      board_type: 'goal',
      objective: 'Be known to all',
      success_metrics: [metric],
      target_date: '2026-12-31',
      goal_confirmed: true,
      goal_source: 'onboarding',
      require_approval_for_done: true,
    })
    expect(done.agent).toMatchObject({ name: 'Lena', role: 'lead', board_id: board.id, identity_profile: { role: 'Planner' } })
    expect(done.onboarding.status).toBe('confirmed')
    expect(await failure(services.call('cancelBoardOnboarding', at(board.id)))).toMatchObject({ status: 409 })
  })

  it('a lead that cannot be created leaves the goal as it was', async () => {
    const other = await services.call('createBoard', { body: { name: 'Other' } })
    await services.call('createAgent', { body: { name: 'Lena', board_id: other.id, provision: false } })
    await start(other.id)
    await speak(other.id, result)
    expect(await failure(services.call('confirmBoardOnboarding', { ...at(other.id), body: {} }))).toMatchObject({ status: 409 })
    expect(await services.call('getBoard', at(other.id))).toMatchObject({ objective: null, goal_confirmed: false })
    expect(await read(other.id)).toMatchObject({ status: 'completed' })
    const done = await services.call('confirmBoardOnboarding', { ...at(other.id), body: { lead_name: null } })
    expect(done).toMatchObject({ agent: null, board: { goal_confirmed: true } })
  })

  it('an agent that does not answer is said to be late, also after a restart; it can be asked again, or done without', async () => {
    const late = await services.call('createBoard', { body: { name: 'Late' } })
    const begun = await start(late.id)
    await services.services.stop(Date.now() + 3000)
    const db = new Database(dataPaths(services.dataDir).database)
    db.prepare('UPDATE board_onboardings SET deadline_at = 1 WHERE id = ?').run(begun.id)
    db.close()
    await services.restart()
    await until(
      () => read(late.id),
      (onboarding) => onboarding?.status === 'timed_out',
    )
    const again = await services.call('retryBoardOnboarding', at(late.id))
    expect(again.status).toBe('asking')
    const states = services.query<{ state: string }>('SELECT state FROM notifications WHERE comment_id = ? ORDER BY seq', begun.id)
    expect(states).toEqual([{ state: 'skipped' }, { state: 'queued' }])
    expect(await services.call('cancelBoardOnboarding', at(late.id))).toMatchObject({ status: 'cancelled', deadline_at: null })
    expect(await failure(speak(late.id, { question: 'Too late?' }))).toMatchObject({ status: 409 })
    expect((await services.call('updateBoard', { ...at(late.id), body: { board_type: 'goal', objective: 'By hand' } })).objective).toBe(
      'By hand',
    )
  })
})
