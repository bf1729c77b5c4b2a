/** Gateways: what they are, start and stop through the host, and the token re-sync. */
import { type SyncResult, syncResult } from '../../contract/entities.ts'
import { AppError } from '../../contract/errors.ts'
import type { HostCommand } from '../../contract/host-link.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listGateways'
  | 'getGateway'
  | 'updateGateway'
  | 'startGateway'
  | 'stopGateway'
  | 'restartGateway'
  | 'useGatewayPort'
  | 'syncTemplates'

const sentences: Record<string, string> = {
  start: 'The gateway is being started.',
  stop: 'The gateway is being stopped.',
  restart: 'The gateway is being restarted.',
  'use-port': 'The gateway moves to the new port.',
}

export function gatewayHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, live } = deps

  async function command(gatewayId: string, order: HostCommand): Promise<{ accepted: true; message: string }> {
    const gateway = entities.mustGateway(gatewayId)
    if (!gateway.is_local)
      throw new AppError('conflict', 'This gateway runs elsewhere; only the one on this machine can be started and stopped here.')
    const result = await live.command(order)
    if (!result.ok) throw new AppError('conflict', result.message ?? 'The gateway cannot do that as things are.')
    store.write(() =>
      store.activity.record({
        event_type: `gateway.${order.action.replace('-', '_')}`,
        message: `Operator: ${order.action} ${gateway.name}`,
        actor_type: 'user',
        actor_name: 'Operator',
        gateway_id: gateway.id,
      }),
    )
    return { accepted: true, message: result.message ?? sentences[order.action] ?? 'Done.' }
  }

  return {
    listGateways({ query }) {
      const all = store.gateways.list()
      return { items: all.slice(query.offset, query.offset + query.limit).map(entities.showGateway), total: all.length, ...pick(query) }
    },
    getGateway: ({ params }) => entities.showGateway(entities.mustGateway(params.gateway_id)),
    updateGateway({ params, body }) {
      const gateway = entities.mustGateway(params.gateway_id)
      const { name } = body
      if (name !== undefined && name !== gateway.name) {
        store.write(() => {
          store.gateways.rename(gateway.id, name)
          store.activity.record({
            event_type: 'gateway.updated',
            message: `Operator renamed ${gateway.name} to ${name}`,
            actor_type: 'user',
            actor_name: 'Operator',
            gateway_id: gateway.id,
          })
        })
      }
      return entities.showGateway(entities.mustGateway(gateway.id))
    },
    startGateway: ({ params }) => command(params.gateway_id, { action: 'start' }),
    stopGateway: ({ params }) => command(params.gateway_id, { action: 'stop' }),
    restartGateway: ({ params }) => command(params.gateway_id, { action: 'restart' }),
    useGatewayPort: ({ params, body }) => command(params.gateway_id, { action: 'use-port', port: body.port }),

    async syncTemplates({ params, query }) {
      const gateway = entities.mustGateway(params.gateway_id)
      if (query.board_id !== undefined && entities.mustBoard(query.board_id).gateway_id !== gateway.id) {
        throw new AppError('invalid_request', 'Board does not belong to this gateway.', { field: 'query.board_id' })
      }
      const { job, done } = deps.lifecycle.sync(gateway.id, {
        include_main: query.include_main ?? true,
        lead_only: query.lead_only ?? false,
        reset_sessions: query.reset_sessions ?? false,
        rotate_tokens: query.rotate_tokens ?? false,
        force_bootstrap: query.force_bootstrap ?? false,
        overwrite: query.overwrite ?? false,
        wake: query.wake ?? false,
        board_id: query.board_id ?? null,
      })
      if (query.wait === false) {
        // The job tells how it ends; nobody waits for this promise.
        void done.catch(() => undefined)
        return job
      }
      const finished = await done
      const result = syncResult.safeParse(finished.result)
      if (!result.success)
        throw new AppError('gateway_error', finished.error ?? 'The files could not be written. The job says how far it came.')
      return result.data satisfies SyncResult
    },
  }
}
