/** What the gateway told about itself in its hello. Read tolerantly: newer gateways add fields, and that must not break us. */
import type { GatewayCapabilities } from './types.ts'

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
