import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  configureGateway,
  configureModelProvider,
  readGatewayToken,
  readModelProvider,
} from '../../../native-services/openclaw/configure.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'configure-'))
  mkdirSync(path.join(folder, 'config'))
  file = path.join(folder, 'config', 'openclaw.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const configure = (port = 18_789): ReturnType<typeof configureGateway> =>
  configureGateway({ file, port, workspaces: path.join(folder, 'ws'), logFile: path.join(folder, 'openclaw.log') })
const content = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>

test('a new configuration is on loopback, has a token of 32 bytes and starts nothing that costs', () => {
  const { token } = configure()
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(readGatewayToken(file)).toBe(token)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(content()).toMatchObject({
    gateway: {
      mode: 'local',
      bind: 'loopback',
      port: 18_789,
      auth: { mode: 'token', token },
      http: { endpoints: { responses: { enabled: true } } },
      controlUi: { enabled: false },
    },
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    logging: { file: path.join(folder, 'openclaw.log'), consoleStyle: 'json' },
    plugins: { entries: { 'memory-core': { config: { dreaming: { enabled: false } } } } },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    agents: { defaults: { heartbeat: { every: '0m', target: 'none' }, skipBootstrap: true } },
  })
})

test('again it keeps the token, and what the gateway and people wrote', () => {
  const { token } = configure()
  const changed = content()
  Object.assign(changed, { meta: { lastTouchedVersion: 'x' }, channels: { telegram: { enabled: true } } })
  ;(changed['gateway'] as Record<string, unknown>)['controlUi'] = { enabled: true, basePath: '/ui' }
  ;(changed['agents'] as { entries: Record<string, unknown> }).entries['alpha'] = { name: 'Alpha' }
  writeFileSync(file, JSON.stringify(changed))
  expect(configure(19_000)).toEqual({ token, port: 19_000 })
  expect(content()).toMatchObject({
    meta: { lastTouchedVersion: 'x' },
    channels: { telegram: { enabled: true } },
    gateway: { port: 19_000, controlUi: { enabled: true, basePath: '/ui' } },
    agents: { entries: { alpha: { name: 'Alpha' } } },
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('nothing is written when nothing changes', () => {
  configure()
  const before = statSync(file).mtimeMs
  configure()
  expect(statSync(file).mtimeMs).toBe(before)
})

test('a file that is not JSON is left alone and named', () => {
  writeFileSync(file, '{ broken')
  expect(() => configure()).toThrow(/openclaw\.json is not valid JSON/)
  expect(readFileSync(file, 'utf8')).toBe('{ broken')
})

test('a provider goes to the place that OpenClaw has for it; its key is never told back', () => {
  configure()
  expect(readModelProvider(file)).toEqual({ kind: 'none', base_url: null, model: null, key_hint: null })
  configureModelProvider({ file, demoUrl: null, provider: { kind: 'anthropic', api_key: 'sk-ant-secret-1234', model: 'claude-opus-5' } })
  expect(content()).toMatchObject({
    models: { providers: { anthropic: { apiKey: 'sk-ant-secret-1234' } } },
    agents: { defaults: { model: { primary: 'anthropic/claude-opus-5' } } },
  })
  expect(readModelProvider(file)).toEqual({ kind: 'anthropic', base_url: null, model: 'claude-opus-5', key_hint: '1234' })

  configureModelProvider({ file, demoUrl: null, provider: { kind: 'openai', api_key: 'sk-openai-5678', model: 'openai/gpt-5' } })
  expect(readModelProvider(file)).toMatchObject({ kind: 'openai', model: 'gpt-5', key_hint: '5678' })

  configureModelProvider({
    file,
    demoUrl: null,
    provider: { kind: 'openai-compatible', base_url: 'http://127.0.0.1:11434/v1', api_key: '', model: 'org/llama' },
  })
  expect(readModelProvider(file)).toEqual({
    kind: 'openai-compatible',
    base_url: 'http://127.0.0.1:11434/v1',
    model: 'org/llama',
    key_hint: null,
  })
  expect(content()).toMatchObject({ models: { providers: { custom: { api: 'openai-completions', models: [{ id: 'org/llama' }] } } } })
})

test('the demo model is only chosen where it runs', () => {
  configure()
  expect(() => configureModelProvider({ file, demoUrl: null, provider: { kind: 'demo' } })).toThrow(/does not run/)
  configureModelProvider({ file, demoUrl: 'http://127.0.0.1:4000/v1', provider: { kind: 'demo' } })
  expect(readModelProvider(file)).toEqual({ kind: 'demo', base_url: 'http://127.0.0.1:4000/v1', model: 'demo-1', key_hint: null })
})
