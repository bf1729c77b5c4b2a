/** Credentials and versions of a gateway: who holds which token, whether all copies agree, what the gateway can do. */
import { z } from 'zod'
import { maybeTimestamp, timestamp } from './primitives.ts'

/** Where a copy of a credential lies. `ours` is the one that the others are compared with. */
const credentialSources = ['ours', 'workspace_file', 'agents_block', 'gateway_config', 'service_definition'] as const
const driftStatuses = ['in_sync', 'drifted', 'missing', 'unknown'] as const

export const credential = z.object({
  /** Id of the agent, or `gateway` for the gateway's own shared token. */
  subject: z.string(),
  subject_name: z.string(),
  source: z.enum(credentialSources),
  /** First eight hex characters of a keyed hash: equal for equal tokens, and of no use to anybody else. Null when there is nothing to hash. */
  fingerprint: z.string().nullable(),
  status: z.enum(driftStatuses),
  /** What is wrong, in a sentence; null when nothing is. */
  message: z.string().nullable(),
  /** Since when it is in this status, as far as we saw. */
  since_at: timestamp,
  checked_at: timestamp,
})
export type Credential = z.infer<typeof credential>

export const mendResult = z.object({ subject: z.string(), mended: z.boolean(), message: z.string() })

const rotationSteps = ['mint', 'remember', 'apply', 'close', 'reconnect', 'commit', 'roll_back'] as const

export const tokenRotation = z.object({
  gateway_id: z.string(),
  rotated: z.boolean(),
  /** `live`: a running gateway changed it without a restart. `file`: it was stopped, so its configuration file was written. */
  applied: z.enum(['live', 'file', 'none']),
  /** Last four characters of the token that counts now. */
  token_hint: z.string().nullable(),
  message: z.string(),
  steps: z.array(
    z.object({
      step: z.enum(rotationSteps),
      outcome: z.enum(['done', 'skipped', 'failed']),
      message: z.string().nullable(),
      at: timestamp,
    }),
  ),
})
export type TokenRotation = z.infer<typeof tokenRotation>

/** A device that is paired with the gateway and holds a token of its own, which a rotation of the shared token does not touch. */
export const gatewayDevice = z.object({
  device_id: z.string(),
  name: z.string().nullable(),
  client_id: z.string().nullable(),
  client_mode: z.string().nullable(),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
  /** `silent`: nobody was asked. */
  approved_via: z.string().nullable(),
  connected: z.boolean(),
  paired_at: maybeTimestamp,
  last_seen_at: maybeTimestamp,
  /** It was paired before the shared token was last rotated, and still gets in. */
  outlived_rotation: z.boolean(),
})
export type GatewayDevice = z.infer<typeof gatewayDevice>

export const gatewayDevices = z.object({
  items: z.array(gatewayDevice),
  /** Requests to pair that wait for a person. */
  pending: z.number().int(),
  token_rotated_at: maybeTimestamp,
})

export const gatewayCapabilitiesView = z.object({
  /** Null while no gateway has said hello. */
  version: z.string().nullable(),
  protocol: z.number().int().nullable(),
  minimum_version: z.string(),
  supported: z.boolean(),
  /** Why it is not used, or what is not known about it. */
  reason: z.string().nullable(),
  remedy: z.string().nullable(),
  /** Names that `agents.files.set` takes; empty until they were asked for. */
  allowed_files: z.array(z.string()),
  config_shape: z.enum(['entries', 'list', 'unknown']),
  responses_tools: z.enum(['flat', 'nested', 'unknown']),
  methods_count: z.number().int(),
  scopes: z.array(z.string()),
})
