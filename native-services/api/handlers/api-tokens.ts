/** Tokens for scripts. */
import type { apiTokenOperations } from '../../contract/operations-api-tokens.ts'
import type { ApiTokenService } from '../api-token-service.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { pick } from './operator.ts'

export function apiTokenHandlers(
  { store }: ApiDeps,
  { entities, tokens }: { entities: Entities; tokens: ApiTokenService },
): HandlerGroup<keyof typeof apiTokenOperations> {
  return {
    listApiTokens: ({ query }) => ({ ...store.apiTokens.list(query), ...pick(query) }),
    createApiToken: ({ body }) => tokens.create(body),
    revokeApiToken: ({ params }) => tokens.revoke(entities.must(store.apiTokens.get(params.api_token_id), 'API token')),
  }
}
