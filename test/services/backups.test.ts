/** Backups over HTTP on real files: copies while writes go on, damaged ones, restoring and taking it back. */
import { appendFileSync, closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostCommand } from '../../native-services/contract/host-link.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let commands: HostCommand[]
let boardId: string

beforeEach(async () => {
  commands = []
  services = await startServices({
    onCommand: (command) => {
      commands.push(command)
      return { ok: true, message: null }
    },
  })
  boardId = (await seedBoard(services)).board.id
})
afterEach(() => services.stop())

const addTask = (title: string) => services.call('createTask', { params: { board_id: boardId }, body: { title } })
const ended = (id: string) =>
  until(
    () => services.call('getJob', { params: { job_id: id } }),
    (job) => job.state !== 'running',
  )
async function backUp(include_install_key = false) {
  const job = await ended((await services.call('createBackup', { body: { include_install_key } })).id)
  expect([job.state, job.error]).toEqual(['succeeded', null])
  const id = (job.result as { backup_id: string }).backup_id
  return {
    id,
    folder: path.join(
      dataPaths(services.dataDir).backups,
      readdirSync(dataPaths(services.dataDir).backups).find((name) => name.endsWith(id)) ?? '',
    ),
  }
}
const preview = (id: string) => services.call('previewBackup', { params: { backup_id: id } })
const auth = () => ({ authorization: `Bearer ${services.operatorToken}` })
const titles = async () => (await services.call('listTasks', { params: { board_id: boardId } })).items.map((task) => task.title).toSorted()

async function attach(taskId: string, text: string) {
  const answer = await fetch(`${services.url}/api/v1/boards/${boardId}/tasks/${taskId}/attachments`, {
    method: 'POST',
    headers: { ...auth(), 'content-type': 'text/plain', 'x-file-name': 'note.txt' },
    body: text,
  })
  expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([201, ''])
  return (await answer.json()) as { id: string; sha256: string }
}

async function restore(id: string) {
  const job = await services.call('restoreBackup', { params: { backup_id: id }, body: {} })
  await until(
    () => Promise.resolve(commands),
    (all) => all.some((command) => command.action === 'restart-services'),
  )
  commands.length = 0
  await services.restart()
  return job
}

describe('a backup', () => {
  it('is whole, private and says what is in it', async () => {
    const task = await addTask('One')
    await attach(task.id, 'the content')
    const { id, folder } = await backUp()
    const [backup] = (await services.call('listBackups')).items
    expect(backup).toMatchObject({
      id,
      reason: 'manual',
      problem: null,
      includes_install_key: false,
      files_count: 1,
      files_missing: 0,
      counts: { boards: 1, agents: 3, tasks: 1, attachments: 1 },
    })
    const file = path.join(folder, 'mission-control.sqlite')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(existsSync(path.join(folder, 'install-key'))).toBe(false)
    const db = new Database(file, { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })

  it('holds a consistent state while writes go on', async () => {
    let made = 0
    let going = true
    const writer = (async () => {
      for (; going; made += 1) await addTask(`Task ${made}`)
    })()
    const { folder } = await backUp()
    await until(
      () => Promise.resolve(made),
      (n) => n > 3,
    )
    going = false
    await writer
    const db = new Database(path.join(folder, 'mission-control.sqlite'), { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    // One transaction writes both: a copy that lay between them would differ.
    const tasks = db.prepare('SELECT count(*) FROM tasks').pluck().get()
    expect(db.prepare("SELECT count(*) FROM activity WHERE event_type = 'task.created'").pluck().get()).toBe(tasks)
    db.close()
  })

  it('can be downloaded as one archive', async () => {
    const { folder } = await backUp(true)
    const [backup] = (await services.call('listBackups')).items
    const answer = await fetch(`${services.url}/api/v1/backups/${backup?.id}/download`, { headers: auth() })
    expect(answer.headers.get('content-disposition')).toContain('.tar.gz')
    const tar = gunzipSync(Buffer.from(await answer.arrayBuffer()))
    for (const name of ['manifest.json', 'mission-control.sqlite', 'install-key'])
      expect(tar.includes(`${path.basename(folder)}/${name}`)).toBe(true)
    expect(tar.includes(readFileSync(path.join(folder, 'mission-control.sqlite')))).toBe(true)
  })

  it('is deleted with its folder', async () => {
    const { id, folder } = await backUp()
    await services.call('deleteBackup', { params: { backup_id: id } })
    expect(existsSync(folder)).toBe(false)
    expect((await services.call('listBackups')).total).toBe(0)
  })

  it('that was damaged is refused, and said', async () => {
    await addTask('Kept')
    const { id, folder } = await backUp()
    const handle = openSync(path.join(folder, 'mission-control.sqlite'), 'r+')
    writeSync(handle, Buffer.alloc(4096, 7), 0, 4096, 4096 * 3)
    closeSync(handle)
    expect((await preview(id)).problems[0]).toContain('changed or damaged')
    const job = await ended((await services.call('restoreBackup', { params: { backup_id: id }, body: {} })).id)
    expect(job.state).toBe('failed')
    expect(job.error).toContain('It is not restored')
    expect(commands).toEqual([])
    expect((await services.call('listBackups')).items[0]?.problem).toContain('damaged')
    const overview = await until(
      () => services.call('getOverview'),
      ({ attention }) => attention.some((item) => item.key === 'backup:damaged'),
    )
    expect(overview.attention.find((item) => item.key === 'backup:damaged')?.link).toBe('/settings?section=backups')
  })

  it('with a damaged page and a forged hash is refused as well', async () => {
    const { id, folder } = await backUp()
    const file = path.join(folder, 'mission-control.sqlite')
    const handle = openSync(file, 'r+')
    writeSync(handle, Buffer.alloc(4096, 7), 0, 4096, 4096 * 3)
    closeSync(handle)
    const manifest = path.join(folder, 'manifest.json')
    const { createHash } = await import('node:crypto')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(
      manifest,
      JSON.stringify({
        ...(JSON.parse(readFileSync(manifest, 'utf8')) as object),
        database_sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
      }),
    )
    await services.call('listBackups')
    expect((await preview(id)).problems[0]).toContain('damaged')
  })

  it('that is none leaves nothing and raises a row when it cannot be written', async () => {
    const { backups } = dataPaths(services.dataDir)
    rmSync(backups, { recursive: true })
    appendFileSync(backups, 'a file in the way')
    const job = await ended((await services.call('createBackup', { body: {} })).id)
    expect(job.state).toBe('failed')
    await until(
      () => services.call('getOverview'),
      (overview) => overview.attention.some((item) => item.key === 'backup:failed'),
    )
    expect((await services.call('listBackups')).state.failed_reason).not.toBeNull()
    rmSync(backups)
    const { mkdirSync } = await import('node:fs')
    mkdirSync(backups)
    await backUp()
    expect((await services.call('listBackups')).state.failed_reason).toBeNull()
  })
})

describe('a restore', () => {
  it('says beforehand what would be lost', async () => {
    const before = await addTask('Before')
    const { id } = await backUp()
    await addTask('After')
    await services.call('createComment', { params: { board_id: boardId, task_id: before.id }, body: { message: 'later' } })
    const { lost, problems, now, backup } = await preview(id)
    expect(problems).toEqual([])
    expect(lost).toMatchObject({ tasks: [{ title: 'After' }], tasks_total: 1, comments_total: 1 })
    expect([backup.counts.tasks, now.tasks]).toEqual([1, 2])
  })

  it('brings everything back, pauses what would act, and can be taken back', async () => {
    const task = await addTask('Before')
    const file = await attach(task.id, 'kept content')
    const { id } = await backUp()
    await services.call('deleteAttachment', { params: { attachment_id: file.id } })
    rmSync(path.join(dataPaths(services.dataDir).attachments, file.sha256.slice(0, 2)), { recursive: true })
    await addTask('After')

    await restore(id)
    expect(await titles()).toEqual(['Before'])
    const content = await services.send({ path: `/api/v1/attachments/${file.id}/content`, headers: auth() })
    expect([content.status, content.body]).toEqual([200, 'kept content'])
    expect(await services.call('getSettings')).toMatchObject({ delivery_paused: true, heartbeats_paused: true })
    const job = await until(
      async () => (await services.call('listJobs')).items.find((each) => each.kind === 'restore'),
      (found) => found !== undefined,
    )
    const undo_id = (job?.result as { undo_id: string } | undefined)?.undo_id ?? ''
    const undo = (await services.call('listBackups')).items.find((each) => each.id === undo_id)
    expect(undo).toMatchObject({ reason: 'before_restore', problem: null, counts: { tasks: 2 } })
    expect(existsSync(path.join(services.dataDir, 'restore'))).toBe(false)

    await restore(undo_id)
    expect(await titles()).toEqual(['After', 'Before'])
  })

  it('keeps what was written until the very end for its undo', async () => {
    const { id } = await backUp()
    await services.call('restoreBackup', { params: { backup_id: id }, body: {} })
    await until(
      () => Promise.resolve(commands),
      (all) => all.some((command) => command.action === 'restart-services'),
    )
    await addTask('In the last moment')
    await services.restart()
    expect(await titles()).toEqual([])
    await until(
      () => services.call('listBackups'),
      ({ items }) => items.some((each) => each.reason === 'before_restore' && each.counts.tasks === 1),
    )
    const undo = (await services.call('listBackups')).items.find((each) => each.reason === 'before_restore')
    expect((await preview(undo?.id ?? '')).problems).toEqual([])
  })

  it('of a backup that is not there is refused', async () => {
    const answer = await services.send({
      method: 'POST',
      path: '/api/v1/backups/0198f000-0000-7000-8000-000000000000/restore',
      headers: { ...auth(), 'content-type': 'application/json' },
      body: '{}',
    })
    expect([answer.status, refusal(answer.body).code]).toEqual([404, 'not_found'])
  })
})
