import { apiToken, apiTokenCreate, apiTokenCreated } from './api-tokens.ts'
import type { Operation } from './operations.ts'
import { page, pageQuery } from './primitives.ts'

// oxfmt-ignore
export const apiTokenOperations = {
  listApiTokens: { method: 'GET', path: '/api-tokens', auth: 'operator', tags: ['api-tokens'], summary: 'Tokens for scripts, newest first; the revoked ones of the last thirty days, too', query: pageQuery, response: page(apiToken) },
  createApiToken: { method: 'POST', path: '/api-tokens', auth: 'operator', tags: ['api-tokens'], summary: 'A token for a script; it is shown once', body: apiTokenCreate, status: 201, response: apiTokenCreated },
  revokeApiToken: { method: 'POST', path: '/api-tokens/{api_token_id}/revoke', auth: 'operator', tags: ['api-tokens'], summary: 'Refuse this token from now on', response: apiToken },
} as const satisfies Record<string, Operation>
