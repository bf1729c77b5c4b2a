/** Documents and attachments through the real API, on real SQLite and real files. */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { attachmentBytesMax, type DocumentInfo, type DocumentWhole } from '../../native-services/contract/documents.ts'
import { writeCommand, writeCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { readEvents, refusal, resourcesDir, seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let seeded: Awaited<ReturnType<typeof seedBoard>>
let task: { id: string; number: number }

beforeEach(async () => {
  services = await startServices()
  seeded = await seedBoard(services)
  task = await services.call('createTask', { params: { board_id: seeded.board.id }, body: { title: 'Write the launch plan' } })
})
afterEach(() => services.stop())

const board = () => ({ board_id: seeded.board.id })
const onTask = () => ({ board_id: seeded.board.id, task_id: task.id })
const failure = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => {
      if (!(error instanceof ApiError)) throw error
      return error
    },
  )

async function upload(
  name: string,
  body: Uint8Array | string | ReadableStream,
  options: { type?: string; token?: string; encoded?: boolean; query?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const { token, type = 'application/octet-stream' } = options
  const response = await fetch(
    `${services.url}/api/v1/${token ? 'agent/' : ''}boards/${seeded.board.id}/tasks/${task.id}/attachments${options.query ?? ''}`,
    {
      method: 'POST',
      headers: {
        'content-type': type,
        'x-file-name': options.encoded === false ? name : encodeURIComponent(name),
        ...(token ? { 'x-agent-token': token } : { authorization: `Bearer ${services.operatorToken}` }),
      },
      body: body as BodyInit,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    } as RequestInit,
  )
  return { status: response.status, body: await response.json() }
}
function download(id: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${services.url}/api/v1/attachments/${id}/content`, {
    headers: { authorization: `Bearer ${services.operatorToken}`, ...headers },
  })
}
/** One byte more than a file may have, through a socket that reads while it writes. */
function sendTooMuch(announced: boolean): Promise<{ status: number | undefined; code: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      `${services.url}/api/v1/boards/${seeded.board.id}/tasks/${task.id}/attachments`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${services.operatorToken}`,
          'x-file-name': 'large.png',
          ...(announced && { 'content-length': attachmentBytesMax + 1 }),
        },
      },
      (answer) => {
        let text = ''
        answer.on('data', (data: Buffer) => (text += data.toString('utf8')))
        answer.on('end', () => resolve({ status: answer.statusCode, code: refusal(JSON.parse(text)).code }))
      },
    )
    let answered = false
    outgoing.on('response', () => (answered = true))
    // The server does not read the rest.
    outgoing.on('error', (error) => answered || reject(error))
    outgoing.write(new Uint8Array(attachmentBytesMax))
    outgoing.end(new Uint8Array(1))
  })
}
/** Files of attachments on the disk, without their folders. */
function filesOnDisk(): string[] {
  const root = dataPaths(services.dataDir).attachments
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
}
const create = (body: { title: string; content?: string; task_id?: string | null }): Promise<DocumentWhole> =>
  services.call('createDocument', { params: board(), body })

describe('documents', () => {
  it('grow a version when the content changes, and only then', async () => {
    const first = await create({ title: 'Plan', content: '# One', task_id: task.id })
    expect(first).toMatchObject({ version: 1, size: 5, type: 'note', author_type: 'user', content: '# One', task_id: task.id })
    const params = { document_id: first.id }
    const renamed = await services.call('updateDocument', { params, body: { title: 'Plan B', type: 'deliverable' } })
    expect(renamed).toMatchObject({ title: 'Plan B', type: 'deliverable', version: 1 })
    const same = await services.call('updateDocument', { params, body: { content: '# One', base_version: 1 } })
    expect(same).toMatchObject({ version: 1, updated_at: renamed.updated_at })
    const second = await services.call('updateDocument', { params, body: { content: '# Two\r\nlines', base_version: 1 } })
    expect(second).toMatchObject({ version: 2, content: '# Two\nlines' })
    const { items, total } = await services.call('listDocumentVersions', { params })
    expect([total, items.map((version) => version.version)]).toEqual([2, [2, 1]])
    const before = await services.call('getDocumentVersion', { params: { ...params, version_id: items[1]?.id ?? '' } })
    expect(before.content).toBe('# One')
    const restored = await services.call('restoreDocument', { params, body: { version_id: before.id, base_version: 2 } })
    expect(restored).toMatchObject({ version: 3, content: '# One' })
  })

  it('refuse a change that was made from an older version, and say which is the present one', async () => {
    const { id } = await create({ title: 'Plan', content: 'one' })
    const params = { document_id: id }
    const both = await Promise.allSettled(
      ['mine', 'theirs'].map((content) => services.call('updateDocument', { params, body: { content, base_version: 1 } })),
    )
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const refused = await failure(services.call('updateDocument', { params, body: { content: 'late', base_version: 1 } }))
    expect(refused.body).toMatchObject({ code: 'conflict', field: 'body.base_version', data: { current_version: 2 } })
    expect(services.query('SELECT version FROM document_versions WHERE document_id = ?', id)).toHaveLength(2)
  })

  it('take a million characters of any kind, and not one more', async () => {
    const content = '\u0001'.repeat(1_000_000)
    const { id, size } = await create({ title: 'Large', content })
    expect(size).toBe(1_000_000)
    expect((await services.call('getDocument', { params: { document_id: id } })).content).toBe(content)
    expect((await failure(create({ title: 'Larger', content: `${content}x` }))).body).toMatchObject({ code: 'invalid_request' })
    const list = await services.call('listDocuments', { params: board() })
    expect(JSON.stringify(list).length).toBeLessThan(4000)
  })

  it('are written by leads and workers on their own board, and looked at by them only there', async () => {
    const { max } = seeded
    const mine = await services.callAs(max.token, 'agentCreateDocument', {
      params: board(),
      body: { title: 'Findings', content: 'Three things.', type: 'deliverable', task_id: task.id },
    })
    expect(mine).toMatchObject({ author_type: 'agent', author_name: 'Max', agent_id: max.id })
    const params = { ...board(), document_id: mine.id }
    const changed = await services.callAs(seeded.lead.token, 'agentUpdateDocument', { params, body: { content: 'Four things.' } })
    expect(changed).toMatchObject({ version: 2, author_name: 'Max', edited_by_name: 'Ada' })
    const listed = await services.callAs(max.token, 'agentDocuments', { params: board(), query: { task_id: task.id } })
    expect(listed.items.map((document) => document.title)).toEqual(['Findings'])

    const other = await services.call('createBoard', { body: { name: 'Elsewhere' } })
    const secret = await services.call('createDocument', { params: { board_id: other.id }, body: { title: 'Secret' } })
    expect((await failure(services.callAs(max.token, 'agentDocuments', { params: { board_id: other.id } }))).status).toBe(403)
    expect((await failure(services.callAs(max.token, 'agentDocument', { params: { ...board(), document_id: secret.id } }))).status).toBe(
      404,
    )
    const foreign = await failure(
      services.call('createDocument', { params: { board_id: other.id }, body: { title: 'Stray', task_id: task.id } }),
    )
    expect(foreign.body).toMatchObject({ code: 'not_found', field: 'body.task_id' })
  })

  it('come back after a deletion, also with their task, with all versions', async () => {
    const { id } = await create({ title: 'Plan', content: 'one', task_id: task.id })
    const params = { document_id: id }
    await services.call('updateDocument', { params, body: { content: 'two' } })
    const token = async (work: (onHeaders: (headers: Headers) => void) => Promise<unknown>): Promise<string> => {
      let found = ''
      await work((headers) => (found = headers.get('x-undo-token') ?? ''))
      return found
    }
    const deleted = await token((onHeaders) => services.call('deleteDocument', { params, onHeaders }))
    expect((await failure(services.call('getDocument', { params }))).status).toBe(404)
    expect((await services.call('listDocuments', { params: board() })).total).toBe(0)
    expect(await services.call('undo', { body: { token: deleted } })).toMatchObject({ restored: 1, tasks: [] })
    expect((await services.call('getDocument', { params })).content).toBe('two')

    const file = (await upload('picture.png', 'not really')).body as { id: string }
    const gone = await token((onHeaders) => services.call('deleteTask', { params: onTask(), onHeaders }))
    expect((await failure(services.call('getDocument', { params }))).status).toBe(404)
    expect((await download(file.id)).status).toBe(404)
    await services.restart()
    await services.call('undo', { body: { token: gone } })
    expect((await services.call('getDocument', { params })).content).toBe('two')
    expect((await services.call('listDocumentVersions', { params })).total).toBe(2)
    expect(await (await download(file.id)).text()).toBe('not really')
  })

  it('are announced without their content, and gone with their board', async () => {
    const events = await readEvents(services)
    const { id } = await create({ title: 'Plan', content: 'x'.repeat(5000) })
    await events.until(() => events.changes.some((change) => change.entity === 'document' && change.id === id && change.data !== null))
    const change = events.changes.find((each) => each.entity === 'document')
    expect(change?.data).toMatchObject({ title: 'Plan', size: 5000 })
    expect(change?.data).not.toHaveProperty('content')
    for (const agent of [seeded.lead, seeded.max, seeded.ivy]) services.query('DELETE FROM agents WHERE id = ? RETURNING id', agent.id)
    await services.call('deleteBoard', { params: board() })
    await events.until(() => events.changes.some((each) => each.entity === 'document' && each.data === null))
    expect(services.query('SELECT 1 FROM documents UNION ALL SELECT 1 FROM document_versions')).toEqual([])
    events.close()
  })

  it('are found by their title and their words, as long as they are there', async () => {
    const find = async (q: string) => (await services.call('search', { query: { q } })).items
    const { id } = await create({ title: 'Heliotrope', content: 'the amaranth blooms', task_id: task.id })
    expect(await find('amaranth')).toMatchObject([
      { kind: 'document', id, board_id: seeded.board.id, task_id: task.id, task_number: task.number, title: 'Heliotrope' },
    ])
    expect(await find('helio')).toHaveLength(1)
    const params = { document_id: id }
    await services.call('updateDocument', { params, body: { content: 'the begonia blooms' } })
    expect([await find('amaranth'), (await find('begonia')).length]).toEqual([[], 1])
    let token = ''
    await services.call('deleteDocument', { params, onHeaders: (headers) => (token = headers.get('x-undo-token') ?? '') })
    expect(await find('begonia')).toEqual([])
    await services.call('undo', { body: { token } })
    expect(await find('begonia')).toHaveLength(1)
    services.query("INSERT INTO search_index (search_index) VALUES ('integrity-check') RETURNING 1")
    await services.call('deleteTask', { params: onTask() })
    expect(await find('begonia')).toEqual([])
  })

  it('are removed for good after their time', async () => {
    const { id } = await create({ title: 'Old', content: 'x' })
    await services.call('deleteDocument', { params: { document_id: id } })
    const month = 30 * 24 * 3_600_000
    services.query('UPDATE documents SET deleted_at = deleted_at - ? RETURNING id', month)
    const { openStore } = await import('../../native-services/store/store.ts')
    const store = openStore({ file: dataPaths(services.dataDir).database, clock: { now: () => Date.now() } as never })
    store.write(() => store.documents.forgetOld())
    store.close()
    expect(services.query('SELECT 1 FROM documents')).toEqual([])
  })
})

describe('attachments', () => {
  it('lie on disk under their hash, once, and come back as they were', async () => {
    const bytes = randomBytes(300_000)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const first = await upload('Bild – 1.png', bytes, { type: 'image/png' })
    expect(first).toMatchObject({
      status: 201,
      body: { file_name: 'Bild – 1.png', media_type: 'image/png', size: 300_000, sha256, comment_id: null },
    })
    expect((await upload('copy.pdf', bytes)).status).toBe(201)
    expect(filesOnDisk()).toEqual([sha256])
    const file = path.join(dataPaths(services.dataDir).attachments, sha256.slice(0, 2), sha256)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file).equals(bytes)).toBe(true)

    const answer = await download((first.body as { id: string }).id)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': `inline; filename="Bild _ 1.png"; filename*=UTF-8''Bild%20%E2%80%93%201.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
    })
    const again = await download((first.body as { id: string }).id, { 'if-none-match': answer.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
  })

  it('that are only asked about are not left open', async () => {
    const { body } = await upload('a.txt', randomBytes(300_000))
    const { id, sha256 } = body as { id: string; sha256: string }
    for (let n = 0; n < 20; n += 1) {
      const answer = await fetch(`${services.url}/api/v1/attachments/${id}/content`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${services.operatorToken}` },
      })
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '300000'])
    }
    // Where the system tells which files a process has open.
    const mine = '/proc/self/fd'
    const open = () =>
      existsSync(mine)
        ? readdirSync(mine).filter((name) => {
            try {
              return readlinkSync(path.join(mine, name)).endsWith(sha256)
            } catch {
              return false
            }
          })
        : []
    await until(open, (names) => names.length === 0)
  })

  it('are refused when they are too large, of another kind, empty or without a name; nothing stays behind', async () => {
    const full = await upload('just.png', new Uint8Array(attachmentBytesMax))
    expect(full.status).toBe(201)
    // With a length that says so, and without any: the answer comes while the body is still being sent.
    for (const announced of [true, false]) expect(await sendTooMuch(announced)).toEqual({ status: 413, code: 'payload_too_large' })
    for (const name of ['run.exe', 'page.html', 'archive.zip', 'noextension', '.png', '__proto__'])
      expect(refusal((await upload(name, 'x')).body)).toMatchObject({ code: 'invalid_request', field: 'header.x-file-name' })
    expect((await upload('noextension', 'x', { type: 'image/png' })).status).toBe(201)
    expect(refusal((await upload('%E0%A4%A', 'x', { encoded: false })).body).code).toBe('invalid_request')
    expect(refusal((await upload('empty.png', '')).body)).toMatchObject({ code: 'invalid_request', field: 'body' })
    expect(refusal((await upload('x.png', 'x', { query: `?comment_id=${task.id}` })).body).code).toBe('not_found')
    expect((await services.call('listAttachments', { params: onTask() })).total).toBe(2)
    expect(filesOnDisk()).toHaveLength(2)
  })

  it('leave nothing behind when they are given up half way', async () => {
    const controller = new AbortController()
    const incoming = path.join(dataPaths(services.dataDir).attachments, 'incoming')
    const pieces = () => (existsSync(incoming) ? readdirSync(incoming) : [])
    const endless = new ReadableStream({
      async pull(stream) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        stream.enqueue(new Uint8Array(1000))
      },
    })
    const sent = fetch(`${services.url}/api/v1/boards/${seeded.board.id}/tasks/${task.id}/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${services.operatorToken}`, 'x-file-name': 'x.txt' },
      body: endless,
      duplex: 'half',
      signal: controller.signal,
    } as RequestInit).catch(() => null)
    await expect.poll(pieces).toHaveLength(1)
    controller.abort()
    expect(await sent).toBeNull()
    await expect.poll(pieces).toEqual([])
    expect((await services.call('listAttachments', { params: onTask() })).total).toBe(0)
  })

  it('come with a comment, go with it and come back with it, and with the task of both', async () => {
    const comment = await services.call('createComment', { params: onTask(), body: { message: 'See the file' } })
    const query = { comment_id: comment.id }
    const sent = await upload('figures.csv', 'a,b', { query: `?comment_id=${comment.id}` })
    expect(sent).toMatchObject({ status: 201, body: { comment_id: comment.id } })
    const count = async () => (await services.call('listAttachments', { params: onTask(), query })).total
    const takenBack = async (work: (onHeaders: (headers: Headers) => void) => Promise<unknown>) => {
      let token = ''
      await work((headers) => (token = headers.get('x-undo-token') ?? ''))
      const left = services.query('SELECT 1 FROM attachments').length
      await services.call('undo', { body: { token } })
      return left
    }
    const events = await readEvents(services)
    const ofComment = { ...onTask(), comment_id: comment.id }
    expect(await takenBack((onHeaders) => services.call('deleteComment', { params: ofComment, onHeaders }))).toBe(0)
    expect(await count()).toBe(1)
    const seen = () => events.changes.filter((change) => change.entity === 'attachment').map((change) => change.data !== null)
    await events.until(() => seen().length >= 2)
    expect(seen()).toEqual([false, true])
    events.close()
    expect(await takenBack((onHeaders) => services.call('deleteTask', { params: onTask(), onHeaders }))).toBe(0)
    expect(await count()).toBe(1)
  })

  it('are given to a comment when it is written, all or none, by whoever attached them', async () => {
    const fileOf = async (name: string, token?: string) => ((await upload(name, name, token ? { token } : {})).body as { id: string }).id
    const [mine, other, agents] = [await fileOf('mine.txt'), await fileOf('other.txt'), await fileOf('agents.txt', seeded.max.token)]
    const write = (attachment_ids: string[]) =>
      services.call('createComment', { params: onTask(), body: { message: 'See', attachment_ids } })
    const comment = await write([mine, mine])
    const listed = await services.call('listAttachments', { params: onTask(), query: { comment_id: comment.id } })
    expect(listed.items.map((file) => file.id)).toEqual([mine])

    const elsewhere = await services.call('createTask', { params: board(), body: { title: 'Elsewhere' } })
    for (const [ids, code] of [
      [[other, mine], 'conflict'],
      [[other, agents], 'conflict'],
      [[other, comment.id], 'not_found'],
    ] as const) {
      const refused = await failure(write([...ids]))
      expect(refused.body).toMatchObject({ code, field: 'body.attachment_ids' })
    }
    const strayed = await failure(
      services.call('createComment', { params: { ...board(), task_id: elsewhere.id }, body: { message: 'x', attachment_ids: [other] } }),
    )
    expect(strayed.body?.code).toBe('not_found')
    // Nothing of what was refused stayed.
    expect((await services.call('listComments', { params: onTask() })).total).toBe(1)
    expect((await services.call('getAttachment', { params: { attachment_id: other } })).comment_id).toBeNull()

    const theirs = await services.callAs(seeded.max.token, 'agentCreateComment', {
      params: onTask(),
      body: { message: 'Done', attachment_ids: [agents] },
    })
    expect((await services.call('getAttachment', { params: { attachment_id: agents } })).comment_id).toBe(theirs.id)
  })

  it('have names that lead nowhere', async () => {
    const names = ['../../../etc/passwd.txt', String.raw`C:\Windows\win.txt`, '/abs.txt', '..txt', 'a\u0000b\r\nc.txt', 'x\u202Egnp.txt']
    for (const name of names) await upload(name, 'text')
    const { items } = await services.call('listAttachments', { params: onTask() })
    expect(items.map((each) => each.file_name)).toEqual(['passwd.txt', 'win.txt', 'abs.txt', 'abc.txt', 'xgnp.txt'])
    expect(filesOnDisk()).toHaveLength(1)
    expect((await download(items[0]?.id ?? '')).headers.get('content-disposition')).toMatch(/^attachment; /)
    const inPath = await services.send({
      path: '/api/v1/attachments/..%2f..%2foperator-token/content',
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(inPath.status).toBe(422)
  })

  it('belong to the agents of the board too', async () => {
    const mine = await upload('notes.md', '# Notes', { token: seeded.max.token })
    expect(mine).toMatchObject({ status: 201, body: { author_name: 'Max', media_type: 'text/markdown' } })
    const listed = await services.callAs(seeded.ivy.token, 'agentAttachments', { params: onTask() })
    expect(listed.total).toBe(1)
    const { id } = mine.body as { id: string }
    const get = (boardId: string, token: string) =>
      fetch(`${services.url}/api/v1/agent/boards/${boardId}/attachments/${id}/content`, { headers: { 'x-agent-token': token } })
    expect(await (await get(seeded.board.id, seeded.ivy.token)).text()).toBe('# Notes')
    const other = await services.call('createBoard', { body: { name: 'Elsewhere' } })
    expect((await get(other.id, seeded.ivy.token)).status).toBe(403)
    expect((await download(id, { authorization: 'Bearer nonsense' })).status).toBe(401)
  })

  it.skipIf(process.platform === 'win32')('pass through `mc`, whatever they are called', async () => {
    const workspace = mkdtempSync(path.join(tmpdir(), 'mc-files '))
    writeCommand(workspace, { resourcesDir })
    writeCredentials(workspace, {
      base_url: services.url,
      agent_id: seeded.max.id,
      board_id: seeded.board.id,
      auth_token: seeded.max.token,
    })
    const mc = (...args: string[]) =>
      promisify(execFile)('/bin/sh', ['.mission-control/mc', ...args], { cwd: workspace, env: { PATH: process.env['PATH'] ?? '' } })
    try {
      const bytes = randomBytes(100_000)
      const name = `a "b" \\ %41 ü.png`
      writeFileSync(path.join(workspace, name), bytes)
      const added = JSON.parse((await mc('file', 'add', task.id, `./${name}`)).stdout) as { id: string; file_name: string; size: number }
      // A backslash separates folders somewhere; what stands before it is no part of the name.
      expect(added).toMatchObject({ file_name: '%41 ü.png', size: 100_000 })
      expect((await mc('file', 'get', added.id, 'b c.png')).stdout).toBe('saved b c.png\n')
      expect(readFileSync(path.join(workspace, 'b c.png')).equals(bytes)).toBe(true)
      await expect(mc('file', 'get', task.id, 'none.png')).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('not_found') })
      expect(existsSync(path.join(workspace, 'none.png'))).toBe(false)
      const document = JSON.parse((await mc('doc', 'new', 'Notes', '.mission-control/mc.ps1', task.id)).stdout) as DocumentInfo
      expect(document).toMatchObject({ author_name: 'Max', type: 'deliverable', task_id: task.id, version: 1 })
      const whole = JSON.parse((await mc('doc', 'show', document.id)).stdout) as DocumentWhole
      expect(whole.content).toBe(readFileSync(path.join(workspace, '.mission-control', 'mc.ps1'), 'utf8').trimEnd())
      writeFileSync(path.join(workspace, 'large.md'), 'Zeile ä\n'.repeat(120_000))
      const large = JSON.parse((await mc('doc', 'write', document.id, 'large.md', '1')).stdout) as DocumentInfo
      expect(large).toMatchObject({ version: 2, size: 120_000 * 8 - 1 })
      await expect(mc('doc', 'write', document.id, 'b c.png')).rejects.toMatchObject({ code: 1 })
      await expect(mc('doc', 'write', document.id, '.mission-control/mc', '1')).rejects.toMatchObject({
        stderr: expect.stringContaining('409'),
      })
    } finally {
      rmSync(workspace, { recursive: true, force: true })
    }
  })

  it('leave no file without a row and no row without a file, whatever ended the process', async () => {
    const kept = (await upload('kept.txt', 'kept')).body as { id: string; sha256: string }
    const deleted = (await upload('deleted.txt', 'deleted')).body as { id: string; sha256: string }
    let token = ''
    await services.call('deleteAttachment', {
      params: { attachment_id: deleted.id },
      onHeaders: (headers) => (token = headers.get('x-undo-token') ?? ''),
    })
    const root = dataPaths(services.dataDir).attachments
    const stray = createHash('sha256').update('stray').digest('hex')
    mkdirSync(path.join(root, stray.slice(0, 2)), { recursive: true })
    writeFileSync(path.join(root, stray.slice(0, 2), stray), 'stray')
    mkdirSync(path.join(root, 'incoming'), { recursive: true })
    writeFileSync(path.join(root, 'incoming', 'half'), 'half')
    await services.restart()
    // What can still be taken back keeps its file.
    expect(filesOnDisk().toSorted()).toEqual([kept.sha256, deleted.sha256].toSorted())
    expect(await services.call('undo', { body: { token } })).toMatchObject({ restored: 1 })
    expect(await (await download(deleted.id)).text()).toBe('deleted')

    await services.call('deleteAttachment', { params: { attachment_id: deleted.id } })
    services.query('UPDATE undo_steps SET expires_at = 0 RETURNING 1')
    await services.restart()
    expect(filesOnDisk()).toEqual([kept.sha256])
    expect(existsSync(path.join(root, 'incoming'))).toBe(false)
  })
})
