/** What the gateway told about itself in its hello. Read tolerantly: newer gateways add fields, and that must not break us. */
import { compareGatewayVersions, minimumGatewayVersion } from '../domain/gateway-version.ts'
import { type GatewayCapabilities, GatewayError, type ProbedCapabilities } from './types.ts'

type Json = Record<string, unknown>

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

/** Scopes without which provisioning or delivery cannot work. `operator.admin` implies the others. */
export const wantedScopes = ['operator.read', 'operator.write', 'operator.admin', 'operator.approvals', 'operator.pairing'] as const

export interface HelloFacts {
  capabilities: GatewayCapabilities
  bootId: string | null
  /** How long this boot had been up when it said hello. */
  uptimeMs: number | null
}

export function readHello(hello: unknown): HelloFacts {
  const root = object(hello)
  const server = object(root['server'])
  const uptime = object(root['snapshot'])['uptimeMs']
  const version = typeof server['version'] === 'string' ? server['version'] : null
  return {
    bootId: typeof server['bootId'] === 'string' ? server['bootId'] : null,
    uptimeMs: typeof uptime === 'number' ? uptime : null,
    capabilities: {
      protocol: typeof root['protocol'] === 'number' ? root['protocol'] : 0,
      version,
      scopes: strings(object(root['auth'])['scopes']),
      methods: new Set(strings(object(root['features'])['methods'])),
    },
  }
}

/** Null when the connection may do all we need; otherwise a sentence that says what is missing. */
export function missingScopes(granted: readonly string[]): string | null {
  if (granted.includes('operator.admin')) return null
  const missing = wantedScopes.filter((scope) => !granted.includes(scope))
  return missing.length === 0 ? null : `The gateway accepted the connection without the rights ${missing.join(', ')}.`
}

/** Every name that some version of OpenClaw took; TOOLS.md and HEARTBEAT.md were retired in July 2026. */
const candidateFiles = ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md', 'TOOLS.md', 'HEARTBEAT.md'] as const

type Ask = (method: string, params: Record<string, unknown>) => Promise<unknown>

/** Asks for what the hello does not tell. Reads only. Rejects when the connection goes away in between. */
export async function probeCapabilities(ask: Ask): Promise<ProbedCapabilities> {
  const list = object(await ask('agents.list', {}))
  const first = Array.isArray(list['agents']) ? object(list['agents'][0])['id'] : undefined
  const agentId = typeof list['defaultId'] === 'string' ? list['defaultId'] : typeof first === 'string' ? first : 'main'
  const allowed: string[] = []
  for (const name of candidateFiles) {
    try {
      await ask('agents.files.get', { agentId, name })
      allowed.push(name)
    } catch (error) {
      if (!(error instanceof GatewayError) || error.failure !== 'rejected') throw error
      // It knows the name, and only has no such file.
      if (!/unsupported|unknown method|unknown agent/i.test(error.message)) allowed.push(name)
    }
  }
  const config = object(await ask('config.get', {}))
  const agents = object(object(config['sourceConfig'] ?? config['parsed'] ?? config['config'])['agents'])
  return {
    allowed_files: allowed,
    config_shape: Array.isArray(agents['list']) ? 'list' : typeof agents['entries'] === 'object' ? 'entries' : 'unknown',
  }
}

/** How `tools` of `POST /v1/responses` are written. Only a model call could find it out, so this one goes by the version. */
export function responsesToolsOf(version: string | null): 'flat' | 'nested' | 'unknown' {
  const order = version === null ? null : compareGatewayVersions(version, minimumGatewayVersion)
  return order === null ? 'unknown' : order >= 0 ? 'flat' : 'nested'
}
