/** Commands that the real OpenClaw holds back: they show in the API, are decided there, and the run goes on. Also after our own restart. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServices, type Services } from '../../native-services/compose.ts'
import { type ApiClient, ApiError, createApiClient } from '../../native-services/contract/client.ts'
import { createResponsesClient } from '../../native-services/gateway/responses-client.ts'
import type { ResponsesClient } from '../../native-services/gateway/types.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { createLog } from '../../native-services/platform/log.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { gatewayStopped } from '../support/services.ts'
import { openclawAvailable, type RealGateway, startRealGateway } from '../support/real-gateway.ts'
import { until } from '../support/until.ts'

const repo = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const operatorToken = 'operator-token-for-held-commands-0123456789'

describe.skipIf(!openclawAvailable)('held commands on the real gateway', { timeout: 120_000 }, () => {
  let gateway: RealGateway
  let services: Services
  let responses: ResponsesClient
  let client: ApiClient
  let dataDir: string

  async function startOurs(): Promise<void> {
    services = createServices({
      init: {
        type: 'init',
        version: '0.0.0-test',
        data_dir: dataDir,
        static_dir: null,
        resources_dir: join(repo, 'resources'),
        host: '127.0.0.1',
        port: 0,
        demo: false,
        operator_token: operatorToken,
        install_key: Buffer.alloc(32, 7).toString('base64url'),
        gateway: {
          port: gateway.port,
          token: gateway.token,
          workspace_root: gateway.workspaceRoot,
          config_path: join(gateway.root, 'config', 'openclaw.json'),
        },
      },
    })
    const { port } = await services.start()
    client = createApiClient({ baseUrl: `http://127.0.0.1:${port}`, headers: () => ({ authorization: `Bearer ${operatorToken}` }) })
    await until(
      async () => (await client.call('getOverview')).gateway?.connected ?? false,
      (connected) => connected,
    )
  }

  beforeAll(async () => {
    gateway = await startRealGateway({ mainExecMode: 'ask' })
    dataDir = mkdtempSync(join(tmpdir(), 'mc-held-'))
    responses = createResponsesClient({ clock: systemClock, log: createLog({ scope: 'test' }), requestTimeoutMs: 90_000 })
    responses.setTarget({ port: gateway.port, token: gateway.token })
    await startOurs()
  }, 120_000)

  afterAll(async () => {
    await responses?.stop()
    await services?.stop(Date.now() + 5000)
    await gateway?.stop()
    if (dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }, 60_000)

  const held = async () => (await client.call('listExecApprovals')).items
  const oneHeld = async () => (await until(held, (list) => list.length === 1))[0]
  const run = (sessionKey: string, command: string) =>
    responses.run({
      gateway_agent_id: 'main',
      session_key: sessionKey,
      instructions: 'Do as you are told.',
      input: `[[tool:exec ${JSON.stringify({ command })}]]`,
      signal: AbortSignal.timeout(90_000),
    })

  it('one is allowed once: the run goes on with its output', async () => {
    const board = await client.call('createBoard', { body: { name: 'Launch' } })
    const task = await client.call('createTask', { params: { board_id: board.id }, body: { title: 'Held' } })
    const agent = await client.call('createAgent', { body: { name: 'Control', role: 'main', provision: false } })
    // As if it had been taken over from the gateway: known there as `main`.
    const db = new Database(dataPaths(dataDir).database)
    db.prepare("UPDATE agents SET gateway_agent_id = 'main' WHERE id = ?").run(agent.id)
    db.close()
    const running = run(`agent:main:mc-task-${task.id}`, 'expr 40 + 2')
    const row = await oneHeld()
    expect(row).toMatchObject({ gateway_agent_id: 'main', agent_id: agent.id, agent_name: 'Control', task_id: task.id, board_id: board.id })
    expect(row?.command).toContain('expr 40')
    expect(row?.allowed_decisions).toContain('allow-once')
    expect(Date.parse(row?.expires_at ?? '')).toBeGreaterThan(Date.now())
    const overview = await until(
      () => client.call('getOverview'),
      (seen) => seen.attention.some((entry) => entry.key === `exec:${row?.id}`),
    )
    expect(overview.attention.find((entry) => entry.key === `exec:${row?.id}`)).toMatchObject({ link: '/inbox' })

    await client.call('resolveExecApproval', { params: { exec_approval_id: row?.id ?? '' }, body: { decision: 'allow-once' } })
    expect((await running).text).toMatch(/\b42\b/)
    expect(await held()).toEqual([])
    const events = (await client.call('listActivity', { query: { event_type: 'exec_approval.' } })).items
    expect(events.map((event) => [event.event_type, event.task_id])).toEqual([['exec_approval.allowed', task.id]])
    const late = await client
      .call('resolveExecApproval', { params: { exec_approval_id: row?.id ?? '' }, body: { decision: 'deny' } })
      .catch((error: unknown) => error)
    expect(late).toBeInstanceOf(ApiError)
    expect((late as ApiError).status).toBe(404)
  })

  it('one that is allowed once runs exactly once; one that is denied, never', async () => {
    const trace = (name: string) => join(gateway.root, `${name}.txt`)
    const script = join(gateway.root, 'leave-a-trace.sh')
    writeFileSync(script, 'printf "ran\\n" >> "$1"\n')
    /** Fails with what the agent said when the command was not held back. */
    const heldOr = (running: ReturnType<typeof run>) =>
      Promise.race([oneHeld(), running.then(({ text }) => Promise.reject(new Error(`not held back: ${text}`)))])
    for (const [name, decision] of [
      ['allowed', 'allow-once'],
      ['denied', 'deny'],
    ] as const) {
      const running = run(`agent:main:trace-${name}`, `sh ${script} ${trace(name)}`)
      const row = await heldOr(running)
      expect(existsSync(trace(name))).toBe(false)
      await client.call('resolveExecApproval', { params: { exec_approval_id: row?.id ?? '' }, body: { decision } })
      await running
    }
    // Once is for this one: the same command is held back again.
    const again = run('agent:main:trace-again', `sh ${script} ${trace('allowed')}`)
    const row = await heldOr(again)
    await client.call('resolveExecApproval', { params: { exec_approval_id: row?.id ?? '' }, body: { decision: 'deny' } })
    expect((await again).text).toMatch(/denied/i)
    expect(readFileSync(trace('allowed'), 'utf8')).toBe('ran\n')
    expect(existsSync(trace('denied'))).toBe(false)
  })

  it('one that waited while our services restarted is there again, and can be denied', async () => {
    const running = run('agent:main:held-two', 'expr 40 + 3')
    const before = await oneHeld()
    await services.stop(Date.now() + 3000)
    await startOurs()
    const after = await oneHeld()
    expect(after).toMatchObject({ id: before?.id, command: before?.command, expires_at: before?.expires_at })
    await client.call('resolveExecApproval', { params: { exec_approval_id: after?.id ?? '' }, body: { decision: 'deny' } })
    const { text } = await running
    expect(text).not.toMatch(/\b43\b/)
    expect(text).toMatch(/denied/i)
  })

  it('an agent asks with its own command, a person approves, the agent hears of it in the conversation of its task', async () => {
    services.handleHostMessage({
      type: 'gateway-state',
      state: { ...gatewayStopped, state: 'running', port: gateway.port, since_at: Date.now() },
    })
    const board = await client.call('createBoard', { body: { name: 'Deploys' } })
    const agent = await client.call('createAgent', { body: { name: 'Max', board_id: board.id } })
    await until(
      () => client.call('getAgent', { params: { agent_id: agent.id } }),
      (seen) => seen.status === 'online',
    )
    const task = await client.call('createTask', { params: { board_id: board.id }, body: { title: 'Deploy' } })
    const at = { board_id: board.id, task_id: task.id }
    const command = `.mission-control/mc approval request ${task.id} deploy 80 'Say "yes", please.'`
    await client.call('updateTask', {
      params: at,
      body: { description: `[[tool:exec ${JSON.stringify({ command })}]]`, assigned_agent_id: agent.id },
    })
    const [asked] = await until(
      async () => (await client.call('listApprovals', { params: { board_id: board.id } })).items,
      (items) => items.length > 0,
    )
    expect(asked).toMatchObject({ requested_by: 'Max', agent_id: agent.id, task_id: task.id, confidence: 80, reason: 'Say "yes", please.' })
    await client.call('resolveApproval', {
      params: { board_id: board.id, approval_id: asked?.id ?? '' },
      body: { status: 'approved', comment: 'Go ahead on Monday.' },
    })
    const [told] = await until(
      async () =>
        (await client.call('listNotifications', { query: { task_id: task.id } })).items.filter((row) => row.type === 'approval_resolved'),
      (rows) => rows.some((row) => row.state === 'delivered'),
    )
    expect(told).toMatchObject({ agent_id: agent.id, attempts: 1 })
    const comments = (await client.call('listComments', { params: at })).items
    expect(comments.filter((comment) => comment.source_notification_id === told?.id)).toHaveLength(1)
    const heard = gateway.model.requests.map((request) => JSON.stringify(request.messages))
    expect(heard.some((text) => text.includes('Go ahead on Monday.') && text.includes('Decision: approved'))).toBe(true)
  })
})
