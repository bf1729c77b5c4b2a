/** The demo works without a person: OpenClaw that is missing gets installed, once, as a job that can be followed. */
import { afterEach, expect, test } from 'vitest'
import type { HostCommand } from '../../native-services/contract/host-link.ts'
import { startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices | undefined
afterEach(() => services?.stop())

const missing = {
  type: 'runtime-state',
  runtime: {
    installed: false,
    source: 'none',
    version: null,
    path: null,
    node_path: null,
    node_version: null,
    problem: 'OpenClaw is not installed.',
    managed_version: '2026.9.6',
  },
}

async function startWithoutOpenclaw(options: { demo: boolean; ok: boolean }) {
  const commands: HostCommand[] = []
  services = await startServices({
    demo: options.demo,
    onCommand(command) {
      commands.push(command)
      return { ok: options.ok, message: options.ok ? null : 'The registry does not answer.' }
    },
  })
  services.services.handleHostMessage(missing)
  services.services.handleHostMessage(missing)
  return { services, installs: () => commands.filter((command) => command.action === 'install-runtime').length }
}

test('the demo installs what it needs, once, and tells how it ended', async () => {
  const { services: demo, installs } = await startWithoutOpenclaw({ demo: true, ok: false })
  const [job] = await until(
    async () => (await demo.call('listJobs', {})).items,
    (items) => items.some((item) => item.kind === 'runtime_install' && item.state !== 'running'),
  )
  expect(job).toMatchObject({ state: 'failed', error: 'The registry does not answer.' })
  expect(installs()).toBe(1)
})

test('outside the demo installing is a person’s decision', async () => {
  const { services: normal, installs } = await startWithoutOpenclaw({ demo: false, ok: true })
  expect((await normal.call('listJobs', {})).items).toEqual([])
  expect(installs()).toBe(0)
  expect((await normal.call('getRuntime')).installed).toBe(false)
})
