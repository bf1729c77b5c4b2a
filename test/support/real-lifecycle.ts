/** The whole lifecycle against the real gateway: real database, real HTTP for the agents, the clock of the system. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGatewayConnection } from '../../native-services/gateway/gateway-connection.ts'
import type { GatewayConnection } from '../../native-services/gateway/types.ts'
import { createAgentLifecycle } from '../../native-services/lifecycle/lifecycle.ts'
import type { AgentLifecycle } from '../../native-services/lifecycle/types.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { createLog, type LogEntry } from '../../native-services/platform/log.ts'
import type { AgentRow } from '../../native-services/store/agents.ts'
import { openStore, type Store } from '../../native-services/store/store.ts'
import { type AgentApi, startAgentApi } from './agent-api.ts'
import { resourcesDir } from './lifecycle-bench.ts'
import { openclawAvailable, type RealGateway, startRealGateway } from './real-gateway.ts'

export { openclawAvailable }

export interface RealLifecycle {
  readonly gateway: RealGateway
  readonly connection: GatewayConnection
  readonly store: Store
  readonly api: AgentApi
  readonly lifecycle: AgentLifecycle
  readonly gatewayId: string
  readonly boardId: string
  readonly logged: LogEntry[]
  newAgent(name: string, role?: AgentRow['role']): AgentRow
  agent(id: string): AgentRow
  stop(): Promise<void>
}

export async function startRealLifecycle(): Promise<RealLifecycle> {
  const gateway = await startRealGateway()
  const root = mkdtempSync(join(tmpdir(), 'mc-real-lifecycle-'))
  const store = openStore({ file: join(root, 'mission-control.sqlite'), clock: systemClock })
  const log = createLog({ scope: 'test', level: 'debug' })
  const logged: LogEntry[] = []
  log.listen((entry) => logged.push(entry))
  const row = store.write(() =>
    store.gateways.ensureLocal({ url: `ws://127.0.0.1:${gateway.port}`, workspace_root: gateway.workspaceRoot, token_hint: null }),
  )
  const board = store.write(() => store.boards.create({ gateway_id: row.id, name: 'Board', slug: 'board' }))
  const connection = createGatewayConnection({ clock: systemClock, log, version: '0.1.0' })
  connection.setTarget({ port: gateway.port, token: gateway.token })
  const api: AgentApi = await startAgentApi(() => lifecycle)
  const lifecycle: AgentLifecycle = createAgentLifecycle({
    store,
    clock: systemClock,
    log,
    gateway: connection,
    baseUrl: () => api.url,
    installKey: 'install-key-for-tests-0123456789',
    resourcesDir,
    gatewayId: () => row.id,
    gatewayReady: () => true,
  })
  connection.start()
  lifecycle.start()
  return {
    gateway,
    connection,
    store,
    api,
    lifecycle,
    gatewayId: row.id,
    boardId: board.id,
    logged,
    newAgent: (name, role = 'worker') =>
      lifecycle.create({
        gateway_id: row.id,
        board_id: role === 'main' ? null : board.id,
        name,
        role,
        heartbeat_config: { every: '10m', target: 'none' },
        identity_profile: {},
      }),
    agent(id) {
      const found = store.agents.get(id)
      if (!found) throw new Error('gone')
      return found
    },
    async stop() {
      await lifecycle.stop(Date.now() + 2000)
      await connection.stop()
      await gateway.stop()
      await api.stop()
      store.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
