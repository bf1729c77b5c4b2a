import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { HostCommand } from '../../native-services/contract/host-link.ts'
import { syncResult } from '../../native-services/contract/entities.ts'
import { credentialsFile, readCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import { refusal, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

const isJob = <Answer extends object>(answer: Answer): answer is Extract<Answer, { kind: string }> => 'kind' in answer

describe('credentials of a gateway over HTTP', { timeout: 60_000 }, () => {
  let services: TestServices
  afterEach(() => services.stop())

  async function gatewayId(): Promise<string> {
    const id = (await services.call('listGateways')).items[0]?.id
    if (id === undefined) throw new Error('no gateway')
    return id
  }

  /** Agents with a token in their workspace, as the sync leaves them. */
  async function agents(count: number) {
    const board = await services.call('createBoard', { body: { name: 'Launch', max_agents: 100 } })
    const all = []
    for (let index = 0; index < count; index += 1)
      all.push(await services.call('createAgent', { body: { name: `Agent ${index + 1}`, board_id: board.id, provision: false } }))
    const result = await services.call('syncTemplates', { params: { gateway_id: await gatewayId() }, query: { rotate_tokens: 'true' } })
    if (isJob(result)) throw new Error('a job')
    expect(result).toMatchObject({ agents_updated: count, preflight: { state: 'offline' } })
    expect(result.agents.every((agent) => agent.token_verified)).toBe(true)
    return all
  }

  /** What the agents' own command does: read the file, call. */
  async function checkIn(workspace: string): Promise<{ status: number; token: string }> {
    const credentials = readCredentials(workspace)
    const token = credentials?.auth_token ?? ''
    const answer = await fetch(`${services.url}/api/v1/agent/heartbeat`, { method: 'POST', headers: { 'x-agent-token': token } })
    await answer.arrayBuffer()
    return { status: answer.status, token }
  }

  it('20 agents on one address are never limited', async () => {
    services = await startServices()
    const all = await agents(20)
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(all.map((agent) => checkIn(agent.workspace_path)))
      expect(answers.map((answer) => answer.status)).toEqual(all.map(() => 200))
    }
  })

  it('all tokens rotated while agents check in: nobody is refused twice running, nobody ends with a dead token', async () => {
    services = await startServices()
    const all = await agents(12)
    const before = new Map(all.map((agent) => [agent.id, readCredentials(agent.workspace_path)?.auth_token]))
    let running = true
    const refusedInARow = new Map<string, number>()
    let worst = 0
    let calls = 0
    const loops = all.map(async (agent) => {
      while (running) {
        const { status } = await checkIn(agent.workspace_path)
        calls += 1
        const row = status === 200 ? 0 : (refusedInARow.get(agent.id) ?? 0) + 1
        refusedInARow.set(agent.id, row)
        worst = Math.max(worst, row)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })
    for (let round = 0; round < 2; round += 1) {
      const result = await services.call('syncTemplates', { params: { gateway_id: await gatewayId() }, query: { rotate_tokens: 'true' } })
      expect(isJob(result)).toBe(false)
    }
    running = false
    await Promise.all(loops)
    expect(calls).toBeGreaterThan(all.length)
    expect(worst).toBeLessThanOrEqual(1)
    for (const agent of all) {
      const { status, token } = await checkIn(agent.workspace_path)
      expect(status).toBe(200)
      expect(token).not.toBe(before.get(agent.id))
    }
    const stale = await fetch(`${services.url}/api/v1/agent/heartbeat`, {
      method: 'POST',
      headers: { 'x-agent-token': before.get(all[0]?.id ?? '') ?? '' },
    })
    expect(stale.status).toBe(401)
  })

  it('a sync can be cancelled, and stays cancelled over a restart; wake=true wakes those who were updated', async () => {
    services = await startServices()
    const all = await agents(4)
    const id = await gatewayId()
    // Without a gateway it looks for one for three seconds first: time to change one's mind.
    const job = await services.call('syncTemplates', { params: { gateway_id: id }, query: { rotate_tokens: 'true', wait: 'false' } })
    if (!isJob(job)) throw new Error('no job')
    expect(await services.call('cancelJob', { params: { job_id: job.id } })).toMatchObject({ state: 'running', step: 'cancelling' })
    await services.restart()
    const ended = await until(
      () => services.call('getJob', { params: { job_id: job.id } }),
      (row) => row.state !== 'running',
    )
    expect(ended).toMatchObject({ state: 'cancelled', done: 0 })
    expect(ended.error).toContain('cancelled')
    await expect(services.call('cancelJob', { params: { job_id: job.id } })).rejects.toMatchObject({ status: 409 })
    for (const agent of all) expect((await checkIn(agent.workspace_path)).status).toBe(200)

    const [paused] = all
    services.query("UPDATE agents SET status = 'offline' WHERE id <> ? RETURNING id", paused?.id ?? '')
    const woken = await services.call('syncTemplates', { params: { gateway_id: id }, query: { wake: 'true' } })
    expect(syncResult.parse(woken).agents_updated).toBe(4)
    const now = (await services.call('listAgents')).items
    expect(now.map((agent) => agent.status)).toEqual(now.map((agent) => (agent.id === paused?.id ? 'paused' : 'waking')))
  })

  it('a hand-edited file is drift within two seconds without a gateway, and is mended by one call', async () => {
    services = await startServices()
    const [agent] = await agents(1)
    if (!agent) throw new Error('no agent')
    const id = await gatewayId()
    const file = credentialsFile(agent.workspace_path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/AUTH_TOKEN=.*/, `AUTH_TOKEN=mca_${'y'.repeat(43)}`))
    await until(
      () => services.call('getAgent', { params: { agent_id: agent.id } }),
      (row) => row.token_status === 'drifted',
      2500,
    )
    const drift = async () => (await services.call('getGatewayDrift', { params: { gateway_id: id } })).items
    expect((await drift()).find((row) => row.subject === agent.id && row.source === 'workspace_file')).toMatchObject({ status: 'drifted' })
    expect((await drift()).find((row) => row.subject === 'gateway' && row.source === 'gateway_config')).toMatchObject({ status: 'missing' })
    expect((await checkIn(agent.workspace_path)).status).toBe(401)
    expect(await services.call('mendDrift', { params: { gateway_id: id, subject: agent.id } })).toMatchObject({ mended: true })
    expect((await checkIn(agent.workspace_path)).status).toBe(200)
    expect((await drift()).filter((row) => row.subject === agent.id).map((row) => row.status)).toEqual(['in_sync', 'in_sync', 'in_sync'])
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('a stopped gateway gets its new token through the host, in the right order, and no answer shows it', async () => {
    const phases: HostCommand[] = []
    services = await startServices({
      onCommand(command) {
        phases.push(command)
        return { ok: true, message: null }
      },
    })
    services.setGateway({ state: 'stopped' })
    const result = await services.call('rotateGatewayToken', { params: { gateway_id: await gatewayId() } })
    expect(result).toMatchObject({ rotated: true, applied: 'file' })
    expect(phases.map((command) => command.action === 'gateway-token' && command.phase)).toEqual(['remember', 'commit'])
    const token = phases[0]?.action === 'gateway-token' ? phases[0].token : undefined
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(result.token_hint).toBe(`••••${token?.slice(-4)}`)
    expect(JSON.stringify([result, services.query('SELECT * FROM activity'), services.query('SELECT * FROM settings')])).not.toContain(
      token,
    )

    services.setGateway({ state: 'adopted', owned: false })
    const refused = await services.send({
      method: 'POST',
      path: `/api/v1/gateways/${await gatewayId()}/token/rotate`,
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(refused.status).toBe(409)
    expect(refusal(refused.body).detail).toContain('We did not start this gateway')
  })

  it('without a gateway: capabilities say so, devices cannot be listed', async () => {
    services = await startServices()
    const params = { gateway_id: await gatewayId() }
    expect(await services.call('getGatewayCapabilities', { params })).toMatchObject({
      version: null,
      supported: true,
      reason: 'It has not been connected yet.',
    })
    await expect(services.call('listGatewayDevices', { params })).rejects.toMatchObject({ status: 503 })
    const device = { ...params, device_id: 'a1'.repeat(32) }
    await expect(services.call('removeGatewayDevice', { params: device })).rejects.toMatchObject({ status: 503 })
    await expect(services.call('mendDrift', { params: { ...params, subject: params.gateway_id } })).rejects.toMatchObject({ status: 404 })
    expect(await services.call('mendDrift', { params: { ...params, subject: 'gateway' } })).toMatchObject({
      subject: 'gateway',
      mended: true,
    })
    expect(services.sent.some((each) => each.type === 'gateway-command' && each.command.action === 'gateway-token')).toBe(true)
  })
})
