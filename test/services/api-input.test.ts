import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createId } from '../../native-services/platform/ids.ts'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let taskId: string

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
  taskId = (await services.call('createTask', { params: { board_id: world.board.id }, body: { title: 'One' } })).id
})
afterAll(() => services.stop())

interface Case {
  name: string
  method?: string
  path: () => string
  headers?: () => Record<string, string>
  body?: string | (() => unknown)
  status: number
  code: string
  field?: string
}

const operator = (): Record<string, string> => ({ authorization: `Bearer ${services.operatorToken}` })
const tasks = (): string => `/api/v1/boards/${world.board.id}/tasks`
const task = (): string => `${tasks()}/${taskId}`
const agentTask = (): string => `/api/v1/agent/boards/${world.board.id}/tasks/${taskId}`
const tooLarge = (): string => JSON.stringify({ title: 'x'.repeat(1024 * 1024) })

const cases: Case[] = [
  {
    name: 'unknown field',
    method: 'POST',
    path: tasks,
    body: () => ({ title: 'x', titel: 'y' }),
    status: 422,
    code: 'invalid_request',
    field: 'body.titel',
  },
  {
    name: 'unknown nested field',
    method: 'POST',
    path: () => '/api/v1/agents',
    body: () => ({ name: 'Zed', board_id: world.board.id, identity_profile: { emojy: '🦊' } }),
    status: 422,
    code: 'invalid_request',
    field: 'body.identity_profile.emojy',
  },
  {
    name: 'wrong type',
    method: 'POST',
    path: tasks,
    body: () => ({ title: 7 }),
    status: 422,
    code: 'invalid_request',
    field: 'body.title',
  },
  ...['\u200b \u2060', 'a\u0000b', '\ud800 half'].map((title) => ({
    name: `a title ${JSON.stringify(title)}`,
    method: 'POST',
    path: tasks,
    body: () => ({ title }),
    status: 422,
    code: 'invalid_request',
    field: 'body.title',
  })),
  { name: 'missing field', method: 'POST', path: tasks, body: () => ({}), status: 422, code: 'invalid_request', field: 'body.title' },
  {
    name: 'unknown status',
    method: 'PATCH',
    path: task,
    body: () => ({ status: 'finished' }),
    status: 422,
    code: 'invalid_request',
    field: 'body.status',
  },
  ...[101, 150_000].map((deep) => ({
    name: `a body of ${deep} levels`,
    method: 'POST',
    path: () => `/api/v1/boards/${world.board.id}/approvals`,
    body: `{"action_type":"x","reason":"r","confidence":50,"payload":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}}`,
    status: 422,
    code: 'invalid_request',
    field: 'body',
  })),
  { name: 'body is a list', method: 'POST', path: tasks, body: () => [], status: 422, code: 'invalid_request', field: 'body' },
  { name: 'unknown query field', path: () => '/api/v1/boards?limitt=3', status: 422, code: 'invalid_request', field: 'query.limitt' },
  { name: 'query twice', path: () => '/api/v1/boards?limit=3&limit=4', status: 422, code: 'invalid_request', field: 'query.limit' },
  { name: 'page too large', path: () => '/api/v1/boards?limit=201', status: 422, code: 'invalid_request', field: 'query.limit' },
  { name: 'bad id', path: () => '/api/v1/boards/1', status: 422, code: 'invalid_request', field: 'path.board_id' },
  { name: 'unknown id', path: () => `/api/v1/boards/${createId()}`, status: 404, code: 'not_found' },
  { name: 'task of another board', path: () => `/api/v1/boards/${createId()}/tasks/${taskId}`, status: 404, code: 'not_found' },
  {
    name: 'unknown assignee',
    method: 'PATCH',
    path: task,
    body: () => ({ assigned_agent_id: createId() }),
    status: 404,
    code: 'not_found',
    field: 'body.assigned_agent_ids',
  },
  {
    name: 'contradicting assignees',
    method: 'PATCH',
    path: task,
    body: () => ({ assigned_agent_id: world.max.id, assigned_agent_ids: [world.ivy.id] }),
    status: 422,
    code: 'invalid_request',
    field: 'body.assigned_agent_id',
  },
  { name: 'malformed JSON', method: 'POST', path: tasks, body: '{"title":', status: 400, code: 'malformed_json' },
  { name: 'no body', method: 'POST', path: tasks, status: 400, code: 'malformed_json' },
  { name: 'body over 1 MiB', method: 'POST', path: tasks, body: tooLarge, status: 413, code: 'payload_too_large' },
  { name: 'wrong verb', method: 'PUT', path: tasks, status: 405, code: 'method_not_allowed' },
  { name: 'unknown path', path: () => '/api/v1/nothing', status: 404, code: 'not_found' },
  {
    name: 'no credential',
    method: 'POST',
    path: tasks,
    headers: () => ({}),
    body: () => ({ title: 'x' }),
    status: 401,
    code: 'unauthorized',
  },
  {
    name: 'wrong operator token',
    method: 'POST',
    path: tasks,
    headers: () => ({ authorization: 'Bearer nonsense' }),
    body: () => ({ title: 'x' }),
    status: 401,
    code: 'unauthorized',
  },
  {
    name: "an agent's token on an operator route",
    method: 'POST',
    path: tasks,
    headers: () => ({ 'x-agent-token': world.lead.token }),
    body: () => ({ title: 'x' }),
    status: 401,
    code: 'unauthorized',
  },
  {
    name: 'the operator token on an agent route',
    method: 'POST',
    path: () => '/api/v1/agent/heartbeat',
    status: 401,
    code: 'agent_token_invalid',
  },
  {
    name: 'no agent token',
    method: 'POST',
    path: () => '/api/v1/agent/heartbeat',
    headers: () => ({}),
    status: 401,
    code: 'agent_token_invalid',
  },
  {
    name: 'wrong agent token',
    method: 'POST',
    path: () => '/api/v1/agent/heartbeat',
    headers: () => ({ 'x-agent-token': `mca_${'a'.repeat(43)}` }),
    status: 401,
    code: 'agent_token_invalid',
  },
  {
    name: 'worker creates a task',
    method: 'POST',
    path: () => `/api/v1/agent/boards/${world.board.id}/tasks`,
    headers: () => ({ 'x-agent-token': world.max.token }),
    body: () => ({ title: 'x' }),
    status: 403,
    code: 'forbidden',
  },
  {
    name: 'worker edits a title',
    method: 'PATCH',
    path: agentTask,
    headers: () => ({ 'x-agent-token': world.max.token }),
    body: () => ({ title: 'mine' }),
    status: 403,
    code: 'task_update_field_forbidden',
    field: 'body.title',
  },
  {
    name: 'blocked without a reason',
    method: 'PATCH',
    path: task,
    body: () => ({ status: 'blocked' }),
    status: 422,
    code: 'blocked_reason_required',
    field: 'body.blocked_reason',
  },
  {
    name: 'stale expected status',
    method: 'PATCH',
    path: task,
    body: () => ({ status: 'done', expected_status: 'review' }),
    status: 409,
    code: 'conflict',
    field: 'body.expected_status',
  },
  {
    name: 'second lead',
    method: 'POST',
    path: () => '/api/v1/agents',
    body: () => ({ name: 'Bob', board_id: world.board.id, role: 'lead', provision: false }),
    status: 409,
    code: 'conflict',
    field: 'body.role',
  },
  { name: 'board with agents', method: 'DELETE', path: () => `/api/v1/boards/${world.board.id}`, status: 409, code: 'conflict' },
  {
    name: 'unknown one-time code',
    method: 'POST',
    path: () => '/api/v1/session',
    headers: () => ({}),
    body: () => ({ code: 'x'.repeat(32) }),
    status: 401,
    code: 'unauthorized',
    field: 'body.code',
  },
  {
    name: 'session from another site',
    method: 'POST',
    path: () => '/api/v1/session',
    headers: () => ({ origin: 'http://evil.example' }),
    body: () => ({ code: 'x'.repeat(32) }),
    status: 403,
    code: 'origin_not_allowed',
  },
  { name: 'events since nonsense', path: () => '/api/v1/events?since=-1', status: 422, code: 'invalid_request', field: 'query.since' },
]

describe('bad input is refused with a code and writes nothing', () => {
  it.each(cases)('$name → $status $code', async ({ method, path, headers, body, status, code, field }) => {
    const before = services.rowCounts()
    const value = typeof body === 'function' ? body() : body
    const answer = await services.send({
      method: method ?? 'GET',
      path: path(),
      headers: { 'content-type': 'application/json', ...(headers ?? operator)() },
      ...(value !== undefined && { body: typeof value === 'string' ? value : JSON.stringify(value) }),
    })
    const error = refusal(answer.body)
    expect({ status: answer.status, code: error.code, field: error.field }).toEqual({ status, code, field })
    expect(answer.headers.get('x-request-id')).toBe(error.request_id)
    expect(services.rowCounts()).toEqual(before)
  })

  it('a chunked body over 1 MiB is cut off although no length was promised', async () => {
    const before = services.rowCounts()
    const text = await new Promise<string>((resolve, reject) => {
      const { port } = new URL(services.url)
      const socket = connect(Number(port), '127.0.0.1')
      let received = ''
      socket.setEncoding('utf8')
      socket.on('data', (part: string) => (received += part))
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(received) : reject(error),
      )
      socket.on('close', () => resolve(received))
      socket.write(
        `POST ${tasks()} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${services.operatorToken}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      )
      const chunk = 'x'.repeat(64 * 1024)
      socket.write(`1\r\n"\r\n`)
      for (let sent = 0; sent <= 16; sent += 1) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      socket.write('0\r\n\r\n')
    })
    expect(text).toContain(' 413 ')
    expect(text).toContain('payload_too_large')
    expect(services.rowCounts()).toEqual(before)
  })

  it('a lying Host header is refused', async () => {
    const { port } = new URL(services.url)
    const ask = (host: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.end(
            `GET /api/v1/boards HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${services.operatorToken}\r\nConnection: close\r\n\r\n`,
          ),
        )
        let received = ''
        socket.setEncoding('utf8').on('data', (part: string) => (received += part))
        socket.on('error', reject).on('close', () => resolve(received))
      })
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1', `127.0.0.1.evil.example:${port}`, '192.168.0.1']) {
      expect(await ask(host)).toMatch(/^HTTP\/1\.1 403 [\s\S]*origin_not_allowed/)
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect(await ask(host)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('echoes a request id that is one, and makes one otherwise', async () => {
    expect((await services.send({ path: '/healthz', headers: { 'x-request-id': 'abc-1' } })).headers.get('x-request-id')).toBe('abc-1')
    expect((await services.send({ path: '/healthz', headers: { 'x-request-id': 'a b"<' } })).headers.get('x-request-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    )
  })
})

describe('limits', () => {
  it('failed sign-ins are slowed down, and good ones are not refused because of them', async () => {
    const own = await startServices()
    try {
      const statuses: number[] = []
      for (let n = 0; n < 25; n += 1)
        statuses.push((await own.send({ path: '/api/v1/boards', headers: { authorization: 'Bearer wrong' } })).status)
      expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
      expect(statuses.slice(20)).toEqual(Array.from({ length: 5 }, () => 429))
      const refused = await own.send({ path: '/api/v1/boards', headers: { authorization: 'Bearer wrong' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await own.call('listBoards')).total).toBe(0)
      const { max } = await seedBoard(own)
      expect((await own.callAs(max.token, 'agentHealthz')).agent_id).toBe(max.id)
    } finally {
      await own.stop()
    }
  })
})
