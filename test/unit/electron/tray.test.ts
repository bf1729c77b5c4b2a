import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTrayActions, syncSummary } from '../../../electron/shell/tray-actions.ts'
import { type TrayAction, type TrayInput, trayModel, trayTone } from '../../../electron/shell/tray-model.ts'
import { trayImageFile } from '../../../electron/shell/tray.ts'
import type { ServicesState } from '../../../native-services/contract/host-link.ts'
import { supervisorStatuses, tones } from '../../../native-services/contract/states.ts'
import type { CommandResult } from '../../../native-services/host/host-types.ts'
import { hostView } from '../../fakes/host.ts'

const gatewayId = '0190a000-0000-7000-8000-000000000001'
const state: ServicesState = {
  attention_count: 0,
  attention: [],
  worst_tone: 'good',
  agents_online: 3,
  agents_total: 4,
  deliveries_paused: false,
  close_to_tray: true,
  start_hidden: false,
  stop_gateway_on_quit: true,
  gateway_autostart: true,
  gateway_id: gatewayId,
}
const well: TrayInput = {
  services: { status: 'running', reason: null, remedy: null },
  gateway: { state: 'running', reason: null, remedy: null, owned: true },
  servicesState: state,
  loginItem: { available: true, enabled: false },
  quitting: false,
}
const labels = (input: TrayInput) => trayModel(input).items.map((item) => ('label' in item ? item.label : '—'))
const entry = (input: TrayInput, label: string) => {
  const item = trayModel(input).items.find((one) => 'label' in one && one.label === label)
  if (!item || item.kind === 'separator' || item.kind === 'text') throw new Error(`no entry ${label}`)
  return item
}

describe('the tray', () => {
  it('says in one look that all is well', () => {
    const model = trayModel(well)
    expect(model.tone).toBe('good')
    expect(model.tooltip).toBe('OpenClaw Mission Control\nGateway: Running\nAgents: 3 of 4 online')
    expect(labels(well)).toEqual([
      'Gateway: Running',
      'Agents: 3 of 4 online',
      '—',
      'Open Mission Control',
      '—',
      'Start gateway',
      'Stop gateway',
      'Restart gateway',
      'Re-sync tokens',
      'Pause deliveries',
      '—',
      'New task…',
      'Logs',
      '—',
      'Start at login',
      'Quit',
    ])
  })

  it('shows the worst there is, with its reason', () => {
    expect(trayTone({ ...well, servicesState: { ...state, worst_tone: 'warning' } })).toBe('warning')
    expect(trayTone({ ...well, services: { status: 'failed', reason: 'x', remedy: null } })).toBe('bad')
    const failed = {
      ...well,
      gateway: { state: 'failed', reason: 'Port 18789 is taken by pid 7.', remedy: 'Use port 18790 instead.', owned: false },
    } as const
    expect(trayModel(failed)).toMatchObject({ tone: 'bad', tooltip: expect.stringContaining('Port 18789 is taken by pid 7.') })
    expect(entry(failed, '→ Use port 18790 instead.').action).toEqual({ kind: 'open', route: '/gateway' })
    // What the services last said is old news while they are down.
    expect(
      trayTone({ ...well, services: { status: 'starting', reason: null, remedy: null }, servicesState: { ...state, worst_tone: 'bad' } }),
    ).toBe('busy')
  })

  it('says why the services do not run and what to do, and offers it; what they said before is not shown', () => {
    const input: TrayInput = {
      ...well,
      services: { status: 'failed', reason: 'The database is damaged.', remedy: 'Put a backup in its place.' },
      servicesState: { ...state, attention_count: 2, attention: [{ title: 'Old', link: '#/' }] },
    }
    const model = trayModel(input)
    expect(model).toMatchObject({
      tone: 'bad',
      tooltip: 'OpenClaw Mission Control\nGateway: Running\nServices: Failed (The database is damaged.)',
    })
    expect(entry(input, '→ Put a backup in its place.').action).toEqual({ kind: 'open', route: null })
    expect(entry(input, 'Restart services').action).toEqual({ kind: 'restart-services' })
    expect(labels(input)).not.toContain('Needs attention (2)')
    expect(labels(well)).not.toContain('Restart services')
  })

  it('lists what needs a person, each with its way there', () => {
    const long = 'An agent with a very long name has not answered any of its three wakes since noon'
    const input = {
      ...well,
      servicesState: {
        ...state,
        attention_count: 12,
        attention: [
          { title: long, link: '#/agents/1' },
          { title: 'A & B', link: '#/boards/1' },
        ],
      },
    }
    expect(labels(input)).toContain('Needs attention (12)')
    const items = trayModel(input).items.filter(
      (item) => item.kind === 'action' && item.action.kind === 'open' && item.action.route?.startsWith('#'),
    )
    expect(items).toMatchObject([{ action: { route: '#/agents/1' } }, { label: '   A & B' }])
    expect(items[0]!.kind === 'action' && items[0]!.label.length).toBeLessThanOrEqual(63)
    expect(trayModel(input).tooltip).toContain('12 things need you')
  })

  it('offers only what can be done', () => {
    expect([entry(well, 'Start gateway').enabled, entry(well, 'Stop gateway').enabled, entry(well, 'Restart gateway').enabled]).toEqual([
      false,
      true,
      true,
    ])
    const adopted = { ...well, gateway: { state: 'adopted', reason: null, remedy: null, owned: false } } as const
    expect([
      entry(adopted, 'Start gateway').enabled,
      entry(adopted, 'Stop gateway').enabled,
      entry(adopted, 'Restart gateway').enabled,
    ]).toEqual([false, false, false])
    const stopped = { ...well, gateway: { state: 'stopped', reason: null, remedy: null, owned: false } } as const
    expect([entry(stopped, 'Start gateway').enabled, entry(stopped, 'Stop gateway').enabled]).toEqual([true, false])
    const starting = { ...well, services: { status: 'starting', reason: null, remedy: null }, servicesState: null } as const
    expect([
      entry(starting, 'Re-sync tokens').enabled,
      entry(starting, 'Pause deliveries').enabled,
      entry(starting, 'New task…').enabled,
      entry(starting, 'Quit').enabled,
    ]).toEqual([false, false, false, true])
    expect(entry({ ...well, loginItem: { available: false, enabled: false } }, 'Start at login').enabled).toBe(false)
    expect(entry({ ...well, servicesState: { ...state, deliveries_paused: true } }, 'Resume deliveries').action).toEqual({
      kind: 'pause-deliveries',
      paused: false,
    })
  })

  it('offers nothing while quitting', () => {
    const model = trayModel({ ...well, quitting: true })
    expect(model.tooltip).toContain('Finishing work')
    expect(model.items.filter((item) => 'enabled' in item && item.enabled)).toEqual([])
  })

  it('has words and an image for every state on every system', () => {
    for (const gateway of supervisorStatuses) {
      for (const services of supervisorStatuses) {
        const model = trayModel({
          ...well,
          gateway: { state: gateway, reason: null, remedy: null, owned: true },
          services: { status: services, reason: null, remedy: null },
        })
        expect(tones).toContain(model.tone)
        expect(model.items.length).toBeGreaterThan(10)
      }
    }
    const folder = path.resolve(import.meta.dirname, '../../../resources/tray')
    for (const platform of ['darwin', 'win32', 'linux'])
      for (const tone of tones) {
        const file = trayImageFile(folder, platform, tone)
        expect([existsSync(file), existsSync(file.replace('.png', '@2x.png'))], file).toEqual([true, true])
      }
  })
})

describe('what the tray does', () => {
  function setUp(options: { apiUrl?: string | null; command?: CommandResult; answer?: () => Response } = {}) {
    const done: string[] = []
    const told: string[] = []
    const requests: { url: string; method: string; authorization: string | null; body: string | null }[] = []
    const view = { ...hostView(), apiUrl: options.apiUrl === undefined ? 'http://127.0.0.1:8642' : options.apiUrl }
    const perform = createTrayActions({
      host: {
        view: () => view,
        operatorToken: 'secret-token',
        command: async (command) => (done.push(command.action), options.command ?? { ok: true, message: null }),
      },
      open: (route) => done.push(`open ${route}`),
      setLoginItem: (enabled) => done.push(`login ${enabled}`),
      quit: () => done.push('quit'),
      tell: (title, body) => told.push(`${title}: ${body}`),
      fetch: async (url, init) => {
        requests.push({
          url: String(url),
          method: init?.method ?? '',
          authorization: new Headers(init?.headers).get('authorization'),
          body: (init?.body as string | undefined) ?? null,
        })
        return options.answer?.() ?? Response.json({})
      },
    })
    return { perform: (action: TrayAction) => perform(action), done, told, requests }
  }

  it('is the same operation as everywhere else', async () => {
    const { perform, done, told, requests } = setUp({ answer: () => Response.json({ agents_updated: 2, agents_skipped: 0, errors: [] }) })
    await perform({ kind: 'gateway', action: 'restart' })
    await perform({ kind: 'open', route: '/logs' })
    await perform({ kind: 'login-item', enabled: true })
    await perform({ kind: 'restart-services' })
    await perform({ kind: 'pause-deliveries', paused: true })
    await perform({ kind: 'sync-tokens', gatewayId })
    await perform({ kind: 'quit' })
    expect(done).toEqual(['restart', 'open /logs', 'login true', 'restart-services', 'quit'])
    expect(requests).toMatchObject([
      {
        method: 'PATCH',
        url: 'http://127.0.0.1:8642/api/v1/settings',
        body: '{"delivery_paused":true}',
        authorization: 'Bearer secret-token',
      },
      { method: 'POST', url: `http://127.0.0.1:8642/api/v1/gateways/${gatewayId}/templates/sync?rotate_tokens=true&include_main=true` },
    ])
    expect(told).toEqual(['Tokens re-synced: 2 agents have new tokens.'])
  })

  it('says what did not work', async () => {
    const refused = setUp({ command: { ok: false, message: 'It is not ours.' } })
    await refused.perform({ kind: 'gateway', action: 'stop' })
    expect(refused.told).toEqual(['The gateway could not stop: It is not ours.'])
    const down = setUp({ apiUrl: null })
    await down.perform({ kind: 'sync-tokens', gatewayId })
    expect(down.told[0]).toContain('services are starting')
    const error = setUp({
      answer: () => Response.json({ detail: 'No such gateway.', code: 'not_found', request_id: 'r' }, { status: 404 }),
    })
    await error.perform({ kind: 'sync-tokens', gatewayId })
    expect(error.told[0]).toContain('No such gateway.')
    expect(syncSummary({ agents_updated: 1, agents_skipped: 0, errors: [{ agent_name: 'Ada', message: 'disk full' }] })).toBe(
      '1 agent has a new token. 1 failed, first Ada: disk full',
    )
  })
})
