import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentFileName } from '../../../native-services/contract/agent-files.ts'
import { AppError } from '../../../native-services/contract/errors.ts'
import { blockBegin, blockEnd, managedLines, spliceBlock, stripBlock } from '../../../native-services/lifecycle/agents-block.ts'
import { readTemplates } from '../../../native-services/lifecycle/agent-templates.ts'
import { readCredentials } from '../../../native-services/lifecycle/workspace-files.ts'
import { contentHash } from '../../../native-services/store/agent-file-versions.ts'
import type { AgentRow } from '../../../native-services/store/agents.ts'
import { createLifecycleBench, type LifecycleBench, resourcesDir } from '../../support/lifecycle-bench.ts'

let bench: LifecycleBench
beforeEach(() => {
  bench = createLifecycleBench()
})
afterEach(() => bench.stop())

const author = 'Operator'
const write = (agent: AgentRow, name: AgentFileName, content: string, expectedHash: string | null, reason: string | null = null) =>
  bench.lifecycle().documents.write(agent, name, { content, expectedHash, author, reason })
const versions = (agent: AgentRow, name: AgentFileName) =>
  bench.store.agentFileVersions
    .list({ agent_id: agent.id, name, limit: 50, offset: 0 })
    .items.map(({ author_name, id }) => [author_name, bench.store.agentFileVersions.get(id)?.content])
async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw error
  return error
}
async function provisioned(): Promise<AgentRow> {
  const { id } = bench.newAgent('Ada')
  bench.lifecycle().provision(id)
  await bench.clock.advance(2000)
  expect(bench.agent(id).status).toBe('online')
  return bench.agent(id)
}

describe.each(['gateway', 'workspace'] as const)('files through the %s', (source) => {
  let agent: AgentRow
  beforeEach(async () => {
    bench.gateway.up()
    agent = await provisioned()
    if (source === 'workspace') bench.gateway.down()
  })

  it('writes what names the content it replaces, refuses what does not, and keeps every version', async () => {
    const { documents } = bench.lifecycle()
    const missing = await documents.read(agent, 'SOUL.md')
    expect(missing).toMatchObject({ missing: true, hash: null, content: '', source, managed: null })
    const first = await write(agent, 'SOUL.md', 'Be kind.\n', null, 'A beginning')
    expect(first).toMatchObject({ missing: false, hash: contentHash('Be kind.\n'), size: 9, source, warnings: [] })
    expect(readFileSync(join(agent.workspace_path, 'SOUL.md'), 'utf8')).toBe('Be kind.\n')

    // Somebody else writes: the editor's idea of the file is old now, and both texts are kept.
    writeFileSync(join(agent.workspace_path, 'SOUL.md'), 'Be quick.\n')
    const refused = await refusal(write(agent, 'SOUL.md', 'Be slow.\n', first.hash))
    expect(refused).toMatchObject({ code: 'conflict', data: { current_hash: contentHash('Be quick.\n') } })
    expect(await refusal(write(agent, 'SOUL.md', 'Be slow.\n', null))).toMatchObject({ code: 'conflict' })
    expect(readFileSync(join(agent.workspace_path, 'SOUL.md'), 'utf8')).toBe('Be quick.\n')
    const second = await write(agent, 'SOUL.md', 'Be slow.\n', contentHash('Be quick.\n'))
    expect(versions(agent, 'SOUL.md')).toEqual([
      [author, 'Be slow.\n'],
      ['Outside Mission Control', 'Be quick.\n'],
      [author, 'Be kind.\n'],
    ])

    const oldest = bench.store.agentFileVersions.list({ agent_id: agent.id, name: 'SOUL.md', limit: 50, offset: 0 }).items.at(-1)
    const restored = await documents.restore(agent, 'SOUL.md', { versionId: oldest?.id ?? '', author, expectedHash: second.hash })
    expect(restored.content).toBe('Be kind.\n')
    expect(await refusal(documents.restore(agent, 'USER.md', { versionId: oldest?.id ?? '', author }))).toMatchObject({ code: 'not_found' })
    expect(
      bench.store.activity
        .list({ agent_id: agent.id, event_type: 'agent.file.', limit: 10, offset: 0 })
        .items.map((row) => row.message)
        .at(-1),
    ).toBe('Operator wrote SOUL.md of Ada: A beginning.')
  })

  it('of two writers that began with the same content one wins', async () => {
    const { hash } = await write(agent, 'USER.md', 'one', null)
    const outcomes = await Promise.allSettled([write(agent, 'USER.md', 'two', hash), write(agent, 'USER.md', 'three', hash)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected'])
    expect(readFileSync(join(agent.workspace_path, 'USER.md'), 'utf8')).toBe('two')
  })

  it('puts its own part of AGENTS.md back and says so; text around it is the user’s', async () => {
    const { documents } = bench.lifecycle()
    const before = await documents.read(agent, 'AGENTS.md')
    expect(before.managed?.start_line).toBe(1)
    const mine = `# Mine\n\n${before.content}\nAnd more.\n`
    const saved = await write(agent, 'AGENTS.md', mine, before.hash)
    expect(saved).toMatchObject({ content: mine, warnings: [], managed: { start_line: 3 } })
    const hacked = await write(agent, 'AGENTS.md', mine.replace('You are **Ada**', 'You are **Eve**'), saved.hash)
    expect(hacked.content).toBe(mine)
    expect(hacked.warnings).toEqual([expect.stringContaining('put back')])
    const without = await write(agent, 'AGENTS.md', '# Only mine\n', hacked.hash)
    expect(without.content).toMatch(/^# Only mine\n\n<!-- mission-control:begin -->/)
    expect(without.warnings).toHaveLength(1)
  })

  it('lists every name with what is there, and warns of what does not reach the prompt', async () => {
    const long = 'x'.repeat(5000)
    expect((await write(agent, 'USER.md', long, null)).warnings).toEqual([expect.stringContaining('first 4000')])
    const { items, source: from } = await bench.lifecycle().documents.list(agent)
    expect(from).toBe(source)
    expect(items.map(({ name, missing }) => [name, missing])).toEqual([
      ['AGENTS.md', false],
      ['SOUL.md', true],
      ['IDENTITY.md', true],
      ['USER.md', false],
      ['MEMORY.md', true],
      ['BOOTSTRAP.md', true],
    ])
    expect(items[3]).toMatchObject({ size: 5000, hash: contentHash(long) })
    expect(items[3]?.updated_at).not.toBeNull()
  })

  it('applies of a template only what was chosen, and never over a text unless told to', async () => {
    const { documents } = bench.lifecycle()
    await write(agent, 'SOUL.md', 'My own soul.', null)
    const choice = { template: 'worker', names: ['SOUL.md', 'IDENTITY.md'], overwrite: false, author } as const
    const preview = await documents.applyTemplate(agent, { ...choice, dry_run: true })
    expect(preview.items.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['SOUL.md', 'kept'],
      ['IDENTITY.md', 'would_write'],
    ])
    expect(preview.items[1]).toMatchObject({ before: '', after: expect.stringContaining('- Name: Ada\n') as string })
    expect(existsSync(join(agent.workspace_path, 'IDENTITY.md'))).toBe(false)
    const applied = await documents.applyTemplate(agent, { ...choice, dry_run: false })
    expect(applied.items.map((item) => item.outcome)).toEqual(['kept', 'written'])
    expect(readFileSync(join(agent.workspace_path, 'SOUL.md'), 'utf8')).toBe('My own soul.')
    expect(existsSync(join(agent.workspace_path, 'MEMORY.md'))).toBe(false)
    const again = await documents.applyTemplate(agent, { ...choice, overwrite: true, dry_run: false })
    expect(again.items.map((item) => item.outcome)).toEqual(['written', 'unchanged'])
    expect(versions(agent, 'SOUL.md').map(([, content]) => content)).toContain('My own soul.')
    expect(await refusal(documents.applyTemplate(agent, { ...choice, names: ['AGENTS.md'], dry_run: true }))).toMatchObject({
      code: 'invalid_request',
      field: 'body.names',
    })
  })
})

describe('with the gateway away', () => {
  it('shows and follows no links', async () => {
    const agent = bench.newAgent('Ada')
    mkdirSync(agent.workspace_path, { recursive: true })
    writeFileSync(join(agent.workspace_path, 'private'), 'not for showing')
    symlinkSync(join(agent.workspace_path, 'private'), join(agent.workspace_path, 'SOUL.md'))
    expect(await refusal(bench.lifecycle().documents.read(agent, 'SOUL.md'))).toMatchObject({ code: 'conflict' })
    expect(await refusal(write(agent, 'SOUL.md', 'x', null))).toMatchObject({ code: 'conflict' })
    expect(readFileSync(join(agent.workspace_path, 'private'), 'utf8')).toBe('not for showing')
  })

  it('writes for an agent that was not set up yet, without a part of ours until it is', async () => {
    const agent = bench.newAgent('Ada')
    const saved = await write(agent, 'AGENTS.md', '# Mine\n', null)
    expect(saved).toMatchObject({ content: '# Mine\n', managed: null })
  })
})

describe('import', () => {
  const theirs = '# The rules of Scout\n\nNever sleep.\n'
  async function scout(): Promise<string> {
    bench.gateway.up()
    const workspace = join(bench.local.workspace_root, 'scout')
    mkdirSync(workspace, { recursive: true })
    writeFileSync(join(workspace, 'AGENTS.md'), theirs)
    await bench.gateway.request('agents.create', { name: 'scout', workspace })
    bench.gateway.config.entries['scout'] = { workspace, name: 'Scout', heartbeat: { every: '5m', prompt: 'theirs' } }
    return workspace
  }
  const choice = { gateway_agent_id: 'scout', role: 'worker', heartbeat_config: { every: '10m', target: 'none' } } as const

  it('adds credentials, command and our part; everything else stays theirs, also when it is removed here', async () => {
    const workspace = await scout()
    const ours = await provisioned()
    const { imports } = bench.lifecycle()
    expect(await imports.importable(bench.local.id)).toEqual([
      { gateway_agent_id: 'scout', name: 'scout', workspace_path: workspace, is_default: false, model: null, note: null },
    ])
    const before = structuredClone(bench.gateway.config.entries['scout'])
    const agent = await imports.run(bench.local.id, { ...choice, board_id: bench.boardId, name: 'Scout' })
    expect(agent).toMatchObject({
      imported: true,
      workspace_path: workspace,
      openclaw_session_id: 'agent:scout:main',
      status: 'provisioning',
    })
    await bench.clock.advance(2000)
    expect(bench.agent(agent.id)).toMatchObject({ status: 'online', imported: true })
    expect(bench.gateway.config.entries['scout']).toEqual(before)
    expect(readFileSync(join(workspace, 'AGENTS.md'), 'utf8')).toMatch(
      /^# The rules of Scout\n\nNever sleep\.\n\n<!-- mission-control:begin/,
    )
    expect(readCredentials(workspace)).toMatchObject({ agent_id: agent.id, board_id: bench.boardId })
    expect(versions(agent, 'AGENTS.md').map(([who]) => who)).toEqual(['Mission Control', 'Outside Mission Control'])
    expect(versions(agent, 'AGENTS.md')[1]?.[1]).toBe(theirs)

    expect(await imports.importable(bench.local.id)).toEqual([])
    expect(await refusal(imports.run(bench.local.id, { ...choice, board_id: bench.boardId }))).toMatchObject({ code: 'conflict' })
    expect(await refusal(imports.run(bench.local.id, { ...choice, gateway_agent_id: 'nobody', board_id: bench.boardId }))).toMatchObject({
      code: 'not_found',
    })

    await bench.lifecycle().remove(agent.id)
    expect(bench.gateway.agents.has('scout')).toBe(true)
    expect(bench.gateway.calls.some((call) => call.method === 'agents.delete')).toBe(false)
    expect(readFileSync(join(workspace, 'AGENTS.md'), 'utf8')).toBe(theirs)
    expect(existsSync(join(workspace, '.mission-control'))).toBe(false)
    // One of ours still leaves the gateway.
    await bench.lifecycle().remove(ours.id)
    expect(bench.gateway.agents.has(ours.gateway_agent_id)).toBe(false)
  })

  it('makes no new agent when the imported one is gone from the gateway', async () => {
    await scout()
    const agent = await bench.lifecycle().imports.run(bench.local.id, { ...choice, board_id: bench.boardId })
    bench.gateway.agents.delete('scout')
    await bench.clock.advance(2000)
    expect(bench.agent(agent.id).last_provision_error).toContain('no longer has the agent scout')
    expect(bench.gateway.agents.has('scout')).toBe(false)
  })

  it('refuses a second agent in one folder, and says why', async () => {
    const workspace = await scout()
    await bench.gateway.request('agents.create', { name: 'twin', workspace })
    await bench.lifecycle().imports.run(bench.local.id, { ...choice, board_id: bench.boardId })
    expect((await bench.lifecycle().imports.importable(bench.local.id))[0]?.note).toContain('shares its folder with scout')
    expect(
      await refusal(bench.lifecycle().imports.run(bench.local.id, { ...choice, gateway_agent_id: 'twin', board_id: bench.boardId })),
    ).toMatchObject({ code: 'conflict' })
  })

  it('says that the gateway is away', async () => {
    expect(await refusal(bench.lifecycle().imports.importable(bench.local.id))).toMatchObject({ code: 'gateway_unavailable' })
  })
})

describe('the parts', () => {
  const block = `${blockBegin}\nours\n${blockEnd}`
  it.each([
    ['', block],
    ['# Mine\n', `# Mine\n\n${block}\n`],
    [`${block}\n\nafter\n`, `${block}\n\nafter\n`],
  ])('finds and takes out what is ours: %j', (theirs, _whole) => {
    const whole = spliceBlock(theirs, block)
    const lines = managedLines(whole)
    expect(
      whole
        .split('\n')
        .slice((lines?.start_line ?? 0) - 1, lines?.end_line)
        .join('\n'),
    ).toBe(block)
    expect(stripBlock(whole)).toBe(theirs.replace(`${block}\n\n`, ''))
  })

  it('every role has its starting points, within what reaches a prompt', () => {
    const templates = readTemplates(resourcesDir)
    expect(templates.map((each) => [each.template, each.files.map((file) => file.name)])).toEqual(
      ['lead', 'worker', 'main'].map((role) => [role, ['SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md']]),
    )
    for (const { files } of templates) for (const { content } of files) expect(content.length).toBeLessThan(3000)
  })
})
