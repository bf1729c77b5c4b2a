/** Who holds a token, and what its use means: the first use of a new token ends the one before. */
import type { Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import type { AgentTokens, TokenMatch } from './agent-token.ts'
import type { CheckToken } from './verify-token.ts'

export interface AgentAuth {
  authenticate(token: string): AgentRow | undefined
  /** Our own trial of a token: no sign of life of its agent, and no first use. */
  checkToken: CheckToken
  isTrial(agentId: string): boolean
  /** The agent's last call came with the token before the present one. */
  usedPrevious(agentId: string): boolean
  forget(agentId: string): void
}

export function createAgentAuth(options: { store: Store; log: Log; tokens: AgentTokens; checkToken: CheckToken }): AgentAuth {
  const { store, log, tokens } = options
  const trials = new Map<string, number>()
  const lastMatch = new Map<string, TokenMatch>()

  function find(token: string): { agent: AgentRow; match: TokenMatch } | undefined {
    const prefix = tokens.prefix(token)
    if (prefix === undefined) return undefined
    for (const agent of store.agents.byTokenPrefix(prefix)) {
      const match = tokens.match(agent, token)
      if (match) return { agent, match }
    }
    return undefined
  }

  return {
    authenticate(token) {
      const found = find(token)
      if (!found) return undefined
      const { agent, match } = found
      if (trials.has(agent.id)) return agent
      lastMatch.set(agent.id, match)
      if (match !== 'current' || agent.previous_token_hash === null) return agent
      store.write(() => store.agents.update(agent.id, { previous_token_hash: null, previous_token_prefix: null }))
      log.info('agent.token.previous_dropped', { agent_id: agent.id })
      return store.agents.get(agent.id)
    },

    async checkToken(credentials) {
      const agent = find(credentials.auth_token)?.agent
      if (!agent) return { ok: false, reason: 'refused', message: 'The token in its workspace is not the one we know.' }
      trials.set(agent.id, (trials.get(agent.id) ?? 0) + 1)
      try {
        return await options.checkToken(credentials)
      } finally {
        const left = (trials.get(agent.id) ?? 1) - 1
        if (left > 0) trials.set(agent.id, left)
        else trials.delete(agent.id)
      }
    },

    isTrial: (agentId) => trials.has(agentId),
    usedPrevious: (agentId) => lastMatch.get(agentId) === 'previous',
    forget: (agentId) => void lastMatch.delete(agentId),
  }
}
