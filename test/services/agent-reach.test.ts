/** How far an agent's token reaches: every operation for agents is tried on another board, and with what belongs to another board. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileNameHeader } from '../../native-services/contract/documents.ts'
import { type Operation, operations } from '../../native-services/contract/operations.ts'
import { createId } from '../../native-services/platform/ids.ts'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

const withBoard = (Object.entries(operations) as [string, Operation][]).filter(
  ([, operation]) => operation.auth === 'agent' && operation.path.includes('{board_id}'),
)

let services: TestServices
let mine: Awaited<ReturnType<typeof seedBoard>>
/** What lies on the other board, by the name that paths have for it. */
let theirs: Record<string, string>

beforeAll(async () => {
  services = await startServices()
  mine = await seedBoard(services)
  const board = await services.call('createBoard', { body: { name: 'Other' } })
  const on = { board_id: board.id }
  const agent = await services.call('createAgent', { body: { name: 'Eve', board_id: board.id, role: 'worker', provision: false } })
  const task = await services.call('createTask', { params: on, body: { title: 'Theirs' } })
  const comment = await services.call('createComment', { params: { ...on, task_id: task.id }, body: { message: 'Secret' } })
  const document = await services.call('createDocument', { params: on, body: { title: 'Plan', content: 'Secret' } })
  const webhook = await services.call('createWebhook', { params: on, body: {} })
  const operator = { authorization: `Bearer ${services.operatorToken}` }
  const file = await services.send({
    method: 'POST',
    path: `/api/v1/boards/${board.id}/tasks/${task.id}/attachments`,
    headers: { ...operator, [fileNameHeader]: 'a.txt' },
    body: 'Secret',
  })
  const event = await services.send({ method: 'POST', path: webhook.endpoint_path, body: 'Secret' })
  theirs = {
    board_id: board.id,
    agent_id: agent.id,
    task_id: task.id,
    comment_id: comment.id,
    document_id: document.id,
    attachment_id: (file.body as { id: string }).id,
    webhook_id: webhook.id,
    payload_id: (event.body as { payload_id: string }).payload_id,
  }
})
afterAll(() => services.stop())

/** A body that the schema takes, so that it is the board that is refused. */
const bodies: Record<string, unknown> = {
  agentUpdateTask: { status: 'in_progress' },
  agentCreateTask: { title: 'Mine' },
  agentCreateComment: { message: 'Mine' },
  agentUpdateComment: { message: 'Mine' },
  agentCreateApproval: { action_type: 'x', confidence: 50 },
  agentCreateDocument: { title: 'x', content: 'x' },
  agentUpdateDocument: { content: 'x' },
  agentCreateBoardMemory: { content: 'x' },
  agentCreateGroupMemory: { content: 'x' },
  agentAskUser: { content: 'x' },
  agentNudge: { message: 'x' },
  agentPutSoul: { content: 'x' },
  agentReportMetric: { name: 'x', current: 1 },
}

async function attempt(role: 'lead' | 'max', id: string, operation: Operation, params: Record<string, string>) {
  const at = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? createId())
  const body = bodies[id]
  return services.send({
    method: operation.method,
    path: `/api/v1${at}`,
    headers: { 'x-agent-token': mine[role].token, [fileNameHeader]: 'x.txt' },
    ...(operation.raw ? { body: 'x' } : operation.body ? { body: JSON.stringify(body ?? {}) } : {}),
  })
}

describe.each(['lead', 'max'] as const)('%s', (role) => {
  it.each(withBoard)('%s does not reach another board', async (id, operation) => {
    const before = services.rowCounts()
    const there = await attempt(role, id, operation, theirs)
    // A body that does not fit is refused before anything is looked up: then nothing was shown, and nothing proven.
    if (operation.body && bodies[id] !== undefined) expect([id, there.status]).not.toEqual([id, 422])
    expect([403, 404, 422]).toContain(there.status)
    expect(JSON.stringify(there.body)).not.toContain('Secret')

    // One's own board in the path, and behind it what belongs to the other.
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    if (names.length > 1) {
      const mixed = await attempt(role, id, operation, { ...theirs, board_id: mine.board.id })
      expect([403, 404, 422]).toContain(mixed.status)
      expect(JSON.stringify(mixed.body)).not.toContain('Secret')
    }
    expect(services.rowCounts()).toEqual(before)
    expect(refusal(there.body).detail).not.toBe('')
  })
})
