/** OpenClaw's configuration and versions; channels and sessions of the gateway. */
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { newestVersion, runtimeVersion, runtimeVersions } from '../../contract/gateway-config.ts'
import type { HostCommand } from '../../contract/host-link.ts'
import { readChannels } from '../../gateway/channel-reader.ts'
import { readSession } from '../../gateway/session-reader.ts'
import { GatewayError } from '../../gateway/types.ts'
import type { JobRow } from '../../store/jobs.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { createGatewayConfigService } from '../gateway-config-service.ts'
import { startRuntimeInstall } from '../runtime-install.ts'
import { startRuntimeSwitch } from '../runtime-switch-job.ts'

type Ids =
  | 'getGatewayConfig'
  | 'checkGatewayConfig'
  | 'updateGatewayConfig'
  | 'listConfigSnapshots'
  | 'getConfigSnapshot'
  | 'restoreConfigSnapshot'
  | 'listRuntimeVersions'
  | 'askNewestVersion'
  | 'installRuntimeVersion'
  | 'switchRuntimeVersion'
  | 'removeRuntimeVersion'
  | 'listGatewayChannels'
  | 'startGatewayChannel'
  | 'stopGatewayChannel'
  | 'logoutGatewayChannel'
  | 'listGatewaySessions'

const channelActions = ['start', 'stop', 'logout'] as const
const done = { start: 'is being started', stop: 'is stopped', logout: 'is signed out' } as const
/** More than a person reads; the gateway answers this many within a second. */
const mostSessions = 5000
const linkedVersions = runtimeVersions.extend({ items: z.array(runtimeVersion) })

export function gatewayConfigHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, connection, live, clock } = deps
  const config = createGatewayConfigService(deps)

  function mustLocal(gatewayId: string) {
    const gateway = entities.mustGateway(gatewayId)
    if (!gateway.is_local) throw new AppError('conflict', 'This is possible only for the gateway on this machine.')
    return gateway
  }

  async function ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    try {
      return await connection.request(method, params)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const more = { cause: error }
      switch (error.failure) {
        case 'unavailable':
        case 'unauthorized':
          throw new AppError('gateway_unavailable', `The gateway is not connected. Start it and try again. (${error.message})`, more)
        case 'rejected':
          throw new AppError('conflict', `The gateway refused: ${error.message}`, more)
        case 'rate_limited':
          throw new AppError('too_many_requests', `The gateway asks for a pause; try again in a moment. (${error.message})`, more)
        case 'timeout':
        case 'failed':
        case 'aborted':
          throw new AppError('gateway_error', `The gateway did not do it: ${error.message}`, more)
      }
    }
  }

  /** The answer of a command that asks. */
  async function askHost<Schema extends z.ZodType>(command: HostCommand, schema: Schema): Promise<z.output<Schema>> {
    const answer = await live.command(command)
    if (!answer.ok) throw new AppError('gateway_error', answer.message ?? 'The host could not tell.')
    const parsed = schema.safeParse(answer.data)
    if (!parsed.success) throw new AppError('internal', 'The host answered with something else.', { cause: parsed.error })
    return parsed.data
  }

  async function channelAction(action: (typeof channelActions)[number], params: { gateway_id: string; channel: string }, account?: string) {
    const gateway = mustLocal(params.gateway_id)
    await ask(`channels.${action}`, { channel: params.channel, ...(account !== undefined && { accountId: account }) })
    store.write(() =>
      store.activity.record({
        event_type: `gateway.channel.${action}`,
        message: `Operator: ${action} channel ${params.channel}${account === undefined ? '' : ` (${account})`}`,
        actor_type: 'user',
        actor_name: 'Operator',
        gateway_id: gateway.id,
      }),
    )
    return { ok: true as const, message: `${params.channel} ${done[action]}.` }
  }

  return {
    getGatewayConfig({ params }) {
      mustLocal(params.gateway_id)
      return config.read()
    },
    checkGatewayConfig({ params, body }) {
      mustLocal(params.gateway_id)
      return config.check(body.text)
    },
    updateGatewayConfig: ({ params, body }) => config.save(mustLocal(params.gateway_id), body),
    listConfigSnapshots({ params }) {
      mustLocal(params.gateway_id)
      return { items: config.snapshots() }
    },
    getConfigSnapshot({ params }) {
      mustLocal(params.gateway_id)
      return config.snapshot(params.snapshot_id)
    },
    restoreConfigSnapshot: ({ params, body }) => config.restore(mustLocal(params.gateway_id), params.snapshot_id, body.expected_hash),

    listRuntimeVersions: () => askHost({ action: 'list-runtimes' }, linkedVersions),
    async askNewestVersion() {
      return { ...(await askHost({ action: 'ask-registry' }, newestVersion.omit({ asked_at: true }))), asked_at: clock.now() }
    },
    installRuntimeVersion: ({ body }) => startRuntimeInstall(deps, body.version),
    switchRuntimeVersion: ({ body }): Promise<JobRow> => startRuntimeSwitch(deps, body.id),
    async removeRuntimeVersion({ body }) {
      const answer = await live.command({ action: 'remove-runtime', id: body.id })
      if (!answer.ok) throw new AppError('conflict', answer.message ?? 'This version cannot be removed.')
      store.write(() =>
        store.activity.record({
          event_type: 'runtime.removed',
          message: `Operator removed ${body.id}`,
          actor_type: 'user',
          actor_name: 'Operator',
          data: { id: body.id },
        }),
      )
      return { ok: true, message: 'It is removed.' }
    },

    async listGatewayChannels({ params }) {
      mustLocal(params.gateway_id)
      const answer = await ask('channels.status', {})
      const methods = connection.state().capabilities?.methods
      return {
        items: readChannels(answer),
        actions: channelActions.filter((action) => methods?.has(`channels.${action}`) ?? false),
        note: live.gateway().owned
          ? 'Mission Control starts its gateway without channels (OPENCLAW_SKIP_CHANNELS): they are listed, and none starts by itself.'
          : null,
        read_at: clock.now(),
      }
    },
    startGatewayChannel: ({ params, body }) => channelAction('start', params, body.account_id),
    stopGatewayChannel: ({ params, body }) => channelAction('stop', params, body.account_id),
    logoutGatewayChannel: ({ params, body }) => channelAction('logout', params, body.account_id),

    async listGatewaySessions({ params }) {
      mustLocal(params.gateway_id)
      const answer = await ask('sessions.list', { limit: mostSessions, includeLastMessage: true })
      const rows = Array.isArray(answer['sessions']) ? (answer['sessions'] as unknown[]) : []
      const known = new Map(store.agents.all().map((agent) => [agent.gateway_agent_id, agent]))
      const items = rows
        .flatMap((row) => {
          const key = typeof row === 'object' && row !== null ? (row as { key?: unknown }).key : null
          const gatewayAgent = typeof key === 'string' ? (/^agent:([^:]+):/.exec(key)?.[1] ?? '') : ''
          const agent = known.get(gatewayAgent)
          const session = readSession(row, { openclaw_session_id: agent?.openclaw_session_id ?? `agent:${gatewayAgent}:main` })
          return session ? [{ ...session, agent_id: agent?.id ?? null, gateway_agent_id: gatewayAgent }] : []
        })
        .toSorted((a, b) => Number(b.has_active_run) - Number(a.has_active_run) || (b.updated_at ?? 0) - (a.updated_at ?? 0))
      const total = answer['total'] ?? answer['count']
      return { items, total: typeof total === 'number' ? Math.max(total, items.length) : items.length, read_at: clock.now() }
    },
  }
}
