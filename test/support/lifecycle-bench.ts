/** A lifecycle over a real database, a fake gateway and a clock moved by hand; `restart()` is a `kill -9` of the services host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AgentLifecycle } from '../../native-services/lifecycle/types.ts'
import { createAgentLifecycle } from '../../native-services/lifecycle/lifecycle.ts'
import { readCredentials } from '../../native-services/lifecycle/workspace-files.ts'
import { createLog, type LogEntry } from '../../native-services/platform/log.ts'
import type { AgentRow } from '../../native-services/store/agents.ts'
import type { GatewayRow } from '../../native-services/store/gateways.ts'
import { openStore, type Store } from '../../native-services/store/store.ts'
import { createFakeGateway, type FakeGateway } from '../fakes/fake-gateway.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

export const resourcesDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'resources')

export interface LifecycleBench {
  readonly clock: ManualClock
  readonly store: Store
  readonly gateway: FakeGateway
  readonly local: GatewayRow
  readonly boardId: string
  readonly logged: LogEntry[]
  lifecycle(): AgentLifecycle
  /** Whether agents answer their wakes by checking in with what stands in their workspace. */
  responsive: boolean
  /** Whether the API answers the verification. */
  apiUp: boolean
  newAgent(name: string, more?: Partial<Parameters<AgentLifecycle['create']>[0]>): AgentRow
  agent(id: string): AgentRow
  /** What `mc heartbeat` does: 401 (false) or a check-in. */
  checkIn(id: string): boolean
  restart(): void
  stop(): Promise<void>
}

export function createLifecycleBench(): LifecycleBench {
  const clock = createManualClock()
  const root = mkdtempSync(join(tmpdir(), 'mc-lifecycle-'))
  const store = openStore({ file: ':memory:', clock })
  const gateway = createFakeGateway({ clock })
  const log = createLog({ scope: 'test', level: 'info' })
  const logged: LogEntry[] = []
  log.listen((entry) => logged.push(entry))
  const local = store.write(() =>
    store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: join(root, 'workspaces'), token_hint: null }),
  )
  const boardId = store.write(() => store.boards.create({ gateway_id: local.id, name: 'Board', slug: 'board', max_agents: 100 })).id

  function make(): AgentLifecycle {
    const made = createAgentLifecycle({
      store,
      clock,
      log,
      gateway,
      baseUrl: () => 'http://127.0.0.1:8642',
      installKey: 'install-key-for-tests-0123456789',
      resourcesDir,
      gatewayId: () => local.id,
      gatewayReady: () => true,
      random: () => 0.5,
      checkToken: ({ auth_token }) =>
        Promise.resolve(
          !bench.apiUp
            ? { ok: false, reason: 'unreachable', message: 'The API does not answer.' }
            : made.authenticate(auth_token)
              ? { ok: true }
              : { ok: false, reason: 'refused', message: 'refused' },
        ),
    })
    return made
  }

  let current: AgentLifecycle
  const bench: LifecycleBench = {
    clock,
    store,
    gateway,
    local,
    boardId,
    logged,
    responsive: true,
    apiUp: true,
    lifecycle: () => current,
    newAgent: (name, more = {}) =>
      current.create({
        gateway_id: local.id,
        board_id: boardId,
        name,
        role: 'worker',
        heartbeat_config: { every: '10m', target: 'none' },
        identity_profile: {},
        ...more,
      }),
    agent(id) {
      const row = store.agents.get(id)
      if (!row) throw new Error('gone')
      return row
    },
    checkIn(id) {
      const row = store.agents.get(id)
      const token = row && readCredentials(row.workspace_path)?.auth_token
      const known = token === undefined ? undefined : current.authenticate(token)
      if (!known || known.id !== id) return false
      current.checkIn(id)
      return true
    },
    restart() {
      // Nothing of the old process runs on: neither its timers nor its subscriptions.
      void current.stop(clock.now())
      clock.dropTimers()
      current = make()
      current.start()
    },
    async stop() {
      const stopping = current.stop(clock.now())
      await clock.advance(1)
      await stopping
      store.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
  gateway.onWake = ({ sessionKey }) => {
    if (!bench.responsive) return
    const row = store.agents.byGatewayAgentId(local.id, sessionKey.split(':')[1] ?? '')
    if (row) bench.checkIn(row.id)
  }
  current = make()
  current.start()
  return bench
}
