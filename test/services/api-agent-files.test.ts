import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let seeded: Awaited<ReturnType<typeof seedBoard>>
beforeAll(async () => {
  services = await startServices()
  seeded = await seedBoard(services)
}, 30_000)
afterAll(() => services.stop())

const on = (agent: { id: string }, file: string) => ({ agent_id: agent.id, file_name: file })
const onDisk = (agent: { workspace_path: string }, file: string): string => readFileSync(path.join(agent.workspace_path, file), 'utf8')
async function refused(work: Promise<unknown>): Promise<{ status: number; code: string; data?: unknown; field?: string | undefined }> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError) || !error.body) throw new Error(`not refused: ${String(error)}`)
  return { status: error.status, ...error.body }
}

describe('files of an agent, for the operator', () => {
  it('are read, written with the content they replace, compared and restored; with the gateway stopped in the folder', async () => {
    const { max } = seeded
    const { items, source } = await services.call('listAgentFiles', { params: { agent_id: max.id } })
    expect(source).toBe('workspace')
    expect(items).toHaveLength(6)
    expect(items.every((item) => item.missing && item.hash === null && item.updated_at === null)).toBe(true)

    const first = await services.call('putAgentFile', {
      params: on(max, 'SOUL.md'),
      body: { content: '# One\r\n\tkept as it is\r\n', expected_hash: null, reason: 'Begin' },
    })
    expect(onDisk(max, 'SOUL.md')).toBe('# One\r\n\tkept as it is\r\n')
    expect(first).toMatchObject({ missing: false, source: 'workspace', warnings: [], managed: null })

    writeFileSync(path.join(max.workspace_path, 'SOUL.md'), '# From an editor\n')
    const stale = await refused(
      services.call('putAgentFile', { params: on(max, 'SOUL.md'), body: { content: '# Two', expected_hash: first.hash } }),
    )
    const theirs = await services.call('getAgentFile', { params: on(max, 'SOUL.md') })
    expect(stale).toMatchObject({ status: 409, code: 'conflict', field: 'body.expected_hash', data: { current_hash: theirs.hash } })
    expect(theirs.content).toBe('# From an editor\n')

    const { items: versions, total } = await services.call('listAgentFileVersions', { params: on(max, 'SOUL.md') })
    expect(total).toBe(2)
    expect(versions.map(({ author_name, reason }) => [author_name, reason])).toEqual([
      ['Outside Mission Control', 'Found changed'],
      ['Operator', 'Begin'],
    ])
    const version = versions[1]?.id ?? ''
    expect((await services.call('getAgentFileVersion', { params: { ...on(max, 'SOUL.md'), version_id: version } })).content).toBe(
      '# One\r\n\tkept as it is\r\n',
    )
    expect(
      await refused(
        services.call('restoreAgentFile', { params: on(max, 'SOUL.md'), body: { version_id: version, expected_hash: first.hash } }),
      ),
    ).toMatchObject({ status: 409 })
    await services.call('restoreAgentFile', { params: on(max, 'SOUL.md'), body: { version_id: version, expected_hash: theirs.hash } })
    expect(onDisk(max, 'SOUL.md')).toBe('# One\r\n\tkept as it is\r\n')
    expect((await services.call('listActivity', { query: { agent_id: max.id, event_type: 'agent.file.' } })).total).toBe(2)
  })

  it('keeps its part of AGENTS.md for an agent that is set up', async () => {
    const { ivy } = seeded
    const saved = await services.call('putAgentFile', { params: on(ivy, 'AGENTS.md'), body: { content: '# Mine\n', expected_hash: null } })
    expect(saved.managed).toMatchObject({ start_line: 3 })
    expect(saved.content).toContain('You are **Ivy**')
    const lines = saved.content.split('\n')
    expect(lines[(saved.managed?.start_line ?? 0) - 1]).toContain('mission-control:begin')
    expect(lines[(saved.managed?.end_line ?? 0) - 1]).toContain('mission-control:end')
  })

  it.each([
    ['an unknown name', 'TOOLS.md', { content: 'x', expected_hash: null }, 422, 'path.file_name'],
    ['a path', '..%2Fsecret', { content: 'x', expected_hash: null }, 422, 'path.file_name'],
    ['too much', 'SOUL.md', { content: 'x'.repeat(100_001), expected_hash: null }, 422, 'body.content'],
    ['no hash', 'SOUL.md', { content: 'x' }, 422, 'body.expected_hash'],
    ['an unknown field', 'SOUL.md', { content: 'x', expected_hash: null, force: true }, 422, 'body.force'],
  ])('refuses %s', async (_what, name, body, status, field) => {
    const before = services.rowCounts()
    const answer = await services.send({
      method: 'PUT',
      path: `/api/v1/agents/${seeded.max.id}/files/${name}`,
      headers: { authorization: `Bearer ${services.operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(refusal(answer.body).field).toBe(field)
    expect(services.rowCounts()).toEqual(before)
  })

  it('says what is too long for a prompt, and writes it all the same', async () => {
    const { warnings } = await services.call('putAgentFile', {
      params: on(seeded.max, 'MEMORY.md'),
      body: { content: 'x'.repeat(30_000), expected_hash: null },
    })
    expect(warnings).toEqual([expect.stringContaining('first 20000')])
  })

  it('previews a template and applies what was chosen', async () => {
    const { items } = await services.call('listAgentTemplates')
    expect(items.map((item) => item.template)).toEqual(['lead', 'worker', 'main'])
    const params = { agent_id: seeded.ivy.id }
    const preview = await services.call('applyAgentTemplate', { params, body: { template: 'worker', names: ['SOUL.md', 'USER.md'] } })
    expect(preview).toMatchObject({ dry_run: true, items: [{ outcome: 'would_write' }, { outcome: 'would_write' }] })
    const applied = await services.call('applyAgentTemplate', { params, body: { template: 'worker', names: ['SOUL.md'], dry_run: false } })
    expect(applied.items).toMatchObject([{ name: 'SOUL.md', outcome: 'written' }])
    expect(onDisk(seeded.ivy, 'SOUL.md')).toBe(applied.items[0]?.after)
    expect(onDisk(seeded.ivy, 'SOUL.md')).toContain('You are Ivy.')
    expect(() => onDisk(seeded.ivy, 'USER.md')).toThrow(/ENOENT/)
  })

  it('says that nothing can be imported while the gateway is away', async () => {
    const gatewayId = seeded.board.gateway_id
    expect(await refused(services.call('listImportableAgents', { params: { gateway_id: gatewayId } }))).toMatchObject({
      status: 503,
      code: 'gateway_unavailable',
    })
    expect(
      await refused(
        services.call('importAgent', { params: { gateway_id: gatewayId }, body: { gateway_agent_id: 'scout', board_id: seeded.board.id } }),
      ),
    ).toMatchObject({ status: 503 })
  })
})

describe('SOUL.md, for agents', () => {
  const at = (agent: { id: string }) => ({ board_id: seeded.board.id, agent_id: agent.id })

  it('a lead reads and writes those of its board, a worker reads its own', async () => {
    const { lead, max, ivy } = seeded
    const before = await services.callAs(lead.token, 'agentSoul', { params: at(max) })
    const written = await services.callAs(lead.token, 'agentPutSoul', {
      params: at(max),
      body: { content: '# By the lead\n', reason: 'Sharper', source_url: 'https://example.org/soul.md' },
    })
    expect(written.hash).not.toBe(before.hash)
    expect(await services.callAs(max.token, 'agentSoul', { params: at(max) })).toEqual(written)
    const { items } = await services.call('listAgentFileVersions', { params: on(max, 'SOUL.md') })
    expect(items[0]).toMatchObject({ author_name: 'Ada', reason: 'Sharper · From https://example.org/soul.md' })

    expect(await refused(services.callAs(max.token, 'agentSoul', { params: at(ivy) }))).toMatchObject({ status: 403 })
    expect(await refused(services.callAs(max.token, 'agentPutSoul', { params: at(max), body: { content: 'x' } }))).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
    expect(onDisk(max, 'SOUL.md')).toBe('# By the lead\n')
  })

  it('no board reaches into another', async () => {
    const other = await services.call('createBoard', { body: { name: 'Elsewhere' } })
    const stranger = await services.call('createAgent', { body: { name: 'Zoe', board_id: other.id, provision: false } })
    mkdirSync(stranger.workspace_path, { recursive: true })
    writeFileSync(path.join(stranger.workspace_path, 'SOUL.md'), 'secret')
    const { lead } = seeded
    expect(await refused(services.callAs(lead.token, 'agentSoul', { params: at(stranger) }))).toMatchObject({ status: 404 })
    expect(
      await refused(services.callAs(lead.token, 'agentSoul', { params: { board_id: other.id, agent_id: stranger.id } })),
    ).toMatchObject({ status: 403, code: 'task_board_mismatch' })
  })
})
