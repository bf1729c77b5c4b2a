import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syncResult } from '../../native-services/contract/entities.ts'
import { credentialsFile, readCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import type { SyncOptions } from '../../native-services/lifecycle/types.ts'
import { openclawAvailable, type RealLifecycle, startRealLifecycle } from '../support/real-lifecycle.ts'
import { until } from '../support/until.ts'

const options: SyncOptions = {
  include_main: true,
  lead_only: false,
  reset_sessions: false,
  rotate_tokens: true,
  force_bootstrap: false,
  overwrite: false,
  board_id: null,
}

describe.skipIf(!openclawAvailable)('token re-sync on the real gateway', { timeout: 180_000 }, () => {
  let bench: RealLifecycle
  let ada: string
  let ben: string
  let main: string
  const online = (id: string, since = 0) =>
    until(
      () => bench.agent(id),
      (agent) => agent.status === 'online' && (agent.last_seen_at ?? 0) >= since,
      90_000,
    )
  const tokenOf = (id: string): string => readCredentials(bench.agent(id).workspace_path)?.auth_token ?? ''
  /** Makes the agent run its command, as a person would ask it to. */
  const askToCheckIn = (id: string) =>
    bench.connection.request('chat.send', {
      sessionKey: bench.agent(id).openclaw_session_id,
      message: 'Please run .mission-control/mc heartbeat once more.',
      idempotencyKey: `ask-${id}-${Date.now()}`,
    })
  const sync = async (more: Partial<SyncOptions> = {}) => {
    const job = await bench.lifecycle.sync(bench.gatewayId, { ...options, ...more }).done
    return { job, result: syncResult.parse(job.result) }
  }

  beforeAll(async () => {
    bench = await startRealLifecycle()
    ada = bench.newAgent('Ada').id
    ben = bench.newAgent('Ben').id
    main = bench.newAgent('Morgan', 'main').id
    for (const id of [ada, ben, main]) bench.lifecycle.provision(id)
    await Promise.all([online(ada), online(ben), online(main)])
  }, 240_000)
  afterAll(() => bench?.stop(), 60_000)

  it('a token overwritten by hand: seen, refused with 401, mended by the sync, online again; others undisturbed', async () => {
    const file = credentialsFile(bench.agent(ada).workspace_path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/AUTH_TOKEN=.*/, `AUTH_TOKEN=mca_${'z'.repeat(43)}`))
    await until(
      () => bench.agent(ada).token_status,
      (state) => state === 'drifted',
    )
    const from = bench.api.calls.length
    await askToCheckIn(ada)
    await until(
      () => bench.api.calls.slice(from),
      (calls) => calls.some((call) => call.path === 'POST /api/v1/agent/heartbeat' && call.status === 401),
    )
    const seen = bench.agent(ben).last_seen_at
    await askToCheckIn(ben)
    await until(
      () => bench.agent(ben).last_seen_at,
      (at) => (at ?? 0) > (seen ?? 0),
    )

    const since = Date.now()
    const { job, result } = await sync()
    expect(job).toMatchObject({ state: 'succeeded', done: 3, total: 3 })
    expect(result).toMatchObject({ agents_updated: 2, agents_skipped: 0, main_updated: true, errors: [] })
    expect(result.agents.map((agent) => agent.token_verified)).toEqual([true, true, true])
    expect(result.agents.at(-1)?.agent_id).toBe(main)
    expect(bench.agent(ada).token_status).toBe('in_sync')
    await askToCheckIn(ada)
    await askToCheckIn(ben)
    await Promise.all([online(ada, since), online(ben, since)])
  })

  it('an agent that went offline over its token comes back by the sync alone', async () => {
    bench.store.write(() => bench.store.settings.update({ checkin_deadline_ms: 4000, max_wake_attempts: 1 }))
    writeFileSync(credentialsFile(bench.agent(ada).workspace_path), 'AUTH_TOKEN=gone\n')
    bench.lifecycle.wake(ada)
    await until(
      () => bench.agent(ada),
      (agent) => agent.status === 'offline',
      60_000,
    )
    expect(bench.agent(ada).status_reason).toContain('Re-sync its token')
    bench.store.write(() => bench.store.settings.update({ checkin_deadline_ms: 30_000, max_wake_attempts: 3 }))
    await sync()
    await online(ada)
  })

  it('every option has its effect', async () => {
    const workspace = bench.agent(ada).workspace_path
    const before = tokenOf(ada)
    const command = join(workspace, '.mission-control', 'mc')
    writeFileSync(command, '#!/bin/sh\nexit 1\n')
    chmodSync(command, 0o600)
    expect((await sync({ rotate_tokens: false, include_main: false })).result.agents.map((agent) => agent.agent_name)).toEqual([
      'Ada',
      'Ben',
    ])
    expect(tokenOf(ada)).toBe(before)
    expect(readFileSync(command, 'utf8')).toContain('Talks to OpenClaw Mission Control')
    expect(statSync(command).mode & 0o777).toBe(0o755)
    expect((await sync({ rotate_tokens: false, lead_only: true })).result.agents).toEqual([])
    expect((await sync({ rotate_tokens: false, board_id: bench.boardId })).result.agents).toHaveLength(2)
    expect(() => bench.lifecycle.sync(bench.gatewayId, { ...options, board_id: bench.gatewayId })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )

    const written = statSync(credentialsFile(workspace)).mtimeMs
    await sync({ rotate_tokens: false })
    expect(statSync(credentialsFile(workspace)).mtimeMs).toBe(written)
    await sync({ rotate_tokens: false, overwrite: true })
    expect(statSync(credentialsFile(workspace)).mtimeMs).toBeGreaterThan(written)

    await bench.connection.request('agents.delete', { agentId: `mc-${ben}`, deleteFiles: false })
    const bootstrapped = await sync({ rotate_tokens: false, force_bootstrap: true })
    expect(bootstrapped.result.errors).toEqual([])
    const { agents } = (await bench.connection.request('agents.list', {})) as { agents: { id: string }[] }
    expect(agents.some((agent) => agent.id === `mc-${ben}`)).toBe(true)

    const history = async (): Promise<string> =>
      JSON.stringify(await bench.connection.request('chat.history', { sessionKey: bench.agent(ada).openclaw_session_id, limit: 100 }))
    expect(await history()).toContain('mc heartbeat')
    expect((await sync({ rotate_tokens: false, reset_sessions: true })).result.errors).toEqual([])
    expect(await history()).not.toContain('mc heartbeat')
  })

  it('without a gateway it still mends local workspaces and says what was left out; the agents come back with the gateway', async () => {
    await bench.gateway.kill()
    await until(
      () => bench.connection.state().connected,
      (connected) => !connected,
    )
    const before = tokenOf(ada)
    const { result } = await sync()
    expect(result.agents_updated).toBe(2)
    expect(result.errors).toEqual([{ agent_id: null, agent_name: null, board_id: null, message: expect.stringContaining('not connected') }])
    expect(tokenOf(ada)).not.toBe(before)
    const since = Date.now()
    await bench.gateway.restart()
    await Promise.all([ada, ben, main].map((id) => online(id, since)))
    expect(bench.lifecycle.authenticate(before)).toBeUndefined()
  })

  it('no token of any age is in a prompt, a log or a row', async () => {
    const tokens = [ada, ben, main].map(tokenOf)
    const texts = [
      JSON.stringify(bench.gateway.model.requests),
      bench.gateway.output(),
      JSON.stringify(bench.logged),
      JSON.stringify(bench.store.activity.list({ limit: 500, offset: 0 })),
      JSON.stringify(bench.store.jobs.list({ limit: 50, offset: 0 })),
    ]
    for (const text of texts) {
      for (const token of tokens) expect(text).not.toContain(token.slice(4, 24))
      expect(text).not.toMatch(/mca_[A-Za-z0-9_-]{43}/)
    }
    expect(existsSync(join(bench.agent(ada).workspace_path, '.mission-control', '.gitignore'))).toBe(true)
  })
})
