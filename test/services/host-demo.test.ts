/** The host's part of the demo, in a `serve` of its own without OpenClaw: the model that comes and goes, and leaving a folder that is the demo. */
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { createApiClient } from '../../native-services/contract/client.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { type RealHost, startHost } from '../support/real-host.ts'
import { until } from '../support/until.ts'

let host: RealHost
afterEach(() => host.stop())
// The registry does not answer: nothing is installed here.
const env = { MISSION_CONTROL_OPENCLAW_DIR: tmpdir(), PATH: '/usr/bin:/bin', npm_config_registry: 'http://127.0.0.1:9/' }
const client = () => createApiClient({ baseUrl: host.url, headers: () => ({ authorization: `Bearer ${host.operatorToken}` }) })
const config = () => JSON.parse(readFileSync(dataPaths(host.dataDir).openclaw.configFile, 'utf8')) as object

test('what fails on the way in puts the model back, and the demo model answers while it is chosen', async () => {
  host = await startHost({ demo: false, env })
  const { call } = client()
  await call('setModelProvider', { body: { kind: 'openai', api_key: 'sk-0123456789', model: 'gpt-5.2' } })
  const before = config()
  await call('setModelProvider', { body: { kind: 'demo' } })
  const { base_url: url } = await until(
    () => call('getModelProvider'),
    (provider) => provider.kind === 'demo',
  )
  expect((await fetch(`${url ?? ''}/models`)).status).toBe(200)
  await call('setModelProvider', { body: { kind: 'openai', api_key: 'sk-0123456789', model: 'gpt-5.2' } })

  const { id } = await call('startDemo')
  const job = await until(
    () => call('getJob', { params: { job_id: id } }),
    ({ state }) => state !== 'running',
  )
  expect(job).toMatchObject({ state: 'failed', error: expect.stringContaining('OpenClaw could not be installed') as string })
  expect(await call('getModelProvider')).toMatchObject({ kind: 'openai', model: 'gpt-5.2' })
  expect(config()).toMatchObject(before)
}, 90_000)

test('leaving a folder that is the demo ends it and says what to start', async () => {
  host = await startHost({ demo: true, env })
  expect(await client().call('leaveDemo')).toMatchObject({ stops: true, command: 'mission-control serve', data_dir: host.dataDir })
  await until(
    () => Promise.resolve(host.output()),
    (text) => text.includes('The demo ends. Your own control center: mission-control serve'),
  )
  await until(
    () =>
      fetch(`${host.url}/healthz`).then(
        () => true,
        () => false,
      ),
    (answers) => !answers,
  )
}, 60_000)
