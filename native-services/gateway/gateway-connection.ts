/**
 * The one long-lived WebSocket to the gateway, over the official client, which does the handshake and matches answers to questions.
 * Reconnecting is ours: on loopback a try costs nothing, so we come back within a second of the gateway instead of within thirty.
 */
import { GatewayClient } from '@openclaw/gateway-client'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact, registerSecret } from '../platform/redact.ts'
import { minimumGatewayVersion, unsupportedReason } from '../domain/gateway-version.ts'
import { missingScopes, probeCapabilities, readHello, wantedScopes } from './capabilities.ts'
import { failureOfClose, toGatewayError } from './gateway-errors.ts'
import { type GatewayConnection, type GatewayConnectionState, GatewayError, type GatewayEvent, type GatewayFailure } from './types.ts'

const defaultRequestTimeoutMs = 30_000
const probeEveryMs = 30_000
/** Between two tries; the last one repeats. */
const retryDelaysMs = [250, 500, 1000, 1500, 2000]
/** A refused token does not get better by trying often; `setTarget` with a new one tries at once. */
const unauthorizedRetryMs = 15_000

interface Target {
  port: number
  token: string | null
}

const reasons: Partial<Record<GatewayFailure, string>> = {
  unauthorized: 'The gateway refused our token. Re-read its configuration, or restart it.',
  rate_limited: 'The gateway refuses new connections for a moment: too many failed sign-ins.',
}

export function createGatewayConnection(options: { clock: Clock; log: Log; version: string }): GatewayConnection {
  const { clock } = options
  const log = options.log.scope('gateway/ws')
  const stateListeners = new Set<(state: GatewayConnectionState) => void>()
  const eventListeners = new Set<(event: GatewayEvent) => void>()

  let state: GatewayConnectionState = {
    connected: false,
    reason: 'Not started.',
    failure: null,
    version: null,
    boot_id: null,
    boot_at: null,
    capabilities: null,
    latency_ms: null,
    since_at: clock.now(),
  }
  let running = false
  let target: Target | null = null
  let client: GatewayClient | null = null
  let attempt = 0
  let retryTimer: TimerHandle | null = null
  let probeTimer: TimerHandle | null = null
  let lostAt: number | null = null

  function publish(patch: Partial<GatewayConnectionState>): void {
    const turned = patch.connected !== undefined && patch.connected !== state.connected
    state = { ...state, ...patch, since_at: turned ? clock.now() : state.since_at }
    for (const listener of stateListeners) listener(state)
  }

  function clearTimers(): void {
    retryTimer?.cancel()
    probeTimer?.cancel()
    retryTimer = null
    probeTimer = null
  }

  function dropClient(): void {
    const old = client
    client = null
    old?.stop()
  }

  function lost(failure: GatewayFailure, reason: string): void {
    clearTimers()
    dropClient()
    if (state.connected) {
      lostAt = clock.now()
      log.warn('gateway.disconnected', { failure, reason })
    } else if (reason !== state.reason) log.info('gateway.unreachable', { failure, reason })
    publish({ connected: false, failure, reason, latency_ms: null })
    if (!running) return
    const step = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)] ?? 2000
    attempt += 1
    retryTimer = clock.setTimer(
      failure === 'unauthorized' || failure === 'rate_limited' || failure === 'rejected' ? unauthorizedRetryMs : step,
      connect,
    )
  }

  function onHello(from: GatewayClient, hello: unknown): void {
    if (from !== client) return
    const facts = readHello(hello)
    attempt = 0
    const unsupported = unsupportedReason(facts.capabilities)
    if (unsupported !== null) {
      log.error('gateway.unsupported', { version: facts.capabilities.version, protocol: facts.capabilities.protocol })
      publish({ unsupported, version: facts.capabilities.version, capabilities: facts.capabilities })
      return lost('rejected', unsupported)
    }
    const now = clock.now()
    // The uptime may be the process's own, which survives a restart inside the process: a new boot id cannot be older than our loss.
    const byUptime = facts.uptimeMs === null ? now : now - facts.uptimeMs
    const sameBoot = facts.bootId !== null && facts.bootId === state.boot_id
    const bootAt = sameBoot ? (state.boot_at ?? byUptime) : state.boot_id === null ? byUptime : Math.max(byUptime, lostAt ?? byUptime)
    const problem = missingScopes(facts.capabilities.scopes)
    if (problem) log.error('gateway.scopes_missing', { reason: problem })
    void from
      .request('sessions.subscribe', {})
      .catch((error: unknown) => log.warn('gateway.subscribe_failed', { error: redact(errorText(error)) }))
    log.info('gateway.connected', { version: facts.capabilities.version, boot_id: facts.bootId, same_boot: sameBoot })
    publish({
      connected: true,
      reason: problem,
      failure: null,
      version: facts.capabilities.version,
      boot_id: facts.bootId,
      boot_at: bootAt,
      capabilities: facts.capabilities,
      unsupported: null,
    })
    void probe(from)
    void explore(from)
  }

  /** What the hello does not say. Nothing waits for it. */
  async function explore(from: GatewayClient): Promise<void> {
    try {
      const probed = await probeCapabilities((method, params) =>
        from.request(method, params, { timeoutMs: 15_000 }).catch((error: unknown) => {
          throw toGatewayError(error, method)
        }),
      )
      if (from === client && state.connected && state.capabilities) publish({ capabilities: { ...state.capabilities, probed } })
    } catch (error) {
      if (from === client && state.connected) log.warn('gateway.capabilities_unknown', { error: errorText(error) })
    }
  }

  /** Times one cheap request. Any answer counts, a refusal too: it is the round trip that we want. */
  async function probe(from: GatewayClient): Promise<void> {
    const startedAt = performance.now()
    try {
      await from.request('last-heartbeat', {}, { timeoutMs: 10_000 })
    } catch (error) {
      const failure = toGatewayError(error, 'probe').failure
      if (from !== client) return
      // The client's own watchdog closes a socket whose ticks stop; a slow answer alone is shown, not acted on.
      if (failure === 'timeout') log.warn('gateway.probe_slow')
    }
    if (from !== client || !state.connected) return
    publish({ latency_ms: Math.round((performance.now() - startedAt) * 10) / 10 })
    probeTimer = clock.setTimer(probeEveryMs, () => void probe(from))
  }

  function connect(): void {
    clearTimers()
    dropClient()
    if (!running) return
    if (!target || target.token === null) {
      publish({ connected: false, failure: 'unavailable', reason: 'There is no gateway configuration yet.' })
      return
    }
    let connectError: unknown = null
    const next = new GatewayClient({
      url: `ws://127.0.0.1:${target.port}`,
      token: target.token,
      clientDisplayName: 'OpenClaw Mission Control',
      clientVersion: options.version,
      scopes: [...wantedScopes],
      caps: ['tool-events', 'approvals', 'exec-approvals'],
      requestTimeoutMs: defaultRequestTimeoutMs,
      hostDeps: {
        redactForLog: redact,
        logDebug: (message) => log.debug(message),
        logError: (message) => log.warn(message),
      },
      onHelloOk: (hello) => onHello(next, hello),
      onConnectError: (error) => {
        connectError = error
      },
      onReconnectPaused: ({ code, reason }) => {
        if (next === client)
          lost(connectError ? toGatewayError(connectError, 'connect').failure : failureOfClose(code, reason), pausedReason())
      },
      onClose: (code, reason) => {
        if (next !== client) return
        const failure = connectError ? toGatewayError(connectError, 'connect').failure : failureOfClose(code, reason)
        const old = protocolRefused(code, connectError)
        if (old !== null) {
          publish({ unsupported: old })
          return lost('rejected', old)
        }
        lost(failure, reasons[failure] ?? closeReason(code, reason))
      },
      onEvent: (frame) => {
        if (next !== client) return
        const event: GatewayEvent = { event: frame.event, payload: (frame.payload ?? {}) as Record<string, unknown> }
        for (const listener of eventListeners) listener(event)
      },
      onGap: ({ expected, received }) => log.warn('gateway.event_gap', { expected, received }),
    })
    const pausedReason = (): string => {
      const failure = connectError ? toGatewayError(connectError, 'connect').failure : 'unavailable'
      return reasons[failure] ?? redact(`The gateway refused the connection: ${errorText(connectError)}`)
    }
    client = next
    try {
      next.start()
    } catch (error) {
      lost('unavailable', redact(`The connection could not be opened: ${errorText(error)}`))
    }
  }

  return {
    start() {
      if (running) return
      running = true
      attempt = 0
      connect()
    },

    async stop() {
      running = false
      clearTimers()
      const old = client
      client = null
      await old?.stopAndWait({ timeoutMs: 2000 }).catch(() => undefined)
      if (state.connected) publish({ connected: false, failure: 'aborted', reason: 'Stopped.', latency_ms: null })
    },

    setTarget(next) {
      registerSecret(next.token)
      if (target && target.port === next.port && target.token === next.token) {
        // The host says that a gateway is there (again): do not wait for the next try.
        if (running && !state.connected && retryTimer) connect()
        return
      }
      target = { ...next }
      attempt = 0
      if (!running) return
      if (state.connected) {
        lostAt = clock.now()
        publish({ connected: false, failure: 'unavailable', reason: 'Connecting to another address.', latency_ms: null })
      }
      connect()
    },

    state: () => state,
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },

    async request(method, params, requestOptions = {}) {
      const current = client
      if (!current || !state.connected) throw new GatewayError('unavailable', state.reason ?? 'The gateway is not connected.')
      try {
        return await current.request<Record<string, unknown>>(method, params, {
          timeoutMs: requestOptions.timeoutMs ?? defaultRequestTimeoutMs,
        })
      } catch (error) {
        throw toGatewayError(error, method)
      }
    },

    whenConnected(ms) {
      if (state.connected) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const listener = (next: GatewayConnectionState): void => {
          if (!next.connected) return
          finish()
          resolve()
        }
        const timer = clock.setTimer(ms, () => {
          finish()
          reject(new GatewayError('unavailable', state.reason ?? 'The gateway is not connected.'))
        })
        const finish = (): void => {
          timer.cancel()
          stateListeners.delete(listener)
        }
        stateListeners.add(listener)
      })
    },
  }
}

function closeReason(code: number, reason: string): string {
  if (code === 1012) return 'The gateway is restarting.'
  if (code === 1013) return 'The gateway is starting.'
  if (code === 1006) return 'The gateway does not answer.'
  return redact(`The gateway closed the connection (${code}${reason ? `, ${reason}` : ''}).`)
}

/** Gateways from before protocol 4 close with 1002 and say what they expected; there is no hello to read a version from. */
function protocolRefused(code: number, error: unknown): string | null {
  const text = error === null ? '' : errorText(error)
  if (code !== 1002 && !/protocol.?mismatch/i.test(text)) return null
  return `This gateway speaks another protocol than ours. Use OpenClaw ${minimumGatewayVersion} or newer.`
}
