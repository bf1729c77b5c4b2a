import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../native-services/contract/errors.ts'
import { contentHash } from '../../native-services/store/agent-file-versions.ts'
import { openclawAvailable, type RealLifecycle, startRealLifecycle } from '../support/real-lifecycle.ts'
import { until } from '../support/until.ts'

const theirs = '# The rules of Scout\n\nNever sleep. Never use tabs.\n'

describe.skipIf(!openclawAvailable)("agents' files and import on the real gateway", { timeout: 180_000 }, () => {
  let bench: RealLifecycle
  let ada: string
  const online = (id: string) =>
    until(
      () => bench.agent(id),
      (agent) => agent.status === 'online',
      90_000,
    )
  const edit = (content: string, expectedHash: string | null) => ({ content, expectedHash, author: 'Operator', reason: null })

  beforeAll(async () => {
    bench = await startRealLifecycle()
    ada = bench.newAgent('Ada').id
    bench.lifecycle.provision(ada)
    await online(ada)
  }, 240_000)
  afterAll(() => bench?.stop(), 60_000)

  it('lists what reaches the prompt, through the gateway, every name that we offer', async () => {
    const { items, source } = await bench.lifecycle.documents.list(bench.agent(ada))
    expect(source).toBe('gateway')
    expect(items.map((item) => item.name)).toEqual(['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md'])
    const agents = items[0]
    expect(agents?.hash).toBe(contentHash(readFileSync(join(bench.agent(ada).workspace_path, 'AGENTS.md'), 'utf8')))
    expect(agents?.updated_at).toEqual(expect.any(Number))
  })

  it('writes SOUL.md with the right hash, refuses a stale one, and the gateway reads what was written', async () => {
    const { documents } = bench.lifecycle
    const agent = bench.agent(ada)
    const before = await documents.read(agent, 'SOUL.md')
    const saved = await documents.write(agent, 'SOUL.md', edit('# Kind\r\n\n\tand exact ✓\n', before.hash))
    expect(saved.source).toBe('gateway')
    expect(readFileSync(join(agent.workspace_path, 'SOUL.md'), 'utf8')).toBe('# Kind\r\n\n\tand exact ✓\n')
    const { file } = (await bench.connection.request('agents.files.get', { agentId: agent.gateway_agent_id, name: 'SOUL.md' })) as {
      file: { content: string }
    }
    expect(file.content).toBe('# Kind\r\n\n\tand exact ✓\n')

    writeFileSync(join(agent.workspace_path, 'SOUL.md'), '# From elsewhere\n')
    const refused: unknown = await documents.write(agent, 'SOUL.md', edit('# Mine\n', saved.hash)).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AppError)
    expect(refused).toMatchObject({ code: 'conflict', data: { current_hash: contentHash('# From elsewhere\n') } })
    expect((await documents.read(agent, 'SOUL.md')).content).toBe('# From elsewhere\n')
    const again = await documents.write(agent, 'SOUL.md', edit('# Mine\n', contentHash('# From elsewhere\n')))
    expect(again).toMatchObject({ content: '# Mine\n', source: 'gateway' })
  })

  it('imports an agent that was there before: it checks in, and its own text and configuration survive', async () => {
    const workspace = join(bench.gateway.workspaceRoot, 'scout')
    mkdirSync(workspace, { recursive: true })
    writeFileSync(join(workspace, 'AGENTS.md'), theirs)
    await bench.connection.request('agents.create', { name: 'scout', workspace }, { timeoutMs: 60_000 })
    const entry = async (): Promise<unknown> => {
      const answer = await bench.connection.request('config.get', {})
      const { agents } = (answer['sourceConfig'] ?? answer['parsed']) as { agents: { entries: Record<string, unknown> } }
      return agents.entries['scout']
    }
    // The gateway reloads its configuration after it has answered: the new agent is listed a moment later.
    const found = await until(
      () => bench.lifecycle.imports.importable(bench.gatewayId),
      (agents) => agents.length > 1,
    )
    const before = await entry()
    expect(found.map((agent) => agent.gateway_agent_id).toSorted()).toEqual(['main', 'scout'])
    expect(found.find((agent) => agent.gateway_agent_id === 'scout')).toMatchObject({ workspace_path: workspace, note: null })

    const agent = await bench.lifecycle.imports.run(bench.gatewayId, {
      gateway_agent_id: 'scout',
      board_id: bench.boardId,
      role: 'worker',
      name: 'Scout',
      heartbeat_config: { every: '10m', target: 'none' },
    })
    expect(agent).toMatchObject({ imported: true, openclaw_session_id: 'agent:scout:main' })
    await online(agent.id)
    expect(bench.api.calls.some((call) => call.path === 'POST /api/v1/agent/heartbeat' && call.agent_id === agent.id)).toBe(true)
    const text = readFileSync(join(workspace, 'AGENTS.md'), 'utf8')
    expect(text.startsWith(theirs.trimEnd())).toBe(true)
    expect(text).toContain('You are **Scout**')
    expect(await entry()).toEqual(before)

    await bench.lifecycle.remove(agent.id)
    const { agents } = (await bench.connection.request('agents.list', {})) as { agents: { id: string }[] }
    expect(agents.map((one) => one.id)).toContain('scout')
    expect(readFileSync(join(workspace, 'AGENTS.md'), 'utf8')).toBe(theirs)
  })
})
