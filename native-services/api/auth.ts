/**
 * Who is calling, and from where. Operators come with the operator token or a session cookie, agents with their own token.
 *
 * A failed try is counted per address, a good one is never refused because of others' failures: every agent shares the loopback address,
 * and one with a stale token must not lock the others out.
 */
import { isIP } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { type ApiScope, apiScopeWords, scopeAllows } from '../contract/api-tokens.ts'
import { AppError } from '../contract/errors.ts'
import type { AgentLifecycle } from '../lifecycle/types.ts'
import type { AgentRow } from '../store/agents.ts'
import type { ApiTokenService } from './api-token-service.ts'
import { sameSecret, type Sessions } from './sessions.ts'

export class TooManyRequestsError extends AppError {
  readonly retryAfterSeconds: number
  constructor(retryAfterMs: number, message: string) {
    super('too_many_requests', message)
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  }
}

export interface Caller {
  readonly headers: Headers
  readonly method: string
  readonly address: string
}

export interface Auth {
  /**
   * Throws `unauthorized`, `origin_not_allowed`, `forbidden` (a token for scripts without the scope that is needed) or `too_many_requests`.
   * The operator token and sessions may do everything.
   */
  operator(caller: Caller, needed: ApiScope): Promise<void>
  /** Throws `agent_token_invalid` or `too_many_requests`. */
  agent(caller: Caller): Promise<AgentRow>
  /** A code that was not one; throws `too_many_requests` when there were too many. */
  countFailedExchange(address: string): Promise<void>
  sessionCookie(headers: Headers): string | null
}

export interface AuthLimits {
  failuresPerMinute: number
  agentRequestsPerMinute: number
  tokenRequestsPerMinute: number
  exchangesPerMinute: number
}
const defaultLimits: AuthLimits = {
  failuresPerMinute: 20,
  agentRequestsPerMinute: 600,
  tokenRequestsPerMinute: 600,
  exchangesPerMinute: 10,
}

async function consume(limiter: RateLimiterMemory, key: string, message: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refused) {
    throw refused instanceof RateLimiterRes ? new TooManyRequestsError(refused.msBeforeNext, message) : refused
  }
}

function bearer(headers: Headers): string | null {
  return /^Bearer\s+(\S+)\s*$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null
}

/** Whether a browser sent it on behalf of a page; programs send neither header. */
export const isFromPage = (headers: Headers): boolean => headers.has('origin') || headers.has('sec-fetch-site')

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A page of another origin can send our cookie along with a form; it cannot forge these headers. */
export function checkOrigin(headers: Headers): void {
  const origin = headers.get('origin')
  const allowed = origin === null ? headers.get('sec-fetch-site') === 'same-origin' : origin === `http://${headers.get('host') ?? ''}`
  if (!allowed)
    throw new AppError(
      'origin_not_allowed',
      'This request came from another site. Use the page of the control center itself, or the operator token.',
    )
}

/**
 * The `Host` header must name this machine: a page on the internet can point its own name at 127.0.0.1 (DNS rebinding), but not hide that name.
 * Bound to every interface, any IP address will do, since rebinding always needs a name.
 */
export function checkHost(headers: Headers, bound: { host: string; port: number }): void {
  const given = (headers.get('host') ?? '').toLowerCase()
  const parts = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d+))?$/.exec(given)
  const name = parts?.[1]?.replace(/^\[|\]$/g, '') ?? ''
  const port = Number(parts?.[2] ?? 80)
  const everywhere = bound.host === '0.0.0.0' || bound.host === '::'
  const known = name === '127.0.0.1' || name === 'localhost' || name === '::1' || name === bound.host.toLowerCase()
  if (everywhere ? known || isIP(name) !== 0 : known && port === bound.port) return
  throw new AppError(
    'origin_not_allowed',
    `This server does not answer to the name ${given || '(none)'}. Use http://127.0.0.1:${bound.port}.`,
  )
}

export function createAuth(options: {
  operatorToken: string
  sessions: Sessions
  tokens: Pick<ApiTokenService, 'verify' | 'used'>
  lifecycle: Pick<AgentLifecycle, 'authenticate'>
  limits?: Partial<AuthLimits>
}): Auth {
  const { sessions, lifecycle } = options
  const limits = { ...defaultLimits, ...options.limits }
  const failures = new RateLimiterMemory({ points: limits.failuresPerMinute, duration: 60 })
  const agents = new RateLimiterMemory({ points: limits.agentRequestsPerMinute, duration: 60 })
  const scripts = new RateLimiterMemory({ points: limits.tokenRequestsPerMinute, duration: 60 })
  const exchanges = new RateLimiterMemory({ points: limits.exchangesPerMinute, duration: 60 })

  async function refuse(address: string, code: 'unauthorized' | 'agent_token_invalid', message: string): Promise<never> {
    await consume(failures, address, 'Too many failed sign-ins from this address. Wait a minute, then use the right token.')
    throw new AppError(code, message)
  }

  function sessionCookie(headers: Headers): string | null {
    const prefix = `${sessions.cookieName()}=`
    const found = (headers.get('cookie') ?? '')
      .split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(prefix))
    return found === undefined ? null : found.slice(prefix.length)
  }

  /** A token for scripts; false when the text is none. */
  async function script(token: string, needed: ApiScope, address: string): Promise<boolean> {
    const verdict = options.tokens.verify(token)
    if (verdict === null) return false
    if (verdict.kind !== 'good')
      return refuse(
        address,
        'unauthorized',
        verdict.kind === 'unknown'
          ? 'This API token is not known here. Make a new one in Settings → API tokens.'
          : verdict.kind === 'revoked'
            ? `The API token ${verdict.row.name} was revoked. Make a new one in Settings → API tokens.`
            : `The API token ${verdict.row.name} has expired. Make a new one in Settings → API tokens.`,
      )
    const { row } = verdict
    await consume(scripts, row.id, `Too many requests with the API token ${row.name}. Wait a minute before the next one.`)
    if (!scopeAllows(row.scope, needed))
      throw new AppError(
        'forbidden',
        `This needs a token with the scope ${needed}; ${row.name} has ${row.scope} (${apiScopeWords[row.scope].sentence})`,
        { data: { needed_scope: needed, scope: row.scope } },
      )
    options.tokens.used(row)
    return true
  }

  return {
    sessionCookie,
    async operator({ headers, method, address }, needed) {
      const token = bearer(headers)
      if (token !== null) {
        if (await script(token, needed, address)) return
        if (sameSecret(token, options.operatorToken)) return
        await refuse(
          address,
          'unauthorized',
          'The operator token is not the right one. It stands in the file `operator-token` of the data folder.',
        )
      }
      const cookie = sessionCookie(headers)
      if (cookie === null)
        throw new AppError(
          'unauthorized',
          'Sign in first: open the link that `mission-control open` prints, or send `Authorization: Bearer <operator token>`.',
        )
      if (!sessions.verify(cookie))
        await refuse(address, 'unauthorized', 'This session has ended. Open the link that `mission-control open` prints.')
      // Reading, too: a page of another port of this machine counts as the same site, and could keep streams and downloads busy.
      const elsewhere = /^(?:cross|same)-site$/.test(headers.get('sec-fetch-site') ?? '')
      if (!safeMethods.has(method) || elsewhere) checkOrigin(headers)
    },

    async agent({ headers, address }) {
      const token = headers.get('x-agent-token')?.trim() || bearer(headers)
      if (!token)
        throw new AppError(
          'agent_token_invalid',
          'Send your token in the header X-Agent-Token. It stands in `.mission-control/credentials` of your workspace as AUTH_TOKEN.',
        )
      const agent = token.length <= 512 ? lifecycle.authenticate(token) : undefined
      if (!agent)
        return refuse(
          address,
          'agent_token_invalid',
          'This agent token is not valid (any more). Read `.mission-control/credentials` again; when it is refused still, an operator must re-sync the tokens.',
        )
      await consume(agents, agent.id, 'Too many requests by this agent. Wait a minute before the next one.')
      return agent
    },

    countFailedExchange: (address) => consume(exchanges, address, 'Too many tries to sign in. Wait a minute.'),
  }
}
