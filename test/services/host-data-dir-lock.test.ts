import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquireDataDirLock } from '../../native-services/platform/data-dir-lock.ts'
import { freePort, portAnswers, portIsFree } from '../../native-services/platform/free-port.ts'
import {
  durableIdentity,
  isSameDurableProcess,
  isSameProcess,
  parsePs,
  parseWindows,
  portOwner,
  processIdentity,
} from '../../native-services/platform/process-identity.ts'
import { until } from '../support/until.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const acquire = (program = 'test'): ReturnType<typeof acquireDataDirLock> =>
  acquireDataDirLock({ file: path.join(folder, 'host.lock'), folder, program })

test('the holder is named with its address; after release the next one gets it', async () => {
  const lock = await acquire('the desktop app')
  await expect(acquire()).rejects.toThrow(`the desktop app (process ${process.pid}). `)
  lock.setUrl('http://127.0.0.1:8642')
  await expect(acquire()).rejects.toThrow('at http://127.0.0.1:8642')
  lock.release()
  expect(existsSync(path.join(folder, 'host.lock'))).toBe(false)
  ;(await acquire()).release()
})

test('a lock of a dead process, of a process id that was used again, and a torn one are taken over', async () => {
  const self = await durableIdentity(process.pid)
  for (const content of [JSON.stringify({ ...self, pid: 4_000_000 }), JSON.stringify({ ...self, startTime: '1' }), '{"pid":', '']) {
    writeFileSync(path.join(folder, 'host.lock'), content)
    const lock = await acquire()
    await expect(acquire()).rejects.toThrow(`process ${process.pid}`)
    lock.release()
  }
})

test('of many that start at once exactly one gets it', async () => {
  writeFileSync(path.join(folder, 'host.lock'), '{"pid":4000000,"startTime":"1"}')
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquire()))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
})

test('a process is known by its start time, and a zombie is not alive', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const identity = await processIdentity(pid)
  expect(identity).toMatchObject({ pid, state: 'alive' })
  expect(identity?.command).toContain('setInterval')
  const durable = await durableIdentity(pid)
  expect(durable && (await isSameDurableProcess(durable))).toBe(true)
  expect(await isSameProcess({ pid, startTime: 'another' })).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(durable && (await isSameDurableProcess(durable))).toBe(false)
})

test.runIf(process.platform === 'linux')('a process whose parent does not collect it is a zombie, not alive', async () => {
  // The shell becomes `sleep`, which never waits for the child that it got from it. The child outlives the shell, which might collect it otherwise.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(chunk.toString().trim())
  try {
    await until(
      async () => (await processIdentity(pid))?.state,
      (state) => state === 'zombie',
    )
    const identity = await processIdentity(pid)
    expect(await isSameProcess({ pid, startTime: identity?.startTime ?? '' })).toBe(false)
  } finally {
    parent.kill('SIGKILL')
  }
})

test('who listens on a port', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  expect(await portOwner(port)).toMatchObject({ pid: process.pid })
  expect(await portAnswers(port)).toBe(true)
  expect(await portIsFree(port)).toBe(false)
  const other = await freePort(port)
  expect(other).not.toBe(port)
  server.close()
  expect(await portOwner(other)).toBeNull()
})

test('what the other systems print is understood', () => {
  expect(parsePs(7, 'S+   Fri Nov 21 03:15:00 2026 /usr/local/bin/node server.js\n')).toEqual({
    pid: 7,
    state: 'alive',
    startTime: 'Fri Nov 21 03:15:00 2026',
    executable: '/usr/local/bin/node',
    command: '/usr/local/bin/node server.js',
  })
  expect(parsePs(7, 'Z    Sun Nov  1 03:15:00 2026 (node)\n')).toMatchObject({ state: 'zombie', startTime: 'Sun Nov 1 03:15:00 2026' })
  expect(parsePs(7, '')).toBeNull()
  expect(parseWindows(7, '{"start":"638","ExecutablePath":"C:\\\\node.exe","CommandLine":"node x"}\r\n')).toEqual({
    pid: 7,
    state: 'alive',
    startTime: '638',
    executable: 'C:\\node.exe',
    command: 'node x',
  })
  expect(parseWindows(7, '')).toBeNull()
})
