/** The services host as the process that it is: killed in the middle of writing, told to stop, left by its parent. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import type { InitMessage, ServicesToHost } from '../../native-services/contract/host-link.ts'
import { servicesEntry } from '../../native-services/host/fork-services.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { resourcesDir } from '../support/services.ts'

const operatorToken = 'operator-token-for-the-kill-test-0123456789abcdef'
const children: ChildProcess[] = []
const folders: string[] = []

afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mc-kill-'))
  folders.push(folder)
  return folder
}

function init(dataDir: string, port: number): InitMessage {
  return {
    type: 'init',
    version: '0.0.0-test',
    data_dir: dataDir,
    static_dir: null,
    resources_dir: resourcesDir,
    host: '127.0.0.1',
    port,
    demo: false,
    operator_token: operatorToken,
    install_key: 'i'.repeat(43),
    gateway: { port: 1, token: null, workspace_root: path.join(dataDir, 'ws'), config_path: path.join(dataDir, 'c.json') },
  }
}

function start(dataDir: string, port = 0): { child: ChildProcess; ready: Promise<number>; stderr: () => string } {
  const child = fork(servicesEntry(), [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
  children.push(child)
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ready = new Promise<number>((resolve, reject) => {
    child.on('message', (message) => {
      const one = message as ServicesToHost
      if (one.type === 'ready') resolve(one.port)
    })
    child.once('exit', (code) => reject(new Error(`exited with ${code}: ${errors}`)))
  })
  ready.catch(() => undefined)
  child.send(init(dataDir, port))
  return { child, ready, stderr: () => errors }
}

const client = (port: number) =>
  createApiClient({ baseUrl: `http://127.0.0.1:${port}`, headers: () => ({ authorization: `Bearer ${operatorToken}` }) })

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

describe('kill -9 in the middle of writing', () => {
  it('leaves a whole database behind: every task with its activity, its change and its message; and starts again', async () => {
    const folder = newFolder()
    let known = 0
    for (let round = 0; round < 4; round += 1) {
      const { child, ready } = start(folder)
      const api = client(await ready)
      const board = (await api.call('listBoards')).items[0] ?? (await api.call('createBoard', { body: { name: 'Kill' } }))
      const agent =
        (await api.call('listAgents')).items[0] ??
        (await api.call('createAgent', { body: { name: 'Max', board_id: board.id, provision: false } }))
      let answered = 0
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; ; n += 1) {
          const task = await api.call('createTask', {
            params: { board_id: board.id },
            body: { title: `r${round} w${writer} n${n}`, assigned_agent_id: agent.id },
          })
          answered += 1
          await api.call('updateTask', {
            params: { board_id: board.id, task_id: task.id },
            body: { status: 'in_progress', comment: 'on it' },
          })
        }
      })
      await expect.poll(() => answered, { timeout: 15_000 }).toBeGreaterThan(10 + round * 7)
      child.kill('SIGKILL')
      await Promise.allSettled(writers)
      await exitOf(child)

      const db = new Database(dataPaths(folder).database)
      const one = (sql: string): unknown => Object.values(db.prepare(sql).get() as object)[0]
      expect(one('PRAGMA integrity_check')).toBe('ok')
      expect(db.pragma('foreign_key_check')).toEqual([])
      // What was answered is there; at most the requests under way at the moment of the kill are more.
      const tasks = one('SELECT count(*) FROM tasks') as number
      expect(tasks).toBeGreaterThanOrEqual(known + answered)
      known = tasks
      expect(
        one(
          `SELECT count(*) FROM tasks t WHERE (SELECT count(*) FROM activity a WHERE a.task_id = t.id AND a.event_type = 'task.created') <> 1`,
        ),
      ).toBe(0)
      expect(
        one(`SELECT count(*) FROM tasks t WHERE NOT EXISTS (SELECT 1 FROM changes c WHERE c.entity = 'task' AND c.entity_id = t.id)`),
      ).toBe(0)
      expect(
        one(
          `SELECT count(*) FROM tasks t WHERE NOT EXISTS (SELECT 1 FROM notifications n WHERE n.task_id = t.id AND n.type = 'assignment')`,
        ),
      ).toBe(0)
      expect(one(`SELECT count(*) FROM tasks WHERE status = 'in_progress' AND (comment_count <> 1 OR in_progress_at IS NULL)`)).toBe(0)
      expect(one(`SELECT count(*) FROM tasks t WHERE comment_count <> (SELECT count(*) FROM messages m WHERE m.task_id = t.id)`)).toBe(0)
      expect(one('SELECT next_task_number FROM boards')).toBe(known + 1)
      db.close()
    }
  }, 120_000)
})

describe('the process', () => {
  it('drains and exits 0 when it is told to, and when its parent goes away', async () => {
    const told = start(newFolder())
    await told.ready
    told.child.send({ type: 'shutdown', deadline_at: Date.now() + 5000 })
    expect(await exitOf(told.child)).toBe(0)

    const left = start(newFolder())
    await left.ready
    left.child.disconnect()
    const code = await exitOf(left.child)
    expect(code, left.stderr()).toBe(0)
  })

  it('says that its port is taken, and exits with 78', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const address = stranger.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { child, stderr } = start(newFolder(), port)
    expect(await exitOf(child)).toBe(78)
    expect(stderr()).toContain(`Port ${port} on 127.0.0.1 is taken`)
    stranger.close()
  })

  it('refuses a database from the future, and exits with 78', async () => {
    const folder = newFolder()
    const db = new Database(dataPaths(folder).database)
    db.pragma('user_version = 999')
    db.close()
    const { child, stderr } = start(folder)
    expect(await exitOf(child)).toBe(78)
    expect(stderr()).toContain('schema version 999')
  })

  it('writes its log as JSON lines, without the token', async () => {
    const folder = newFolder()
    const { child, ready } = start(folder)
    await client(await ready).call('listBoards')
    child.send({
      type: 'log',
      lines: [{ at: Date.now(), level: 'info', source: 'gateway', scope: 'gateway', message: `saw ${operatorToken}` }],
    })
    child.send({ type: 'shutdown', deadline_at: Date.now() + 5000 })
    await exitOf(child)
    const lines = readFileSync(path.join(folder, 'logs', 'services.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string })
    expect(lines.some((line) => line.message.startsWith('services.started'))).toBe(true)
    expect(readFileSync(path.join(folder, 'logs', 'gateway.jsonl'), 'utf8')).not.toContain(operatorToken)
  })
})
