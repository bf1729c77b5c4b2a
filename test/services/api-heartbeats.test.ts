import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

async function refused(work: Promise<unknown>): Promise<{ code: string; detail: string; field: string | undefined }> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError) || !error.body) throw new Error(`not refused: ${String(error)}`)
  return { code: error.body.code, detail: error.body.detail, field: error.body.field }
}

describe('heartbeats', () => {
  it('quiet hours and idleness are part of the configuration, and checked', async () => {
    const at = { agent_id: world.max.id }
    const config = {
      every: '20m',
      target: 'none',
      quiet_hours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
      skip_when_idle: false,
    }
    expect((await services.call('updateAgent', { params: at, body: { heartbeat_config: config } })).heartbeat_config).toEqual(config)
    // What older scripts send keeps working.
    expect((await services.call('updateAgent', { params: at, body: { heartbeat_config: { every: '10m' } } })).heartbeat_config).toEqual({
      every: '10m',
      target: 'none',
    })
    const change = (heartbeat_config: object) => refused(services.call('updateAgent', { params: at, body: { heartbeat_config } as never }))
    expect(await change({ every: '10m', quiet_hours: { from: '25:00', to: '07:00' } })).toMatchObject({
      field: 'body.heartbeat_config.quiet_hours.from',
    })
    expect(await change({ every: '10m', quiet_hours: { from: '07:00', to: '07:00' } })).toMatchObject({
      field: 'body.heartbeat_config.quiet_hours',
    })
    expect(await change({ every: '10m', quiet_hours: { from: '22:00', to: '07:00', timezone: 'Mars/Base' } })).toMatchObject({
      field: 'body.heartbeat_config.quiet_hours.timezone',
    })
    expect(await change({ every: '10m', quiet: true })).toMatchObject({ code: 'invalid_request' })
  })

  it('one pace for a board leaves its lead and other settings of each agent alone', async () => {
    const quiet_hours = { from: '22:00', to: '07:00' }
    await services.call('updateAgent', {
      params: { agent_id: world.max.id },
      body: { heartbeat_config: { every: '1m', target: 'none', quiet_hours } },
    })
    const agents = (await services.call('listAgents', { query: { board_id: world.board.id } })).items
    const leads = agents.filter((agent) => agent.is_board_lead).map((agent) => agent.id)
    const applied = await services.call('applyBoardHeartbeat', { params: { board_id: world.board.id }, body: { every: '45m' } })
    expect(applied).toMatchObject({ board_id: world.board.id, requested: agents.length - leads.length, failed_agent_ids: [] })
    expect(new Set(applied.updated_agent_ids)).toEqual(new Set(agents.filter((agent) => !agent.is_board_lead).map((agent) => agent.id)))
    expect((await services.call('getAgent', { params: { agent_id: world.max.id } })).heartbeat_config).toEqual({
      every: '45m',
      target: 'none',
      quiet_hours,
    })
    const all = await services.call('applyBoardHeartbeat', {
      params: { board_id: world.board.id },
      body: { every: '30m', include_board_leads: true },
    })
    expect(all.requested).toBe(agents.length)
    expect(
      await refused(services.call('applyBoardHeartbeat', { params: { board_id: world.board.id }, body: { every: '1s' } })),
    ).toMatchObject({
      code: 'invalid_request',
    })
  })

  it('a beat now says why it cannot be, and the ledger can be read', async () => {
    const at = { params: { agent_id: world.max.id } }
    expect(await refused(services.call('heartbeatNow', at))).toMatchObject({ detail: expect.stringContaining('cannot be asked now') })
    expect(await services.call('listHeartbeats', { ...at, query: { limit: 5 } })).toMatchObject({ items: [] })
    await services.call('applyBoardHeartbeat', { params: { board_id: world.board.id }, body: { every: '10m' } })
    expect((await services.call('listHeartbeats', at)).next_heartbeat_at).toEqual(expect.any(String))
    expect(await refused(services.call('heartbeatNow', { params: { agent_id: '019a0000-0000-7000-8000-000000000000' } }))).toMatchObject({
      code: 'not_found',
    })
  })
})
