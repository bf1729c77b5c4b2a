/** Runs the machine of `machine.ts` against a real program: executes its effects and feeds it what happens. */
import type { SupervisorStatus } from '../contract/states.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { type Log, errorText } from '../platform/log.ts'
import {
  defaultLimits,
  type Effect,
  type Fault,
  initialMachine,
  type Machine,
  type MachineEvent,
  step,
  type SupervisorLimits,
  type TimerName,
} from './machine.ts'

export interface ChildExit {
  /** Null when a signal ended it, or when nobody can tell (a process that we adopted). */
  readonly code: number | null
  readonly signal: string | null
}

/** A process that runs, started by us or found. */
export interface Child {
  readonly pid: number | undefined
  /** Called once; at once when it has gone already. */
  onExit(listener: (exit: ChildExit) => void): void
  /** To the whole group. Never called for a child that was found and is not ours. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void
}

export type Preparation =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'found'; readonly child: Child; readonly owned: boolean }
  /** Not as things are: trying again would not help. */
  | { readonly kind: 'refused'; readonly fault: Fault }

/** What the supervisor must know about the program. Every promise may reject: that counts as "not now". */
export interface Program {
  readonly name: string
  /** May anything be started, or does one run already? */
  prepare(): Promise<Preparation>
  /** Starts it. Throws when the system refuses. */
  spawn(): Child
  /** One try: does it do real work? Asked again until it does or the deadline passes. */
  isReady(child: Child): Promise<boolean>
  /** One look at one that runs. */
  probe(child: Child): Promise<ProbeResult>
  /** Lets it finish its work before SIGTERM. */
  drain(child: Child): Promise<void>
  /** Why it went, in words, and whether trying again can help. */
  explainExit(exit: ChildExit): { fatal: boolean; fault: Fault }
}

/** `silent`: it gave no answer at all, not even a bad one. */
export interface ProbeResult {
  readonly ok: boolean
  readonly silent: boolean
  readonly reason: string | null
}

export interface SupervisorSnapshot {
  readonly status: SupervisorStatus
  readonly reason: string | null
  readonly remedy: string | null
  readonly pid: number | null
  /** True when we started it (now or before a restart of ours) and may stop it. */
  readonly owned: boolean
  readonly sinceAt: number
  readonly retryAt: number | null
  readonly restarts: number
}

export interface SupervisorOptions {
  readonly program: Program
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
  readonly limits?: Partial<SupervisorLimits>
  /** Between two questions whether it is ready. Default 250 ms. */
  readonly readyEveryMs?: number
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #limits: SupervisorLimits
  readonly #timers = new Map<TimerName, TimerHandle>()
  readonly #listeners = new Set<(snapshot: SupervisorSnapshot) => void>()
  readonly #queue: MachineEvent[] = []
  #machine: Machine
  #child: Child | null = null
  #busy = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#machine = initialMachine(options.clock.now())
  }

  get snapshot(): SupervisorSnapshot {
    const { status, reason, remedy, sinceAt, retryAt, restarts, child } = this.#machine
    return { status, reason, remedy, pid: this.#child?.pid ?? null, owned: child === 'own', sinceAt, retryAt, restarts }
  }

  /** Called after every change. Returns how to stop that. */
  onChange(listener: (snapshot: SupervisorSnapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    this.#dispatch({ type: 'start' })
  }

  restart(): void {
    this.#dispatch({ type: 'restart' })
  }

  suspend(): void {
    this.#dispatch({ type: 'suspend' })
  }

  resume(): void {
    this.#dispatch({ type: 'resume' })
  }

  /** Resolves when nothing of ours runs any more. A child that is not ours is let go. */
  async stop(): Promise<void> {
    this.#dispatch({ type: 'stop' })
    await this.waitFor((snapshot) => snapshot.status === 'stopped' || snapshot.status === 'failed')
  }

  /** Resolves with the first snapshot that satisfies `wanted`, the present one included. */
  waitFor(wanted: (snapshot: SupervisorSnapshot) => boolean): Promise<SupervisorSnapshot> {
    const now = this.snapshot
    if (wanted(now)) return Promise.resolve(now)
    return new Promise((resolve) => {
      const unsubscribe = this.onChange((snapshot) => {
        if (!wanted(snapshot)) return
        unsubscribe()
        resolve(snapshot)
      })
    })
  }

  /** Look at it now instead of at the next regular time. */
  probeNow(): void {
    if (this.#child) this.#probe(this.#machine.run, this.#child)
  }

  #dispatch(event: MachineEvent): void {
    this.#queue.push(event)
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#take(next)
    } finally {
      this.#busy = false
    }
  }

  #take(event: MachineEvent): void {
    const before = this.#machine
    const { machine, effects } = step(before, event, {
      now: this.#options.clock.now(),
      random: (this.#options.random ?? Math.random)(),
      limits: this.#limits,
    })
    this.#machine = machine
    if (machine.child === 'none') this.#child = null
    for (const effect of effects) this.#perform(effect)
    if (machine.status !== before.status) {
      const write =
        machine.status === 'failed' ? 'error' : machine.status === 'backing-off' || machine.status === 'degraded' ? 'warn' : 'info'
      this.#options.log[write](`${this.#options.program.name}.${machine.status}`, {
        from: before.status,
        pid: this.#child?.pid ?? null,
        reason: machine.reason,
        attempt: machine.attempt || undefined,
      })
    }
    if (machine !== before) for (const listener of this.#listeners) listener(this.snapshot)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'prepare':
        void this.#prepare(effect.run)
        return
      case 'spawn':
        this.#spawn(effect.run)
        return
      case 'await-ready':
        this.#awaitReady(effect.run)
        return
      case 'probe':
        if (this.#child) this.#probe(effect.run, this.#child)
        return
      case 'drain':
        if (this.#child) void this.#drain(effect.run, this.#child)
        return
      case 'signal':
        this.#signal(effect.signal)
        return
      case 'release':
        this.#child = null
        return
      case 'set-timer': {
        this.#timers.get(effect.name)?.cancel()
        const { name, run } = effect
        this.#timers.set(
          name,
          this.#options.clock.setTimer(effect.ms, () => this.#dispatch({ type: 'timer', name, run })),
        )
        return
      }
      case 'clear-timers':
        for (const timer of this.#timers.values()) timer.cancel()
        this.#timers.clear()
    }
  }

  async #prepare(run: number): Promise<void> {
    let preparation: Preparation
    try {
      preparation = await this.#options.program.prepare()
    } catch (error) {
      this.#dispatch({ type: 'stumbled', run, fault: { reason: errorText(error), remedy: null } })
      return
    }
    if (run !== this.#machine.run) return
    if (preparation.kind === 'refused') this.#dispatch({ type: 'refused', run, fault: preparation.fault })
    else if (preparation.kind === 'spawn') this.#dispatch({ type: 'prepared', run })
    else {
      this.#child = preparation.child
      this.#dispatch({ type: 'found', run, owned: preparation.owned })
      this.#watch(run, preparation.child)
    }
  }

  #spawn(run: number): void {
    try {
      const child = this.#options.program.spawn()
      this.#child = child
      this.#watch(run, child)
    } catch (error) {
      this.#dispatch({ type: 'stumbled', run, fault: { reason: `It could not be started: ${errorText(error)}`, remedy: null } })
    }
  }

  #watch(run: number, child: Child): void {
    child.onExit((exit) => {
      if (this.#child !== child) return
      this.#dispatch({ type: 'exited', run, ...this.#options.program.explainExit(exit) })
    })
  }

  #awaitReady(run: number): void {
    const ask = async (): Promise<void> => {
      const child = this.#child
      if (!child || run !== this.#machine.run || this.#machine.phase !== 'waiting') return
      const ready = await this.#options.program.isReady(child).catch(() => false)
      if (ready) this.#dispatch({ type: 'ready', run })
      else this.#options.clock.setTimer(this.#options.readyEveryMs ?? 250, () => void ask())
    }
    void ask()
  }

  #probe(run: number, child: Child): void {
    this.#options.program
      .probe(child)
      .catch((error: unknown): ProbeResult => ({ ok: false, silent: true, reason: errorText(error) }))
      .then((result) => this.#dispatch({ type: 'probed', run, ...result }))
      .catch(() => undefined)
  }

  async #drain(run: number, child: Child): Promise<void> {
    await this.#options.program
      .drain(child)
      .catch((error: unknown) => this.#options.log.warn(`${this.#options.program.name}.drain_failed`, { error: errorText(error) }))
    this.#dispatch({ type: 'drained', run })
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      this.#child?.signal(signal)
    } catch (error) {
      this.#options.log.warn(`${this.#options.program.name}.signal_failed`, { signal, error: errorText(error) })
    }
  }
}
