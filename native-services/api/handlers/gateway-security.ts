/** Credentials, devices and capabilities of a gateway, and the end of a job before its time. */
import type { GatewayDevice } from '../../contract/gateway-security.ts'
import { AppError } from '../../contract/errors.ts'
import { minimumGatewayVersion, updateRemedy } from '../../domain/gateway-version.ts'
import { responsesToolsOf } from '../../gateway/capabilities.ts'
import { GatewayError } from '../../gateway/types.ts'
import type { Stored } from '../../store/rows.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'

type Ids =
  | 'rotateGatewayToken'
  | 'getGatewayDrift'
  | 'mendDrift'
  | 'listGatewayDevices'
  | 'removeGatewayDevice'
  | 'getGatewayCapabilities'
  | 'cancelJob'

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const time = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : null)
const texts = (value: unknown): string[] => list(value).filter((each) => typeof each === 'string')

function showDevice(raw: unknown, rotatedAt: number | null): Stored<GatewayDevice>[] {
  const device = object(raw)
  const id = text(device['deviceId'])
  if (id === null) return []
  const pairedAt = time(device['approvedAtMs']) ?? time(device['createdAtMs'])
  const role = text(device['role'])
  return [
    {
      device_id: id,
      name: text(device['operatorLabel']) ?? text(device['displayName']),
      client_id: text(device['clientId']),
      client_mode: text(device['clientMode']),
      roles: [...new Set([...texts(device['roles']), ...(role === null ? [] : [role])])],
      scopes: texts(device['scopes']),
      approved_via: text(device['approvedVia']),
      connected: device['connected'] === true,
      paired_at: pairedAt,
      last_seen_at: time(device['lastSeenAtMs']),
      outlived_rotation: rotatedAt !== null && (pairedAt === null || pairedAt < rotatedAt),
    },
  ]
}

export function gatewaySecurityHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, connection, lifecycle, gatewayToken } = deps

  function mustLocal(gatewayId: string) {
    const gateway = entities.mustGateway(gatewayId)
    if (!gateway.is_local) throw new AppError('conflict', 'This is possible only for the gateway on this machine.')
    return gateway
  }

  async function ask(method: string, params: Json): Promise<Json> {
    try {
      return await connection.request(method, params)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      if (error.failure === 'unavailable' || error.failure === 'unauthorized')
        throw new AppError('gateway_unavailable', `The gateway is not connected: ${error.message}`, { cause: error })
      throw new AppError('gateway_error', error.message, { cause: error })
    }
  }

  return {
    rotateGatewayToken: ({ params }) => gatewayToken.rotate(mustLocal(params.gateway_id).id),

    getGatewayDrift: ({ params }) => ({ items: lifecycle.credentials.report(entities.mustGateway(params.gateway_id).id) }),

    async mendDrift({ params }) {
      const gateway = entities.mustGateway(params.gateway_id)
      const { subject } = params
      if (subject !== 'gateway' && entities.mustAgent(subject).gateway_id !== gateway.id)
        throw new AppError('not_found', 'There is no such agent on this gateway.')
      if (subject === 'gateway') mustLocal(gateway.id)
      return { subject, ...(await lifecycle.credentials.mend(subject)) }
    },

    async listGatewayDevices({ params }) {
      mustLocal(params.gateway_id)
      const answer = await ask('device.pair.list', {})
      const rotatedAt = gatewayToken.rotatedAt()
      return {
        items: list(answer['paired']).flatMap((device) => showDevice(device, rotatedAt)),
        pending: list(answer['pending']).length,
        token_rotated_at: rotatedAt,
      }
    },

    async removeGatewayDevice({ params }) {
      const gateway = mustLocal(params.gateway_id)
      await ask('device.pair.remove', { deviceId: params.device_id })
      store.write(() =>
        store.activity.record({
          event_type: 'gateway.device.removed',
          message: `Operator unpaired the device ${params.device_id.slice(0, 12)}…`,
          actor_type: 'user',
          actor_name: 'Operator',
          gateway_id: gateway.id,
        }),
      )
      return { ok: true }
    },

    getGatewayCapabilities({ params }) {
      mustLocal(params.gateway_id)
      const state = connection.state()
      const { capabilities } = state
      const unsupported = state.unsupported ?? null
      const version = capabilities?.version ?? state.version
      return {
        version,
        protocol: capabilities?.protocol ?? null,
        minimum_version: minimumGatewayVersion,
        supported: unsupported === null,
        reason:
          unsupported ??
          (capabilities
            ? state.connected && version === null
              ? 'It did not say which version it is.'
              : null
            : 'It has not been connected yet.'),
        remedy: unsupported === null ? null : updateRemedy,
        allowed_files: [...(capabilities?.probed?.allowed_files ?? [])],
        config_shape: capabilities?.probed?.config_shape ?? 'unknown',
        responses_tools: responsesToolsOf(version),
        methods_count: capabilities?.methods.size ?? 0,
        scopes: [...(capabilities?.scopes ?? [])],
      }
    },

    cancelJob: ({ params }) => {
      entities.must(store.jobs.get(params.job_id), 'job')
      return lifecycle.credentials.cancelJob(params.job_id)
    },
  }
}
