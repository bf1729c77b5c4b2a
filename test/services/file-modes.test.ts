/** What lies in the data folder is its owner's alone, also when the umask would let others read and the folder is copied elsewhere. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileNameHeader } from '../../native-services/contract/documents.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openStore } from '../../native-services/store/store.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

const usual = process.umask(0o022)
let services: TestServices
beforeAll(async () => {
  services = await startServices()
})
afterAll(async () => {
  process.umask(usual)
  await services.stop()
})

/** Path and mode of everything that somebody else could open. */
function open(root: string): string[] {
  if (process.platform === 'win32') return []
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => [name, statSync(path.join(root, name)).mode & 0o777] as const)
    .filter(([, mode]) => (mode & 0o077) !== 0)
    .map(([name, mode]) => `${name} ${mode.toString(8)}`)
}

it('the database, logs, attachments, backups and what a restore leaves', async () => {
  const { board } = await seedBoard(services)
  const task = await services.call('createTask', { params: { board_id: board.id }, body: { title: 'One' } })
  const sent = await services.send({
    method: 'POST',
    path: `/api/v1/boards/${board.id}/tasks/${task.id}/attachments`,
    headers: { authorization: `Bearer ${services.operatorToken}`, [fileNameHeader]: 'a.txt' },
    body: 'text',
  })
  expect(sent.status).toBe(201)
  const job = await services.call('createBackup', { body: { include_install_key: true } })
  await until(
    () => services.call('getJob', { params: { job_id: job.id } }),
    ({ state }) => state === 'succeeded',
  )
  expect(open(services.dataDir)).toEqual([])
})

it('a database that was open to everybody is closed', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mc-modes-'))
  try {
    const file = path.join(folder, path.basename(dataPaths(folder).database))
    writeFileSync(file, '', { mode: 0o644 })
    openStore({ file, clock: systemClock }).close()
    expect(open(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
