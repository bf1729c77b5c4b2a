/** Approvals and questions over the real API: who may ask, who may decide, what the board then allows, and what reaches the agents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { readEvents, refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const onBoard = () => ({ board_id: world.board.id })
const newTask = (title: string, assigned: string[] = [world.max.id]) =>
  services.call('createTask', { params: onBoard(), body: { title, assigned_agent_ids: assigned } })
const askFor = (taskId: string | null, more: object = {}) =>
  services.callAs(world.max.token, 'agentCreateApproval', {
    params: onBoard(),
    body: { action_type: 'deploy', task_id: taskId, confidence: 71.5, lead_reasoning: 'All tests pass.', ...more },
  })
const decide = (id: string, status: 'approved' | 'rejected', comment?: string) =>
  services.call('resolveApproval', {
    params: { ...onBoard(), approval_id: id },
    body: { status, ...(comment === undefined ? {} : { comment }) },
  })
async function failure(
  work: Promise<unknown>,
): Promise<{ status: number; code: string | undefined; field: string | undefined; detail: string }> {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError)
      return { status: error.status, code: error.body?.code, field: error.body?.field, detail: error.body?.detail ?? '' }
    throw error
  }
  throw new Error('it was accepted')
}
const notices = (type: string) =>
  services.query<{ agent_id: string; task_id: string | null; session_key: string; title: string; body: string }>(
    'SELECT agent_id, task_id, session_key, title, body FROM notifications WHERE type = ? ORDER BY seq',
    type,
  )
const since = <Row>(before: Row[], after: Row[]): Row[] => after.slice(before.length)

describe('approvals', () => {
  it('an agent asks, a person decides, the agent and the lead are told', async () => {
    const task = await newTask('Ship it')
    const before = notices('approval_resolved')
    const approval = await askFor(task.id, { rubric_scores: { risk: 20 }, payload: { version: '1.2' } })
    expect(approval).toMatchObject({
      status: 'pending',
      agent_id: world.max.id,
      requested_by: 'Max',
      reason: 'All tests pass.',
      confidence: 71.5,
      rubric_scores: { risk: 20 },
      payload: { version: '1.2' },
      resolved_at: null,
    })
    expect((await services.call('getTask', { params: { ...onBoard(), task_id: task.id } })).waiting_for).toBe(
      'waiting for approval: deploy',
    )
    const pending = (await services.call('listAllApprovals', { query: { status: 'pending' } })).items
    expect(pending.map((row) => row.id)).toEqual([approval.id])
    const seen = await services.callAs(world.ivy.token, 'agentApprovals', { params: onBoard(), query: { task_id: task.id } })
    expect(seen.total).toBe(1)

    const decided = await decide(approval.id, 'approved', 'On Monday.')
    expect(decided).toMatchObject({ status: 'approved', resolution_comment: 'On Monday.' })
    expect(decided.resolved_at).not.toBeNull()
    const told = since(before, notices('approval_resolved'))
    expect(told.map((row) => row.agent_id).toSorted()).toEqual([world.max.id, world.lead.id].toSorted())
    for (const row of told) {
      expect(row.task_id).toBe(task.id)
      expect(row.session_key).toMatch(new RegExp(`:mc-task-${task.id}$`))
      expect(row.body).toContain('On Monday.')
    }
    // The same again is the same; the opposite is too late.
    expect((await decide(approval.id, 'approved')).resolution_comment).toBe('On Monday.')
    expect(await failure(decide(approval.id, 'rejected'))).toMatchObject({ status: 409, code: 'conflict' })
    expect(since(before, notices('approval_resolved'))).toHaveLength(2)
    const events = (await services.call('listActivity', { query: { event_type: 'approval.', task_id: task.id } })).items
    expect(events.map((row) => [row.event_type, row.actor_name])).toEqual([
      ['approval.approved', 'Operator'],
      ['approval.requested', 'Max'],
    ])
  })

  it('without a task it is told in the main session; an approval of the lead is told once', async () => {
    const before = notices('approval_resolved')
    const approval = await services.callAs(world.lead.token, 'agentCreateApproval', {
      params: onBoard(),
      body: { action_type: 'hire', confidence: 10, payload: { decision: { reason: 'Too much work.' } } },
    })
    expect(approval).toMatchObject({ task_id: null, reason: 'Too much work.' })
    await decide(approval.id, 'rejected')
    const told = since(before, notices('approval_resolved'))
    const { openclaw_session_id: main } = await services.call('getAgent', { params: { agent_id: world.lead.id } })
    expect(told).toEqual([expect.objectContaining({ agent_id: world.lead.id, session_key: main, task_id: null })])
    expect(told[0]?.title).toBe('Your request was rejected: hire')
  })

  it('an agent can neither decide nor ask in the name of another', async () => {
    const task = await newTask('Mine')
    for (const field of [{ status: 'approved' }, { agent_id: world.ivy.id }, { resolved_at: 'now' }]) {
      const answer = await services.send({
        method: 'POST',
        path: `/api/v1/agent/boards/${world.board.id}/approvals`,
        headers: { 'x-agent-token': world.max.token, 'content-type': 'application/json' },
        body: JSON.stringify({ action_type: 'x', confidence: 1, lead_reasoning: 'y', task_id: task.id, ...field }),
      })
      expect(answer.status).toBe(422)
      expect(refusal(answer.body).field).toBe(`body.${Object.keys(field)[0]}`)
    }
    const approval = await askFor(task.id)
    for (const path of [
      `/api/v1/boards/${world.board.id}/approvals/${approval.id}`,
      `/api/v1/agent/boards/${world.board.id}/approvals/${approval.id}`,
    ]) {
      const answer = await services.send({
        method: 'PATCH',
        path,
        headers: { 'x-agent-token': world.max.token, 'content-type': 'application/json' },
        body: JSON.stringify({ status: 'approved' }),
      })
      expect([401, 404]).toContain(answer.status)
    }
    const still = (await services.call('listApprovals', { params: onBoard(), query: { task_id: task.id } })).items[0]
    expect(still?.status).toBe('pending')
    await decide(approval.id, 'rejected')
  })

  it('a reason is required, the task must be of the board, one pending per task', async () => {
    expect(await failure(askFor(null, { lead_reasoning: ' ' }))).toMatchObject({ status: 422, field: 'body.lead_reasoning' })
    expect(await failure(askFor(null, { confidence: 101 }))).toMatchObject({ status: 422, field: 'body.confidence' })
    const elsewhere = await services.call('createBoard', { body: { name: 'Elsewhere' } })
    const foreign = await services.call('createTask', { params: { board_id: elsewhere.id }, body: { title: 'Foreign' } })
    expect(await failure(askFor(foreign.id))).toMatchObject({ status: 404, field: 'body.task_id' })
    expect(
      await failure(
        services.callAs(world.max.token, 'agentCreateApproval', {
          params: { board_id: elsewhere.id },
          body: { action_type: 'x', confidence: 1, lead_reasoning: 'y' },
        }),
      ),
    ).toMatchObject({ status: 403, code: 'task_board_mismatch' })

    const task = await newTask('Twice')
    const first = await askFor(task.id)
    const second = await failure(askFor(task.id, { action_type: 'other' }))
    expect(second).toMatchObject({ status: 409, code: 'conflict', field: 'body.task_id' })
    expect(second.detail).toContain(first.id)
    await decide(first.id, 'rejected')
    const third = await askFor(task.id)
    await decide(third.id, 'approved')
  })

  it('what an agent sends along comes back as it was, whatever its fields are called', async () => {
    const approval = await askFor(null, { payload: { run_at: 5, deep: { at: [1, { _at: 2 }] } }, rubric_scores: { look_at: 7, at: 3 } })
    const [listed] = (await services.call('listAllApprovals', { query: { limit: 1 } })).items
    expect(listed).toMatchObject({
      id: approval.id,
      payload: { run_at: 5, deep: { at: [1, { _at: 2 }] } },
      rubric_scores: { look_at: 7, at: 3 },
    })
    await decide(approval.id, 'rejected')
    expect(await failure(askFor(null, { payload: { text: 'x'.repeat(60_000) } }))).toMatchObject({ status: 422, field: 'body.payload' })
  })

  it('the gates of the board hold for everybody', async () => {
    await services.call('updateBoard', {
      params: onBoard(),
      body: { require_approval_for_done: true, block_status_changes_with_pending_approval: true },
    })
    const task = await newTask('Guarded')
    const at = { ...onBoard(), task_id: task.id }
    const move = (status: 'in_progress' | 'done') => services.call('updateTask', { params: at, body: { status } })
    await move('in_progress')
    expect(await failure(move('done'))).toMatchObject({ status: 409, code: 'task_gate_failed' })
    const approval = await askFor(task.id)
    const held = await failure(services.callAs(world.max.token, 'agentUpdateTask', { params: at, body: { status: 'review' } }))
    expect(held).toMatchObject({ status: 409, code: 'task_gate_failed' })
    expect(held.detail).toContain('pending')
    await decide(approval.id, 'approved')
    expect((await services.callAs(world.max.token, 'agentUpdateTask', { params: at, body: { status: 'done' } })).status).toBe('done')
    await services.call('updateBoard', {
      params: onBoard(),
      body: { require_approval_for_done: false, block_status_changes_with_pending_approval: false },
    })
  })

  it('Needs attention and the event stream have it at once, and lose it with the task', async () => {
    const events = await readEvents(services)
    const task = await newTask('Short-lived')
    const approval = await askFor(task.id)
    await events.until((frames) =>
      frames.some(
        ({ event, data }) =>
          event === 'attention' &&
          (data as { items: { key: string; link: string; fix: { action: string } }[] }).items.some(
            (row) => row.key === `approval:${approval.id}` && row.link === '/inbox' && row.fix.action === 'open',
          ),
      ),
    )
    expect(events.changes.some((change) => change.entity === 'approval' && change.id === approval.id && change.data !== null)).toBe(true)
    await services.call('deleteTask', { params: { ...onBoard(), task_id: task.id } })
    await events.until(() =>
      events.changes.some((change) => change.entity === 'approval' && change.id === approval.id && change.data === null),
    )
    events.close()
  })

  it('an agent cannot flood the inbox', async () => {
    const made: string[] = []
    let refused: Awaited<ReturnType<typeof failure>> | null = null
    for (let n = 0; n < 25 && refused === null; n += 1) {
      try {
        made.push((await askFor(null)).id)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        refused = { status: error.status, code: error.body?.code, field: undefined, detail: '' }
      }
    }
    expect(refused).toMatchObject({ status: 409 })
    expect(made).toHaveLength(20)
    for (const id of made) await decide(id, 'rejected')
  })
})

describe('questions', () => {
  const ask = (token: string, body: { content: string; correlation_id?: string; task_id?: string; timeout_minutes?: number }) =>
    services.callAs(token, 'agentAskUser', { params: onBoard(), body })

  it('a worker asks in a task, a person answers, the answer goes to that conversation', async () => {
    const before = notices('question_answered')
    const task = await newTask('Needs a decision')
    const asked = await ask(world.max.token, { content: 'Blue or green?', task_id: task.id, correlation_id: 'colour' })
    expect(asked).toMatchObject({ ok: true, status: 'open', task_id: task.id, correlation_id: 'colour' })
    // Asked again with the same mark (a retry) it is the same question.
    expect((await ask(world.max.token, { content: 'Blue or green??', correlation_id: 'colour' })).question_id).toBe(asked.question_id)
    expect((await services.call('getTask', { params: { ...onBoard(), task_id: task.id } })).waiting_for).toContain('Blue or green?')

    const answer = (text: string) => services.call('answerQuestion', { params: { question_id: asked.question_id }, body: { answer: text } })
    expect(await answer('Green.')).toMatchObject({ status: 'answered', answer: 'Green.', agent_name: 'Max' })
    await answer('Green.')
    expect(await failure(answer('Blue.'))).toMatchObject({ status: 409, code: 'conflict' })
    const told = since(before, notices('question_answered'))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ agent_id: world.max.id, task_id: task.id })
    expect(told[0]?.body).toContain('Green.')
    expect(told[0]?.session_key).toMatch(new RegExp(`:mc-task-${task.id}$`))
  })

  it('the lead asks outside of a task and is answered in its main session', async () => {
    const before = notices('question_answered')
    const asked = await ask(world.lead.token, { content: 'How many people may I hire?' })
    await services.call('answerQuestion', { params: { question_id: asked.question_id }, body: { answer: 'Two.' } })
    const { openclaw_session_id: main } = await services.call('getAgent', { params: { agent_id: world.lead.id } })
    expect(since(before, notices('question_answered'))).toEqual([expect.objectContaining({ session_key: main, task_id: null })])
  })

  it('a question that nobody answers expires visibly, also while the services were down', async () => {
    const early = await ask(world.ivy.token, { content: 'Anybody there?', timeout_minutes: 1 })
    const late = await ask(world.ivy.token, { content: 'And now?', timeout_minutes: 60 })
    const { default: Database } = await import('better-sqlite3')
    const { dataPaths } = await import('../../native-services/platform/paths.ts')
    const db = new Database(dataPaths(services.dataDir).database)
    db.prepare('UPDATE questions SET expires_at = ? WHERE id = ?').run(Date.now() - 1, early.question_id)
    db.close()
    await services.restart()
    const states = Object.fromEntries((await services.call('listQuestions')).items.map((row) => [row.id, row.status]))
    expect(states[early.question_id]).toBe('expired')
    expect(states[late.question_id]).toBe('open')
    const events = (await services.call('listActivity', { query: { event_type: 'question.expired' } })).items
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ level: 'warning', agent_id: world.ivy.id })
    expect(
      await failure(services.call('answerQuestion', { params: { question_id: early.question_id }, body: { answer: 'Yes.' } })),
    ).toMatchObject({ status: 409 })
    const overview = await services.call('getOverview')
    expect(overview.attention.some((row) => row.key === `question:${late.question_id}`)).toBe(true)
  })
})

describe('held commands', () => {
  it('without a gateway there are none, and one that is gone cannot be decided', async () => {
    expect(await services.call('listExecApprovals')).toEqual({ items: [] })
    expect(
      await failure(services.call('resolveExecApproval', { params: { exec_approval_id: 'whatever:1' }, body: { decision: 'deny' } })),
    ).toMatchObject({ status: 404 })
  })
})
