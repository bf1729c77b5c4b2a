/** OpenClaw's configuration as a person reads and changes it, its restore points, the versions of OpenClaw, and the gateway's channels. */
import { z } from 'zod'
import { agentSession } from './sessions.ts'
import { maybeTimestamp, timestamp } from './primitives.ts'

/** Characters; what is larger is no configuration. */
const longestConfig = 500_000
const text = z.string().max(longestConfig)
const hash = z.string().nullable()

export const configIssue = z.object({
  /** `syntax`: it cannot be read. `owned`: Mission Control keeps that key. `secret`: a masked value that nobody knows. `openclaw`: OpenClaw's own word. */
  kind: z.enum(['syntax', 'shape', 'owned', 'secret', 'openclaw']),
  /** `gateway.port`; empty for the whole. */
  path: z.string(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  message: z.string(),
  /** Where it is mended instead. */
  link: z.string().nullable(),
})
export type ConfigIssue = z.infer<typeof configIssue>

export const ownedKey = z.object({
  path: z.string(),
  why: z.string(),
  /** How it is changed instead; null when it cannot be. */
  where: z.string().nullable(),
  link: z.string().nullable(),
})
export type OwnedKey = z.infer<typeof ownedKey>

export const gatewayConfig = z.object({
  /** `gateway`: it answered for it. `file`: it is down, or runs with this very file. `none`: there is none yet. */
  source: z.enum(['gateway', 'file', 'none']),
  path: z.string(),
  /** Without secrets: each stands as `••••1a2b`. */
  text: z.string(),
  /** To be given back when it is saved; null when there is nothing yet. */
  hash,
  valid: z.boolean(),
  issues: z.array(configIssue),
  owned: z.array(ownedKey),
  secrets: z.number().int(),
  /** Why it cannot be changed now; null when it can. */
  locked: z.string().nullable(),
  /** The running gateway has not taken all of it yet: it wants a restart. */
  restart_pending: z.boolean(),
  updated_at: maybeTimestamp,
})
export type GatewayConfig = z.infer<typeof gatewayConfig>

export const configChange = z.object({
  path: z.string(),
  kind: z.enum(['added', 'changed', 'removed']),
  /** What the gateway does with it; null when it was not asked. */
  reload: z.enum(['hot', 'restart', 'none']).nullable(),
})
export const configCheckRequest = z.strictObject({ text })
export const configCheck = z.object({
  ok: z.boolean(),
  issues: z.array(configIssue),
  changes: z.array(configChange),
  /** What is there and what it would become, both without secrets and in the same form. */
  before: z.string(),
  after: z.string(),
  /** OpenClaw itself looked at it. */
  checked_by_openclaw: z.boolean(),
})
export type ConfigCheck = z.infer<typeof configCheck>

export const configWrite = z.strictObject({
  text,
  /** What the editor began with. */
  expected_hash: hash,
  note: z.string().trim().max(200).optional(),
})
export const configRestore = z.strictObject({ expected_hash: hash.optional() })
export const configSaved = z.object({
  /** `live`: the gateway took it. `file`: it counts from the next start. `none`: nothing was different. */
  applied: z.enum(['live', 'file', 'none']),
  hash,
  /** What was there before. */
  snapshot_id: z.string().nullable(),
  changes: z.array(configChange),
  restart_required: z.boolean(),
  message: z.string(),
})
export type ConfigSaved = z.infer<typeof configSaved>

export const configSnapshot = z.object({
  id: z.string(),
  created_at: timestamp,
  /** What happened next: `Before a change`, … */
  reason: z.string(),
  valid: z.boolean(),
  /** Bytes. */
  size: z.number().int(),
  openclaw_version: z.string().nullable(),
})
export type ConfigSnapshot = z.infer<typeof configSnapshot>
/** `text` without secrets. */
export const configSnapshotText = configSnapshot.extend({ text: z.string() })

// — versions —

export const runtimeVersion = z.object({
  /** Folder of a managed one; `path` or `setting` for one that was found. */
  id: z.string(),
  source: z.enum(['managed', 'path', 'setting']),
  version: z.string().nullable(),
  node_version: z.string().nullable(),
  path: z.string(),
  /** The one that is started next. */
  current: z.boolean(),
  /** The gateway that runs is of this version and started from here. */
  running: z.boolean(),
  installed_at: z.number().int().nullable(),
  /** Why it cannot be used. */
  problem: z.string().nullable(),
})
/** As the host tells it: times in milliseconds. */
export type LinkedRuntimeVersion = z.infer<typeof runtimeVersion>
export const runtimeVersions = z.object({
  items: z.array(runtimeVersion.extend({ installed_at: maybeTimestamp })),
  /** Why none can be chosen here; null when one can. */
  locked: z.string().nullable(),
  free_bytes: z.number().nullable(),
})
export type RuntimeVersion = z.infer<typeof runtimeVersions>['items'][number]

export const newestVersion = z.object({
  newest: z.string(),
  /** The newest first, only those that can be installed: at most ten. */
  versions: z.array(z.string()),
  asked_at: timestamp,
})
export type NewestVersion = z.infer<typeof newestVersion>

const versionText = z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,40})?$/, 'a version such as 2026.9.6')
export const installVersion = z.strictObject({ version: versionText })
export const versionTarget = z.strictObject({ id: z.string().min(1).max(200) })

const switchSteps = ['preflight', 'snapshot', 'stop', 'switch', 'start', 'verify', 'roll_back'] as const
const switchStep = z.object({
  step: z.enum(switchSteps),
  outcome: z.enum(['running', 'done', 'failed', 'skipped']),
  message: z.string().nullable(),
})
const switchBase = z.object({
  from: z.string().nullable(),
  to: z.string(),
  /** `refused`: nothing was touched. `rolled_back`: the old version runs again. `failed`: not even that worked. */
  outcome: z.enum(['running', 'switched', 'refused', 'rolled_back', 'failed']),
  message: z.string(),
})
/** Result of a job `runtime_switch`. */
export const runtimeSwitch = switchBase.extend({ steps: z.array(switchStep.extend({ at: timestamp })) })
export type RuntimeSwitch = z.infer<typeof runtimeSwitch>
/** The same as the host tells it; times are milliseconds. */
export const runtimeSwitchState = switchBase.extend({ job_id: z.string(), steps: z.array(switchStep.extend({ at: z.number().int() })) })
export type RuntimeSwitchState = z.infer<typeof runtimeSwitchState>

// — channels —

export const gatewayChannel = z.object({
  id: z.string(),
  label: z.string(),
  detail: z.string().nullable(),
  accounts: z.array(
    z.object({
      account_id: z.string(),
      name: z.string().nullable(),
      enabled: z.boolean().nullable(),
      configured: z.boolean().nullable(),
      linked: z.boolean().nullable(),
      running: z.boolean().nullable(),
      connected: z.boolean().nullable(),
      last_error: z.string().nullable(),
      last_inbound_at: maybeTimestamp,
      last_outbound_at: maybeTimestamp,
    }),
  ),
})
export type GatewayChannel = z.infer<typeof gatewayChannel>
export const gatewayChannels = z.object({
  items: z.array(gatewayChannel),
  actions: z.array(z.enum(['start', 'stop', 'logout'])),
  /** What a person should know, e.g. that this gateway is started without channels. */
  note: z.string().nullable(),
  read_at: timestamp,
})
export const channelTarget = z.strictObject({ account_id: z.string().min(1).max(200).optional() })
export const channelActionDone = z.object({ ok: z.literal(true), message: z.string() })

// — sessions —

export const gatewaySession = agentSession.extend({
  /** Null: an agent that is not known here. */
  agent_id: z.string().nullable(),
  gateway_agent_id: z.string(),
})
export type GatewaySession = z.infer<typeof gatewaySession>
export const gatewaySessions = z.object({
  items: z.array(gatewaySession),
  /** How many there are in the gateway, also those that were not asked for. */
  total: z.number().int(),
  read_at: timestamp,
})
