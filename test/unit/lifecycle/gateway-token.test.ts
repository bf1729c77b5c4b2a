import { mkdtempSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { HostCommand } from '../../../native-services/contract/host-link.ts'
import { type GatewayConnectionState, GatewayError } from '../../../native-services/gateway/types.ts'
import { createPendingToken } from '../../../native-services/host/pending-token.ts'
import { createGatewayToken } from '../../../native-services/lifecycle/gateway-token.ts'
import { readGatewayToken, writeGatewayToken } from '../../../native-services/openclaw/configure.ts'
import { createLog } from '../../../native-services/platform/log.ts'
import { redact } from '../../../native-services/platform/redact.ts'
import { openStore } from '../../../native-services/store/store.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const oldToken = 'old-token-0123456789abcdef0123456789abcdef'

/** A gateway that knows one token, closes everybody when it changes, and lets in who brings the right one. */
function createBench() {
  const clock = createManualClock()
  const store = openStore({ file: ':memory:', clock })
  const log = createLog({ scope: 'test' })
  const logged: string[] = []
  log.listen((entry) => logged.push(JSON.stringify(entry)))
  const listeners = new Set<(state: GatewayConnectionState) => void>()
  let state = {
    connected: true,
    failure: null,
    reason: null,
    version: '2026.9.6',
    boot_id: 'b',
    latency_ms: 1,
    since_at: 0,
  } as GatewayConnectionState
  const publish = (patch: Partial<GatewayConnectionState>): void => {
    state = { ...state, ...patch }
    for (const listener of listeners) listener(state)
  }
  const folder = mkdtempSync(join(tmpdir(), 'mc-token-'))
  const configFile = join(folder, 'openclaw.json')
  writeFileSync(configFile, JSON.stringify({ gateway: { auth: { mode: 'token', token: oldToken }, port: 1 } }), { mode: 0o600 })
  const pendingFile = join(folder, 'pending')
  const pending = createPendingToken({ file: pendingFile, configFile, log })
  const world = {
    accepted: oldToken,
    target: { port: 1, token: oldToken as string | null },
    supervised: { state: 'running' as const as 'running' | 'stopped' | 'adopted' | 'starting', owned: true },
    up: true,
    /** What the gateway does with the patch. */
    patch: 'apply' as 'apply' | 'refuse' | 'apply_and_lose_answer' | 'lose' | 'stale_once' | 'die',
    commands: [] as string[],
    /** Until then it takes no token at all. */
    deafUntil: 0,
  }
  const token = createGatewayToken({
    store,
    clock,
    log,
    gateway: {
      state: () => state,
      onState(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async request(method, params) {
        if (method === 'config.get') return { hash: 'h' }
        await Promise.resolve()
        const behaviour = world.patch
        if (behaviour === 'refuse') throw new GatewayError('rejected', 'invalid config: gateway.auth')
        if (behaviour === 'stale_once') {
          world.patch = 'apply'
          throw new GatewayError('rejected', 'config changed since last load; re-run config.get and retry')
        }
        if (behaviour === 'apply' || behaviour === 'apply_and_lose_answer') {
          const change = JSON.parse(String(params['raw'])) as { gateway: { auth: { token: string } } }
          world.accepted = change.gateway.auth.token
          writeGatewayToken(configFile, world.accepted)
          clock.setTimer(100, () => publish({ connected: false, failure: 'unauthorized', reason: 'closed 4001' }))
        }
        if (behaviour === 'die') world.up = false
        if (behaviour !== 'apply') {
          publish({ connected: false, failure: 'unavailable', reason: 'closed 1006' })
          throw new GatewayError('unavailable', 'gateway closed (1006)')
        }
        return { ok: true }
      },
    },
    target: () => world.target,
    setTarget(target) {
      if (state.connected && world.target.token === target.token) return
      world.target = target
      if (state.connected) publish({ connected: false, failure: 'unavailable' })
      clock.setTimer(10, () => {
        if (!world.up) return publish({ connected: false, failure: 'unavailable', reason: 'no answer' })
        publish(
          world.accepted === target.token && clock.now() >= world.deafUntil
            ? { connected: true, failure: null }
            : { connected: false, failure: 'unauthorized' },
        )
      })
    },
    supervised: () => world.supervised,
    host(command: HostCommand) {
      if (command.action !== 'gateway-token') throw new Error('unexpected')
      world.commands.push(command.phase)
      if (command.phase === 'remember') pending.remember(command.token ?? '')
      if (command.phase === 'commit') {
        if (readGatewayToken(configFile) !== command.token) writeGatewayToken(configFile, command.token ?? '')
        pending.forget()
      }
      if (command.phase === 'forget') pending.forget()
      return Promise.resolve({ ok: true, message: null })
    },
  })
  return Object.assign(world, {
    clock,
    store,
    logged,
    configFile,
    pendingFile,
    pending,
    publish,
    token,
    state: () => state,
    async rotate() {
      const done = token.rotate('g')
      await clock.advance(40_000)
      return done
    },
    stop() {
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

describe("the gateway's own token", () => {
  let bench: ReturnType<typeof createBench>
  afterEach(() => bench.stop())
  const outcomes = (result: { steps: { step: string; outcome: string }[] }): string[] =>
    result.steps.map(({ step, outcome }) => `${step}:${outcome}`)

  it('is remembered, applied, used and only then the one', async () => {
    bench = createBench()
    const result = await bench.rotate()
    expect(outcomes(result)).toEqual(['mint:done', 'remember:done', 'apply:done', 'close:done', 'reconnect:done', 'commit:done'])
    expect(result).toMatchObject({ rotated: true, applied: 'live', token_hint: `••••${bench.accepted.slice(-4)}` })
    expect(bench.accepted).not.toBe(oldToken)
    expect(bench.target.token).toBe(bench.accepted)
    expect(bench.commands).toEqual(['remember', 'commit'])
    expect(existsSync(bench.pendingFile)).toBe(false)
    expect(bench.token.rotatedAt()).not.toBeNull()
  })

  it('somebody else wrote the configuration in between: read again', async () => {
    bench = createBench()
    bench.patch = 'stale_once'
    expect(await bench.rotate()).toMatchObject({ rotated: true, applied: 'live' })
  })

  it('refused: everything as before', async () => {
    bench = createBench()
    bench.patch = 'refuse'
    const result = await bench.rotate()
    expect(outcomes(result)).toEqual(['mint:done', 'remember:done', 'apply:failed', 'roll_back:done'])
    expect(result).toMatchObject({ rotated: false, applied: 'none', message: expect.stringContaining('invalid config') })
    expect(bench.target.token).toBe(oldToken)
    expect(bench.state().connected).toBe(true)
    expect(existsSync(bench.pendingFile)).toBe(false)
  })

  it.each([2000, 8000])('a gateway that takes neither for %i ms is asked until it takes one', async (ms) => {
    for (const patch of ['apply', 'apply_and_lose_answer', 'lose'] as const) {
      bench = createBench()
      bench.patch = patch
      bench.deafUntil = bench.clock.now() + ms
      const result = await bench.rotate()
      expect(result.rotated).toBe(patch !== 'lose')
      expect(bench.target.token).toBe(bench.accepted)
      expect(bench.state().connected).toBe(true)
      expect(existsSync(bench.pendingFile)).toBe(false)
      if (patch !== 'lose') bench.stop()
    }
  })

  it('the answer is lost after it took effect: the new one counts', async () => {
    bench = createBench()
    bench.patch = 'apply_and_lose_answer'
    const result = await bench.rotate()
    expect(result).toMatchObject({ rotated: true, applied: 'live' })
    // A gateway that takes a new token closes the connection; that its answer is lost in this is no failure.
    expect(outcomes(result)).toContain('apply:done')
    expect(bench.target.token).toBe(bench.accepted)
  })

  it('the answer is lost and nothing took effect: the old one counts', async () => {
    bench = createBench()
    bench.patch = 'lose'
    const result = await bench.rotate()
    expect(outcomes(result)).toEqual(expect.arrayContaining(['apply:failed', 'reconnect:failed', 'roll_back:done']))
    expect(result.rotated).toBe(false)
    expect(bench.state().connected).toBe(true)
    expect(bench.target.token).toBe(oldToken)
  })

  it('the gateway dies in the middle: both are kept, and the file decides at the next start', async () => {
    bench = createBench()
    bench.patch = 'die'
    const result = await bench.rotate()
    expect(result.rotated).toBe(false)
    expect(existsSync(bench.pendingFile)).toBe(true)
    if (process.platform !== 'win32') expect(statSync(bench.pendingFile).mode & 0o777).toBe(0o600)
    await bench.pending.settle(1)
    expect(existsSync(bench.pendingFile)).toBe(false)
    expect(readGatewayToken(bench.configFile)).toBe(oldToken)
  })

  it('stopped: the file is written, and it says so', async () => {
    bench = createBench()
    bench.publish({ connected: false, failure: 'unavailable' })
    bench.supervised = { state: 'stopped', owned: false }
    const result = await bench.rotate()
    expect(result).toMatchObject({ rotated: true, applied: 'file', message: expect.stringContaining('next start') })
    expect(readGatewayToken(bench.configFile)).toBe(bench.target.token)
    expect(bench.target.token).not.toBe(oldToken)
    expect(JSON.parse(readFileSync(bench.configFile, 'utf8'))).toMatchObject({ gateway: { port: 1 } })
  })

  it('a gateway that is not ours, or is neither up nor down, is left alone; two at a time are not begun', async () => {
    bench = createBench()
    bench.supervised = { state: 'adopted', owned: false }
    await expect(bench.token.rotate('g')).rejects.toMatchObject({ code: 'conflict' })
    bench.supervised = { state: 'starting', owned: true }
    bench.publish({ connected: false })
    await expect(bench.token.rotate('g')).rejects.toMatchObject({ code: 'conflict' })
    expect(bench.commands).toEqual([])
    bench.publish({ connected: true })
    bench.supervised = { state: 'running', owned: true }
    const first = bench.token.rotate('g')
    await expect(bench.token.rotate('g')).rejects.toMatchObject({ code: 'conflict' })
    await bench.clock.advance(20_000)
    expect((await first).rotated).toBe(true)
  })

  it('no token is in a row or a log line', async () => {
    bench = createBench()
    const result = await bench.rotate()
    const texts = [JSON.stringify(result), JSON.stringify(bench.store.activity.list({ limit: 50, offset: 0 })), bench.logged.join('\n')]
    for (const text of texts) for (const token of [oldToken, bench.accepted]) expect(text).not.toContain(token)
    expect(redact(`it is ${bench.accepted}`)).not.toContain(bench.accepted)
  })
})
