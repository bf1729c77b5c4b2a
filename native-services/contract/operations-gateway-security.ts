/** Operations on the credentials, devices and capabilities of a gateway, and the end of a job before its time. */
import { z } from 'zod'
import { job } from './entities.ts'
import { credential, gatewayCapabilitiesView, gatewayDevices, mendResult, tokenRotation } from './gateway-security.ts'
import type { Operation } from './operations.ts'
import { ok } from './primitives.ts'

// A table: one operation per line.
// oxfmt-ignore
export const gatewaySecurityOperations = {
  rotateGatewayToken: { method: 'POST', path: '/gateways/{gateway_id}/token/rotate', auth: 'operator', tags: ['gateways'], summary: 'Give our own gateway a new shared token, step by step, without a restart', response: tokenRotation },
  getGatewayDrift: { method: 'GET', path: '/gateways/{gateway_id}/drift', auth: 'operator', tags: ['gateways'], summary: 'Every copy of every credential: fingerprint, status, since when', response: z.object({ items: z.array(credential) }) },
  mendDrift: { method: 'POST', path: '/gateways/{gateway_id}/drift/{subject}/mend', auth: 'operator', tags: ['gateways'], summary: 'Bring the copies of one credential together again; `subject` is an agent\'s id or `gateway`', response: mendResult },
  listGatewayDevices: { method: 'GET', path: '/gateways/{gateway_id}/devices', auth: 'operator', tags: ['gateways'], summary: 'Devices that hold a token of their own', response: gatewayDevices },
  removeGatewayDevice: { method: 'POST', path: '/gateways/{gateway_id}/devices/{device_id}/remove', auth: 'operator', tags: ['gateways'], summary: 'Unpair a device: its token is void at once', response: ok },
  getGatewayCapabilities: { method: 'GET', path: '/gateways/{gateway_id}/capabilities', auth: 'operator', tags: ['gateways'], summary: 'Version, and what this gateway can do', response: gatewayCapabilitiesView },
  cancelJob: { method: 'POST', path: '/jobs/{job_id}/cancel', auth: 'operator', tags: ['jobs'], summary: 'End a job at its next safe point; what was done stays done', response: job },
} as const satisfies Record<string, Operation>
