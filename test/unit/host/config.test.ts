import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig, tuningFrom, updateConfigFile } from '../../../native-services/platform/config.ts'
import { dataPaths, defaultDataDir } from '../../../native-services/platform/paths.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const load = (env: Record<string, string> = {}, flags: Parameters<typeof loadConfig>[0]['flags'] = {}): ReturnType<typeof loadConfig> =>
  loadConfig({ version: '1.0.0', resourcesDir: '/r', staticDir: null, env, flags: { dataDir: folder, ...flags } })

test('defaults: loopback, 8642 and 18789; the demo keeps out of the way', () => {
  expect(load()).toMatchObject({ api: { host: '127.0.0.1', port: 8642 }, gateway: { port: 18_789, external: null }, logLevel: 'info' })
  expect(load({}, { demo: true })).toMatchObject({ api: { port: 8643 }, gateway: { port: 18_889 } })
})

test('a flag beats the environment, that beats config.json, that beats the default', () => {
  writeFileSync(path.join(folder, 'config.json'), '{"port": 9001, "gateway_port": 9002, "unknown": true}')
  expect(load()).toMatchObject({ api: { port: 9001 }, gateway: { port: 9002 } })
  expect(load({ HEALTH_PORT: '9003' }).api.port).toBe(9003)
  expect(load({ HEALTH_PORT: '9003', MISSION_CONTROL_PORT: '"9004"' }).api.port).toBe(9004)
  expect(load({ MISSION_CONTROL_PORT: '9004' }, { port: 9005 }).api.port).toBe(9005)
})

test.each([
  [{ HEALTH_PORT: 'many' }, 'HEALTH_PORT'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  [{ OPENCLAW_REQUEST_TIMEOUT_MS: '-1' }, 'OPENCLAW_REQUEST_TIMEOUT_MS'],
  [{ OPENCLAW_GATEWAY_URL: 'not a url' }, 'OPENCLAW_GATEWAY_URL'],
  [{ OPENCLAW_GATEWAY_URL: 'ws://127.0.0.1:18789' }, 'OPENCLAW_GATEWAY_TOKEN'],
  [{ OPENCLAW_GATEWAY_URL: 'ws://10.0.0.1:18789', OPENCLAW_GATEWAY_TOKEN: 'x' }, 'OPENCLAW_GATEWAY_URL'],
  [{ DELIVERY_BACKOFF_BASE_MS: '10', DELIVERY_BACKOFF_MAX_MS: '5' }, 'DELIVERY_BACKOFF_MAX_MS'],
])('%j is refused and named', (env, name) => {
  expect(() => load(env as Record<string, string>)).toThrow(name)
})

test('an address that others can reach needs a flag that says so', () => {
  expect(() => load({ HEALTH_HOST: '0.0.0.0' })).toThrow(/HEALTH_HOST.*--allow-non-loopback/)
  expect(load({ HEALTH_HOST: '0.0.0.0' }, { allowNonLoopback: true }).api.host).toBe('0.0.0.0')
})

test('a key of config.json is changed without losing the others; broken JSON is named', () => {
  const file = path.join(folder, 'config.json')
  writeFileSync(file, '{"port": 9001, "mine": [1]}')
  updateConfigFile(dataPaths(folder), { gateway_port: 9100 })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ port: 9001, mine: [1], gateway_port: 9100 })
  writeFileSync(file, '{')
  expect(() => load()).toThrow(/config\.json is not valid JSON/)
})

test('a gateway of somebody else and the limits come from the environment', () => {
  expect(load({ OPENCLAW_GATEWAY_URL: 'http://127.0.0.1:18789', OPENCLAW_GATEWAY_TOKEN: 't' }).gateway.external).toEqual({
    url: 'http://127.0.0.1:18789',
    token: 't',
  })
  expect(tuningFrom({ DELIVERY_MAX_CONCURRENT_SESSIONS: '4', OPENCLAW_REQUEST_TIMEOUT_MS: '1000' })).toEqual({
    maxConcurrentSessions: 4,
    requestTimeoutMs: 1000,
  })
})

test('the limits of the older delivery still hold', () => {
  expect(
    tuningFrom({
      DELIVERY_STREAM_TIMEOUT_MS: '5000',
      OPENCLAW_REQUEST_TIMEOUT_MS: '9000',
      DELIVERY_INTERVAL: '15000',
      DELIVERY_LIST_LIMIT: '50',
    }),
  ).toEqual({ requestTimeoutMs: 5000, fallbackMs: 15_000, takeAtMost: 50 })
  expect(() => tuningFrom({ DELIVERY_LIST_LIMIT: '501' })).toThrow('DELIVERY_LIST_LIMIT')
  expect(() => tuningFrom({ DELIVERY_CONTEXT_FETCH_BATCH_SIZE: 'all' })).toThrow('DELIVERY_CONTEXT_FETCH_BATCH_SIZE')
})

test('the data folder follows each system', () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string> = {}): string =>
    defaultDataDir({ demo: false }, { platform, env, home: platform === 'win32' ? 'C:\\Users\\ada' : '/home/ada' })
  expect(at('linux')).toBe('/home/ada/.local/share/openclaw-mission-control')
  expect(at('linux', { XDG_DATA_HOME: '/data' })).toBe('/data/openclaw-mission-control')
  expect(at('linux', { XDG_DATA_HOME: 'relative' })).toBe('/home/ada/.local/share/openclaw-mission-control')
  expect(at('darwin')).toBe('/home/ada/Library/Application Support/openclaw-mission-control')
  expect(at('win32')).toBe('C:\\Users\\ada\\AppData\\Roaming\\openclaw-mission-control')
  expect(defaultDataDir({ demo: true }, { platform: 'linux', env: {}, home: '/h' })).toBe('/h/.local/share/openclaw-mission-control-demo')
})
