/** The demo in a control center that is in use: in and out over HTTP, beside a person's own work, and cut off by a restart both ways. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostCommand } from '../../native-services/contract/host-link.ts'
import { configureModelProvider, leaveDemoModel, readDefaultModel, readModelProvider } from '../../native-services/openclaw/configure.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let gateway: ChatGateway
let commands: HostCommand['action'][]
let inGateway: Set<string>
let providerKind: 'none' | 'demo' | 'openai'
let onDelete: (agentId: string) => void
let startsUp: boolean
let refuse: Partial<Record<HostCommand['action'], string>>

const noRuntime = {
  installed: false,
  source: 'none',
  version: null,
  path: null,
  node_path: null,
  node_version: null,
  problem: 'OpenClaw is not installed.',
  managed_version: '2026.9.6',
}
const runtime = { ...noRuntime, installed: true, source: 'managed', version: '2026.9.6', problem: null }

const say = (message: unknown) => services.services.handleHostMessage(message)
const tellProvider = () => say({ type: 'model-provider', provider: { kind: providerKind, base_url: null, model: null, key_hint: null } })
function up(): void {
  services.setGateway({ state: 'running', owned: true, port: gateway.port })
  say({ type: 'gateway-token', token: gateway.token, port: gateway.port })
}
/** What the host does when it is asked. */
function perform(command: HostCommand): { ok: boolean; message: string | null } {
  commands.push(command.action)
  const no = refuse[command.action]
  if (no !== undefined) return { ok: false, message: no }
  if (command.action === 'set-model-provider') providerKind = command.provider.kind as 'demo'
  if (command.action === 'leave-demo-model') providerKind = 'openai'
  if (command.action === 'set-model-provider' || command.action === 'leave-demo-model') tellProvider()
  if (command.action === 'install-runtime') say({ type: 'runtime-state', runtime })
  if (command.action === 'start' && startsUp) up()
  return { ok: true, message: null }
}

beforeEach(async () => {
  commands = []
  inGateway = new Set()
  providerKind = 'openai'
  onDelete = () => undefined
  startsUp = true
  refuse = {}
  gateway = await startChatGateway()
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const files = new Map<string, string>()
  Object.assign(gateway.extra, {
    'agents.list': () => ({ agents: [...inGateway].map((id) => ({ id })) }),
    'agents.create': ({ name }: { name: string }) => {
      inGateway.add(name)
      return { ok: true, agentId: name }
    },
    'agents.delete': ({ agentId }: { agentId: string }) => {
      onDelete(agentId)
      if (!inGateway.delete(agentId)) throw new Error(`agent "${agentId}" not found`)
      return { ok: true }
    },
    'agents.files.get': ({ agentId, name }: { agentId: string; name: string }) => {
      const content = files.get(`${agentId}/${name}`)
      return { file: content === undefined ? { name, missing: true } : { name, missing: false, content, hash: hash(content) } }
    },
    'agents.files.set': ({ agentId, name, content }: { agentId: string; name: string; content: string }) => {
      files.set(`${agentId}/${name}`, content)
      return { ok: true, file: { hash: hash(content) } }
    },
    'config.get': () => ({ hash: 'h1', config: { agents: { defaults: {}, entries: {} } } }),
    'config.patch': () => ({ ok: true, hash: 'h1' }),
  } satisfies Record<string, (params: never) => Record<string, unknown>>)
  services = await startServices({ onCommand: perform })
})
afterEach(async () => {
  await services.stop()
  await gateway.stop()
})

const ended = (id: string) =>
  until(
    () => services.call('getJob', { params: { job_id: id } }),
    (job) => job.state !== 'running',
  )
async function own() {
  const { board, lead, max, ivy } = await seedBoard(services)
  await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Mine' } })
  return { board, agents: [lead, max, ivy].map((agent) => agent.id).toSorted() }
}
async function demoIn() {
  say({ type: 'runtime-state', runtime })
  tellProvider()
  up()
  const job = await ended((await services.call('startDemo')).id)
  expect([job.state, job.error]).toEqual(['succeeded', null])
  // In the gateway, so that it has to be taken out of it again.
  await until(
    () => Promise.resolve(inGateway.size),
    (n) => n >= 4,
  )
  return services.call('getDemo')
}
async function expectGone(mine: Awaited<ReturnType<typeof own>>) {
  expect(await services.call('getDemo')).toMatchObject({ state: 'none', board_id: null, agents: [], tasks: 0 })
  expect((await services.call('listBoards', {})).items.map((board) => board.name)).toEqual(['Launch'])
  expect((await services.call('listAgents', {})).items.map((agent) => agent.id).toSorted()).toEqual(mine.agents)
  const tasks = await services.call('listTasks', { params: { board_id: mine.board.id } })
  expect(tasks.items.map((task) => task.title)).toEqual(['Mine'])
  expect([...inGateway]).toEqual([])
  expect(providerKind).toBe('openai')
}

describe('the demo in a control center that is in use', () => {
  it('installs OpenClaw, starts the gateway, and then is there', async () => {
    say({ type: 'runtime-state', runtime: noRuntime })
    tellProvider()
    const first = await services.call('startDemo')
    expect(first).toMatchObject({ kind: 'demo_in', state: 'running' })
    // Asked twice, it is one.
    expect((await services.call('startDemo')).id).toBe(first.id)
    expect(await ended(first.id)).toMatchObject({ state: 'succeeded', error: null })
    expect(commands).toEqual(['install-runtime', 'set-model-provider', 'start'])
    const demo = await services.call('getDemo')
    expect(demo).toMatchObject({ state: 'here', folder: false, tasks: 9, added_tasks: 0, own_agents: 0 })
    expect(demo.agents.map((agent) => agent.name).toSorted()).toEqual(['Ada', 'Ivy', 'Max', 'Noor'])
    await expect(services.call('startDemo')).rejects.toThrow('here already')
  })

  it('goes with one request, after a backup, and leaves a person’s own work alone', async () => {
    const mine = await own()
    const demo = await demoIn()
    await services.call('createTask', { params: { board_id: demo.board_id ?? '' }, body: { title: 'Tried something' } })
    expect((await services.call('getDemo')).added_tasks).toBe(1)
    const job = await ended((await services.call('removeDemo')).id)
    expect([job.state, job.error]).toEqual(['succeeded', null])
    await expectGone(mine)
    const { backup_id: backupId } = job.result as { backup_id: string }
    expect((await services.call('listBackups')).items.find((backup) => backup.id === backupId)?.counts).toMatchObject({
      boards: 2,
      agents: 7,
    })
    await expect(services.call('removeDemo')).rejects.toThrow('no demo here')
    // And again: nothing of the first is in the way.
    await demoIn()
  })

  it('leaves its board to an agent that a person put on it', async () => {
    const demo = await demoIn()
    const boardId = demo.board_id ?? ''
    await services.call('createAgent', { body: { name: 'Zed', board_id: boardId, role: 'worker', provision: false } })
    await services.call('createTask', { params: { board_id: boardId }, body: { title: 'For Zed' } })
    expect((await ended((await services.call('removeDemo')).id)).state).toBe('succeeded')
    expect((await services.call('listAgents', {})).items.map((agent) => agent.name)).toEqual(['Zed'])
    const tasks = await services.call('listTasks', { params: { board_id: boardId } })
    expect(tasks.items.map((task) => task.title)).toEqual(['For Zed'])
    expect((await services.call('getBoard', { params: { board_id: boardId } })).paused).toBe(false)
  })

  it('that cannot be set up says why and puts the model back', async () => {
    say({ type: 'runtime-state', runtime })
    tellProvider()
    refuse = { start: 'Port 18789 is taken.' }
    const job = await ended((await services.call('startDemo')).id)
    expect([job.state, job.error]).toEqual(['failed', 'Port 18789 is taken.'])
    expect(commands).toEqual(['set-model-provider', 'start', 'leave-demo-model'])
    expect([(await services.call('getDemo')).state, providerKind]).toEqual(['none', 'openai'])
  })

  it('does not touch the model of a gateway that is somebody else’s', async () => {
    say({ type: 'runtime-state', runtime })
    services.setGateway({ state: 'adopted', owned: false })
    const job = await ended((await services.call('startDemo')).id)
    expect(job).toMatchObject({ state: 'failed', error: expect.stringContaining('serve --demo') as string })
    expect(commands).toEqual([])
  })

  it('goes on after a restart in the middle of the way in', async () => {
    say({ type: 'runtime-state', runtime })
    tellProvider()
    startsUp = false
    const job = await services.call('startDemo')
    await until(
      () => services.call('getJob', { params: { job_id: job.id } }),
      (now) => now.step === 'Starting the gateway',
    )
    await services.restart()
    say({ type: 'runtime-state', runtime })
    tellProvider()
    up()
    expect(await ended(job.id)).toMatchObject({ state: 'succeeded', error: null })
    expect((await services.call('listBoards', {})).items.map((board) => board.name)).toEqual(['Demo'])
    expect((await services.call('listAgents', {})).total).toBe(4)
    expect(commands.filter((action) => action === 'set-model-provider')).toHaveLength(1)
  })

  it('goes on after a restart in the middle of the way out', async () => {
    const mine = await own()
    await demoIn()
    const cuts: Promise<void>[] = []
    onDelete = () => {
      if (inGateway.size === 3 && cuts.length === 0) cuts.push(services.restart())
    }
    const job = await services.call('removeDemo')
    await until(
      () => Promise.resolve(cuts.length),
      (begun) => begun > 0,
    )
    await cuts[0]
    tellProvider()
    up()
    expect(await ended(job.id)).toMatchObject({ state: 'succeeded', error: null })
    await expectGone(mine)
  })
})

describe('a control center that is the demo', () => {
  it('is left, not thrown away', async () => {
    await services.stop()
    services = await startServices({ demo: true, onCommand: perform })
    expect(await services.call('getDemo')).toMatchObject({ folder: true, data_dir: services.dataDir })
    await expect(services.call('startDemo')).rejects.toThrow('is the demo already')
    await expect(services.call('removeDemo')).rejects.toThrow('Leave it instead')
    expect(await services.call('leaveDemo')).toEqual({
      stops: true,
      restarts: false,
      command: 'mission-control serve',
      data_dir: services.dataDir,
    })
    refuse = { 'leave-demo': 'Stop this program by hand.' }
    expect((await services.call('leaveDemo')).stops).toBe(false)
  })

  it('is the only one that can be left', async () => {
    await expect(services.call('leaveDemo')).rejects.toThrow('not started with --demo')
  })
})

describe('the model before the demo', () => {
  it.each([[{ primary: 'openai/gpt-5.2', fallbacks: ['x/y'] }], ['openai/gpt-5.2'], [null]])('comes back whole: %j', (model) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mc-demo-model-'))
    const file = path.join(folder, 'openclaw.json')
    try {
      const before = {
        agents: { defaults: { ...(model !== null && { model }) } },
        models: { providers: { openai: { apiKey: 'sk-1234567890' } } },
      }
      writeFileSync(file, JSON.stringify(before))
      const former = readDefaultModel(file)
      configureModelProvider({ file, provider: { kind: 'demo' }, demoUrl: 'http://127.0.0.1:1/v1' })
      expect(readModelProvider(file).kind).toBe('demo')
      leaveDemoModel(file, former)
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(before)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('does not replace one that was chosen meanwhile', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mc-demo-model-'))
    const file = path.join(folder, 'openclaw.json')
    try {
      configureModelProvider({ file, provider: { kind: 'demo' }, demoUrl: 'http://127.0.0.1:1/v1' })
      configureModelProvider({ file, provider: { kind: 'anthropic', api_key: 'sk-12345678', model: 'claude' }, demoUrl: null })
      leaveDemoModel(file, { primary: 'openai/gpt-5.2' })
      expect(readModelProvider(file)).toMatchObject({ kind: 'anthropic', model: 'claude' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
