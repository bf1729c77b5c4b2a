/** The two calls of the agent API that a check-in needs, over real HTTP, in front of a lifecycle. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { AgentLifecycle } from '../../native-services/lifecycle/types.ts'

export interface AgentApi {
  readonly url: string
  /** Every request: path and answer, in order. */
  readonly calls: { path: string; status: number; agent_id: string | null }[]
  stop(): Promise<void>
}

export async function startAgentApi(lifecycle: () => AgentLifecycle): Promise<AgentApi> {
  const calls: AgentApi['calls'] = []
  const app = new Hono()
  app.use('*', async (context, next) => {
    const agent = lifecycle().authenticate(context.req.header('x-agent-token') ?? '')
    const note = (status: number): void =>
      void calls.push({ path: `${context.req.method} ${context.req.path}`, status, agent_id: agent?.id ?? null })
    if (!agent) {
      note(401)
      return context.json({ detail: 'Your token is not known.', code: 'agent_token_invalid', request_id: 'test' }, 401)
    }
    lifecycle().touch(agent.id)
    context.set('agent' as never, agent as never)
    await next()
    note(context.res.status)
    return undefined
  })
  const agentId = (context: { get: (key: never) => unknown }): string => (context.get('agent' as never) as { id: string }).id
  app.get('/api/v1/agent/healthz', (context) => context.json({ ok: true, agent_id: agentId(context) }))
  app.post('/api/v1/agent/heartbeat', (context) => context.json({ id: lifecycle().checkIn(agentId(context)).id, status: 'online' }))
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
