/** Installing from the npm registry, for real: a tiny package by default, OpenClaw itself when asked (MISSION_CONTROL_TEST_INSTALL=1, about a minute). */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRuntime, managedOpenclawVersion, readManagedPointer, runtimeInfoOf } from '../../native-services/openclaw/find.ts'
import { type InstallOptions, type InstallProgress, installRuntime } from '../../native-services/openclaw/install.ts'
import { createLog } from '../../native-services/platform/log.ts'

let runtimeDir = ''
let steps: InstallProgress[] = []
beforeEach(() => {
  runtimeDir = path.join(mkdtempSync(path.join(tmpdir(), 'install-')), 'runtime')
  steps = []
})
afterEach(() => rmSync(path.dirname(runtimeDir), { recursive: true, force: true }))

const install = (program?: InstallOptions['program']): ReturnType<typeof installRuntime> =>
  installRuntime({
    runtimeDir,
    log: createLog({ scope: 'test' }),
    onProgress: (progress) => steps.push(progress),
    ...(program && { program }),
  })

test('a package and a Node of its own are fetched, tried and made current; a failed second installation changes nothing', async () => {
  // Leftovers of an installation that was killed.
  mkdirSync(path.join(runtimeDir, '.installing-dead', 'node'), { recursive: true })

  const pointer = await install({ name: 'is-number', version: '7.0.0', script: null })
  expect(readManagedPointer(runtimeDir)).toEqual(pointer)
  expect(existsSync(path.join(runtimeDir, pointer.openclaw, 'node_modules', 'is-number', 'package.json'))).toBe(true)
  expect(readdirSync(runtimeDir).toSorted()).toEqual(['current', pointer.openclaw, pointer.node].toSorted())
  expect(steps.map(({ done, total }) => `${done}/${total}`)).toEqual(['0/5', '1/5', '2/5', '3/5', '4/5', '5/5'])
  expect(await findRuntime({ openclawPath: null, runtimeDir, openclawDir: null, env: { PATH: '' } })).toMatchObject({
    node: { version: pointer.node_version, path: expect.stringContaining(pointer.node) as string },
  })

  await expect(install({ name: 'is-number', version: '999.0.0', script: null })).rejects.toThrow(
    /failed at "Installing is-number 999\.0\.0".*still works/s,
  )
  expect(readManagedPointer(runtimeDir)).toEqual(pointer)
  expect(readdirSync(runtimeDir).some((name) => name.startsWith('.installing'))).toBe(false)
  // What does not run is not made current either.
  await expect(install({ name: 'is-number', version: '7.0.0', script: 'no-such-script.js' })).rejects.toThrow(/failed at "Trying it"/)
  expect(readManagedPointer(runtimeDir)).toEqual(pointer)
}, 300_000)

test.runIf(process.env['MISSION_CONTROL_TEST_INSTALL'] === '1')(
  'OpenClaw is installed and found',
  async () => {
    await install()
    const found = runtimeInfoOf(await findRuntime({ openclawPath: null, runtimeDir, openclawDir: null, env: { PATH: '' } }))
    expect(found).toMatchObject({ installed: true, source: 'managed', version: managedOpenclawVersion, problem: null })
  },
  900_000,
)
