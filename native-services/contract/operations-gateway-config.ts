/** Operations on OpenClaw's configuration and versions, and on what the gateway has: channels and sessions. */
import { z } from 'zod'
import { job } from './entities.ts'
import * as config from './gateway-config.ts'
import type { Operation } from './operations.ts'

// A table: one operation per line.
// oxfmt-ignore
export const gatewayConfigOperations = {
  getGatewayConfig: { method: 'GET', path: '/gateways/{gateway_id}/config', auth: 'operator', tags: ['gateways'], summary: 'OpenClaw\'s configuration; each secret stands as its last four characters', response: config.gatewayConfig },
  checkGatewayConfig: { method: 'POST', path: '/gateways/{gateway_id}/config/check', auth: 'operator', tags: ['gateways'], summary: 'What would be wrong with this configuration and what would change; nothing is written', body: config.configCheckRequest, response: config.configCheck },
  updateGatewayConfig: { method: 'PUT', path: '/gateways/{gateway_id}/config', auth: 'operator', tags: ['gateways'], summary: 'Change it: checked first, with a restore point; 409 when somebody else changed it meanwhile', body: config.configWrite, response: config.configSaved },
  listConfigSnapshots: { method: 'GET', path: '/gateways/{gateway_id}/config/snapshots', auth: 'operator', tags: ['gateways'], summary: 'Restore points, newest first', response: z.object({ items: z.array(config.configSnapshot) }) },
  getConfigSnapshot: { method: 'GET', path: '/gateways/{gateway_id}/config/snapshots/{snapshot_id}', auth: 'operator', tags: ['gateways'], summary: 'One restore point, without secrets', response: config.configSnapshotText },
  restoreConfigSnapshot: { method: 'POST', path: '/gateways/{gateway_id}/config/snapshots/{snapshot_id}/restore', auth: 'operator', tags: ['gateways'], summary: 'Put a restore point back; the keys that Mission Control keeps stay as they are', body: config.configRestore, response: config.configSaved },

  listRuntimeVersions: { method: 'GET', path: '/runtime/versions', auth: 'operator', tags: ['runtime'], summary: 'The versions of OpenClaw on this machine', response: config.runtimeVersions },
  askNewestVersion: { method: 'POST', path: '/runtime/versions/newest', auth: 'operator', tags: ['runtime'], summary: 'Ask the npm registry for the newest version', response: config.newestVersion },
  installRuntimeVersion: { method: 'POST', path: '/runtime/versions', auth: 'operator', tags: ['runtime'], summary: 'Install a version beside the others; the one in use stays', body: config.installVersion, status: 202, response: job },
  switchRuntimeVersion: { method: 'POST', path: '/runtime/versions/switch', auth: 'operator', tags: ['runtime'], summary: 'Use another version: checked first, verified after, rolled back when it does not work', body: config.versionTarget, status: 202, response: job },
  removeRuntimeVersion: { method: 'POST', path: '/runtime/versions/remove', auth: 'operator', tags: ['runtime'], summary: 'Delete an installed version that is not in use', body: config.versionTarget, response: config.channelActionDone },

  listGatewayChannels: { method: 'GET', path: '/gateways/{gateway_id}/channels', auth: 'operator', tags: ['gateways'], summary: 'Channels of the gateway and their accounts', response: config.gatewayChannels },
  startGatewayChannel: { method: 'POST', path: '/gateways/{gateway_id}/channels/{channel}/start', auth: 'operator', tags: ['gateways'], summary: 'Start a channel', body: config.channelTarget, response: config.channelActionDone },
  stopGatewayChannel: { method: 'POST', path: '/gateways/{gateway_id}/channels/{channel}/stop', auth: 'operator', tags: ['gateways'], summary: 'Stop a channel', body: config.channelTarget, response: config.channelActionDone },
  logoutGatewayChannel: { method: 'POST', path: '/gateways/{gateway_id}/channels/{channel}/logout', auth: 'operator', tags: ['gateways'], summary: 'Sign a channel out; it has to be linked anew', body: config.channelTarget, response: config.channelActionDone },

  listGatewaySessions: { method: 'GET', path: '/gateways/{gateway_id}/sessions', auth: 'operator', tags: ['sessions'], summary: 'Conversations of all agents in the gateway, newest first', response: config.gatewaySessions },
} as const satisfies Record<string, Operation>
