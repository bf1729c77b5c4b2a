/**
 * Gives our own gateway a new shared token. The order makes it safe: the new one is remembered beside the old before anything changes,
 * and becomes the one only after the gateway has accepted it. Whoever dies in between, the host then keeps whichever the gateway takes.
 * The gateway applies it without a restart and closes every connection that used the old one (close code 4001).
 */
import { randomBytes } from 'node:crypto'
import type { TokenRotation } from '../contract/gateway-security.ts'
import { AppError } from '../contract/errors.ts'
import type { HostCommand } from '../contract/host-link.ts'
import type { SupervisorStatus } from '../contract/states.ts'
import { type GatewayConnection, GatewayError } from '../gateway/types.ts'
import type { Clock } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact, registerSecret, secretHint } from '../platform/redact.ts'
import type { Store } from '../store/store.ts'

type Step = Omit<TokenRotation['steps'][number], 'at'> & { at: number }
export type Rotation = Omit<TokenRotation, 'steps'> & { steps: Step[] }

export interface GatewayToken {
  /** One at a time. Throws `conflict` when it cannot be begun; once begun, the answer says how it ended. */
  rotate(gatewayId: string): Promise<Rotation>
  /** In the middle of it: copies differ for a moment, and that is no drift. */
  busy(): boolean
  /** When it was last rotated (ms epoch); null for never. */
  rotatedAt(): number | null
}

const rotatedAtKey = 'gateway_token_rotated_at'
const closeWithinMs = 3000
const reconnectWithinMs = 10_000
/** A gateway that is busy closes connections a moment before it takes the new token, and in that moment it may take neither. */
const undecidedForMs = 20_000
const preferNewForMs = 5000
const tryAgainAfterMs = 300
/** While agents are being set up the configuration changes all the time. */
const staleTries = 10
const stalePauseMs = 250

export function createGatewayToken(options: {
  store: Store
  clock: Clock
  log: Log
  gateway: Pick<GatewayConnection, 'state' | 'onState' | 'request'>
  /** What we connect with now. */
  target: () => { port: number; token: string | null }
  /** Connect with another token, HTTP included. */
  setTarget: (target: { port: number; token: string }) => void
  supervised: () => { state: SupervisorStatus; owned: boolean }
  host: (command: HostCommand) => Promise<{ ok: boolean; message: string | null }>
}): GatewayToken {
  const { store, clock, gateway, target } = options
  const log = options.log.scope('gateway/token')
  let busy = false

  async function ask(phase: 'remember' | 'commit' | 'forget', token?: string): Promise<void> {
    const answer = await options.host({ action: 'gateway-token', phase, ...(token !== undefined && { token }) })
    if (!answer.ok) throw new AppError('conflict', answer.message ?? 'The host refused.')
  }

  /** True when `holds` of the state came true in time. */
  function waitFor(holds: () => boolean, ms: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const finish = (result: boolean): void => {
        timer.cancel()
        stop()
        resolve(result)
      }
      const timer = clock.setTimer(ms, () => finish(holds()))
      const stop = gateway.onState(() => {
        if (holds()) finish(true)
      })
    })
  }

  async function connectWith(token: string): Promise<'accepted' | 'refused' | 'silent'> {
    // It may still say "unauthorized" of the connection that was closed; only what is told after our attempt counts.
    let refused = false
    options.setTarget({ port: target().port, token })
    const stop = gateway.onState((state) => {
      refused = !state.connected && state.failure === 'unauthorized'
    })
    await waitFor(() => gateway.state().connected || refused, reconnectWithinMs)
    stop()
    return gateway.state().connected ? 'accepted' : refused ? 'refused' : 'silent'
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))

  /** Which of the two it takes. @param applied It said that it took the new one: a first refusal of that is not believed. */
  async function settle(
    token: string,
    old: string | null,
    applied: boolean,
  ): Promise<{ kept: 'new' | 'old' | 'neither'; why: 'refused' | 'silent' }> {
    const began = clock.now()
    for (;;) {
      const outcome = await connectWith(token)
      if (outcome === 'accepted') return { kept: 'new', why: 'refused' }
      const took = clock.now() - began
      if (!(applied && outcome === 'refused' && took < preferNewForMs)) {
        if (old !== null && (await connectWith(old)) === 'accepted') return { kept: 'old', why: outcome }
        if (clock.now() - began >= undecidedForMs) return { kept: 'neither', why: outcome }
      }
      await pause(tryAgainAfterMs)
    }
  }

  async function patch(token: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { hash } = await gateway.request('config.get', {})
      try {
        await gateway.request(
          'config.patch',
          {
            raw: JSON.stringify({ gateway: { auth: { mode: 'token', token } } }),
            baseHash: hash,
            note: 'OpenClaw Mission Control: new gateway token',
          },
          { timeoutMs: 20_000 },
        )
        return
      } catch (error) {
        const stale = error instanceof GatewayError && error.failure === 'rejected' && /changed since last load/i.test(error.message)
        if (!stale || attempt >= staleTries) throw error
        await pause(stalePauseMs * attempt)
      }
    }
  }

  async function run(gatewayId: string): Promise<Rotation> {
    const old = target().token
    const steps: Step[] = []
    const did = (step: Step['step'], outcome: Step['outcome'] = 'done', message: string | null = null): void => {
      steps.push({ step, outcome, message: message === null ? null : redact(message), at: clock.now() })
      log.info('gateway.token.step', { step, outcome })
    }
    const end = (rotated: boolean, applied: Rotation['applied'], message: string): Rotation => {
      const current = target().token
      store.write(() => {
        if (rotated) store.settings.writePrivate(rotatedAtKey, clock.now())
        store.activity.record({
          event_type: rotated ? 'gateway.token.rotated' : 'gateway.token.rotation_failed',
          level: rotated ? 'info' : 'error',
          message,
          actor_type: 'user',
          actor_name: 'Operator',
          gateway_id: gatewayId,
          data: { applied, steps: steps.map(({ step, outcome }) => `${step}:${outcome}`) },
        })
      })
      return {
        gateway_id: gatewayId,
        rotated,
        applied,
        token_hint: current === null ? null : secretHint(current),
        message: redact(message),
        steps,
      }
    }

    const token = randomBytes(32).toString('base64url')
    registerSecret(token)
    did('mint')
    // Throws before anything has changed: the caller sees why.
    await ask('remember', token)
    did('remember')

    if (!gateway.state().connected) {
      await ask('commit', token)
      did('apply', 'done', 'The gateway is not running: its configuration file was written.')
      did('close', 'skipped')
      did('reconnect', 'skipped')
      options.setTarget({ port: target().port, token })
      did('commit')
      return end(true, 'file', 'The gateway is stopped, so the new token was written to its configuration; it counts from the next start.')
    }

    let unheard: Step | null = null
    try {
      await patch(token)
      did('apply')
    } catch (error) {
      const text = errorText(error)
      // A clear no changes nothing.
      if (error instanceof GatewayError && (error.failure === 'rejected' || error.failure === 'rate_limited')) {
        did('apply', 'failed', text)
        await ask('forget')
        did('roll_back')
        return end(false, 'none', `The gateway refused the new token, and keeps the old one: ${text}`)
      }
      // Anything else may have taken effect without our hearing of it: a gateway that takes a new token closes every connection, and its
      // answer may be lost in that. Whether it did is seen below.
      did('apply', 'failed', text)
      unheard = steps.at(-1) ?? null
    }
    const closed = await waitFor(() => !gateway.state().connected, closeWithinMs)
    did('close', closed ? 'done' : 'skipped', closed ? null : 'The gateway did not close the old connection.')

    const { kept, why } = await settle(token, old, unheard === null)
    if (kept === 'new') {
      if (unheard)
        Object.assign(unheard, { outcome: 'done', message: 'The connection was closed before the answer came; the new token counts.' })
      did('reconnect')
      await ask('commit', token)
      did('commit')
      return end(true, 'live', 'The gateway has a new token; everything that used the old one was signed out.')
    }
    did('reconnect', 'failed', why === 'refused' ? 'The gateway does not accept the new token.' : 'The gateway did not answer in time.')
    if (kept === 'old') {
      await ask('forget')
      did('roll_back')
      return end(false, 'none', 'The gateway did not take the new token, and the old one still counts.')
    }
    did('roll_back', 'skipped', 'Neither could be tried: the host tries both at the next start.')
    return end(
      false,
      'none',
      'The gateway went away in the middle. Both tokens are kept, and the one that it accepts is used when it is back.',
    )
  }

  return {
    async rotate(gatewayId) {
      if (busy) throw new AppError('conflict', 'The token is being rotated already. Wait for it to end.')
      const { state, owned } = options.supervised()
      const connected = gateway.state().connected
      if ((state === 'adopted' || state === 'degraded') && !owned)
        throw new AppError('conflict', 'We did not start this gateway. Change its token where it was started.')
      if (!connected && !['stopped', 'failed', 'backing-off'].includes(state))
        throw new AppError('conflict', 'The gateway runs and is not connected. Wait until it is, or stop it, then try again.')
      busy = true
      try {
        return await run(gatewayId)
      } finally {
        busy = false
      }
    },
    busy: () => busy,
    rotatedAt() {
      const at = store.settings.readPrivate(rotatedAtKey)
      return typeof at === 'number' ? at : null
    },
  }
}
