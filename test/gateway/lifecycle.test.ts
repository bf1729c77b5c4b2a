import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import { openclawAvailable, type RealLifecycle, startRealLifecycle } from '../support/real-lifecycle.ts'
import { until } from '../support/until.ts'

describe.skipIf(!openclawAvailable)('agents on the real gateway', { timeout: 180_000 }, () => {
  let bench: RealLifecycle
  let ada: string
  let lead: string
  const status = (id: string) => () => {
    const { status: now, status_reason: reason, provision_step: step } = bench.agent(id)
    return { now, reason, step }
  }
  const online = (id: string) => until(status(id), ({ now }) => now === 'online', 90_000)

  beforeAll(async () => {
    bench = await startRealLifecycle()
  }, 120_000)
  afterAll(() => bench?.stop(), 60_000)

  it('provisions two agents, which check in by running mc through exec', async () => {
    ada = bench.newAgent('Ada').id
    lead = bench.newAgent('Lena', 'lead').id
    bench.lifecycle.provision(ada)
    bench.lifecycle.provision(lead)
    await Promise.all([online(ada), online(lead)])
    expect(bench.agent(ada)).toMatchObject({ token_status: 'in_sync', wake_attempts: 0, last_provision_error: null })
    expect(bench.api.calls).toContainEqual({ path: 'POST /api/v1/agent/heartbeat', status: 200, agent_id: ada })
    const { agents } = (await bench.connection.request('agents.list', {})) as { agents: { id: string; name?: string }[] }
    expect(agents.find((agent) => agent.id === `mc-${ada}`)?.name).toBe('Ada')
    expect(agents.find((agent) => agent.id === `lead-${bench.boardId}`)?.name).toBe('Lena')
    const config = (await bench.connection.request('config.get', {})) as { sourceConfig?: unknown; parsed?: unknown; config?: unknown }
    expect(JSON.stringify(config.sourceConfig ?? config.parsed ?? config.config)).toContain('Mission Control heartbeat')
  })

  it('the prompt says who it is; the token is in no prompt, transcript, log or row', async () => {
    const token = readCredentials(bench.agent(ada).workspace_path)?.auth_token ?? ''
    expect(token).toMatch(/^mca_/)
    const prompts = JSON.stringify(bench.gateway.model.requests)
    expect(prompts).toContain('You are **Ada**')
    expect(prompts).toContain('.mission-control/mc heartbeat')
    const history = JSON.stringify(
      await bench.connection.request('chat.history', { sessionKey: bench.agent(ada).openclaw_session_id, limit: 100 }),
    )
    expect(history).toContain('.mission-control/mc heartbeat')
    for (const text of [
      prompts,
      history,
      bench.gateway.output(),
      JSON.stringify(bench.logged),
      JSON.stringify(bench.store.activity.list({ limit: 500, offset: 0 })),
      JSON.stringify(bench.store.agents.all()),
    ]) {
      expect(text).not.toContain(token)
      expect(text).not.toContain(token.slice(4, 24))
    }
  })

  it('kill -9 of the gateway: everybody is woken and online again without a person', async () => {
    const before = Date.now()
    await bench.gateway.kill()
    await until(
      () => bench.connection.state().connected,
      (connected) => !connected,
    )
    await bench.gateway.restart()
    for (const id of [ada, lead])
      await until(
        () => bench.agent(id),
        (agent) => agent.status === 'online' && (agent.last_seen_at ?? 0) > before,
        90_000,
      )
  })

  it(
    'kill -9 of the gateway in the middle of provisioning five agents: all five come online without a person',
    { timeout: 120_000 },
    async () => {
      const five = ['Cleo', 'Dara', 'Eli', 'Finn', 'Gia'].map((name) => bench.newAgent(name).id)
      for (const id of five) bench.lifecycle.provision(id)
      await until(
        () => five.map((id) => bench.agent(id).provision_step),
        (steps) => steps.some((step) => step === 'create_gateway_agent' || step === 'write_config'),
      )
      await bench.gateway.kill()
      await until(
        () => bench.connection.state().connected,
        (connected) => !connected,
      )
      expect(five.map((id) => bench.agent(id).status)).toContain('provisioning')
      await bench.gateway.restart()
      for (const id of five) {
        await online(id)
        expect(bench.agent(id)).toMatchObject({ last_provision_error: null, token_status: 'in_sync' })
      }
    },
  )

  it('an agent that answers without checking in ends offline with that reason', async () => {
    bench.store.write(() => bench.store.settings.update({ checkin_deadline_ms: 4000, max_wake_attempts: 2 }))
    bench.gateway.model.onWake = 'answer'
    bench.lifecycle.wake(ada)
    const agent = await until(
      () => bench.agent(ada),
      ({ status: now }) => now === 'offline',
      90_000,
    )
    expect(agent).toMatchObject({ wake_attempts: 2 })
    expect(agent.last_provision_error).toContain('max wake attempts reached')
    expect(agent.status_reason).toContain('its check-in never arrives')
    bench.gateway.model.onWake = 'check_in'
    bench.store.write(() => bench.store.settings.update({ checkin_deadline_ms: 30_000, max_wake_attempts: 3 }))
    bench.lifecycle.wake(ada)
    await online(ada)
  })

  it('renames without touching token or session, and removes', async () => {
    const before = bench.agent(ada)
    bench.lifecycle.rename(ada, { name: 'Ada Lovelace' })
    await until(
      () => readFileSync(join(before.workspace_path, 'AGENTS.md'), 'utf8'),
      (text) => text.includes('You are **Ada Lovelace**'),
    )
    expect(bench.agent(ada)).toMatchObject({ token_hash: before.token_hash, openclaw_session_id: before.openclaw_session_id })
    await bench.lifecycle.remove(ada)
    const { agents } = (await bench.connection.request('agents.list', {})) as { agents: { id: string }[] }
    expect(agents.some((agent) => agent.id === `mc-${ada}`)).toBe(false)
    expect(bench.store.agents.get(ada)).toBeUndefined()
  })
})
