import { describe, expect, it } from 'vitest'
import {
  gatewaySentinel,
  keepOwned,
  maskSecrets,
  mergePatch,
  ownedIssues,
  ownedKeys,
  unmaskSecrets,
} from '../../../native-services/domain/config-edit.ts'
import { Json5Error, parseJson5 } from '../../../native-services/domain/json5.ts'
import { enginesAccept } from '../../../native-services/openclaw/engines.ts'

const no = () => false
const config = {
  gateway: { port: 18_789, auth: { mode: 'token', token: 'abcdefghijklmnop1234' } },
  models: { providers: { openai: { apiKey: 'sk-verysecretkey9876', maxTokens: 8192 }, demo: { apiKey: 'demo' } } },
  env: { vars: { ANYTHING: 'secretwhatever5555' }, OTHER: '${FROM_ELSEWHERE}' },
  mcp: { servers: { a: { url: 'https://user:pass1@example.com/x', headers: { 'X-Custom': 'aaaabbbbccccdddd' } } } },
  channels: { telegram: { botToken: 'bot-token-77778888', allowFrom: ['one', 'two'] } },
  logging: { level: 'info' },
}

describe('secrets of the configuration', () => {
  const { masked, secrets } = maskSecrets(config, no)
  it('leave as their last four characters, short ones as nothing; references and other things stay', () => {
    expect(secrets).toBe(7)
    expect(masked).toEqual({
      gateway: { port: 18_789, auth: { mode: 'token', token: '••••1234' } },
      models: { providers: { openai: { apiKey: '••••9876', maxTokens: 8192 }, demo: { apiKey: '••••' } } },
      env: { vars: { ANYTHING: '••••5555' }, OTHER: '${FROM_ELSEWHERE}' },
      mcp: { servers: { a: { url: '••••om/x', headers: { 'X-Custom': '••••dddd' } } } },
      channels: { telegram: { botToken: '••••8888', allowFrom: ['one', 'two'] } },
      logging: { level: 'info' },
    })
  })
  it('come back as themselves, also when they were moved', () => {
    expect(unmaskSecrets(masked, config, no)).toEqual({ value: config, issues: [] })
    const moved = { here: { botToken: '••••8888' }, again: { apiKey: gatewaySentinel } }
    const { value, issues } = unmaskSecrets(moved, config, no)
    expect(value).toEqual({ here: { botToken: 'bot-token-77778888' }, again: { apiKey: gatewaySentinel } })
    expect(issues).toMatchObject([{ kind: 'secret', path: 'again.apiKey' }])
  })
  it('are never guessed: a mask that two secrets share, or that none has, is an issue', () => {
    const two = { a: { token: 'aaaaaaaaaaaa9999' }, b: { token: 'bbbbbbbbbbbb9999' } }
    expect(unmaskSecrets({ c: { token: '••••9999' }, d: { token: '••••0000' } }, two, no).issues.map((each) => each.path)).toEqual([
      'c.token',
      'd.token',
    ])
    expect(unmaskSecrets({ a: { token: '••••9999' } }, two, no).value).toEqual({ a: { token: 'aaaaaaaaaaaa9999' } })
  })
  it('are found by their shape, whatever their key is called', () => {
    expect(maskSecrets({ note: 'use ghp_abc' }, (text) => text.includes('ghp_')).masked).toEqual({ note: '••••' })
  })
})

describe('keys that Mission Control keeps', () => {
  const owned = ownedKeys(['worker-1'])
  it('are told with the place where they are changed', () => {
    const after = structuredClone(config)
    after.gateway.port = 1
    after.gateway.auth.token = 'another-token-5678'
    const issues = ownedIssues(config, { ...after, agents: { entries: { 'worker-1': { workspace: '/x' } } } }, owned)
    expect(issues.map((each) => [each.path, each.link])).toEqual([
      ['gateway.port', '/gateway'],
      ['gateway.auth.token', '/gateway?tab=credentials'],
      ['agents.entries.worker-1.workspace', '/agents'],
    ])
    expect(JSON.stringify(issues)).not.toContain('another-token')
  })
  it('stay as they are when an older configuration is put back', () => {
    const old = { gateway: { port: 1, bind: 'lan', auth: { mode: 'token', token: 'an-old-one-000000' } }, logging: { level: 'debug' } }
    expect(keepOwned(old, config, owned)).toEqual({
      gateway: { port: 18_789, auth: { mode: 'token', token: 'abcdefghijklmnop1234' } },
      logging: { level: 'debug' },
    })
    expect(keepOwned({}, config, owned)).toEqual({ gateway: { port: 18_789, auth: config.gateway.auth } })
  })
})

it('a change becomes the smallest patch: null deletes, lists are replaced whole', () => {
  const after = { ...structuredClone(config), logging: { level: 'debug' }, ui: { a: 1 } } as Record<string, unknown>
  delete after['env']
  ;(after['channels'] as typeof config.channels).telegram.allowFrom = ['one']
  expect(mergePatch(config, after)).toEqual({
    patch: { logging: { level: 'debug' }, ui: { a: 1 }, env: null, channels: { telegram: { allowFrom: ['one'] } } },
    replacePaths: ['channels.telegram.allowFrom'],
    changed: [
      { path: 'env', kind: 'removed' },
      { path: 'channels.telegram.allowFrom', kind: 'changed' },
      { path: 'logging.level', kind: 'changed' },
      { path: 'ui', kind: 'added' },
    ],
  })
  expect(mergePatch(config, structuredClone(config)).changed).toEqual([])
})

describe('JSON5', () => {
  it('is read as people write it', () => {
    expect(
      parseJson5(`// first
      { unquoted: 'single', "list": [1, +2.5, -.5, 0x1F, 1e3,], /* in
      between */ nested: { $ok_1: true, no: false, none: null, }, "escaped": "a\\nb\\u0041\\x42\\
c", }`),
    ).toEqual({ unquoted: 'single', list: [1, 2.5, -0.5, 31, 1000], nested: { $ok_1: true, no: false, none: null }, escaped: 'a\nbABc' })
  })
  it.each([
    ['{ a: 1,\n  b: }', 2, 6, 'Expected a value'],
    ['{ a: 1 b: 2 }', 1, 8, 'Expected , or }'],
    ['{ "a": "x\n" }', 1, 8, 'does not end'],
    ['{ a: 1, a: 2 }', 1, 9, 'twice'],
    ['{ a: Infinity }', 1, 6, 'finite'],
    ['{ a: 1 } x', 1, 10, 'Nothing more'],
    ['', 1, 1, 'the end'],
    ['{ __proto__: {} }', 1, 3, 'not allowed'],
    ['{ /* ', 1, 3, 'does not end'],
    ['['.repeat(200), 1, 102, 'too deeply'],
  ])('%j fails at its place', (text, line, column, message) => {
    let error: unknown
    try {
      parseJson5(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(Json5Error)
    expect(error).toMatchObject({ line, column, message: expect.stringContaining(message) as string })
  })
})

it.each([
  ['>=24.16.0 <25 || >=26.1.0', '24.21.0', true],
  ['>=24.16.0 <25 || >=26.1.0', '24.15.9', false],
  ['>=24.16.0 <25 || >=26.1.0', '25.3.0', false],
  ['>= 26.1', '26.0.9', false],
  ['^24.2', '24.16.0', true],
  ['24.x', '24.16.0', true],
])('engines %s and Node %s', (range, version, accepted) => {
  expect(enginesAccept(range, version)).toBe(accepted)
})
