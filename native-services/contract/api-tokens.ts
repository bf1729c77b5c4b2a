/** Tokens for scripts, and what each scope may do. The scope that an operation needs follows from the operations table. */
import { z } from 'zod'
import { id, maybeTimestamp, timestamp } from './primitives.ts'

/** Each may do what those before it may. */
export const apiScopes = ['read', 'operate', 'admin'] as const
export type ApiScope = (typeof apiScopes)[number]

export const apiScopeWords: Readonly<Record<ApiScope, { label: string; sentence: string }>> = {
  read: { label: 'Read', sentence: 'Look at everything, change nothing.' },
  operate: { label: 'Operate', sentence: 'Read, and work with boards, tasks, agents and approvals.' },
  admin: { label: 'Admin', sentence: 'Everything: settings, tokens, backups, webhooks, starting and stopping the gateway, too.' },
}

export const apiToken = z.object({
  id,
  name: z.string(),
  scope: z.enum(apiScopes),
  /** The last characters, to tell tokens apart. */
  hint: z.string(),
  expires_at: maybeTimestamp,
  /** At most one minute behind. */
  last_used_at: maybeTimestamp,
  revoked_at: maybeTimestamp,
  created_at: timestamp,
})
export type ApiToken = z.infer<typeof apiToken>

/** The answer of its creation: the only time that the token itself is shown. */
export const apiTokenCreated = apiToken.extend({ token: z.string() })

export const apiTokenCreate = z.strictObject({
  name: z.string().trim().min(1).max(80),
  scope: z.enum(apiScopes),
  /** Null: until it is revoked. */
  expires_in_days: z.number().int().min(1).max(3650).nullable().default(null),
})

/** Groups of operations of which every change needs `admin`. */
const adminTags: ReadonlySet<string> = new Set([
  'settings',
  'runtime',
  'session',
  'gateways',
  'webhooks',
  'api-tokens',
  'backups',
  'diagnostics',
])

/** What an operation needs: reading is `read`, everything else `operate`, and what changes the control center itself `admin`. */
export function neededScope(operation: { method: string; tags: readonly string[]; scope?: ApiScope }): ApiScope {
  if (operation.scope !== undefined) return operation.scope
  if (operation.method === 'GET') return 'read'
  return operation.tags.some((tag) => adminTags.has(tag)) ? 'admin' : 'operate'
}

export const scopeAllows = (scope: ApiScope, needed: ApiScope): boolean => apiScopes.indexOf(scope) >= apiScopes.indexOf(needed)
