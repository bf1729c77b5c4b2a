/** Operations on what is measured: processes, and the health of the gateway layer by layer. */
import { z } from 'zod'
import { gatewayHealth } from './gateway-health.ts'
import type { Operation } from './operations.ts'
import { processMetrics } from './process-metrics.ts'

// A table: one operation per line.
// oxfmt-ignore
export const healthOperations = {
  getProcessMetrics: { method: 'GET', path: '/metrics/processes', auth: 'operator', tags: ['health'], summary: 'Memory and CPU of gateway, services and host, the last hour; asking keeps them measured every ten seconds for the next minute', query: z.strictObject({ since: z.iso.datetime().optional() }), response: processMetrics },
  getGatewayHealth: { method: 'GET', path: '/gateways/{gateway_id}/health', auth: 'operator', tags: ['gateways'], summary: 'Process, HTTP, WebSocket, authenticated call, last run: as last seen; asking keeps them checked every 30 s for the next minute', response: gatewayHealth },
  checkGatewayHealth: { method: 'POST', path: '/gateways/{gateway_id}/health/check', auth: 'operator', tags: ['gateways'], summary: 'Look at every layer now', response: gatewayHealth },
  restartGatewayWhenIdle: { method: 'POST', path: '/gateways/{gateway_id}/restart-when-idle', auth: 'operator', tags: ['gateways'], summary: 'Restart it as soon as no run is under way, within half an hour', status: 202, response: z.object({ accepted: z.literal(true), message: z.string() }) },
} as const satisfies Record<string, Operation>
