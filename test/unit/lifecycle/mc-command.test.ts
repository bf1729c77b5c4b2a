/** The `mc` command as an agent runs it: a real shell, a real curl, a real HTTP server. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { credentialsFile, writeCommand, writeCredentials } from '../../../native-services/lifecycle/workspace-files.ts'
import { resourcesDir } from '../../support/lifecycle-bench.ts'

interface Call {
  method: string
  url: string
  token: string | undefined
  body: unknown
}

const token = `mca_${'t0k-N_'.repeat(7)}x`
const board = '0199cccc-0000-7000-8000-000000000003'
const task = '0199dddd-0000-7000-8000-000000000004'
const shells = ['/bin/dash', '/bin/bash', '/bin/sh'].filter((shell) => existsSync(shell))

describe.skipIf(process.platform === 'win32')('mc', () => {
  let server: Server
  let workspace: string
  let status = 200
  let calls: Call[] = []

  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = ''
      request.on('data', (data: Buffer) => (text += data.toString('utf8')))
      request.on('end', () => {
        calls.push({
          method: request.method ?? '',
          url: request.url ?? '',
          token: request.headers['x-agent-token']?.toString(),
          body: text === '' ? null : (JSON.parse(text) as unknown),
        })
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(
            JSON.stringify(
              status < 300
                ? request.url?.endsWith('/attachments')
                  ? { board_id: board, id: 'f-1', file_name: 'a"id":"x' }
                  : { ok: true }
                : { detail: 'no', code: 'x' },
            ),
          )
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    workspace = mkdtempSync(join(tmpdir(), 'mc command '))
    writeCommand(workspace, { resourcesDir })
    writeCredentials(workspace, {
      base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      agent_id: 'agent-1',
      board_id: board,
      auth_token: token,
    })
  })
  afterAll(() => {
    server.close()
    rmSync(workspace, { recursive: true, force: true })
  })
  beforeEach(() => {
    calls = []
    status = 200
  })

  /** `mc …` in the workspace, with a proxy in the environment that must not be used. */
  function mc(args: string[], options: { shell?: string; input?: string } = {}): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const child = execFile(
        options.shell ?? '/bin/sh',
        ['.mission-control/mc', ...args],
        {
          cwd: workspace,
          env: {
            PATH: process.env['PATH'] ?? '',
            http_proxy: 'http://127.0.0.1:9',
            HTTP_PROXY: 'http://127.0.0.1:9',
            ALL_PROXY: 'http://127.0.0.1:9',
          },
        },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      )
      // A command that refuses its arguments ends without reading.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(options.input ?? '')
    })
  }

  it.each(shells)('checks in, with %s', async (shell) => {
    expect(await mc(['heartbeat'], { shell })).toEqual({ code: 0, stdout: '{"ok":true}\n', stderr: '' })
    expect(calls).toEqual([{ method: 'POST', url: '/api/v1/agent/heartbeat', token, body: {} }])
  })

  it.each([
    [['whoami'], 'GET', '/healthz', null],
    [['agents'], 'GET', '/agents', null],
    [['boards'], 'GET', '/boards', null],
    [['task', 'list'], 'GET', `/boards/${board}/tasks?assigned_agent_id=agent-1`, null],
    [['task', 'list', 'all'], 'GET', `/boards/${board}/tasks`, null],
    [['task', 'list', 'in_progress'], 'GET', `/boards/${board}/tasks?status=in_progress`, null],
    [['--board', 'b-2', 'task', 'list', 'all'], 'GET', '/boards/b-2/tasks', null],
    [['task', 'claim', task], 'PATCH', `/boards/${board}/tasks/${task}`, { status: 'in_progress' }],
    [['task', 'status', task, 'review'], 'PATCH', `/boards/${board}/tasks/${task}`, { status: 'review' }],
    [['task', 'status', task, 'done', 'because'], 'PATCH', `/boards/${board}/tasks/${task}`, { status: 'done', comment: 'because' }],
    [
      ['task', 'status', task, 'blocked', 'no key'],
      'PATCH',
      `/boards/${board}/tasks/${task}`,
      { status: 'blocked', blocked_reason: 'no key' },
    ],
    [
      ['ask', 'Blue or "green"?\nSay \\ it.'],
      'POST',
      `/boards/${board}/gateway/main/ask-user`,
      { content: 'Blue or "green"?\nSay \\ it.' },
    ],
    [['ask', 'Why?', task], 'POST', `/boards/${board}/gateway/main/ask-user`, { content: 'Why?', task_id: task }],
    [
      ['request', task, 'Max, "Max Power",,lead', 'Blue or "green"?'],
      'POST',
      `/boards/${board}/tasks/${task}/response-requests`,
      { recipients: ['Max', ' "Max Power"', 'lead'], message: 'Blue or "green"?' },
    ],
    [
      ['request', task, 'Max', 'Why?'],
      'POST',
      `/boards/${board}/tasks/${task}/response-requests`,
      { recipients: ['Max'], message: 'Why?' },
    ],
    [['approval', 'list'], 'GET', `/boards/${board}/approvals`, null],
    [
      ['approval', 'request', task, 'deploy "now"', '085', 'Tests pass: $(rm -rf /) `x`'],
      'POST',
      `/boards/${board}/approvals`,
      { task_id: task, action_type: 'deploy "now"', confidence: 85, lead_reasoning: 'Tests pass: $(rm -rf /) `x`' },
    ],
    [
      ['approval', 'request', '-', 'hire', '0', 'Too much work'],
      'POST',
      `/boards/${board}/approvals`,
      { action_type: 'hire', confidence: 0, lead_reasoning: 'Too much work' },
    ],
    [['doc', 'list'], 'GET', `/boards/${board}/documents`, null],
    [['doc', 'list', task], 'GET', `/boards/${board}/documents?task_id=${task}`, null],
    [['doc', 'show', task], 'GET', `/boards/${board}/documents/${task}`, null],
    [['file', 'list', task], 'GET', `/boards/${board}/tasks/${task}/attachments`, null],
    [['chat'], 'GET', `/boards/${board}/memory?is_chat=true&limit=20`, null],
    [['chat', 'say', 'Who knows, "@Max"?'], 'POST', `/boards/${board}/memory`, { content: 'Who knows, "@Max"?', tags: ['chat'] }],
    [['payload', task, 'p-1'], 'GET', `/boards/${board}/webhooks/${task}/payloads/p-1`, null],
    [['task', 'assign', task, 'a-1'], 'PATCH', `/boards/${board}/tasks/${task}`, { assigned_agent_ids: ['a-1'] }],
    [['group'], 'GET', `/boards/${board}/group-memory?is_chat=true&limit=20`, null],
    [['group', 'boards'], 'GET', `/boards/${board}/group-snapshot`, null],
    [['group', 'say', 'Done, "@Max"!'], 'POST', `/boards/${board}/group-memory`, { content: 'Done, "@Max"!', tags: ['chat'] }],
    [['group', 'broadcast', 'Stop'], 'POST', `/boards/${board}/group-memory`, { content: 'Stop', tags: ['chat', 'broadcast'] }],
    [['metric', 'Load "time"', '-2.50'], 'POST', `/boards/${board}/metrics`, { name: 'Load "time"', current: -2.5 }],
    [['task', 'assign', task, 'a-1,a-2'], 'PATCH', `/boards/${board}/tasks/${task}`, { assigned_agent_ids: ['a-1', 'a-2'] }],
    [['task', 'set', task, 'priority', 'high'], 'PATCH', `/boards/${board}/tasks/${task}`, { priority: 'high' }],
    [['task', 'set', task, 'due_at', '-'], 'PATCH', `/boards/${board}/tasks/${task}`, { due_at: null }],
    [['task', 'set', task, 'depends_on', 'a-1,a-2'], 'PATCH', `/boards/${board}/tasks/${task}`, { depends_on_task_ids: ['a-1', 'a-2'] }],
    [['task', 'set', task, 'depends_on', '-'], 'PATCH', `/boards/${board}/tasks/${task}`, { depends_on_task_ids: [] }],
    [['task', 'delete', task], 'DELETE', `/boards/${board}/tasks/${task}`, null],
    [['task', 'history', task], 'GET', `/boards/${board}/tasks/${task}/activity?limit=50`, null],
    [['memory'], 'GET', `/boards/${board}/memory?limit=50`, null],
    [['memory', 'add', 'The "key" is old'], 'POST', `/boards/${board}/memory`, { content: 'The "key" is old' }],
    [['agent', 'add', 'Kim "K"', 'Tester'], 'POST', '/agents', { name: 'Kim "K"', identity_profile: { role: 'Tester' } }],
    [['agent', 'add', 'Kim'], 'POST', '/agents', { name: 'Kim' }],
    [['agent', 'nudge', 'a-1', 'How far?'], 'POST', `/boards/${board}/agents/a-1/nudge`, { message: 'How far?' }],
    [['agent', 'remove', 'a-1'], 'DELETE', `/boards/${board}/agents/a-1`, null],
    [['lead', 'say', 'b-2', 'Look at "this"'], 'POST', '/gateway/boards/b-2/lead/message', { content: 'Look at "this"' }],
    [['lead', 'broadcast', 'Stop'], 'POST', '/gateway/leads/broadcast', { content: 'Stop' }],
    [['task', 'create', 'T', '', 'a-1'], 'POST', `/boards/${board}/tasks`, { title: 'T', description: '', assigned_agent_ids: ['a-1'] }],
    [['task', 'create', 'A "title"', 'text'], 'POST', `/boards/${board}/tasks`, { title: 'A "title"', description: 'text' }],
  ] as const)('%j', async (args, method, path, body) => {
    expect(await mc([...args])).toMatchObject({ code: 0, stderr: '' })
    expect(calls).toEqual([{ method, url: `/api/v1/agent${path}`, token, body }])
  })

  it.each(shells)('writes documents from files and from standard input, with %s', async (shell) => {
    const text = '# "Plan"\n\n\tLine \\n two — 你好\n'
    writeFileSync(join(workspace, 'my plan.md'), text)
    expect(await mc(['doc', 'new', 'The "plan"', 'my plan.md', task], { shell })).toMatchObject({ code: 0, stderr: '' })
    expect(await mc(['doc', 'new', 'Note', '-'], { shell, input: 'typed' })).toMatchObject({ code: 0 })
    expect(await mc(['doc', 'write', task, 'my plan.md', '7'], { shell })).toMatchObject({ code: 0 })
    expect(await mc(['doc', 'write', task, '-'], { shell, input: 'x'.repeat(400_000) })).toMatchObject({ code: 0 })
    const path = `/api/v1/agent/boards/${board}/documents`
    const content = text.trimEnd()
    expect(calls).toEqual([
      { method: 'POST', url: path, token, body: { title: 'The "plan"', content, task_id: task, type: 'deliverable' } },
      { method: 'POST', url: path, token, body: { title: 'Note', content: 'typed' } },
      { method: 'PATCH', url: `${path}/${task}`, token, body: { content, base_version: 7 } },
      { method: 'PATCH', url: `${path}/${task}`, token, body: { content: 'x'.repeat(400_000) } },
    ])
    for (const wrong of [
      ['new', 'T', 'missing.md'],
      ['new', 'T'],
      ['new', '', '-'],
      ['write', task, '-', '1,"x":2'],
      ['write', '../x', '-'],
      ['drop', task],
    ])
      expect(await mc(['doc', ...wrong], { shell }), wrong.join(' ')).toMatchObject({ code: 2 })
    expect(calls).toHaveLength(4)
    expect(readdirSync(join(workspace, '.mission-control')).filter((name) => name.startsWith('.body'))).toEqual([])
  })

  it('shows a task with its thread', async () => {
    await mc(['task', 'show', task])
    expect(calls.map((call) => call.url)).toEqual([
      `/api/v1/agent/boards/${board}/tasks/${task}`,
      `/api/v1/agent/boards/${board}/tasks/${task}/comments?last=50`,
    ])
    await mc(['task', 'show', task, '7'])
    expect(calls.at(-1)?.url).toBe(`/api/v1/agent/boards/${board}/tasks/${task}/comments?last=7`)
  })

  it('searches for words in any script', async () => {
    await mc(['search', 'grün & "blau"', '你好'])
    const url = new URL(calls[0]?.url ?? '', 'http://x')
    expect(url.pathname).toBe(`/api/v1/agent/boards/${board}/search`)
    expect([...url.searchParams]).toEqual([['q', 'grün & "blau" 你好']])
  })

  it.each(shells)('sends files with a comment, with %s', async (shell) => {
    writeFileSync(join(workspace, 'a "plan".json'), '{"a":1}')
    writeFileSync(join(workspace, 'b.json'), '{"b":2}')
    expect(await mc(['task', 'comment', task, '-', 'a "plan".json', 'b.json'], { shell, input: 'Two files' })).toMatchObject({
      code: 0,
      stderr: '',
    })
    const path = `/api/v1/agent/boards/${board}/tasks/${task}`
    expect(calls.map((call) => [call.url, call.body])).toEqual([
      [`${path}/attachments`, { a: 1 }],
      [`${path}/attachments`, { b: 2 }],
      [`${path}/comments`, { message: 'Two files', attachment_ids: ['f-1', 'f-1'] }],
    ])
    // Nothing is sent when one of them is not there; nothing is said when one of them is refused.
    expect(await mc(['task', 'comment', task, 'x', 'b.json', 'missing.json'], { shell })).toMatchObject({ code: 2 })
    expect(calls).toHaveLength(3)
    status = 413
    expect(await mc(['task', 'comment', task, 'x', 'b.json'], { shell })).toMatchObject({ code: 1 })
    expect(calls).toHaveLength(4)
  })

  it.each([
    ['quotes and backslashes', 'say "hi" \\ and \\n, it\'s 100% $HOME `date` $(id)'],
    ['lines and tabs', 'one\n\ttwo\r\n\nthree'],
    ['other scripts', 'Grüße, 你好, 🦞 — done'],
    ['what looks like an option', '--data @/etc/passwd'],
    ['a leading at sign', '@lead please look'],
    ['a long text', 'word '.repeat(19_000)],
  ])('writes a comment with %s as it is', async (_, text) => {
    const long = text.length > 50_000
    const result = await mc(['task', 'comment', task, long ? '-' : text], long ? { input: text } : {})
    expect(result.code).toBe(0)
    expect(calls[0]?.body).toEqual({ message: long ? text.trimEnd() + (text.endsWith(' ') ? ' ' : '') : text })
  })

  it('says what is wrong and fails', async () => {
    status = 401
    expect(await mc(['heartbeat'])).toMatchObject({ code: 1, stderr: expect.stringContaining('refused (401)') })
    status = 409
    expect(await mc(['task', 'claim', task])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"detail"'),
      stderr: expect.stringContaining('409'),
    })
    expect(await mc(['task', 'claim', '../../x'])).toMatchObject({ code: 2 })
    expect(await mc(['task', 'list', 'x&y=z'])).toMatchObject({ code: 2 })
    expect(await mc(['approval', 'request', task, 'deploy', '85,"status":"approved"', 'why'])).toMatchObject({ code: 2 })
    expect(await mc(['approval', 'request', '../../x', 'deploy', '85', 'why'])).toMatchObject({ code: 2 })
    for (const wrong of [[task], [task, 'Max'], [task, '', 'What?'], ['../x', 'Max', 'What?']])
      expect(await mc(['request', ...wrong]), wrong.join(' ')).toMatchObject({ code: 2 })
    expect(await mc(['ask', 'Why?', 'x"y'])).toMatchObject({ code: 2 })
    expect(await mc(['metric', 'Signups', '1,"name":"x"'])).toMatchObject({ code: 2 })
    expect(await mc(['metric', 'Signups', '1\n2'])).toMatchObject({ code: 2 })
    expect(await mc(['group', 'say'])).toMatchObject({ code: 2 })
    expect(await mc(['chat', 'say'])).toMatchObject({ code: 2 })
    expect(await mc(['payload', task, '../x'])).toMatchObject({ code: 2 })
    expect(await mc(['task', 'assign', task, 'x"]'])).toMatchObject({ code: 2 })
    for (const wrong of [
      ['task', 'assign', task],
      ['task', 'assign', task, 'a-1,'],
      ['task', 'set', task, 'title', 'x'],
      ['task', 'set', task, 'depends_on', 'a-1,x"'],
      ['task', 'show', task, '0'],
      ['task', 'delete'],
      ['search'],
      ['memory', 'add'],
      ['agent', 'nudge', 'a-1'],
      ['agent', 'remove', '../x'],
      ['agent', 'drop', 'a-1'],
      ['lead', 'say', 'b-2'],
      ['lead'],
    ])
      expect(await mc(wrong), wrong.join(' ')).toMatchObject({ code: 2 })
    expect(await mc(['nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') })
    expect(await mc(['help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('task claim') })
    expect(calls).toHaveLength(2)
  })

  it('says that nobody answers', async () => {
    const file = credentialsFile(workspace)
    const before = readFileSync(file, 'utf8')
    try {
      writeFileSync(file, before.replace(/BASE_URL=.*/, 'BASE_URL=http://127.0.0.1:1'))
      expect(await mc(['heartbeat'])).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') })
      writeFileSync(file, before.replace(/\n/g, '\r\n'))
      expect(await mc(['heartbeat'])).toMatchObject({ code: 0 })
    } finally {
      writeFileSync(file, before)
    }
  })

  it('lets no process and no output see the token, and leaves no file behind', async () => {
    const seen = await new Promise<string>((resolve) => {
      // `set -x` prints every command the shell runs; the arguments of the other programs are among them.
      execFile(
        '/bin/sh',
        ['-c', 'exec 2>&1; PATH="$PWD/bin:$PATH"; sh .mission-control/mc task comment "$0" hello', task],
        { cwd: workspace, env: { PATH: process.env['PATH'] ?? '' } },
        (_, stdout) => resolve(stdout),
      )
    })
    expect(seen).not.toContain(token)
    const script = readFileSync(join(workspace, '.mission-control', 'mc'), 'utf8')
    // The only place where the token is written is the builtin printf that feeds curl's standard input.
    expect(script.split('\n').filter((line) => line.includes('$token'))).toEqual([
      expect.stringContaining('[ -n "$base_url" ]'),
      expect.stringContaining('case $token in'),
      expect.stringContaining('printf \'header = "X-Agent-Token: %s"\\n\' "$token"'),
    ])
    expect(readdirSync(join(workspace, '.mission-control')).toSorted()).toEqual(['.gitignore', 'credentials', 'mc', 'mc.cmd', 'mc.ps1'])
  })
})
