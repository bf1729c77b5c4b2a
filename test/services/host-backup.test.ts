/** Backups with a real host: the command line, the restart of the services, and the move to another machine. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { applyStagedRestore } from '../../native-services/platform/staged-restore.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

const cli = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'native-services', 'cli.ts')
const env = { MISSION_CONTROL_OPENCLAW_DIR: tmpdir(), PATH: '/usr/bin:/bin' }

let here: RealHost
let there: RealHost
beforeAll(async () => {
  ;[here, there] = await Promise.all([startHost({ demo: false, env }), startHost({ demo: false, env })])
})
afterAll(() => Promise.all([here.stop(), there.stop()]))

const client = (host: RealHost, token = host.operatorToken) =>
  createApiClient({ baseUrl: host.url, headers: () => ({ authorization: `Bearer ${token}` }) })
const boards = async (host: RealHost, token?: string) =>
  (await client(host, token).call('listBoards')).items.map((board) => board.name).toSorted()

function run(host: RealHost, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, ...args, '--data-dir', host.dataDir],
      { env: { ...process.env, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

test('a backup is made, listed and restored from the command line; the services restart by themselves', async () => {
  await client(here).call('createBoard', { body: { name: 'Kept' } })
  const made = await run(here, 'backup', 'create')
  expect([made.code, made.stderr]).toEqual([0, ''])
  const id = /Backed up: (\S+)/.exec(made.stdout)?.[1] ?? ''
  expect((await run(here, 'backup', 'list')).stdout).toContain(id)
  await client(here).call('createBoard', { body: { name: 'Too much' } })

  const asked = await run(here, 'backup', 'restore', id)
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('Lost would be 1 boards') as string })
  expect(await boards(here)).toEqual(['Kept', 'Too much'])

  const done = await run(here, 'backup', 'restore', id, '--yes')
  expect([done.code, done.stderr]).toEqual([0, ''])
  expect(done.stdout).toContain('Restored.')
  expect(await boards(here)).toEqual(['Kept'])
})

test('a backup with the install key moves to another machine, tokens included', async () => {
  const { token } = await client(here).call('createApiToken', { body: { name: 'moves along', scope: 'read' } })
  const made = await run(here, 'backup', 'create', '--include-install-key')
  const id = /Backed up: (\S+)/.exec(made.stdout)?.[1] ?? ''
  const folder = readdirSync(dataPaths(here.dataDir).backups).find((name) => name.endsWith(id)) ?? ''
  cpSync(path.join(dataPaths(here.dataDir).backups, folder), path.join(dataPaths(there.dataDir).backups, folder), { recursive: true })

  const preview = await client(there).call('previewBackup', { params: { backup_id: id } })
  expect(preview.problems).toEqual([])
  expect(preview.warnings.join(' ')).toContain('another installation')
  const done = await run(there, 'backup', 'restore', id, '--yes')
  expect([done.code, done.stderr]).toEqual([0, ''])
  expect(await boards(there, token)).toEqual(['Kept'])
  expect(readFileSync(dataPaths(there.dataDir).installKey, 'utf8').trim()).toBe(
    readFileSync(dataPaths(here.dataDir).installKey, 'utf8').trim(),
  )
})

test('diagnostics are written to a file of their own', async () => {
  const file = path.join(here.dataDir, 'diagnostics.tar.gz')
  const made = await run(here, 'diagnostics', file)
  expect([made.code, made.stdout.trim()]).toEqual([0, file])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const tar = gunzipSync(readFileSync(file))
  expect(tar.includes('about.json')).toBe(true)
  for (const secret of [here.operatorToken, readFileSync(dataPaths(here.dataDir).installKey, 'utf8').trim()])
    expect(tar.includes(secret)).toBe(false)
})

test('a damaged database is named at the start with the way out, and a backup is put in its place while nothing answers', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'mission-control-damaged-'))
  try {
    const before = await startHost({ demo: false, env, dataDir })
    await client(before).call('createBoard', { body: { name: 'Kept' } })
    expect(await run(before, 'backup', 'create')).toMatchObject({ code: 0 })
    await before.stop()
    const { database, root } = dataPaths(dataDir)
    for (const end of ['-wal', '-shm']) rmSync(database + end, { force: true })
    writeFileSync(database, Buffer.alloc(65_536, 0x5a))

    // Said at once, not after five tries.
    await expect(startHost({ demo: false, env, dataDir })).rejects.toThrow(
      /^serve did not become ready:\n(?:Gateway.*\n)*The database is damaged\. Put.*mission-control backup restore ID --yes/,
    )

    const listed = await run(before, 'backup', 'list')
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('No control center answers') as string })
    const id = /^([0-9a-f-]{36}) /m.exec(listed.stdout)?.[1] ?? ''
    expect(await run(before, 'backup', 'restore', id)).toMatchObject({ code: 1, stdout: expect.stringContaining('--yes') as string })
    expect(await run(before, 'backup', 'restore', 'nonsense', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no backup') as string,
    })
    // The log may hold the last commits: it is kept with the file.
    writeFileSync(`${database}-wal`, 'last commits')
    expect(await run(before, 'backup', 'restore', id, '--yes')).toMatchObject({ code: 0 })
    // A start that put it in place and came no further; then somebody tries again: what was damaged is still what is kept.
    expect(applyStagedRestore(dataPaths(dataDir))).toBe('restored')
    expect(await run(before, 'backup', 'restore', id, '--yes')).toMatchObject({ code: 0 })

    const after = await startHost({ demo: false, env, dataDir })
    try {
      expect(await boards(after)).toEqual(['Kept'])
      expect((await client(after).call('getSettings')).delivery_paused).toBe(true)
      await until(
        () => readdirSync(root).filter((name) => /^damaged-.+\.sqlite$/.test(name)),
        (names) => names.length === 1,
      )
      const [kept = ''] = readdirSync(root).filter((name) => /^damaged-.+\.sqlite$/.test(name))
      expect(readFileSync(path.join(root, kept)).every((byte) => byte === 0x5a)).toBe(true)
      expect(readFileSync(path.join(root, `${kept}-wal`), 'utf8')).toBe('last commits')
      // While one answers, that one does it.
      expect(await run(after, 'backup', 'list')).toMatchObject({
        code: 0,
        stdout: expect.not.stringContaining('No control center') as string,
      })
    } finally {
      await after.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
}, 120_000)
