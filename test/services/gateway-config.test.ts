/** OpenClaw's configuration over the real API: with the gateway down on the real file, and up through our real client; its socket is a stand-in. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import type { ConfigIssue } from '../../native-services/contract/gateway-config.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { layStandIn } from '../fakes/stand-in-openclaw.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

type Json = Record<string, unknown>
const token = 'the-shared-token-of-the-test-7788'
const apiKey = 'provider-key-never-shown-4321'
const first = {
  gateway: { mode: 'local', port: 1, auth: { mode: 'token', token } },
  models: { providers: { openai: { apiKey } } },
  channels: { telegram: { allowFrom: ['one', 'two'] } },
  logging: { level: 'info' },
}

let services: TestServices
let gateway: ChatGateway
let gatewayId = ''
let file = ''
let runtimeDir = ''

beforeAll(async () => {
  gateway = await startChatGateway()
  services = await startServices()
  file = path.join(services.dataDir, 'openclaw.json')
  gatewayId = (await services.call('listGateways')).items[0]?.id ?? ''
  runtimeDir = mkdtempSync(path.join(tmpdir(), 'mc-runtime-'))
})
afterAll(async () => {
  await services.stop()
  await gateway.stop()
  rmSync(runtimeDir, { recursive: true, force: true })
})

const params = () => ({ gateway_id: gatewayId })
const onDisk = (): string => readFileSync(file, 'utf8')
const parsed = (): Json => JSON.parse(onDisk()) as Json
const put = (config: unknown): void => writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
const read = () => services.call('getGatewayConfig', { params: params() })
const save = (text: string, hash: string | null) =>
  services.call('updateGatewayConfig', { params: params(), body: { text, expected_hash: hash } })
const points = async () => (await services.call('listConfigSnapshots', { params: params() })).items
async function refused(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError) || !error.body) throw new Error(`not refused: ${String(error)}`)
  return { status: error.status, ...error.body }
}
const restore = (id: string) => services.call('restoreConfigSnapshot', { params: { ...params(), snapshot_id: id }, body: {} })

describe('with the gateway down', () => {
  beforeEach(() => {
    put(first)
    services.setGateway({ state: 'stopped' })
  })

  it('there may be none yet', async () => {
    rmSync(file)
    expect(await read()).toMatchObject({ source: 'none', text: '', hash: null, locked: expect.stringContaining('first start') as string })
  })

  it('is read from the file; no secret leaves, and the keys that are kept are named', async () => {
    const answer = await services.send({
      path: `/api/v1/gateways/${gatewayId}/config`,
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    const whole = JSON.stringify(answer.body)
    expect(whole).not.toContain(token)
    expect(whole).not.toContain(apiKey)
    const view = await read()
    expect(view).toMatchObject({ source: 'file', path: file, valid: true, issues: [], secrets: 2, locked: null })
    expect(JSON.parse(view.text)).toMatchObject({
      gateway: { auth: { token: '••••7788' } },
      models: { providers: { openai: { apiKey: '••••4321' } } },
    })
    expect(view.owned.map((each) => each.path)).toContain('gateway.auth.token')
  })

  it.each([
    ['what cannot be read', (text: string) => text.replace('"info"', '"info" "debug"'), 'syntax', /^Nothing was written. Line \d+/],
    ['what is no object', () => '[]', 'shape', /one object/],
    ['another token', (text: string) => text.replace('••••7788', 'a-token-of-my-own-0000'), 'owned', /gateway\.auth\.token.*Rotate/],
    ['another port', (text: string) => text.replace('"port": 1', '"port": 2'), 'owned', /gateway\.port/],
    ['no token', (text: string) => text.replace(/"auth": \{[^}]*\}/, '"auth": {}'), 'owned', /gateway\.auth\.mode/],
    ['a mask that nobody knows', (text: string) => text.replace('••••4321', '••••0000'), 'secret', /Paste it again/],
  ])('%s is refused, and the file stays as it is', async (_what, edit, kind, sentence) => {
    const { text, hash } = await read()
    const before = onDisk()
    const edited = edit(text)
    expect(edited).not.toBe(text)
    const error = await refused(save(edited, hash))
    expect(error).toMatchObject({ status: 422, code: 'invalid_request', detail: expect.stringMatching(sentence) as string })
    expect((error.data?.['issues'] as ConfigIssue[] | undefined)?.[0]?.kind).toBe(kind)
    expect(JSON.stringify(error)).not.toContain(token)
    expect(onDisk()).toBe(before)
    const check = await services.call('checkGatewayConfig', { params: params(), body: { text: edited } })
    expect(check).toMatchObject({ ok: false, issues: [{ kind }, ...check.issues.slice(1)] })
  })

  it('what OpenClaw itself does not accept is refused, and nothing of the try stays behind', async () => {
    const id = layStandIn(runtimeDir, 'aaaaaa', { version: '2026.9.6', as: 'good' })
    services.services.handleHostMessage({
      type: 'runtime-state',
      runtime: {
        installed: true,
        source: 'managed',
        version: '2026.9.6',
        path: path.join(runtimeDir, id, 'node_modules', 'openclaw', 'openclaw.mjs'),
        node_path: process.execPath,
        node_version: process.versions.node,
        problem: null,
        managed_version: '2026.9.6',
      },
    })
    const { text, hash } = await read()
    const before = onDisk()
    const wrong = text.replace('"info"', '7')
    expect(await services.call('checkGatewayConfig', { params: params(), body: { text: wrong } })).toMatchObject({
      ok: false,
      checked_by_openclaw: true,
      issues: [{ kind: 'openclaw', path: 'logging.level', message: 'expected a text' }],
      changes: [{ path: 'logging.level', kind: 'changed', reload: null }],
    })
    expect(await refused(save(wrong, hash))).toMatchObject({ status: 422, detail: 'Nothing was written. logging.level: expected a text' })
    expect(onDisk()).toBe(before)
    expect(readdirSync(path.join(services.dataDir, 'openclaw')).filter((name) => name.startsWith('.check'))).toEqual([])
    expect((await services.call('checkGatewayConfig', { params: params(), body: { text } })).ok).toBe(true)
  })

  it('a change is written with its secrets, comments and all; what was there can be put back, and the token stays', async () => {
    const { text, hash } = await read()
    const before = onDisk()
    const saved = await save(text.replace('"info"', "'debug', // more of it"), hash)
    expect(saved).toMatchObject({
      applied: 'file',
      restart_required: false,
      changes: [{ path: 'logging.level', kind: 'changed', reload: null }],
      hash: createHash('sha256').update(onDisk()).digest('hex'),
    })
    expect(parsed()).toEqual({ ...first, logging: { level: 'debug' } })
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    const [point] = await points()
    expect(point).toMatchObject({ id: saved.snapshot_id, reason: 'Before a change', valid: true, size: Buffer.byteLength(before) })
    const shown = await services.call('getConfigSnapshot', { params: { ...params(), snapshot_id: point?.id ?? '' } })
    expect(shown.text).toContain('"info"')
    expect(shown.text).not.toContain(token)

    // In between the token was rotated.
    put({ ...parsed(), gateway: { ...first.gateway, auth: { mode: 'token', token: 'a-newer-token-of-the-gateway-9999' } } })
    expect(await restore(point?.id ?? '')).toMatchObject({ applied: 'file' })
    expect(parsed()).toEqual({
      ...first,
      gateway: { ...first.gateway, auth: { mode: 'token', token: 'a-newer-token-of-the-gateway-9999' } },
    })
    const events = (await services.call('listActivity', { query: { event_type: 'gateway.config.' } })).items
    expect(events.map((event) => event.event_type).slice(0, 2)).toEqual(['gateway.config.restored', 'gateway.config.changed'])
    expect(await refused(restore('01890000-0000-7000-8000-000000000000'))).toMatchObject({ status: 404 })
    expect(await refused(restore('..%2F..%2Fopenclaw'))).toMatchObject({ status: 422 })
  })

  it('what is the same is not written', async () => {
    const { text, hash } = await read()
    const count = (await points()).length
    expect(await save(text, hash)).toMatchObject({ applied: 'none', snapshot_id: null, hash })
    expect(await points()).toHaveLength(count)
  })

  it('what somebody else wrote meanwhile is not written over: 409 with what is there now', async () => {
    const { text, hash } = await read()
    put({ ...first, logging: { level: 'warn' } })
    const error = await refused(save(text.replace('"info"', '"debug"'), hash))
    expect(error).toMatchObject({ status: 409, code: 'conflict', field: 'body.expected_hash' })
    expect(JSON.parse(String(error.data?.['current_text']))).toMatchObject({ logging: { level: 'warn' } })
    expect(JSON.stringify(error)).not.toContain(token)
    expect(parsed()).toMatchObject({ logging: { level: 'warn' } })
    expect((await save(text.replace('"info"', '"debug"'), String(error.data?.['current_hash']))).applied).toBe('file')
  })

  it('a broken file is shown without its secrets and mended; the broken one is a restore point, too', async () => {
    const { text } = await read()
    await save(text.replace('"info"', '"debug"'), (await read()).hash)
    const broken = onDisk().replace('"logging"', 'oops "logging"')
    writeFileSync(file, broken)
    const view = await read()
    expect(view).toMatchObject({ valid: false, issues: [{ kind: 'syntax', line: expect.any(Number) as number }] })
    expect(view.text).not.toContain(token)
    expect(view.text).not.toContain(apiKey)
    expect(view.text).toContain('oops')
    const saved = await save(view.text.replace('oops ', ''), view.hash)
    expect(saved.applied).toBe('file')
    expect(parsed()).toEqual({ ...first, logging: { level: 'debug' } })
    const point = (await points()).find((each) => each.id === saved.snapshot_id)
    expect(point?.valid).toBe(false)
    expect(await refused(restore(point?.id ?? ''))).toMatchObject({ status: 422 })
  })

  it('nothing is written when there cannot be a restore point', async () => {
    const { text, hash } = await read()
    const folder = path.join(services.dataDir, 'backups', 'openclaw-config')
    rmSync(folder, { recursive: true, force: true })
    writeFileSync(folder, 'in the way')
    const before = onDisk()
    expect((await refused(save(text.replace('"info"', '"debug"'), hash))).status).toBe(500)
    expect(onDisk()).toBe(before)
    rmSync(folder)
  })

  it('twenty restore points are kept', async () => {
    const folder = path.join(services.dataDir, 'backups', 'openclaw-config')
    for (let round = 0; round < 12; round += 1) {
      const { text, hash } = await read()
      await save(text.replace(/"level": ".*"/, `"level": "l${round}"`), hash).catch((error: unknown) => {
        // The pace of writes is its own promise: twenty a minute.
        expect(error).toMatchObject({ status: 429 })
      })
    }
    expect(readdirSync(folder).length).toBeLessThanOrEqual(20)
    expect((await refused(Promise.all(Array.from({ length: 1 }, () => spendPace())))).status).toBe(429)
  })

  it('nothing is written while the gateway is between up and down', async () => {
    services.setGateway({ state: 'starting', owned: true })
    const view = await read()
    expect(view.locked).toContain('not connected')
    expect((await refused(save(view.text, view.hash))).status).toBe(409)
  })

  it('channels and sessions cannot be known, and it says so', async () => {
    expect(await refused(services.call('listGatewayChannels', { params: params() }))).toMatchObject({ code: 'gateway_unavailable' })
    expect(await refused(services.call('listGatewaySessions', { params: params() }))).toMatchObject({ code: 'gateway_unavailable' })
  })
})

async function spendPace(): Promise<void> {
  for (let round = 0; round < 25; round += 1) {
    const { text, hash } = await read()
    await save(text.replace(/"level": ".*"/, `"level": "p${round}"`), hash)
  }
}

describe('with the gateway up', () => {
  const stale = (): never => {
    throw new Error('config changed since last load; re-run config.get and retry')
  }
  /** RFC 7396, as the gateway does it. */
  function merge(base: unknown, patch: unknown): unknown {
    if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
    const result = { ...(typeof base === 'object' && base !== null ? (base as Json) : {}) }
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) delete result[key]
      else result[key] = merge(result[key], value)
    }
    return result
  }
  const hash = (): string => createHash('sha256').update(onDisk()).digest('hex')

  beforeAll(async () => {
    // The pace is spent: a new life of the services has a new one.
    await services.restart()
    put(first)
    gateway.extra['config.get'] = () => ({ path: file, exists: true, valid: true, issues: [], hash: hash(), sourceConfig: parsed() })
    gateway.extra['config.schema.lookup'] = ({ path: at }) => ({
      path: at,
      reloadKind: String(at).startsWith('logging') ? 'hot' : 'restart',
    })
    gateway.extra['config.patch'] = ({ raw, baseHash }) => {
      if (baseHash !== hash()) return stale()
      const patch = JSON.parse(String(raw)) as Json
      if (JSON.stringify(patch).includes('never-valid')) throw new Error('invalid config: logging.level: no')
      put(merge(parsed(), patch))
      return { ok: true, hash: hash(), sentinel: { payload: { stats: { requiresRestart: JSON.stringify(patch).includes('telegram') } } } }
    }
    services.setGateway({ state: 'running', owned: true })
    services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
    await until(
      () => services.call('getOverview'),
      (overview) => overview.gateway?.connected === true,
    )
  })
  const patches = () => gateway.calls.filter((call) => call.method === 'config.patch').map((call) => call.params)

  it('the gateway writes it: only what is different is told, with the hash of what was read', async () => {
    const view = await read()
    expect(view).toMatchObject({ source: 'gateway', valid: true, locked: null })
    const saved = await save(view.text.replace('"info"', '"debug"'), view.hash)
    expect(saved).toMatchObject({ applied: 'live', restart_required: false, changes: [{ path: 'logging.level', reload: 'hot' }] })
    expect(parsed()).toEqual({ ...first, logging: { level: 'debug' } })
    expect(JSON.parse(String(patches().at(-1)?.['raw']))).toEqual({ logging: { level: 'debug' } })
    expect(JSON.stringify(patches())).not.toContain(apiKey)
  })

  it('a shorter list is told to replace the old one; a restart is announced', async () => {
    const { text, hash: known } = await read()
    const saved = await save(text.replace(/"one",\s*"two"/, '"one"'), known)
    expect(saved).toMatchObject({ applied: 'live', restart_required: true, message: expect.stringContaining('restarts itself') as string })
    expect(patches().at(-1)).toMatchObject({ replacePaths: ['channels.telegram.allowFrom'] })
    expect(parsed()).toMatchObject({ channels: { telegram: { allowFrom: ['one'] } } })
  })

  it('what changes between reading and writing is a conflict; what it refuses is not written', async () => {
    const { text, hash: known } = await read()
    gateway.failNext('config.patch', 'INVALID_REQUEST', 'config changed since last load; re-run config.get and retry')
    const before = onDisk()
    expect(await refused(save(text.replace('"debug"', '"warn"'), known))).toMatchObject({ status: 409, code: 'conflict' })
    expect(await refused(save(text.replace('"debug"', '"never-valid"'), known))).toMatchObject({
      status: 422,
      detail: expect.stringContaining('OpenClaw refuses') as string,
    })
    gateway.failNext('config.patch', 'UNAVAILABLE', 'rate limit exceeded; retry after 60s')
    expect((await refused(save(text.replace('"debug"', '"warn"'), known))).status).toBe(429)
    expect(onDisk()).toBe(before)
  })

  it('an answer that is lost in the restart is found out from the file', async () => {
    const { text, hash: known } = await read()
    const real = gateway.extra['config.patch']
    gateway.extra['config.patch'] = (given) => {
      real?.(given)
      throw new Error('never mind')
    }
    gateway.failNext('config.schema.lookup', 'UNAVAILABLE', 'draining')
    const wanted = text.replace('"debug"', '"trace"')
    // Refused by a clear no, it would be an error; lost, it is looked up.
    expect((await refused(save(wanted, known))).status).toBe(422)
    put({ ...parsed(), logging: { level: 'debug' } })
    gateway.failNext('config.patch', 'UNAVAILABLE', 'gateway restarting')
    gateway.extra['config.patch'] = real as never
    expect((await refused(save(wanted, (await read()).hash))).status).toBe(503)
    expect(parsed()).toMatchObject({ logging: { level: 'debug' } })
  })

  it('a gateway with a configuration of its own is shown and not changed', async () => {
    const own = gateway.extra['config.get']
    gateway.extra['config.get'] = () => ({
      path: '/somewhere/else/openclaw.json',
      valid: true,
      hash: 'x',
      sourceConfig: { gateway: { auth: { token: '__OPENCLAW_REDACTED__' } }, ui: { seamColor: 'red' } },
    })
    const view = await read()
    expect(view).toMatchObject({
      source: 'gateway',
      path: '/somewhere/else/openclaw.json',
      locked: expect.stringContaining('elsewhere') as string,
    })
    expect(JSON.parse(view.text)).toEqual({ gateway: { auth: { token: '••••' } }, ui: { seamColor: 'red' } })
    const before = onDisk()
    expect((await refused(save(view.text, view.hash))).status).toBe(409)
    expect(onDisk()).toBe(before)
    gateway.extra['config.get'] = own as never
  })

  it('channels are listed with their accounts, started, stopped and signed out', async () => {
    gateway.extra['channels.status'] = () => ({
      ts: 1,
      channelOrder: ['telegram', 'discord'],
      channelLabels: { telegram: 'Telegram' },
      channelDetailLabels: {},
      channels: { telegram: { configured: true }, discord: { configured: false, running: false } },
      channelAccounts: {
        telegram: [
          { accountId: 'default', enabled: true, running: true, lastError: 'token=abcdefghijkl9999 refused', lastInboundAt: 1000 },
        ],
      },
      channelDefaultAccountId: {},
    })
    for (const action of ['start', 'stop', 'logout']) gateway.extra[`channels.${action}`] = () => ({ ok: true })
    const { items, actions, note } = await services.call('listGatewayChannels', { params: params() })
    expect(actions).toEqual(['start', 'stop', 'logout'])
    expect(note).toContain('without channels')
    expect(items.map((each) => [each.id, each.label, each.accounts.length])).toEqual([
      ['telegram', 'Telegram', 1],
      ['discord', 'discord', 1],
    ])
    expect(items[0]?.accounts[0]).toMatchObject({
      running: true,
      linked: null,
      last_error: 'token=••••9999 refused',
      last_inbound_at: '1970-01-01T00:00:01.000Z',
    })
    const of = { params: { ...params(), channel: 'telegram' }, body: { account_id: 'default' } }
    await services.call('startGatewayChannel', of)
    await services.call('stopGatewayChannel', of)
    await services.call('logoutGatewayChannel', of)
    expect(gateway.calls.filter((call) => /^channels\.(start|stop|logout)$/.test(call.method)).map((call) => call.params)).toEqual(
      Array.from({ length: 3 }, () => ({ channel: 'telegram', accountId: 'default' })),
    )
  })

  it('sessions of all agents are told with whose they are, running ones first', async () => {
    const { max } = await seedBoard(services)
    gateway.extra['sessions.list'] = () => ({
      count: 3,
      sessions: [
        { key: 'agent:stranger:main', updatedAt: 3000 },
        { key: `agent:${max.gateway_agent_id}:main`, updatedAt: 1000, inputTokens: 5, hasActiveRun: true },
        { key: `agent:${max.gateway_agent_id}:other`, updatedAt: 2000 },
      ],
    })
    const { items, total } = await services.call('listGatewaySessions', { params: params() })
    expect(total).toBe(3)
    expect(items.map((each) => [each.agent_id, each.gateway_agent_id, each.has_active_run])).toEqual([
      [max.id, max.gateway_agent_id, true],
      [null, 'stranger', false],
      [max.id, max.gateway_agent_id, false],
    ])
  })
})

it('the restore points are files for their owner only', () => {
  const folder = path.join(services.dataDir, 'backups', 'openclaw-config')
  expect(existsSync(folder)).toBe(true)
  if (process.platform === 'win32') return
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0)
})

it('a configuration that somebody broke stands in Needs attention while the gateway still runs, with the place, until it is mended', async () => {
  const services = await startServices()
  try {
    const file = path.join(services.dataDir, 'openclaw.json')
    const row = async () => (await services.call('getOverview')).attention.find((each) => each.key === 'gateway-config')
    services.setGateway({ state: 'running', owned: true, pid: 1 })
    writeFileSync(file, '{ "gateway": {\n  nonsense')
    await expect.poll(row, { timeout: 15_000 }).toMatchObject({ tone: 'bad', link: '/gateway?tab=config' })
    expect((await row())?.reason).toMatch(/line 2.*would not start again/)
    writeFileSync(file, '{ gateway: { mode: "local" } } // as people write it')
    await expect.poll(row, { timeout: 15_000 }).toBeUndefined()
    // Somebody else's gateway has a file of its own.
    writeFileSync(file, 'nonsense')
    services.setGateway({ state: 'adopted', owned: false, pid: 1 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await row()).toBeUndefined()
  } finally {
    await services.stop()
  }
}, 60_000)
