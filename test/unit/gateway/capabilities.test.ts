import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { unsupportedReason } from '../../../native-services/domain/gateway-version.ts'
import { probeCapabilities, readHello, responsesToolsOf } from '../../../native-services/gateway/capabilities.ts'
import { GatewayError } from '../../../native-services/gateway/types.ts'

const frames = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'gateway-frames')
const frame = (version: string): Record<string, unknown> =>
  (JSON.parse(readFileSync(join(frames, `hello-${version}.json`), 'utf8')) as { frame: Record<string, unknown> }).frame

describe('the hello of a gateway', () => {
  it('2026.9.6, as recorded', () => {
    const facts = readHello(frame('2026.9.6'))
    expect(facts.capabilities).toMatchObject({ protocol: 4, version: '2026.9.6' })
    expect(facts.capabilities.scopes).toContain('operator.admin')
    expect(facts.capabilities.methods.size).toBeGreaterThan(400)
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/)
    expect(facts.uptimeMs).toBeGreaterThan(0)
    expect(unsupportedReason(facts.capabilities)).toBeNull()
    expect(responsesToolsOf(facts.capabilities.version)).toBe('flat')
  })

  it('2026.2.19: read as well, and refused with a sentence that says what to do', () => {
    const facts = readHello(frame('2026.2.19'))
    expect(facts).toMatchObject({ bootId: null, capabilities: { protocol: 3, version: '2026.2.19', scopes: [] } })
    expect(unsupportedReason(facts.capabilities)).toMatch(/2026\.2\.19 is too old: version .* or newer is needed/)
    expect(responsesToolsOf(facts.capabilities.version)).toBe('nested')
  })

  it('nothing in it is relied upon: fields that are new, missing or of another kind', () => {
    const real = frame('2026.9.6')
    for (const key of Object.keys(real))
      for (const value of [undefined, null, 7, 'text', [], [1], {}, { server: [] }])
        expect(() => readHello({ ...real, [key]: value })).not.toThrow()
    expect(readHello({ ...real, brand_new: { deep: true } }).capabilities.version).toBe('2026.9.6')
    for (const hello of [null, undefined, 1, [], 'hello'])
      expect(readHello(hello).capabilities).toMatchObject({ version: null, protocol: 0 })
  })
})

describe('what only questions can tell', () => {
  const gateway =
    (options: { files: string[]; config: unknown; agents?: unknown }) => async (method: string, params: Record<string, unknown>) => {
      await Promise.resolve()
      if (method === 'agents.list') return options.agents ?? { defaultId: 'main', agents: [{ id: 'main' }] }
      if (method === 'config.get') return { config: options.config }
      if (options.files.includes(String(params['name']))) return { file: { missing: true } }
      throw new GatewayError('rejected', `agents.files.get: unsupported file "${String(params['name'])}"`)
    }

  it('a present one: six files, agents by id', async () => {
    const files = ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md']
    expect(await probeCapabilities(gateway({ files, config: { agents: { entries: { main: {} } } } }))).toEqual({
      allowed_files: files,
      config_shape: 'entries',
    })
  })
  it('an older one: TOOLS.md and HEARTBEAT.md too, agents as a list', async () => {
    const files = ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md', 'TOOLS.md', 'HEARTBEAT.md']
    expect(
      await probeCapabilities(gateway({ files, config: { agents: { list: [{ id: 'main' }] } }, agents: { agents: [{ id: 'main' }] } })),
    ).toEqual({
      allowed_files: files,
      config_shape: 'list',
    })
  })
  it('a connection that goes away in between is no answer', async () => {
    await expect(
      probeCapabilities((method) =>
        method === 'agents.list' ? Promise.resolve({}) : Promise.reject(new GatewayError('unavailable', 'gone')),
      ),
    ).rejects.toThrow('gone')
  })
})
