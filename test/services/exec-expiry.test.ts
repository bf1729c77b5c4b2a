/** A held command that nobody decides on: it leaves the inbox and stands in the activity. The gateway's socket is a stand-in. */
import { expect, it } from 'vitest'
import { startChatGateway } from '../fakes/chat-gateway.ts'
import { seedBoard, startServices } from '../support/services.ts'
import { until } from '../support/until.ts'

it('a command that runs out says so, with its agent and its task', async () => {
  const gateway = await startChatGateway()
  const services = await startServices()
  try {
    const { board, max } = await seedBoard(services)
    const task = await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Deploy' } })
    services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
    await until(
      () => services.call('getOverview'),
      (overview) => overview.gateway?.connected === true,
    )
    gateway.emit('exec.approval.requested', {
      approvalKind: 'exec',
      id: 'held-1',
      request: { command: 'make deploy', agentId: max.gateway_agent_id, sessionKey: `agent:${max.gateway_agent_id}:mc-task-${task.id}` },
      createdAtMs: Date.now(),
      expiresAtMs: Date.now() + 1500,
    })
    await until(
      async () => (await services.call('listExecApprovals')).items.map((item) => item.id),
      (ids) => ids.includes('held-1'),
    )
    await until(
      async () => (await services.call('listExecApprovals')).items,
      (items) => items.length === 0,
    )
    const { items } = await services.call('listActivity', { query: { event_type: 'exec_approval.' } })
    expect(items).toMatchObject([{ event_type: 'exec_approval.expired', level: 'warning', agent_id: max.id, task_id: task.id }])
    expect(items[0]?.message).toBe('Nobody decided on a command of Max in time, so the gateway did not run it: make deploy')
  } finally {
    await services.stop()
    await gateway.stop()
  }
})
