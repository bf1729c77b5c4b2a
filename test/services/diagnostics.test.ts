/** The diagnostics bundle: what is in it, and that no secret of the store or of the files is. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
const secrets: Record<string, string> = {}

/** name → content */
function untar(tar: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (from: number, to: number) =>
      tar
        .subarray(at + from, at + to)
        .toString()
        .replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 136), 8)
    files.set(path.basename(text(0, 100)), tar.subarray(at + 512, at + 512 + size).toString())
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

async function bundle() {
  const answer = await fetch(`${services.url}/api/v1/diagnostics`, { headers: { authorization: `Bearer ${services.operatorToken}` } })
  expect(answer.status).toBe(200)
  return untar(gunzipSync(Buffer.from(await answer.arrayBuffer())))
}

beforeAll(async () => {
  services = await startServices()
  const { board, lead } = await seedBoard(services)
  secrets['operator token'] = services.operatorToken
  secrets['agent token'] = lead.token
  secrets['API token'] = (await services.call('createApiToken', { body: { name: 'script', scope: 'read' } })).token
  secrets['gateway token'] = 'gw-plain-3f1b77aa20c94c6e'
  secrets['model key'] = 'very-plain-model-key-81c2'
  secrets['environment'] = 'environment-value-9f3c'
  secrets['channel token'] = '7123456789:AAHplainTelegramToken'
  secrets['address password'] = 'pw-in-an-address'
  writeFileSync(
    path.join(services.dataDir, 'openclaw.json'),
    JSON.stringify({
      gateway: { port: 1, auth: { mode: 'token', token: secrets['gateway token'] } },
      models: {
        providers: {
          other: {
            baseUrl: `https://user:${secrets['address password']}@example.org/v1?key=${secrets['model key']}`,
            apiKey: secrets['model key'],
          },
        },
      },
      env: { vars: { SOMETHING: secrets['environment'] } },
      channels: { telegram: { botToken: secrets['channel token'] } },
    }),
  )
  const hook = await services.call('createOutgoingWebhook', {
    body: { name: 'Out', url: 'https://example.org/in?sig=outgoing-signature-55', events: ['task.created'], allow_private: false },
  })
  secrets['webhook secret'] = hook.secret
  secrets['webhook address'] = 'outgoing-signature-55'
  for (const row of services.query<{ token_hash: string }>('SELECT token_hash FROM agents'))
    secrets[`hash ${row.token_hash.slice(0, 4)}`] = row.token_hash
  // A refused call is a line of the log.
  await services.send({ path: '/api/v1/agent/healthz', headers: { 'x-agent-token': lead.token } })
  await services.send({ path: `/api/v1/boards?token=${lead.token}`, headers: { authorization: `Bearer ${services.operatorToken}` } })
  await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Ordinary work' } })
  const job = await services.call('runDoctor')
  await until(
    () => services.call('getJob', { params: { job_id: job.id } }),
    ({ state }) => state !== 'running',
  )
})
afterAll(() => services.stop())

it('says what somebody who helps has to know', async () => {
  const files = await bundle()
  const read = (name: string) => JSON.parse(files.get(name) ?? 'null') as Record<string, unknown>
  expect(read('about.json')).toMatchObject({ version: '0.0.0-test', platform: process.platform, node: process.versions.node })
  expect(read('database.json')).toMatchObject({ rows: { boards: 1, agents: 3, tasks: 1, api_tokens: 1 } })
  expect(Number(read('database.json')['schema_version'])).toBeGreaterThanOrEqual(12)
  expect(read('doctor.json')).toMatchObject({ kind: 'doctor', state: 'succeeded' })
  expect(read('openclaw-config.json')).toMatchObject({ gateway: { port: 1, auth: { mode: 'token', token: '••••' } } })
  expect(read('settings.json')).toMatchObject({ max_wake_attempts: 3 })
  expect(read('agents.json')).toHaveLength(3)
  expect(read('overview.json')).toMatchObject({ agents_by_status: {} })
  expect(files.get('log.ndjson')).toContain('services.started')
  expect(files.size).toBe(12)
})

it('holds none of the secrets', async () => {
  const files = await bundle()
  expect(Object.keys(secrets).length).toBeGreaterThan(10)
  for (const [name, secret] of Object.entries(secrets))
    for (const [file, content] of files) expect([name, file, content.includes(secret)]).toEqual([name, file, false])
})

it('is there even when a part cannot be read', async () => {
  writeFileSync(path.join(services.dataDir, 'openclaw.json'), `{ // a comment\n gateway: { token: '${secrets['gateway token']}' } }`)
  const files = await bundle()
  expect(JSON.parse(files.get('openclaw-config.json') ?? '')).toMatchObject({ not_json: true })
  expect([...files.values()].join('')).not.toContain(secrets['gateway token'])
})

it('knows how large the data folder is', async () => {
  const folder = await services.call('getDataFolder')
  expect(folder.path).toBe(services.dataDir)
  expect(folder.parts.find((part) => part.name === 'database')?.bytes).toBeGreaterThan(10_000)
  expect(folder.free_bytes).toBeGreaterThan(0)
})
