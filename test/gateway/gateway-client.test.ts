import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAgentFiles } from '../../native-services/gateway/agent-files.ts'
import { createGatewayConnection } from '../../native-services/gateway/gateway-connection.ts'
import { createResponsesClient } from '../../native-services/gateway/responses-client.ts'
import type { GatewayConnection, GatewayEvent, ResponsesClient } from '../../native-services/gateway/types.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { createLog } from '../../native-services/platform/log.ts'
import { openclawAvailable, type RealGateway, startRealGateway } from '../support/real-gateway.ts'
import { until } from '../support/until.ts'

const log = createLog({ scope: 'test', level: 'error' })

describe.skipIf(!openclawAvailable)('the real gateway', { timeout: 120_000 }, () => {
  let gateway: RealGateway
  let connection: GatewayConnection
  let responses: ResponsesClient
  const events: GatewayEvent[] = []

  beforeAll(async () => {
    gateway = await startRealGateway()
    connection = createGatewayConnection({ clock: systemClock, log, version: '0.1.0' })
    connection.onEvent((event) => events.push(event))
    connection.setTarget({ port: gateway.port, token: gateway.token })
    connection.start()
    responses = createResponsesClient({ clock: systemClock, log, requestTimeoutMs: 60_000 })
    responses.setTarget({ port: gateway.port, token: gateway.token })
    await connection.whenConnected(30_000)
  }, 120_000)

  afterAll(async () => {
    await connection?.stop()
    await responses?.stop()
    await gateway?.stop()
  }, 60_000)

  const run = (input: string, more: Partial<Parameters<ResponsesClient['run']>[0]> = {}) =>
    responses.run({
      gateway_agent_id: 'main',
      session_key: 'agent:main:client-test',
      input,
      instructions: 'Be brief.',
      signal: new AbortController().signal,
      ...more,
    })

  it('says hello with version, boot id, rights and latency', async () => {
    const state = connection.state()
    expect(state).toMatchObject({ connected: true, version: '2026.9.6', failure: null, reason: null })
    expect(state.boot_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(state.boot_at).toBeLessThanOrEqual(Date.now())
    expect(state.capabilities?.scopes).toContain('operator.admin')
    await until(
      () => connection.state().latency_ms,
      (latency) => latency !== null,
    )
  })

  it('tells a wrong request from a missing connection', async () => {
    await expect(connection.request('agents.list', { bogus: 1 })).rejects.toMatchObject({ name: 'GatewayError', failure: 'rejected' })
    await expect(connection.request('no.such.method', {})).rejects.toMatchObject({ failure: 'rejected' })
    const elsewhere = createGatewayConnection({ clock: systemClock, log, version: '0.1.0' })
    await expect(elsewhere.request('health', {})).rejects.toMatchObject({ failure: 'unavailable' })
  })

  it('knows a refused token from a gateway that is down, and recovers with the right one', async () => {
    const other = createGatewayConnection({ clock: systemClock, log, version: '0.1.0' })
    other.setTarget({ port: gateway.port, token: 'a-wrong-token-0123456789' })
    other.start()
    await until(
      () => other.state(),
      (state) => state.failure === 'unauthorized',
    )
    other.setTarget({ port: gateway.port, token: gateway.token })
    await other.whenConnected(20_000)
    await other.stop()
    expect(other.state().connected).toBe(false)
  })

  it("runs a turn: text grows, run id equals the one of the events, the session is the agent's own", async () => {
    const seen: string[] = []
    let runId = ''
    const result = await run('[[slow:5:30]]', { onText: (text) => seen.push(text), onRunId: (id) => (runId = id) })
    expect(result.text).toBe('w1 w2 w3 w4 w5')
    expect(seen.at(-1)).toBe('w1 w2 w3 w4 w5')
    expect(result.run_id).toBe(runId)
    expect(result.usage?.output_tokens).toBeGreaterThan(0)
    await until(
      () => events.filter((event) => event.payload['runId'] === runId),
      (found) => found.length > 0,
    )
    expect(events.find((event) => event.payload['runId'] === runId)?.payload['sessionKey']).toBe('agent:main:client-test')
  })

  it('sorts the failures of a run', async () => {
    await expect(run('[[fail:400]]', { session_key: 'agent:main:failing' })).rejects.toMatchObject({ failure: 'failed' })
    await expect(run('x', { gateway_agent_id: 'nobody', session_key: 'agent:nobody:x' })).rejects.toMatchObject({ failure: 'rejected' })
    const controller = new AbortController()
    const hanging = run('[[hang]]', { session_key: 'agent:main:hanging', signal: controller.signal })
    setTimeout(() => controller.abort(), 1500)
    await expect(hanging).rejects.toMatchObject({ failure: 'aborted' })
    const wrong = createResponsesClient({ clock: systemClock, log, requestTimeoutMs: 10_000 })
    wrong.setTarget({ port: gateway.port, token: 'a-wrong-token-0123456789' })
    const turn = {
      gateway_agent_id: 'main',
      session_key: 'agent:main:x',
      input: 'x',
      instructions: '',
      signal: new AbortController().signal,
    }
    await expect(wrong.run(turn)).rejects.toMatchObject({ failure: 'unauthorized', detail: '401' })
    await wrong.stop()
  })

  it('reads and writes the files it may, and notices those it may not', async () => {
    const files = createAgentFiles(connection)
    const before = await files.get('main', 'AGENTS.md')
    expect(await files.set('main', 'AGENTS.md', 'one\n', before?.hash ?? null)).toBe('written')
    const after = await files.get('main', 'AGENTS.md')
    expect(after?.content).toBe('one\n')
    expect(await files.set('main', 'AGENTS.md', 'two\n', 'f'.repeat(64))).toBe('stale')
    expect(await files.set('main', 'TOOLS.md', 'x', null)).toBe('unsupported')
    expect(files.supports('TOOLS.md')).toBe(false)
    expect(files.supports('AGENTS.md')).toBe(true)
  })

  it('survives kill -9: unavailable at once, a run in progress fails, connected again to a new boot', async () => {
    const bootId = connection.state().boot_id
    const bootAt = connection.state().boot_at ?? 0
    const hanging = expect(run('[[hang]]', { session_key: 'agent:main:killed' })).rejects.toMatchObject({ failure: 'unavailable' })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await gateway.kill()
    await hanging
    await until(
      () => connection.state().connected,
      (connected) => !connected,
    )
    await expect(connection.request('health', {})).rejects.toMatchObject({ failure: 'unavailable' })
    await expect(run('x')).rejects.toMatchObject({ failure: 'unavailable' })
    await gateway.restart()
    await connection.whenConnected(30_000)
    expect(connection.state().boot_id).not.toBe(bootId)
    expect(connection.state().boot_at).toBeGreaterThan(bootAt)
  })
})
