/** The `mission-control` command as a process: what it prints and how it ends. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { doctorReport } from '../../native-services/contract/doctor.ts'
import { type RealHost, startHost } from '../support/real-host.ts'

const cli = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'native-services', 'cli.ts')

interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, ...args],
      { env: { ...process.env, MISSION_CONTROL_OPENCLAW_DIR: tmpdir(), PATH: '/usr/bin:/bin' } },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

let host: RealHost
beforeAll(async () => {
  // Without OpenClaw: these tests are about the command.
  host = await startHost({ demo: false, env: { MISSION_CONTROL_OPENCLAW_DIR: tmpdir(), PATH: '/usr/bin:/bin' } })
})
afterAll(() => host.stop())

let server: Server | null = null
afterEach(() => server?.close())

test('version, help, and what it does not know', async () => {
  expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string })
  expect((await run('--help')).stdout).toContain('mission-control serve')
  expect(await run('frobnicate')).toMatchObject({ code: 2, stderr: expect.stringContaining('no command "frobnicate"') as string })
  expect(await run('status', '--frob')).toMatchObject({ code: 2 })
  expect(await run('serve', '--port', 'many')).toMatchObject({ code: 1, stderr: expect.stringContaining('--port') as string })
  expect(await run('serve', '--host', '0.0.0.0')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--allow-non-loopback') as string,
  })
})

test('serve prints a link with a one-time code and no token', () => {
  expect(host.loginLink).toMatch(new RegExp(`^${host.url}/#/login/[\\w-]{16,}$`))
  expect(host.output()).not.toContain(host.operatorToken)
})

test('a second serve on the same data folder names the first and ends', async () => {
  const second = await run('serve', '--no-open', '--port', '0', '--data-dir', host.dataDir)
  expect(second).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`mission-control serve (process ${host.hostPid}) at ${host.url}`) as string,
  })
})

test('token tells the place and not the token', async () => {
  const { stdout } = await run('token', '--data-dir', host.dataDir)
  expect(stdout.trim()).toBe(path.join(host.dataDir, 'operator-token'))
})

test('status and agent list find the running one by its data folder', async () => {
  const status = await run('status', '--json', '--data-dir', host.dataDir)
  expect(JSON.parse(status.stdout)).toMatchObject({ gateways: [{ is_local: true, runtime: { state: 'failed' } }] })
  expect(await run('agent', 'list', '--data-dir', host.dataDir)).toMatchObject({ code: 0, stdout: 'There are no agents.\n' })
  expect(await run('agent', 'wake', 'nobody', '--data-dir', host.dataDir)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no agent "nobody"') as string,
  })
})

test('doctor says what is missing', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'doctor-'))
  const { code, stdout } = await run('doctor', '--json', '--data-dir', folder, '--gateway-port', new URL(host.url).port)
  rmSync(folder, { recursive: true, force: true })
  expect(code).toBe(1)
  const checks = JSON.parse(stdout) as { id: string; ok: boolean; detail: string; remedy: string | null }[]
  expect(checks.map(({ id, ok }) => [id, ok])).toEqual([
    ['node', true],
    ['openclaw', false],
    ['config', true],
    ['model', false],
    ['port', false],
    ['disk', true],
  ])
  expect(checks.find(({ id }) => id === 'port')?.detail).toContain('Taken by')
  expect(checks.every(({ ok, remedy }) => ok === (remedy === null))).toBe(true)
})

test('doctor asks the control center that runs, and ends with 1 when something is broken', async () => {
  const { code, stdout } = await run('doctor', '--json', '--data-dir', host.dataDir)
  expect(code).toBe(1)
  const report = doctorReport.parse(JSON.parse(stdout))
  expect(report.checks.find(({ id }) => id === 'openclaw')).toMatchObject({ state: 'bad', fix: { action: 'install_runtime' } })
  expect(report.checks.find(({ id }) => id === 'database')?.state).toBe('ok')
  expect(report.checks.find(({ id }) => id === 'file-modes')?.state).toBe('ok')
  const text = await run('doctor', '--data-dir', host.dataDir)
  expect(text).toMatchObject({ code: 1, stdout: expect.stringMatching(/OK +Database integrity/) as string })
  expect(text.stdout).not.toContain(host.operatorToken)
})

test('nobody at the address, no token in the folder: each has its sentence', async () => {
  expect(await run('status', '--data-dir', path.join(host.dataDir, 'nowhere'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no operator token') as string,
  })
  expect(await run('status', '--data-dir', host.dataDir, '--url', 'http://127.0.0.1:9')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('mission-control serve') as string,
  })
})

test('sync passes its flags on, prints agent by agent, and ends with 1 when one failed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-'))
  writeFileSync(path.join(folder, 'operator-token'), 'the-operator-token\n')
  const asked: { url: string; authorization: string | undefined }[] = []
  const errors: unknown[] = []
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization })
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        gateway_id: 'g',
        include_main: false,
        reset_sessions: true,
        agents_updated: 2,
        agents_skipped: 1,
        main_updated: false,
        errors,
        agents: [],
      }),
    )
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`
  const sync = (...flags: string[]): Promise<Outcome> => run('sync', '--gateway-id', 'g', '--url', url, '--data-dir', folder, ...flags)

  expect(await sync('--rotate-tokens', '--no-include-main', '--board-id', 'b')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('agents_updated=2 agents_skipped=1') as string,
  })
  const query = new URL(asked[0]?.url ?? '', url).searchParams
  expect(Object.fromEntries(query)).toEqual({ rotate_tokens: 'true', include_main: 'false', board_id: 'b' })
  expect(asked[0]?.authorization).toBe('Bearer the-operator-token')

  errors.push({ agent_id: 'a', agent_name: 'Ada', board_id: null, message: 'the gateway does not answer' })
  expect(await sync('--overwrite')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('error: Ada: the gateway does not answer') as string,
  })
  expect(await run('sync', '--data-dir', folder)).toMatchObject({ code: 1, stderr: expect.stringContaining('--gateway-id') as string })
  rmSync(folder, { recursive: true, force: true })
})
