import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../../native-services/gateway/types.ts'
import { credentialsFile, readCredentials } from '../../../native-services/lifecycle/workspace-files.ts'
import { createLifecycleBench, type LifecycleBench } from '../../support/lifecycle-bench.ts'

const second = 1000
const minute = 60_000
let bench: LifecycleBench

beforeEach(() => {
  bench = createLifecycleBench()
})
afterEach(() => bench.stop())

const logNames = (): string[] => bench.logged.map((entry) => entry.message.split(' ')[0] ?? '')
const activity = (agentId: string): string[] =>
  bench.store.activity.list({ agent_id: agentId, limit: 100, offset: 0 }).items.map((row) => row.event_type)

describe('provisioning', () => {
  it("goes from created to online by the agent's own check-in, through every step", async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    expect(bench.agent(id)).toMatchObject({ status: 'paused', gateway_agent_id: `mc-${id}`, openclaw_session_id: `agent:mc-${id}:main` })
    bench.responsive = false
    expect(bench.lifecycle().provision(id)).toMatchObject({ status: 'provisioning', lifecycle_generation: 1 })
    await bench.clock.advance(second)
    const woken = bench.agent(id)
    expect(woken).toMatchObject({ status: 'waking', wake_attempts: 1, token_status: 'in_sync', provision_step: null, last_seen_at: null })
    expect(woken.checkin_deadline_at).toBe((woken.last_wake_sent_at ?? 0) + 30_000)
    expect(bench.gateway.agents.get(`mc-${id}`)?.workspace).toBe(woken.workspace_path)
    expect(bench.gateway.config.entries[`mc-${id}`]).toMatchObject({ name: 'Ada', heartbeat: { every: '0m', target: 'none' } })
    expect(readFileSync(join(woken.workspace_path, 'AGENTS.md'), 'utf8')).toContain('You are **Ada**')
    expect(statSync(join(woken.workspace_path, '.mission-control', 'mc')).mode & 0o777).toBe(0o755)
    expect(statSync(credentialsFile(woken.workspace_path)).mode & 0o777).toBe(0o600)
    bench.checkIn(id)
    expect(bench.agent(id)).toMatchObject({ status: 'online', wake_attempts: 0, checkin_deadline_at: null })
    await bench.clock.advance(40 * second)
    expect(bench.agent(id).status).toBe('online')
    expect(logNames()).toEqual(
      expect.arrayContaining(['lifecycle.queue.enqueued', 'queue.worker.success', 'lifecycle.reconcile.skip_not_stuck']),
    )
    expect(activity(id)).toEqual(
      expect.arrayContaining(['agent.provision.start', 'agent.provision.success', 'agent.wakeup.sent', 'agent.heartbeat']),
    )
  })

  it('writes one configuration change for agents that are provisioned together', async () => {
    bench.gateway.up()
    const ids = ['Ada', 'Ben', 'Cleo', 'Dan'].map((name) => bench.newAgent(name).id)
    for (const id of ids) bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    expect(ids.map((id) => bench.agent(id).status)).toEqual(['online', 'online', 'online', 'online'])
    expect(bench.gateway.calls.filter((call) => call.method === 'config.patch')).toHaveLength(1)
  })

  it('waits for a gateway that is away without spending a try, and goes on by itself', async () => {
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(30 * minute)
    expect(bench.agent(id)).toMatchObject({ status: 'provisioning', last_provision_error: null })
    expect(bench.agent(id).status_reason).toContain('Waiting for the gateway')
    bench.gateway.up()
    await bench.clock.advance(2 * second)
    expect(bench.agent(id).status).toBe('online')
  })

  it('repeats what failed, ends in a reason, and a returning gateway is another chance', async () => {
    bench.gateway.up()
    bench.apiUp = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(second)
    expect(bench.agent(id)).toMatchObject({ status: 'provisioning', provision_step: 'verify' })
    expect(bench.agent(id).last_provision_error).toContain('does not answer')
    await bench.clock.advance(10 * minute)
    expect(bench.agent(id)).toMatchObject({ status: 'failed' })
    expect(bench.agent(id).status_reason).toContain('does not answer')
    bench.apiUp = true
    bench.gateway.down()
    bench.gateway.up()
    await bench.clock.advance(2 * second)
    expect(bench.agent(id).status).toBe('online')
  })

  it('survives lost answers and a configuration that somebody else changed', async () => {
    bench.gateway.up()
    bench.gateway.loseAnswerOf('agents.create')
    bench.gateway.failNext('config.patch', new GatewayError('rejected', 'config changed since last load; re-run config.get and retry'))
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(10 * second)
    expect(bench.agent(id).status).toBe('online')
    expect(bench.gateway.agents.size).toBe(1)
  })

  it('keeps the token when it is good, and text of the user around our block', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    const { workspace_path: workspace, token_hash: hash } = bench.agent(id)
    const file = join(workspace, 'AGENTS.md')
    writeFileSync(file, `# Mine\n\n${readFileSync(file, 'utf8')}\nAnd this.\n`)
    bench.lifecycle().rename(id, { name: 'Ada Lovelace' })
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    const text = readFileSync(file, 'utf8')
    expect(bench.agent(id)).toMatchObject({ status: 'online', token_hash: hash })
    expect(text).toMatch(/^# Mine/)
    expect(text).toContain('And this.')
    expect(text).toContain('You are **Ada Lovelace**')
    expect(text.split('mission-control:begin')).toHaveLength(2)
  })

  it('tells agents when the rules of their board change, and does not wake them for it', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    const sent = bench.gateway.sent.length
    bench.store.write(() => bench.store.boards.update(bench.boardId, { only_lead_can_change_status: true }))
    await bench.clock.advance(2 * second)
    expect(readFileSync(join(bench.agent(id).workspace_path, 'AGENTS.md'), 'utf8')).toContain('only the lead changes the status')
    expect(bench.agent(id).status).toBe('online')
    expect(bench.gateway.sent).toHaveLength(sent)
  })

  it('leaves heartbeats of a configuration that is not ours alone', async () => {
    bench.gateway.config.defaults['heartbeat'] = { every: '30m' }
    bench.gateway.config.entries['other'] = { workspace: '/x' }
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    // One entry with a heartbeat of its own would end the default heartbeat of "other".
    expect(bench.gateway.config.entries[`mc-${id}`]?.['heartbeat']).toBeUndefined()
  })
})

describe('wakes', () => {
  it('three of them, 30 s each, then offline with the reason', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(second)
    await bench.clock.advance(30 * second)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 2 })
    await bench.clock.advance(61 * second)
    expect(bench.agent(id)).toMatchObject({
      status: 'offline',
      wake_attempts: 3,
      last_provision_error: 'Agent did not check in after wake; max wake attempts reached',
    })
    expect(bench.gateway.sent).toHaveLength(3)
    expect(new Set(bench.gateway.sent.map((message) => message.idempotencyKey)).size).toBe(3)
    expect(logNames()).toEqual(expect.arrayContaining(['lifecycle.reconcile.retriggered', 'lifecycle.reconcile.max_attempts_reached']))
    await bench.clock.advance(60 * minute)
    expect(bench.gateway.sent).toHaveLength(3)
    expect(bench.checkIn(id)).toBe(true)
    expect(bench.agent(id)).toMatchObject({ status: 'online', last_provision_error: null })
  })

  it('tells an agent that answers from one that is silent', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.gateway.onWake = ({ idempotencyKey, sessionKey }) =>
      bench.gateway.emit('chat', { runId: idempotencyKey, sessionKey, state: 'final', message: { role: 'assistant' } })
    bench.lifecycle().provision(id)
    await bench.clock.advance(5 * second)
    // The fake answers faster than any gateway: the event of the last wake is repeated once its row exists.
    for (let wake = 0; wake < 3; wake += 1) {
      const last = bench.gateway.sent.at(-1)
      bench.gateway.emit('chat', { runId: last?.idempotencyKey, state: 'final' })
      await bench.clock.advance(30 * second)
    }
    expect(bench.agent(id).status).toBe('offline')
    expect(bench.agent(id).status_reason).toContain('may not be able to reach http://127.0.0.1:8642')
  })

  it('a gateway that is away stops the clock: no attempt spent, what was left of the deadline is left', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(second)
    await bench.clock.advance(9 * second)
    const before = bench.agent(id)
    bench.gateway.down()
    await bench.clock.advance(20 * minute)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 1 })
    bench.gateway.up({ sameBoot: true })
    await bench.clock.advance(0)
    const left = (before.checkin_deadline_at ?? 0) - (before.last_wake_sent_at ?? 0) - 9 * second
    expect((bench.agent(id).checkin_deadline_at ?? 0) - bench.clock.now()).toBeGreaterThan(left - 2 * second)
    await bench.clock.advance(15 * second)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 1 })
    bench.responsive = true
    await bench.clock.advance(15 * second)
    expect(bench.agent(id).status).toBe('online')
  })

  it('a restarted gateway wakes everybody again, one after the other', async () => {
    bench.gateway.up()
    const ids = ['Ada', 'Ben', 'Cleo'].map((name) => bench.newAgent(name).id)
    for (const id of ids) bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    const sent = bench.gateway.sent.length
    bench.gateway.down()
    await bench.clock.advance(5 * second)
    expect(ids.map((id) => bench.agent(id).status)).toEqual(['online', 'online', 'online'])
    bench.gateway.up()
    await bench.clock.advance(3 * second)
    expect(ids.map((id) => bench.agent(id).status)).toEqual(['online', 'online', 'online'])
    expect(bench.gateway.sent.length - sent).toBe(3)
    const times = bench.gateway.sent.slice(-3).map((message) => message.at)
    expect(new Set(times).size).toBe(3)
  })

  it('a wake whose run died with the gateway is sent again at once, with all attempts', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(40 * second)
    expect(bench.agent(id).wake_attempts).toBe(2)
    bench.gateway.down()
    await bench.clock.advance(10 * second)
    bench.gateway.up()
    await bench.clock.advance(second)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 1 })
    expect(bench.gateway.sent.at(-1)?.at).toBeGreaterThan(bench.clock.now() - 2 * second)
  })

  it('a gateway that stays away is said to be the reason', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    bench.gateway.down('The gateway does not answer.')
    await bench.clock.advance(40 * second)
    expect(bench.agent(id)).toMatchObject({
      status: 'offline',
      status_reason: 'The gateway is not connected: The gateway does not answer.',
    })
    bench.gateway.up()
    await bench.clock.advance(2 * second)
    expect(bench.agent(id).status).toBe('online')
  })

  it('a deadline survives the process', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(second)
    bench.restart()
    await bench.clock.advance(31 * second)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 2 })
  })

  it('stops in the middle of a request without a trace of an error, and goes on at the next start', async () => {
    bench.gateway.up()
    bench.responsive = false
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await Promise.resolve()
    const stopping = bench.lifecycle().stop(bench.clock.now())
    await bench.clock.advance(1)
    await stopping
    bench.restart()
    bench.responsive = true
    await bench.clock.advance(5 * second)
    expect(bench.agent(id).status).toBe('online')
  })

  it('an acknowledgement that gets lost does not wake twice', async () => {
    bench.gateway.up()
    bench.gateway.loseAnswerOf('chat.send')
    const { id } = bench.newAgent('Ada')
    bench.responsive = false
    bench.lifecycle().provision(id)
    await bench.clock.advance(10 * second)
    expect(bench.gateway.sent).toHaveLength(1)
    expect(bench.agent(id)).toMatchObject({ status: 'waking', wake_attempts: 1 })
  })

  it('an agent that the gateway forgot is set up again', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    bench.gateway.agents.clear()
    bench.lifecycle().wake(id)
    await bench.clock.advance(5 * second)
    expect(bench.agent(id).status).toBe('online')
    expect(bench.gateway.agents.size).toBe(1)
  })

  it('pause stops everything, resume wakes', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    bench.lifecycle().pause(id)
    expect(() => bench.lifecycle().wake(id)).toThrow(expect.objectContaining({ code: 'conflict' }))
    await bench.clock.advance(60 * minute)
    expect(bench.agent(id).status).toBe('paused')
    bench.lifecycle().resume(id)
    await bench.clock.advance(second)
    expect(bench.agent(id).status).toBe('online')
  })
})

describe('silence', () => {
  it('late after one and a half intervals, offline after three, online by a check-in', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    await bench.clock.advance(14 * minute)
    expect(bench.agent(id).status).toBe('online')
    await bench.clock.advance(1 * minute)
    expect(bench.agent(id).status).toBe('late')
    await bench.clock.advance(15 * minute)
    expect(bench.agent(id)).toMatchObject({ status: 'offline' })
    expect(bench.agent(id).status_reason).toContain('every 10 min')
    bench.checkIn(id)
    expect(bench.agent(id).status).toBe('online')
  })
  it('is not judged without heartbeats', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada', { heartbeat_config: { every: 'disabled', target: 'none' } })
    bench.lifecycle().provision(id)
    await bench.clock.advance(90 * minute)
    expect(bench.agent(id).status).toBe('online')
  })
})

describe('tokens', () => {
  async function online(name = 'Ada'): Promise<string> {
    if (!bench.gateway.state().connected) bench.gateway.up()
    const { id } = bench.newAgent(name)
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    return id
  }
  const options = {
    include_main: true,
    lead_only: false,
    reset_sessions: false,
    rotate_tokens: false,
    force_bootstrap: false,
    overwrite: false,
    board_id: null,
  }
  const tokenOf = (id: string): string => readCredentials(bench.agent(id).workspace_path)?.auth_token ?? ''

  it('the old token stays good until the new one is first used, and our own check is no use', async () => {
    const id = await online()
    const old = tokenOf(id)
    const done = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true }).done
    await bench.clock.advance(second)
    expect((await done).result).toMatchObject({
      agents_updated: 1,
      errors: [],
      agents: [{ outcome: 'updated', step: 'done', token_verified: true }],
    })
    const fresh = tokenOf(id)
    expect(fresh).not.toBe(old)
    expect(bench.lifecycle().authenticate(old)?.id).toBe(id)
    expect(bench.lifecycle().authenticate(fresh)?.id).toBe(id)
    expect(bench.lifecycle().authenticate(old)).toBeUndefined()
    expect(bench.agent(id).status).toBe('online')
  })

  it('refuses what is no token', async () => {
    const id = await online()
    const token = tokenOf(id)
    for (const wrong of ['', 'mca_', token.slice(0, -1), `${token}x`, `${token.slice(0, 12)}${'A'.repeat(35)}`, token.toUpperCase()])
      expect(bench.lifecycle().authenticate(wrong)).toBeUndefined()
    expect(bench.lifecycle().authenticate(token)?.id).toBe(id)
  })

  it('a token overwritten by hand is noticed, refused, and mended by a sync; others are not disturbed', async () => {
    const id = await online('Ada')
    const other = await online('Ben')
    const file = credentialsFile(bench.agent(id).workspace_path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/AUTH_TOKEN=.*/, `AUTH_TOKEN=mca_${'x'.repeat(43)}`))
    await bench.clock.advance(6 * second)
    expect(bench.agent(id).token_status).toBe('drifted')
    expect(activity(id)).toContain('agent.token.drifted')
    expect(bench.checkIn(id)).toBe(false)
    bench.lifecycle().wake(id)
    await bench.clock.advance(100 * second)
    expect(bench.agent(id)).toMatchObject({ status: 'offline' })
    expect(bench.agent(id).status_reason).toContain('Re-sync its token')

    const plain = bench.lifecycle().sync(bench.local.id, options).done
    await bench.clock.advance(second)
    expect((await plain).result).toMatchObject({
      agents_updated: 1,
      agents: expect.arrayContaining([expect.objectContaining({ agent_id: id, outcome: 'failed', reason_code: 'token_mismatch' })]),
    })

    const done = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true }).done
    await bench.clock.advance(2 * second)
    expect((await done).state).toBe('succeeded')
    expect(bench.agent(id)).toMatchObject({ status: 'online', token_status: 'in_sync' })
    expect(bench.agent(other)).toMatchObject({ status: 'online', token_status: 'in_sync' })
  })

  it('works on local workspaces without a gateway, and says what was left out', async () => {
    const id = await online()
    const before = tokenOf(id)
    bench.gateway.down()
    const done = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true }).done
    await bench.clock.advance(10 * second)
    const job = await done
    expect(job.result).toMatchObject({ agents_updated: 1, errors: [{ agent_id: null, message: expect.stringContaining('not connected') }] })
    expect(tokenOf(id)).not.toBe(before)
  })

  it('a disk that refuses leaves the old token valid', async () => {
    const id = await online()
    const agent = bench.agent(id)
    const token = tokenOf(id)
    const folder = join(agent.workspace_path, '.mission-control')
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file in the way')
    const done = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true }).done
    await bench.clock.advance(second)
    expect((await done).result).toMatchObject({ agents_updated: 0, agents: [{ outcome: 'failed', step: 'write' }] })
    expect(bench.lifecycle().authenticate(token)?.id).toBe(id)
    rmSync(folder)
    mkdirSync(folder)
  })

  it('a second sync of the same gateway is refused while one runs, and an interrupted one goes on', async () => {
    const first = await online('Ada')
    const second_ = await online('Ben')
    const before = [tokenOf(first), tokenOf(second_)]
    const { job } = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true })
    expect(() => bench.lifecycle().sync(bench.local.id, options)).toThrow(expect.objectContaining({ code: 'conflict' }))
    bench.restart()
    await bench.clock.advance(2 * second)
    const finished = bench.store.jobs.get(job.id)
    expect(finished).toMatchObject({ state: 'succeeded', done: 2, total: 2 })
    expect([tokenOf(first), tokenOf(second_)].filter((token) => before.includes(token))).toEqual([])
  })

  it('stands in no log line and no row', async () => {
    const id = await online()
    const token = tokenOf(id)
    const done = bench.lifecycle().sync(bench.local.id, { ...options, rotate_tokens: true }).done
    await bench.clock.advance(second)
    await done
    const everything = JSON.stringify([
      bench.logged,
      bench.store.activity.list({ limit: 500, offset: 0 }),
      bench.store.agents.all(),
      bench.store.jobs.list({ limit: 50, offset: 0 }),
      bench.gateway.calls,
    ])
    expect(everything).not.toContain(token)
    expect(everything).not.toContain(tokenOf(id))
  })
})

describe('create and remove', () => {
  it('refuses a taken name, a second lead, a main agent on a board', () => {
    bench.newAgent('Ada', { role: 'lead' })
    expect(() => bench.newAgent('ada')).toThrow(expect.objectContaining({ code: 'conflict', field: 'body.name' }))
    expect(() => bench.newAgent('Eve', { role: 'lead' })).toThrow(expect.objectContaining({ code: 'conflict', field: 'body.role' }))
    expect(() => bench.newAgent('Eve', { role: 'main' })).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    expect(() => bench.newAgent('Eve', { board_id: bench.local.id })).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  it('removes from the gateway first; what cannot be removed stays as it was', async () => {
    bench.gateway.up()
    const { id } = bench.newAgent('Ada')
    bench.lifecycle().provision(id)
    await bench.clock.advance(2 * second)
    const before = bench.agent(id)
    bench.gateway.failNext('agents.delete', new GatewayError('rejected', 'owns the shared store'))
    await expect(bench.lifecycle().remove(id)).rejects.toMatchObject({ code: 'gateway_error' })
    expect(bench.agent(id)).toMatchObject({ status: before.status, status_since_at: before.status_since_at })
    bench.gateway.down()
    await expect(bench.lifecycle().remove(id)).rejects.toMatchObject({ code: 'gateway_unavailable' })
    bench.gateway.up()
    bench.gateway.agents.clear()
    await bench.lifecycle().remove(id)
    expect(bench.store.agents.get(id)).toBeUndefined()
    expect(readCredentials(before.workspace_path)).not.toBeNull()
  })
})
