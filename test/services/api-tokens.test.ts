/** Tokens for scripts over HTTP: what each scope may do, for every operation there is, and what refusals say. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiScope, apiScopes, neededScope, scopeAllows } from '../../native-services/contract/api-tokens.ts'
import { type Operation, operations } from '../../native-services/contract/operations.ts'
import { readEvents, refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
const token = {} as Record<ApiScope, string>
const bearer = (value: string) => ({ authorization: `Bearer ${value}`, 'content-type': 'application/json' })
const make = (scope: ApiScope, expires_in_days: number | null = null, name = `a ${scope} script`) =>
  services.call('createApiToken', { body: { name, scope, expires_in_days } })

beforeAll(async () => {
  services = await startServices()
  await seedBoard(services)
  for (const scope of apiScopes) token[scope] = (await make(scope)).token
})
afterAll(() => services.stop())

const asked = (Object.entries(operations) as [string, Operation][])
  .filter(([, operation]) => operation.auth === 'operator')
  .map(([id, operation]) => ({ id, needed: neededScope(operation), operation }))
const path = (operation: Operation) => `/api/v1${operation.path.replace(/\{\w+\}/g, () => randomUUID())}`

describe('scopes', () => {
  it('ask for admin wherever the control center itself is changed or taken away', () => {
    const admin = new Set(asked.filter(({ needed }) => needed === 'admin').map(({ id }) => id))
    for (const id of [
      'updateSettings',
      'setModelProvider',
      'installRuntime',
      'createSessionCode',
      'startGateway',
      'stopGateway',
      'restartGateway',
      'useGatewayPort',
      'syncTemplates',
      'rotateGatewayToken',
      'createWebhook',
      'createOutgoingWebhook',
      'renewOutgoingSecret',
      'createApiToken',
      'revokeApiToken',
    ])
      expect([id, admin.has(id)]).toEqual([id, true])
    expect(asked.find(({ id }) => id === 'createTask')?.needed).toBe('operate')
    expect(asked.find(({ id }) => id === 'getOverview')?.needed).toBe('read')
    expect(asked.filter(({ needed, operation }) => needed === 'read' && operation.method !== 'GET')).toEqual([])
  })

  it.each(asked.filter(({ needed }) => needed !== 'read'))(
    '$id is refused below $needed, and changes nothing',
    async ({ needed, operation }) => {
      for (const scope of apiScopes.filter((each) => !scopeAllows(each, needed))) {
        const before = services.rowCounts()
        const answer = await services.send({
          method: operation.method,
          path: path(operation),
          headers: bearer(token[scope]),
          ...(operation.method !== 'GET' && { body: '{}' }),
        })
        expect(answer.status).toBe(403)
        expect(refusal(answer.body)).toMatchObject({ code: 'forbidden', data: { needed_scope: needed, scope } })
        expect(refusal(answer.body).detail).toContain(needed)
        const after = services.rowCounts()
        // The first use of a token is noted, once.
        expect({ ...after, changes: 0 }).toEqual({ ...before, changes: 0 })
      }
    },
  )

  it.each(asked.filter(({ operation }) => operation.path.includes('{')))(
    '$id is let through with $needed',
    async ({ needed, operation }) => {
      const answer = await services.send({
        method: operation.method,
        path: path(operation),
        headers: bearer(token[needed]),
        ...(operation.method !== 'GET' && { body: '{}' }),
      })
      expect([401, 403, 500]).not.toContain(answer.status)
    },
  )

  it('let a reader follow the events, and never an agent', async () => {
    const events = await readEvents({ url: services.url, operatorToken: token.read })
    await events.until((frames) => frames.some((frame) => frame.event === 'hello'))
    events.close()
    const answer = await services.send({ path: '/api/v1/agent/healthz', headers: bearer(token.admin) })
    expect(answer.status).toBe(401)
  })
})

describe('a token', () => {
  it('is shown once, stored as a hash, and its use is noted', async () => {
    const { token: secret, ...made } = await make('read', 30, 'nightly report')
    expect(secret).toMatch(/^mct_/)
    expect(made.last_used_at).toBeNull()
    expect(JSON.stringify(services.query('SELECT * FROM api_tokens'))).not.toContain(secret)
    expect((await services.send({ path: '/api/v1/overview', headers: bearer(secret) })).status).toBe(200)
    const listed = (await services.call('listApiTokens')).items.find((each) => each.id === made.id)
    expect(listed?.last_used_at).not.toBeNull()
    expect(JSON.stringify(listed)).not.toContain(secret)
    expect(Date.parse(listed?.expires_at ?? '') - Date.parse(listed?.created_at ?? '')).toBe(30 * 86_400_000)
  })

  it('is refused once it is revoked, with the reason', async () => {
    const { id, token: secret } = await make('operate', null, 'old bot')
    await services.call('revokeApiToken', { params: { api_token_id: id } })
    const answer = await services.send({ path: '/api/v1/overview', headers: bearer(secret) })
    expect(answer.status).toBe(401)
    expect(refusal(answer.body).detail).toContain('old bot was revoked')
  })

  it('is refused once it has expired', async () => {
    const { id, token: secret } = await make('operate', 1, 'short job')
    expect((await services.send({ path: '/api/v1/overview', headers: bearer(secret) })).status).toBe(200)
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(`${services.dataDir}/mission-control.sqlite`)
    db.prepare('UPDATE api_tokens SET expires_at = 1 WHERE id = ?').run(id)
    db.close()
    const answer = await services.send({ path: '/api/v1/overview', headers: bearer(secret) })
    expect(answer.status).toBe(401)
    expect(refusal(answer.body).detail).toContain('expired')
  })

  it('that was never made is refused, however much it looks like one', async () => {
    const like = token.admin.slice(0, 12) + 'x'.repeat(token.admin.length - 12)
    const answer = await services.send({ path: '/api/v1/overview', headers: bearer(like) })
    expect(answer.status).toBe(401)
  })

  it('comes to the page by itself', async () => {
    const events = await readEvents(services)
    const { id } = await make('read', null, 'seen live')
    await events.until(() => events.changes.some((change) => change.entity === 'api_token' && change.id === id))
    events.close()
    expect(events.changes.length).toBeGreaterThan(0)
  })

  it('outlives a restart', async () => {
    await services.restart()
    expect((await services.send({ path: '/api/v1/overview', headers: bearer(token.read) })).status).toBe(200)
  })
})
