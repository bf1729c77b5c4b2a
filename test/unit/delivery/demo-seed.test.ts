import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createNotifier } from '../../../native-services/delivery/notifier.ts'
import { seedDemo } from '../../../native-services/lifecycle/demo-seed.ts'
import type { AgentLifecycle } from '../../../native-services/lifecycle/types.ts'
import { openStore } from '../../../native-services/store/store.ts'
import { addAgent } from '../../support/delivery-world.ts'
import { createManualClock } from '../../support/manual-clock.ts'

it('seeds an empty store once: a team, a board with every column, and two tasks that begin by themselves', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mc-demo-'))
  const clock = createManualClock()
  const store = openStore({ file: join(dir, 'mc.db'), clock })
  try {
    const gateway = store.write(() => store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/nowhere', token_hint: null }))
    const provisioned: string[] = []
    const lifecycle: Pick<AgentLifecycle, 'create' | 'provision'> = {
      create: (input) => addAgent(store, { ...input, every_ms: 120_000, status: 'provisioning' }),
      provision(id) {
        provisioned.push(id)
        const agent = store.agents.get(id)
        if (!agent) throw new Error('no such agent')
        return agent
      },
    }
    const seed = () => seedDemo({ store, lifecycle, notifier: createNotifier({ store, clock }), gatewayId: gateway.id })
    const first = seed()
    expect(first.seeded).toBe(true)
    const agents = store.agents.all()
    expect(agents.map((agent) => `${agent.name} ${agent.role}`)).toEqual(['Ada lead', 'Max worker', 'Ivy worker', 'Noor worker'])
    expect(provisioned).toEqual(agents.map((agent) => agent.id))
    const { items } = store.tasks.list({ board_id: first.board_id ?? '', limit: 50, offset: 0 })
    expect(new Set(items.map((task) => task.status))).toEqual(new Set(['inbox', 'assigned', 'in_progress', 'review', 'blocked', 'done']))
    expect(items.filter((task) => task.status === 'blocked').every((task) => task.blocked_reason !== null)).toBe(true)
    const outbox = store.notifications.list({ limit: 50, offset: 0 }).items
    expect(outbox.map((row) => `${row.type} ${store.agents.get(row.agent_id)?.name}`).toSorted()).toEqual([
      'assignment Ivy',
      'assignment Max',
    ])
    const revision = store.revision()
    expect(seed()).toEqual({ seeded: false, board_id: null })
    expect(store.revision()).toBe(revision)
  } finally {
    store.close()
    rmSync(dir, { recursive: true, force: true })
  }
})
