/** The picture of held commands, kept by what a gateway says; the gateway here is a small one that holds commands and can be told to be slow. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createExecApprovals, type ExecApprovals, readHeldCommand } from '../../../native-services/gateway/exec-approvals.ts'
import { type GatewayConnectionState, GatewayError, type GatewayEvent } from '../../../native-services/gateway/types.ts'
import { createLog } from '../../../native-services/platform/log.ts'
import { createManualClock, type ManualClock, settle } from '../../support/manual-clock.ts'

interface Held {
  approvalKind: string
  id: string
  request: Record<string, unknown>
  createdAtMs: number
  expiresAtMs: number
}

function createGateway(clock: ManualClock) {
  const held = new Map<string, Held>()
  let state = { connected: false } as GatewayConnectionState
  const onState = new Set<(state: GatewayConnectionState) => void>()
  const onEvent = new Set<(event: GatewayEvent) => void>()
  let gate: Promise<void> = Promise.resolve()
  const emit = (event: string, payload: Record<string, unknown>): void => onEvent.forEach((listener) => listener({ event, payload }))
  const connect = (connected: boolean): void => {
    state = { ...state, connected }
    for (const listener of onState) listener(state)
  }
  return {
    connect,
    hold(id: string, lifeMs = 60_000) {
      const one = {
        approvalKind: 'exec',
        id,
        request: { command: `run ${id}`, cwd: '/w', agentId: 'a', sessionKey: 'agent:a:main', allowedDecisions: ['allow-once', 'deny'] },
        createdAtMs: clock.now(),
        expiresAtMs: clock.now() + lifeMs,
      }
      held.set(id, one)
      if (state.connected) emit('exec.approval.requested', { ...one })
    },
    end(id: string) {
      held.delete(id)
      emit('exec.approval.resolved', { id })
    },
    /** The next answers wait for the returned function. */
    slow(): () => void {
      let open: () => void = () => undefined
      gate = new Promise((resolve) => (open = resolve))
      return open
    },
    connection: {
      state: () => state,
      onState: (listener: (state: GatewayConnectionState) => void) => {
        onState.add(listener)
        return () => onState.delete(listener)
      },
      onEvent: (listener: (event: GatewayEvent) => void) => {
        onEvent.add(listener)
        return () => onEvent.delete(listener)
      },
      async request(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
        const answer = [...held.values()]
        await gate
        if (method === 'exec.approval.list') return answer as unknown as Record<string, unknown>
        const id = String(params['id'])
        if (!held.has(id)) throw new GatewayError('rejected', 'unknown or expired approval id')
        held.delete(id)
        emit('exec.approval.resolved', { id, decision: params['decision'] })
        return { ok: true }
      },
    },
  }
}

let clock: ManualClock
let gateway: ReturnType<typeof createGateway>
let approvals: ExecApprovals
let changes = 0
const ids = (): string[] => approvals.list().map((entry) => entry.id)

beforeEach(() => {
  clock = createManualClock()
  gateway = createGateway(clock)
  approvals = createExecApprovals({ connection: gateway.connection, clock, log: createLog({ scope: 'test' }) })
  changes = 0
  approvals.onChange(() => (changes += 1))
})

describe('held commands', () => {
  it('what waited before the connection is fetched, what comes later is told', async () => {
    gateway.hold('one')
    gateway.connect(true)
    await settle()
    gateway.hold('two')
    expect(ids()).toEqual(['one', 'two'])
    expect(approvals.get('one')).toMatchObject({
      command: 'run one',
      cwd: '/w',
      gateway_agent_id: 'a',
      allowed_decisions: ['allow-once', 'deny'],
    })
    gateway.end('one')
    expect(ids()).toEqual(['two'])
  })

  it('nothing is shown without a connection, and all of it again afterwards', async () => {
    gateway.connect(true)
    gateway.hold('one')
    await settle()
    gateway.connect(false)
    expect(ids()).toEqual([])
    gateway.hold('two')
    gateway.connect(true)
    await settle()
    expect(ids()).toEqual(['one', 'two'])
  })

  it('a list that was asked for before an end does not bring it back', async () => {
    gateway.hold('one')
    const answer = gateway.slow()
    gateway.connect(true)
    gateway.end('one')
    gateway.hold('two')
    answer()
    await settle()
    expect(ids()).toEqual(['two'])
  })

  it('an answer of an earlier connection counts for nothing', async () => {
    gateway.hold('one')
    const answer = gateway.slow()
    gateway.connect(true)
    gateway.connect(false)
    answer()
    await settle()
    expect(ids()).toEqual([])
  })

  it('one that runs out goes by itself', async () => {
    gateway.connect(true)
    gateway.hold('short', 5000)
    gateway.hold('long', 60_000)
    await settle()
    const before = changes
    await clock.advance(5001)
    expect(ids()).toEqual(['long'])
    expect(changes).toBeGreaterThan(before)
  })

  it('one that runs out is told once; one that was decided never', async () => {
    const over: string[] = []
    approvals.onExpire((entry) => over.push(entry.id))
    gateway.connect(true)
    gateway.hold('short', 1000)
    gateway.hold('decided', 2000)
    await approvals.resolve('decided', 'deny')
    await clock.advance(10_000)
    expect(over).toEqual(['short'])
  })

  it('a decision that the gateway refuses leaves what the gateway still has', async () => {
    gateway.connect(true)
    gateway.hold('one')
    gateway.hold('two')
    await settle()
    await approvals.resolve('one', 'allow-once')
    expect(ids()).toEqual(['two'])
    await expect(approvals.resolve('gone', 'deny')).rejects.toMatchObject({ failure: 'rejected' })
    await settle()
    expect(ids()).toEqual(['two'])
  })

  it.each([
    [null],
    ['text'],
    [{ id: 'x' }],
    [{ id: 'x', request: { command: '' } }],
    [{ id: 'x', approvalKind: 'plugin', request: { command: 'ls' } }],
    [{ request: { command: 'ls' } }],
  ])('%j is none', (raw) => expect(readHeldCommand(raw, 0)).toBeNull())

  it('shows what would not be seen, and says when it is not all', () => {
    const command = (text: string) => readHeldCommand({ id: 'x', request: { command: text } }, 0)?.command
    expect(command('rm \u202efdp.exe\u200b\ttab\nline \u001b[2K')).toBe('rm \\u{202e}fdp.exe\\u{200b}\ttab\nline \\u{1b}[2K')
    expect(command('x'.repeat(20_005))?.slice(-30)).toBe('xxxxx […5 more characters]'.padStart(30, 'x'))
  })

  it('reads what is missing as the gateway means it', () => {
    expect(readHeldCommand({ id: 'x', request: { command: 'ls', allowedDecisions: ['later'] } }, 1000)).toEqual({
      id: 'x',
      command: 'ls',
      cwd: null,
      resolved_path: null,
      gateway_agent_id: null,
      session_key: null,
      allowed_decisions: ['allow-once', 'deny'],
      created_at: 1000,
      expires_at: 1000 + 1_800_000,
    })
  })
})
