/** The demo as a person meets it: real services, real OpenClaw, real agents that run the real `mc`; only the model is scripted, by the product itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServices, type Services } from '../../native-services/compose.ts'
import { createApiClient, type ApiClient } from '../../native-services/contract/client.ts'
import { createDemoModel } from '../../native-services/openclaw/demo-model.ts'
import { openclawAvailable, type RealGateway, startRealGateway } from '../support/real-gateway.ts'
import { until } from '../support/until.ts'

const repo = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const operatorToken = 'operator-token-for-the-demo-test-0123456789'

describe.skipIf(!openclawAvailable)('the demo on the real gateway', { timeout: 180_000 }, () => {
  let gateway: RealGateway
  let services: Services
  let client: ApiClient
  let dataDir: string
  let boardId: string

  beforeAll(async () => {
    const model = await createDemoModel()
    gateway = await startRealGateway({
      model: { port: model.port, requests: [], exchanges: [], script: null, onWake: 'check_in', stop: () => model.stop() },
    })
    dataDir = mkdtempSync(join(tmpdir(), 'mc-demo-test-'))
    services = createServices({
      init: {
        type: 'init',
        version: '0.0.0-test',
        data_dir: dataDir,
        static_dir: null,
        resources_dir: join(repo, 'resources'),
        host: '127.0.0.1',
        port: 0,
        demo: true,
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
    services.handleHostMessage({
      type: 'gateway-state',
      state: {
        state: 'running',
        reason: null,
        remedy: null,
        pid: gateway.pid() ?? null,
        port: gateway.port,
        owned: true,
        version: '2026.9.6',
        since_at: Date.now(),
        retry_at: null,
        restarts: 0,
        port_owner: null,
        suggested_port: null,
        last_lines: [],
      },
    })
    client = createApiClient({ baseUrl: `http://127.0.0.1:${port}`, headers: () => ({ authorization: `Bearer ${operatorToken}` }) })
    boardId = (await client.call('listBoards')).items[0]?.id ?? ''
  }, 120_000)

  afterAll(async () => {
    await services?.stop(Date.now() + 5000)
    await gateway?.stop()
    if (dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }, 60_000)

  const agents = async () =>
    (await client.call('listAgents')).items.map(({ name, status, status_reason: reason, last_provision_error: error }) => ({
      name,
      status,
      reason,
      error,
    }))
  const tasks = async () => (await client.call('listTasks', { params: { board_id: boardId } })).items
  const thread = async (taskId: string) => (await client.call('listComments', { params: { board_id: boardId, task_id: taskId } })).items

  it('all four agents come online by their own check-in', async () => {
    const online = await until(agents, (list) => list.length === 4 && list.every((agent) => agent.status === 'online'), 120_000)
    expect(online.map((agent) => agent.name).toSorted()).toEqual(['Ada', 'Ivy', 'Max', 'Noor'])
  })

  it('the seeded work begins by itself: claimed, answered once, in review', async () => {
    const begun = await until(
      tasks,
      (list) =>
        list
          .filter((task) => /signup form|announcement/.test(task.title))
          .every((task) => task.status === 'review' && task.comment_count > 0),
      120_000,
    )
    for (const task of begun.filter((entry) => /signup form|announcement/.test(entry.title))) {
      const comments = await thread(task.id)
      expect(comments.map((comment) => comment.author_type)).toEqual(['agent'])
      expect(comments[0]?.message).toContain(`**${task.title}** is ready for review.`)
    }
  })

  it('a new task assigned to a worker gets its reply and moves to review; a question gets its answer', async () => {
    const noor = (await client.call('listAgents')).items.find((agent) => agent.name === 'Noor')
    const created = await client.call('createTask', {
      params: { board_id: boardId },
      body: { title: 'Research three venues', assigned_agent_id: noor?.id ?? null },
    })
    await until(
      async () => (await tasks()).find((task) => task.id === created.id),
      (task) => task?.status === 'review' && task.comment_count === 1,
    )
    await client.call('createComment', { params: { board_id: boardId, task_id: created.id }, body: { message: '@Ada what is next?' } })
    const comments = await until(
      () => thread(created.id),
      (list) => list.length >= 3,
    )
    expect(comments.map((comment) => comment.author_name)).toEqual(['Noor', expect.anything(), 'Ada'])
    expect(comments[2]?.message).toContain('1. ')
    // Nobody keeps talking, and nothing is left in the outbox.
    await until(
      async () =>
        (await client.call('listNotifications', { query: { task_id: created.id } })).items.map(
          (row) => `${row.type} ${row.state} ${row.last_error ?? ''}`,
        ),
      (rows) => rows.length >= 3 && rows.every((row) => /delivered|skipped/.test(row)),
    )
    expect(await thread(created.id)).toHaveLength(3)
  })

  it('an answer that is only a word of silence posts nothing and is not asked for again', async () => {
    const ivy = (await client.call('listAgents')).items.find((agent) => agent.name === 'Ivy')
    const draft = (await tasks()).find((task) => task.title === 'Draft the FAQ')
    expect(draft?.assigned_agent_ids).toEqual([ivy?.id])
    const before = (await thread(draft?.id ?? '')).length
    await client.call('createComment', {
      params: { board_id: boardId, task_id: draft?.id ?? '' },
      body: { message: 'Thanks! [[noreply]]' },
    })
    const rows = await until(
      async () => (await client.call('listNotifications', { query: { task_id: draft?.id ?? '' } })).items,
      (list) => list.some((row) => row.type === 'thread_update' && row.state === 'delivered'),
    )
    expect(rows.find((row) => row.type === 'thread_update')?.attempts).toBe(1)
    expect(await thread(draft?.id ?? '')).toHaveLength(before + 1)
  })

  it('heartbeats come at their interval and are answered by a check-in', async () => {
    const noor = (await client.call('listAgents')).items.find((agent) => agent.name === 'Noor')
    if (!noor) throw new Error('no Noor')
    await client.call('updateAgent', {
      params: { agent_id: noor.id },
      body: { heartbeat_config: { every: '10s', target: 'none', skip_when_idle: false } },
    })
    const asked = Date.now()
    const beats = await until(
      async () =>
        (await client.call('listNotifications', { query: { agent_id: noor.id } })).items.filter(
          (row) => row.type === 'heartbeat' && row.state === 'delivered' && Date.parse(row.created_at) >= asked,
        ),
      (rows) => rows.length >= 2,
    )
    expect(beats.every((row) => row.attempts === 1)).toBe(true)
    expect(Date.parse((await client.call('getAgent', { params: { agent_id: noor.id } })).last_seen_at ?? '')).toBeGreaterThan(asked)
    await client.call('updateAgent', { params: { agent_id: noor.id }, body: { heartbeat_config: { every: 'disabled', target: 'none' } } })
  })

  it('kill -9 of the gateway in the middle of a reply: the reply comes once, when the gateway is back', async () => {
    const created = await client.call('createTask', { params: { board_id: boardId }, body: { title: 'Plan the dinner' } })
    await client.call('createComment', {
      params: { board_id: boardId, task_id: created.id },
      body: { message: '@Max count: [[slow:60:100]]' },
    })
    const notice = async () => (await client.call('listNotifications', { query: { task_id: created.id } })).items[0]
    await until(notice, (row) => row?.state === 'leased' && row.run_id !== null)
    await gateway.kill()
    expect((await until(notice, (row) => row?.state === 'queued'))?.last_error_code).toBe('unavailable')
    await gateway.restart()
    await until(notice, (row) => row?.state === 'delivered', 120_000)
    const comments = (await thread(created.id)).filter((comment) => comment.author_type === 'agent')
    expect(comments.map((comment) => `${comment.author_name}: ${comment.message.split(' ').length} words`)).toEqual(['Max: 60 words'])
  })
})
