/**
 * The supervisor's rules as a pure function: (machine, event, surroundings) → (machine, effects). No process, no timer, no clock in here,
 * so that a test can try any order of events.
 *
 * What must always hold: a new child is only ever spawned when none is left (`child === 'none'`); what we did not start is never
 * signalled; every state but `stopped`, `failed`, `running`, `degraded` and `adopted` has a timer that leads out of it.
 */
import type { SupervisorStatus } from '../contract/states.ts'

export interface SupervisorLimits {
  /** From spawn to ready. */
  readonly startDeadlineMs: number
  /** How long the child may finish its work before SIGTERM. */
  readonly drainMs: number
  /** From SIGTERM to SIGKILL of the group. */
  readonly killAfterMs: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** Healthy for this long = the next exit is a first one again. */
  readonly healthyResetMs: number
  readonly breakerExits: number
  readonly breakerWindowMs: number
  readonly probeEveryMs: number
  /** Ours, alive, and without any answer for this long: ended and started again. Infinity = left as it is. */
  readonly restartSilentMs: number
}

export const defaultLimits: SupervisorLimits = {
  startDeadlineMs: 60_000,
  drainMs: 4000,
  killAfterMs: 5000,
  backoffBaseMs: 1000,
  backoffCapMs: 60_000,
  healthyResetMs: 60_000,
  breakerExits: 5,
  breakerWindowMs: 300_000,
  probeEveryMs: 5000,
  restartSilentMs: Number.POSITIVE_INFINITY,
}

/** Why a child cannot run, and what to do about it. */
export interface Fault {
  readonly reason: string
  readonly remedy: string | null
}

/** What happens once the child that is being stopped has gone. */
type AfterStop = { readonly kind: 'stay' } | { readonly kind: 'start' } | { readonly kind: 'retry'; readonly fault: Fault }

export interface Machine {
  readonly status: SupervisorStatus
  /** `preparing` and `waiting` are the two halves of `starting`; `draining` and `ending` those of `stopping`. */
  readonly phase: 'none' | 'preparing' | 'waiting' | 'draining' | 'ending'
  /** Grows with every start and stop: what an older attempt still reports is ignored. */
  readonly run: number
  /** `own` may be signalled, `adopted` (not started by us) may not. */
  readonly child: 'none' | 'own' | 'adopted'
  readonly attempt: number
  /** When it exited unasked within the breaker's window. */
  readonly exits: readonly number[]
  readonly healthySince: number | null
  /** When it was last probed, and for how long it has not answered at all. A sleep of the machine in between does not count. */
  readonly probedAt: number
  readonly silentMs: number
  readonly sinceAt: number
  readonly retryAt: number | null
  readonly restarts: number
  readonly reason: string | null
  readonly remedy: string | null
  readonly suspended: boolean
  readonly afterStop: AfterStop
}

export type MachineEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'restart' }
  | { type: 'suspend' }
  | { type: 'resume' }
  /** Nothing of ours runs and the way is free. */
  | { type: 'prepared'; run: number }
  /** One already runs. `owned`: our own records say that we started it. */
  | { type: 'found'; run: number; owned: boolean }
  /** It cannot be started as things are; trying again would not help. */
  | { type: 'refused'; run: number; fault: Fault }
  /** Starting did not work this time. */
  | { type: 'stumbled'; run: number; fault: Fault }
  | { type: 'ready'; run: number }
  /** `silent`: it did not answer at all, which is more than not being well. */
  | { type: 'probed'; run: number; ok: boolean; silent: boolean; reason: string | null }
  | { type: 'drained'; run: number }
  /** The child has gone. `fatal`: do not try again. */
  | { type: 'exited'; run: number; fatal: boolean; fault: Fault }
  | { type: 'timer'; name: TimerName; run: number }

export type TimerName = 'deadline' | 'retry' | 'probe' | 'drain' | 'kill'

export type Effect =
  | { type: 'prepare'; run: number }
  | { type: 'spawn'; run: number }
  /** Keep asking whether it is ready. */
  | { type: 'await-ready'; run: number }
  | { type: 'probe'; run: number }
  | { type: 'drain'; run: number }
  | { type: 'signal'; run: number; signal: 'SIGTERM' | 'SIGKILL' }
  /** Forget a child that is not ours. */
  | { type: 'release'; run: number }
  | { type: 'set-timer'; name: TimerName; ms: number; run: number }
  | { type: 'clear-timers' }

export interface Surroundings {
  readonly now: number
  /** 0 ≤ random < 1. */
  readonly random: number
  readonly limits: SupervisorLimits
}

export interface Step {
  readonly machine: Machine
  readonly effects: readonly Effect[]
}

export function initialMachine(now: number): Machine {
  return {
    status: 'stopped',
    phase: 'none',
    run: 0,
    child: 'none',
    attempt: 0,
    exits: [],
    healthySince: null,
    probedAt: 0,
    silentMs: 0,
    sinceAt: now,
    retryAt: null,
    restarts: 0,
    reason: null,
    remedy: null,
    suspended: false,
    afterStop: { kind: 'stay' },
  }
}

const leastBackoffMs = 100

/** Full jitter: anything between almost nothing and the exponential ceiling. Never nothing, or bad luck would spin. */
export function backoffMs(attempt: number, random: number, limits: SupervisorLimits): number {
  return Math.max(leastBackoffMs, Math.floor(random * Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** Math.min(attempt, 30))))
}

function enter(machine: Machine, status: SupervisorStatus, at: Surroundings, change: Partial<Machine> = {}): Machine {
  return {
    ...machine,
    phase: 'none',
    reason: null,
    remedy: null,
    retryAt: null,
    ...change,
    status,
    sinceAt: machine.status === status ? machine.sinceAt : at.now,
  }
}

function begin(machine: Machine, at: Surroundings): Step {
  const run = machine.run + 1
  return {
    machine: enter(machine, 'starting', at, { run, phase: 'preparing', healthySince: null, afterStop: { kind: 'stay' } }),
    effects: [
      { type: 'clear-timers' },
      { type: 'prepare', run },
      { type: 'set-timer', name: 'deadline', ms: at.limits.startDeadlineMs, run },
    ],
  }
}

function rest(machine: Machine, at: Surroundings, change: Partial<Machine> = {}): Step {
  return {
    machine: enter(machine, 'stopped', at, { run: machine.run + 1, healthySince: null, attempt: 0, exits: [], ...change }),
    effects: [{ type: 'clear-timers' }],
  }
}

function fail(machine: Machine, fault: Fault, at: Surroundings): Step {
  return {
    machine: enter(machine, 'failed', at, { run: machine.run + 1, reason: fault.reason, remedy: fault.remedy, healthySince: null }),
    effects: [{ type: 'clear-timers' }],
  }
}

function backOff(machine: Machine, fault: Fault, at: Surroundings, cause: 'exited' | 'never-ran' = 'exited'): Step {
  const wasHealthy = machine.healthySince !== null
  const attempt = wasHealthy && at.now - (machine.healthySince ?? 0) >= at.limits.healthyResetMs ? 0 : machine.attempt
  // What never ran did not crash: it is tried for as long as it takes, at the pace of the backoff.
  const recent = machine.exits.filter((time) => at.now - time < at.limits.breakerWindowMs)
  const exits = cause === 'exited' ? [...recent, at.now] : recent
  if (exits.length >= at.limits.breakerExits) {
    return fail(
      { ...machine, exits, attempt },
      {
        reason: `${fault.reason} It exited ${exits.length} times within ${Math.round(at.limits.breakerWindowMs / 60_000)} minutes.`,
        remedy: fault.remedy ?? 'Read its last lines, mend what they name, start it again.',
      },
      at,
    )
  }
  // A child that worked and then died for the first time is started again at once; only repetition waits.
  const delay = wasHealthy && attempt === 0 ? 0 : backoffMs(attempt, at.random, at.limits)
  const run = machine.run + 1
  return {
    machine: enter(machine, 'backing-off', at, {
      run,
      attempt: attempt + 1,
      exits,
      healthySince: null,
      retryAt: at.now + delay,
      reason: fault.reason,
      remedy: fault.remedy,
    }),
    effects: machine.suspended
      ? [{ type: 'clear-timers' }]
      : [{ type: 'clear-timers' }, { type: 'set-timer', name: 'retry', ms: delay, run }],
  }
}

/** Ends the child that we own; what follows is decided by `afterStop` when it has gone. */
function end(machine: Machine, afterStop: AfterStop, at: Surroundings, how: 'gently' | 'at-once'): Step {
  const run = machine.run
  const next = enter(machine, 'stopping', at, { phase: how === 'gently' ? 'draining' : 'ending', afterStop, healthySince: null })
  // What was never ready has no work to finish.
  if (how === 'gently' && machine.status === 'starting') return terminate(next, at)
  if (how === 'at-once') {
    return {
      machine: next,
      effects: [
        { type: 'clear-timers' },
        { type: 'signal', run, signal: 'SIGKILL' },
        { type: 'set-timer', name: 'kill', ms: at.limits.killAfterMs, run },
      ],
    }
  }
  return {
    machine: next,
    effects: [{ type: 'clear-timers' }, { type: 'drain', run }, { type: 'set-timer', name: 'drain', ms: at.limits.drainMs, run }],
  }
}

function letGo(machine: Machine, at: Surroundings): Step {
  const { run } = machine
  const step = rest({ ...machine, child: 'none' }, at, { reason: 'It is not ours and keeps running.' })
  return { machine: step.machine, effects: [...step.effects, { type: 'release', run }] }
}

function ran(machine: Machine, at: Surroundings, status: 'running' | 'adopted'): Step {
  return {
    machine: enter(machine, status, at, { healthySince: at.now, probedAt: at.now, silentMs: 0 }),
    effects: machine.suspended
      ? [{ type: 'clear-timers' }]
      : [{ type: 'clear-timers' }, { type: 'set-timer', name: 'probe', ms: at.limits.probeEveryMs, run: machine.run }],
  }
}

const stay = (machine: Machine): Step => ({ machine, effects: [] })

/** One step. Events of an older run are ignored. */
export function step(machine: Machine, event: MachineEvent, at: Surroundings): Step {
  if ('run' in event && event.run !== machine.run) return stay(machine)
  switch (event.type) {
    case 'start':
      return onStart(machine, at)
    case 'stop':
      return onStop(machine, at)
    case 'restart':
      return onRestart(machine, at)
    case 'suspend':
      return machine.suspended
        ? stay(machine)
        : { machine: { ...machine, suspended: true }, effects: machine.status === 'stopping' ? [] : [{ type: 'clear-timers' }] }
    case 'resume':
      return onResume(machine, at)
    case 'prepared':
      if (machine.phase !== 'preparing') return stay(machine)
      return {
        machine: { ...machine, phase: 'waiting', child: 'own' },
        effects: [
          { type: 'spawn', run: machine.run },
          { type: 'await-ready', run: machine.run },
        ],
      }
    case 'found':
      if (machine.phase !== 'preparing') return stay(machine)
      return ran({ ...machine, child: event.owned ? 'own' : 'adopted' }, at, event.owned ? 'running' : 'adopted')
    case 'refused':
      return machine.phase === 'preparing' ? fail(machine, event.fault, at) : stay(machine)
    case 'stumbled':
      return machine.phase === 'preparing' || machine.phase === 'waiting'
        ? backOff({ ...machine, child: 'none' }, event.fault, at, 'never-ran')
        : stay(machine)
    case 'ready':
      return machine.phase === 'waiting' ? ran(machine, at, 'running') : stay(machine)
    case 'probed':
      return onProbed(machine, event, at)
    case 'drained':
      return machine.phase === 'draining' ? terminate(machine, at) : stay(machine)
    case 'exited':
      return onExited(machine, event, at)
    case 'timer':
      return onTimer(machine, event.name, at)
  }
}

function onStart(machine: Machine, at: Surroundings): Step {
  switch (machine.status) {
    case 'stopped':
    case 'backing-off':
      return begin(machine, at)
    case 'failed':
      // Asked by a person: the slate is clean.
      return begin({ ...machine, attempt: 0, exits: [] }, at)
    case 'stopping':
      return stay({ ...machine, afterStop: { kind: 'start' } })
    default:
      return stay(machine)
  }
}

function onStop(machine: Machine, at: Surroundings): Step {
  if (machine.status === 'stopped') return stay(machine)
  if (machine.child === 'adopted') return letGo(machine, at)
  if (machine.child === 'none') return rest(machine, at)
  if (machine.status === 'stopping') return stay({ ...machine, afterStop: { kind: 'stay' } })
  return end(machine, { kind: 'stay' }, at, 'gently')
}

function onRestart(machine: Machine, at: Surroundings): Step {
  if (machine.child === 'adopted') return stay(machine)
  if (machine.child === 'none') return begin({ ...machine, attempt: 0, exits: [] }, at)
  if (machine.status === 'stopping') return stay({ ...machine, afterStop: { kind: 'start' } })
  return end({ ...machine, attempt: 0, exits: [] }, { kind: 'start' }, at, 'gently')
}

function onResume(machine: Machine, at: Surroundings): Step {
  const awake: Machine = { ...machine, suspended: false, attempt: 0 }
  switch (machine.status) {
    case 'backing-off':
      return begin(awake, at)
    case 'starting':
      return { machine: awake, effects: [{ type: 'set-timer', name: 'deadline', ms: at.limits.startDeadlineMs, run: machine.run }] }
    case 'running':
    case 'degraded':
    case 'adopted':
      return { machine: awake, effects: [{ type: 'probe', run: machine.run }] }
    default:
      return stay(awake)
  }
}

function onProbed(before: Machine, event: { ok: boolean; silent: boolean; reason: string | null }, at: Surroundings): Step {
  if (before.status !== 'running' && before.status !== 'degraded' && before.status !== 'adopted') return stay(before)
  const machine: Machine = {
    ...before,
    probedAt: at.now,
    silentMs: event.ok || !event.silent ? 0 : before.silentMs + Math.min(at.now - before.probedAt, 3 * at.limits.probeEveryMs),
  }
  const well = machine.child === 'adopted' ? 'adopted' : 'running'
  const again: Effect[] = machine.suspended ? [] : [{ type: 'set-timer', name: 'probe', ms: at.limits.probeEveryMs, run: machine.run }]
  if (!event.ok) {
    if (machine.status === 'degraded' && machine.child === 'own' && machine.silentMs >= at.limits.restartSilentMs) {
      const fault = {
        reason: `It did not answer for ${Math.round(machine.silentMs / 1000)} seconds. ${event.reason ?? ''}`.trim(),
        remedy: null,
      }
      return end(machine, { kind: 'retry', fault }, at, 'at-once')
    }
    const minutes = Math.round(at.limits.restartSilentMs / 60_000)
    const remedy =
      machine.child === 'adopted'
        ? 'Look at the program that runs it.'
        : event.silent && Number.isFinite(minutes) && minutes > 1
          ? `It is restarted when this lasts ${minutes} minutes; restart it now if you cannot wait.`
          : 'Restart it if this lasts.'
    return {
      machine: enter(machine, 'degraded', at, { reason: event.reason ?? 'It does not answer.', remedy, healthySince: null }),
      effects: again,
    }
  }
  const healthySince = machine.healthySince ?? at.now
  const settled = at.now - healthySince >= at.limits.healthyResetMs
  return { machine: enter(machine, well, at, { healthySince, attempt: settled ? 0 : machine.attempt }), effects: again }
}

function terminate(machine: Machine, at: Surroundings): Step {
  return {
    machine: { ...machine, phase: 'ending' },
    effects: [
      { type: 'clear-timers' },
      { type: 'signal', run: machine.run, signal: 'SIGTERM' },
      { type: 'set-timer', name: 'kill', ms: at.limits.killAfterMs, run: machine.run },
    ],
  }
}

function onExited(machine: Machine, event: { fatal: boolean; fault: Fault }, at: Surroundings): Step {
  if (machine.child === 'none') return stay(machine)
  const alone: Machine = { ...machine, child: 'none' }
  if (machine.status === 'stopping') {
    const { afterStop } = machine
    if (afterStop.kind === 'start') return begin(alone, at)
    return afterStop.kind === 'retry' ? backOff(alone, afterStop.fault, at) : rest(alone, at)
  }
  const step = event.fatal ? fail(alone, event.fault, at) : backOff(alone, event.fault, at)
  return step.machine.status === 'backing-off' ? { ...step, machine: { ...step.machine, restarts: machine.restarts + 1 } } : step
}

function onTimer(machine: Machine, name: TimerName, at: Surroundings): Step {
  switch (name) {
    case 'deadline': {
      if (machine.status !== 'starting') return stay(machine)
      const fault = {
        reason: `It was not ready within ${Math.round(at.limits.startDeadlineMs / 1000)} seconds.`,
        remedy: 'Read its last lines.',
      }
      return machine.child === 'own' ? end(machine, { kind: 'retry', fault }, at, 'at-once') : backOff(machine, fault, at, 'never-ran')
    }
    case 'retry':
      return machine.status === 'backing-off' && !machine.suspended ? begin(machine, at) : stay(machine)
    case 'probe':
      return machine.suspended ? stay(machine) : { machine, effects: [{ type: 'probe', run: machine.run }] }
    case 'drain':
      return machine.phase === 'draining' ? terminate(machine, at) : stay(machine)
    case 'kill':
      // Again and again: a process in an uninterruptible wait goes when the wait ends, and nothing may be started beside it.
      if (machine.phase !== 'ending') return stay(machine)
      return {
        machine,
        effects: [
          { type: 'signal', run: machine.run, signal: 'SIGKILL' },
          { type: 'set-timer', name: 'kill', ms: at.limits.killAfterMs, run: machine.run },
        ],
      }
  }
}
