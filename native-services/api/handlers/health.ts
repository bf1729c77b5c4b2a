/** What is measured: processes and the gateway's layers; the Doctor; a restart that waits until nothing runs. */
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Doctor } from '../doctor.ts'
import type { Entities } from '../entities.ts'
import type { GatewayHealthWatch } from '../gateway-health.ts'
import type { IdleRestart } from '../idle-restart.ts'
import type { ProcessMonitor } from '../process-monitor.ts'
import { AppError } from '../../contract/errors.ts'

type Ids =
  | 'getProcessMetrics'
  | 'getGatewayHealth'
  | 'checkGatewayHealth'
  | 'restartGatewayWhenIdle'
  | 'runDoctor'
  | 'getDoctor'
  | 'tightenSecretFiles'

export function healthHandlers(
  deps: ApiDeps,
  parts: { entities: Entities; monitor: ProcessMonitor; health: GatewayHealthWatch; doctor: Doctor; idleRestart: IdleRestart },
): HandlerGroup<Ids> {
  const { store } = deps
  const { monitor, health, doctor } = parts

  function mustLocal(gatewayId: string) {
    const gateway = parts.entities.mustGateway(gatewayId)
    if (!gateway.is_local) throw new AppError('conflict', 'This is possible only for the gateway on this machine.')
    return gateway
  }

  return {
    getProcessMetrics({ query }) {
      monitor.watch()
      return monitor.metrics(query.since === undefined ? undefined : Date.parse(query.since))
    },
    getGatewayHealth({ params }) {
      mustLocal(params.gateway_id)
      health.watch()
      return health.view()
    },
    checkGatewayHealth({ params }) {
      mustLocal(params.gateway_id)
      return health.check()
    },
    restartGatewayWhenIdle({ params }) {
      const gateway = mustLocal(params.gateway_id)
      return { accepted: true, message: parts.idleRestart.ask(gateway.id) }
    },
    runDoctor: () => doctor.run(),
    getDoctor: () => ({ job: doctor.newest() }),
    async tightenSecretFiles() {
      const changed = await doctor.tighten()
      if (changed.length > 0)
        store.write(() =>
          store.activity.record({
            event_type: 'doctor.files_tightened',
            message: `Operator took other users' access to ${changed.length} ${changed.length === 1 ? 'file' : 'files'} away`,
            actor_type: 'user',
            actor_name: 'Operator',
          }),
        )
      return { changed }
    },
  }
}
