import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRuntime, nodeFits, readManagedPointer, runtimeInfoOf } from '../../../native-services/openclaw/find.ts'
import { newestFittingNode, npmRegistry } from '../../../native-services/openclaw/install.ts'
import { gatewayEnvironment } from '../../../native-services/openclaw/environment.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'find-'))
  mkdirSync(path.join(folder, 'runtime'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A folder with `node_modules/openclaw` of that version. */
function openclawIn(name: string, version: string): string {
  const place = path.join(folder, name, 'node_modules', 'openclaw')
  mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, 'openclaw.mjs'), '')
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name: 'openclaw', version }))
  return path.join(folder, name)
}

const find = (options: Partial<Parameters<typeof findRuntime>[0]> = {}): ReturnType<typeof findRuntime> =>
  findRuntime({
    openclawPath: null,
    runtimeDir: path.join(folder, 'runtime'),
    openclawDir: null,
    env: { PATH: path.join(folder, 'bin') },
    ...options,
  })

test('which Node OpenClaw accepts', () => {
  expect(['24.16.0', 'v24.21.1', '26.1.0', '27.0.0'].map(nodeFits)).toEqual([true, true, true, true])
  expect(['24.15.9', '25.1.0', '26.0.0', '22.19.0', '20.0.0', 'nonsense'].map(nodeFits)).toEqual([false, false, false, false, false, false])
  expect(newestFittingNode(['24.9.0', '24.16.0', '24.21.0', '25.3.0', '24.21.0-rc.1', '22.1.0'])).toBe('24.21.0')
  expect(newestFittingNode(['22.1.0'])).toBeNull()
})

test('setting, then managed, then PATH, then the given folder', async () => {
  expect(await find()).toMatchObject({ source: 'none', entry: null, problem: expect.stringContaining('not installed') as string })

  const given = openclawIn('given', '1.0.0')
  expect(await find({ openclawDir: given })).toMatchObject({ source: 'path', version: '1.0.0' })

  const global = openclawIn('global/lib', '2.0.0')
  mkdirSync(path.join(folder, 'bin'))
  symlinkSync(path.join(global, 'node_modules', 'openclaw', 'openclaw.mjs'), path.join(folder, 'bin', 'openclaw'))
  expect(await find({ openclawDir: given })).toMatchObject({ source: 'path', version: '2.0.0' })

  openclawIn('runtime/openclaw-3.0.0-x', '3.0.0')
  writeFileSync(
    path.join(folder, 'runtime', 'current'),
    JSON.stringify({ openclaw: 'openclaw-3.0.0-x', node: 'node-x', openclaw_version: '3.0.0', node_version: '24.16.0' }),
  )
  expect(await find({ openclawDir: given })).toMatchObject({ source: 'managed', version: '3.0.0' })

  const chosen = openclawIn('chosen', '4.0.0')
  expect(await find({ openclawDir: given, openclawPath: chosen })).toMatchObject({ source: 'setting', version: '4.0.0' })
  expect(runtimeInfoOf(await find({ openclawPath: path.join(folder, 'nowhere') }))).toMatchObject({
    installed: false,
    source: 'setting',
    problem: expect.stringContaining('nowhere') as string,
  })
})

test('a broken pointer counts as none', () => {
  writeFileSync(path.join(folder, 'runtime', 'current'), '{ half')
  expect(readManagedPointer(path.join(folder, 'runtime'))).toBeNull()
})

test('the registry is the one npm would use', () => {
  const npmrc = path.join(folder, '.npmrc')
  expect(npmRegistry({}, npmrc)).toBeNull()
  writeFileSync(npmrc, '# mine\nregistry = https://npm.example/\n')
  chmodSync(npmrc, 0o600)
  expect(npmRegistry({}, npmrc)).toBe('https://npm.example/')
  expect(npmRegistry({ npm_config_registry: 'https://other.example/' }, npmrc)).toBe('https://other.example/')
})

test('the gateway inherits no secret of ours and nothing of Electron', () => {
  const env = gatewayEnvironment({
    configFile: '/c/openclaw.json',
    stateDir: '/s',
    nodePath: '/n',
    env: {
      HOME: '/h',
      PATH: '/bin',
      OPENCLAW_GATEWAY_TOKEN: 'secret',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      NODE_COMPILE_CACHE: '/x',
      MISSION_CONTROL_PORT: '1',
    },
  })
  expect(env).toMatchObject({
    HOME: '/h',
    PATH: '/bin',
    OPENCLAW_CONFIG_PATH: '/c/openclaw.json',
    OPENCLAW_STATE_DIR: '/s',
    OPENCLAW_SUPERVISOR_MODE: 'external',
    OPENCLAW_NO_RESPAWN: '1',
  })
  for (const name of ['OPENCLAW_GATEWAY_TOKEN', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'MISSION_CONTROL_PORT'])
    expect(env).not.toHaveProperty(name)
})
