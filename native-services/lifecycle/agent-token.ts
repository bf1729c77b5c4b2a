/**
 * Agent tokens: `mca_` and 32 random bytes. Only a keyed hash is stored.
 *
 * HMAC-SHA256 and not a slow password hash: slowness protects secrets that can be guessed, and 256 random bits cannot. A fast hash
 * lets every agent call be authenticated without a queue. The key lies outside the database, so a stolen database alone proves nothing.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { registerSecret, secretHint } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'

/** Characters of the token that are stored in clear, to find the row: 48 of its 256 random bits. */
const prefixLength = 12
const shape = /^mca_[A-Za-z0-9_-]{43}$/

export interface MintedToken {
  token: string
  token_prefix: string
  token_hash: string
  token_hint: string
}

export type TokenMatch = 'current' | 'previous' | null

export interface AgentTokens {
  mint(): MintedToken
  /** Compares in constant time with both hashes of the agent. */
  match(agent: Pick<AgentRow, 'token_hash' | 'previous_token_hash'>, token: string): TokenMatch
  /** Eight hex characters that tell two secrets apart and help nobody to guess one. */
  fingerprint(secret: string): string
  /** Undefined when the text cannot be a token at all. */
  prefix(token: string): string | undefined
}

export function createAgentTokens(installKey: string): AgentTokens {
  const key = Buffer.from(installKey, 'utf8')
  const hash = (token: string): Buffer => createHmac('sha256', key).update(token, 'utf8').digest()
  function equal(stored: string | null, given: Buffer): boolean {
    const known = Buffer.from(stored ?? '', 'hex')
    // Compare something of the same length even when nothing is stored, so that the time tells nothing.
    return known.length === given.length ? timingSafeEqual(known, given) : !timingSafeEqual(given, given)
  }

  return {
    mint() {
      const token = `mca_${randomBytes(32).toString('base64url')}`
      registerSecret(token)
      return { token, token_prefix: token.slice(0, prefixLength), token_hash: hash(token).toString('hex'), token_hint: secretHint(token) }
    },
    match(agent, token) {
      const given = hash(token)
      const current = equal(agent.token_hash, given)
      const previous = equal(agent.previous_token_hash, given)
      return current ? 'current' : previous ? 'previous' : null
    },
    fingerprint: (secret) => hash(secret).toString('hex').slice(0, 8),
    prefix: (token) => (shape.test(token) ? token.slice(0, prefixLength) : undefined),
  }
}
