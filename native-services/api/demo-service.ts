/**
 * The demo inside a control center that is in use, as two jobs: one sets it up, the other throws it away. What belongs to it is one private
 * record, written in the transaction of what it names. Every step looks first whether it is done, so that a restart goes on where it was.
 */
import type { Demo, demoLeave } from '../contract/demo.ts'
import { AppError } from '../contract/errors.ts'
import { installUnderWay } from '../contract/host-link.ts'
import { createDemoBoard } from '../lifecycle/demo-seed.ts'
import { errorText } from '../platform/log.ts'
import type { JobRow } from '../store/jobs.ts'
import type { BackupService } from './backup-service.ts'
import type { ApiDeps } from './deps.ts'
import { startRuntimeInstall } from './runtime-install.ts'

export interface DemoService {
  state(): Demo
  /** Begins, or answers the job that runs. Throws `conflict` while it is being thrown away, or when it is here. */
  begin(): JobRow
  /** Begins, or answers the job that runs. Throws `conflict` when there is none. */
  remove(): JobRow
  /** For a control center that is nothing but the demo. Throws `conflict` for any other. */
  leave(): Promise<{ [Key in keyof typeof demoLeave.shape]: ReturnType<(typeof demoLeave.shape)[Key]['parse']> }>
  /** Goes on with what a restart cut off. */
  resume(): void
  stop(): Promise<void>
}

interface DemoRecord {
  board_id: string | null
  agent_ids: string[]
  task_ids: string[]
  /** The model was another one before. */
  changed_provider: boolean
  /** Made before it is thrown away. */
  backup_id: string | null
}

const recordKey = 'demo'
const nothing: DemoRecord = { board_id: null, agent_ids: [], task_ids: [], changed_provider: false, backup_id: null }
const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const lookEveryMs = 1000
const gatewayWithinMs = 300_000
const removalWithinMs = 300_000
const installWithinMs = 3_600_000
/** After a restart the host tells what it knows at once. */
const hostWithinMs = 10_000

class Stopped extends Error {}

export function createDemoService(deps: ApiDeps, parts: { backups: Pick<BackupService, 'create'> }): DemoService {
  const { store, clock, live, lifecycle } = deps
  const log = deps.log.scope('demo')
  const told = new Set<string>()
  const looks = new Set<() => void>()
  let stopped = false
  let working: Promise<void> = Promise.resolve()
  const unwatch = [
    live.onChange((what) => {
      told.add(what)
      lookSoon()
    }),
    store.onCommit(lookSoon),
  ]

  function lookSoon(): void {
    if (looks.size > 0) setImmediate(() => looks.forEach((look) => look()))
  }

  /** Resolves when `done` says so; rejects with what it throws, or with `late()` after `withinMs`. */
  function until(done: () => boolean, withinMs: number, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = clock.now() + withinMs
      const timer = setInterval(look, lookEveryMs)
      function finish(settle: () => void): void {
        clearInterval(timer)
        looks.delete(look)
        settle()
      }
      function look(): void {
        try {
          if (stopped) throw new Stopped()
          if (done()) finish(resolve)
          else if (clock.now() >= end) throw late()
        } catch (error) {
          finish(() => reject(error as Error))
        }
      }
      looks.add(look)
      look()
    })
  }

  const read = (): DemoRecord | null => (store.settings.readPrivate(recordKey) as DemoRecord | null | undefined) ?? null
  /** In a transaction of its own, or in the one under way. */
  const change = (patch: Partial<DemoRecord> | null): void =>
    store.write(() => store.settings.writePrivate(recordKey, patch === null ? null : { ...nothing, ...read(), ...patch }))
  const running = (kind: 'demo_in' | 'demo_out'): JobRow | undefined => store.jobs.running().find((job) => job.kind === kind)

  function step(job: JobRow, done: number, text: string): void {
    if (stopped) throw new Stopped()
    store.write(() => store.jobs.update(job.id, { done, step: text }))
  }

  async function ask(command: Parameters<typeof live.command>[0], failed: string): Promise<void> {
    const answer = await live.command(command)
    if (!answer.ok) throw new AppError('conflict', answer.message ?? failed)
  }

  const up = (): boolean => ['running', 'adopted', 'degraded'].includes(live.gateway().state)

  async function installed(job: JobRow): Promise<void> {
    if (up() || live.runtime().installed) return
    // What is not told yet is not missing yet.
    await until(
      () => up() || told.has('runtime'),
      hostWithinMs,
      () => new AppError('gateway_unavailable', 'It is not known whether OpenClaw is on this machine. Look at the Gateway page.'),
    )
    if (up() || live.runtime().installed) return
    step(job, 0, 'Installing OpenClaw')
    const install = startRuntimeInstall({ store, live })
    await until(
      () => {
        if (live.runtime().installed) return true
        const now = store.jobs.get(install.id)
        if (now?.state === 'failed' && now.error !== installUnderWay)
          throw new AppError('conflict', `OpenClaw could not be installed: ${now.error ?? 'the log says why.'}`)
        if (now && now.state === 'running' && now.step !== null) {
          const text = `Installing OpenClaw: ${now.step}`
          if (store.jobs.get(job.id)?.step !== text) step(job, 0, text)
        }
        return false
      },
      installWithinMs,
      () => new AppError('conflict', 'OpenClaw was not installed within an hour.'),
    )
  }

  async function connected(job: JobRow, done: number): Promise<void> {
    if (live.gateway().connected) return
    step(job, done, 'Starting the gateway')
    if (!up() && live.gateway().state !== 'starting') await ask({ action: 'start' }, 'The gateway could not be started.')
    await until(
      () => {
        const { connected: now, state, reason, remedy } = live.gateway()
        if (!now && state === 'failed')
          throw new AppError('gateway_unavailable', `The gateway does not start. ${[reason, remedy].filter(Boolean).join(' ')}`)
        return now
      },
      gatewayWithinMs,
      () => new AppError('gateway_unavailable', `The gateway did not answer within five minutes. ${live.gateway().reason ?? ''}`.trim()),
    )
  }

  async function setUp(job: JobRow): Promise<void> {
    await installed(job)
    step(job, 1, 'Choosing the demo model')
    if (up() && !live.gateway().owned)
      throw new AppError(
        'conflict',
        'The gateway that runs was not started by Mission Control, so its model is not changed. Try the demo in a folder of its own: mission-control serve --demo',
      )
    await until(
      () => told.has('model-provider'),
      hostWithinMs,
      () => new Stopped(),
    ).catch(() => {
      if (stopped) throw new Stopped()
    })
    if (live.modelProvider().kind !== 'demo') {
      // Before it is done: what was cut off is taken back, too.
      change({ changed_provider: true })
      await ask({ action: 'set-model-provider', provider: { kind: 'demo' } }, 'The demo model could not be chosen.')
    }
    await connected(job, 2)
    step(job, 3, 'Making the board and its agents')
    if (read()?.board_id == null)
      store.write(() => {
        const gateway = store.gateways.local()
        if (!gateway) throw new AppError('not_found', 'There is no gateway.')
        let slug = 'demo'
        for (let n = 2; store.boards.slugTaken(gateway.id, slug); n += 1) slug = `demo-${n}`
        const made = createDemoBoard({ store, lifecycle, notifier: deps.notifier, gatewayId: gateway.id, name: 'Demo', slug })
        // Durable rows as well: the agents are prepared although this process may end now.
        for (const agentId of made.agent_ids) lifecycle.provision(agentId)
        change(made)
      })
    deps.delivery.poke()
    store.write(() =>
      store.jobs.update(job.id, { state: 'succeeded', done: 4, step: null, result: { board_id: read()?.board_id ?? null } }),
    )
  }

  async function backedUp(job: JobRow): Promise<void> {
    if (read()?.backup_id) return
    step(job, 0, 'Making a backup')
    const backup = parts.backups.create({ include_install_key: false })
    await until(
      () => store.jobs.get(backup.id)?.state !== 'running',
      installWithinMs,
      () => new AppError('conflict', 'The backup did not end.'),
    )
    const ended = store.jobs.get(backup.id)
    if (ended?.state !== 'succeeded')
      throw new AppError('conflict', `Nothing was removed, because the backup before it failed: ${ended?.error ?? ''}`.trim())
    change({ backup_id: (ended.result as { backup_id: string }).backup_id })
  }

  async function removeAgent(id: string): Promise<void> {
    if (!store.agents.get(id)) return
    if (store.agents.get(id)?.status !== 'deleting') return lifecycle.remove(id)
    // A removal that is under way already, or that a restart cut off.
    await until(
      () => store.agents.get(id) === undefined,
      removalWithinMs,
      () => new AppError('gateway_unavailable', 'An agent of the demo is still being removed. Try again in a moment.'),
    )
  }

  function removeRows(demo: DemoRecord): void {
    const board = demo.board_id === null ? undefined : store.boards.get(demo.board_id)
    if (board && store.agents.all({ board_id: board.id }).length === 0) store.boards.remove(board.id)
    else if (board) {
      for (const id of demo.task_ids) if (store.tasks.get(id)) store.tasks.remove(id)
      store.boards.update(board.id, { paused: false })
    }
    if (board)
      store.activity.record({
        event_type: 'demo.removed',
        message: `Operator threw the demo away${store.boards.get(board.id) ? '; its board stays for the agents that were added to it' : ''}`,
        ...byOperator,
        gateway_id: board.gateway_id,
        data: { backup_id: demo.backup_id },
      })
    change({ board_id: null, task_ids: [] })
  }

  async function takeAway(job: JobRow): Promise<void> {
    await backedUp(job)
    const demo = read() ?? nothing
    const left = demo.agent_ids.filter((id) => store.agents.get(id))
    if (left.length > 0) await connected(job, 1)
    for (const [index, id] of left.entries()) {
      step(job, 1 + demo.agent_ids.length - left.length + index, `Removing ${store.agents.get(id)?.name ?? 'an agent'}`)
      await removeAgent(id)
    }
    step(job, 1 + demo.agent_ids.length, 'Removing the board')
    store.write(() => removeRows(demo))
    if (demo.changed_provider) {
      step(job, 2 + demo.agent_ids.length, 'Putting the model back')
      await ask({ action: 'leave-demo-model' }, 'The model could not be put back.')
    }
    store.write(() => {
      change(null)
      store.jobs.update(job.id, { state: 'succeeded', done: job.total, step: null, result: { backup_id: demo.backup_id } })
    })
  }

  /** What failed on the way in leaves nothing behind. */
  async function back(): Promise<void> {
    const demo = read()
    if (!demo || demo.board_id !== null) return
    if (demo.changed_provider && !(await live.command({ action: 'leave-demo-model' })).ok) return
    change(null)
  }

  function run(job: JobRow): JobRow {
    const work = job.kind === 'demo_in' ? setUp : takeAway
    working = working
      .then(() => work(job))
      .catch(async (error: unknown) => {
        if (stopped || error instanceof Stopped) return
        log.error(`${job.kind}.failed`, { job_id: job.id, error: errorText(error) })
        if (job.kind === 'demo_in') await back().catch((again: unknown) => log.warn('demo.model_stays', { error: errorText(again) }))
        if (stopped) return
        store.write(() => {
          store.jobs.update(job.id, { state: 'failed', step: null, error: errorText(error) })
          const board = read()?.board_id
          // Nothing is half on its way out.
          if (job.kind === 'demo_out' && board && store.boards.get(board)) store.boards.update(board, { paused: false })
          store.activity.record({ event_type: 'demo.failed', message: `${job.title}: ${errorText(error)}`, level: 'error' })
        })
      })
      .catch((error: unknown) => {
        if (!stopped) log.error('demo.lost', { error: errorText(error) })
      })
    return job
  }

  function state(): Demo {
    const demo = read() ?? nothing
    const board = demo.board_id === null ? undefined : store.boards.get(demo.board_id)
    const tasks = board ? store.tasks.list({ board_id: board.id, limit: 10_000, offset: 0 }).items.map((task) => task.id) : []
    const own = new Set(demo.agent_ids)
    const agents = demo.agent_ids.flatMap((id) => {
      const agent = store.agents.get(id)
      return agent ? [{ id, name: agent.name }] : []
    })
    return {
      state: running('demo_out')
        ? 'leaving'
        : running('demo_in')
          ? 'coming'
          : board || agents.length > 0 || demo.changed_provider
            ? 'here'
            : 'none',
      folder: deps.demo,
      data_dir: deps.machine.paths.root,
      command: 'mission-control serve',
      board_id: board?.id ?? null,
      agents,
      tasks: tasks.length,
      added_tasks: tasks.filter((id) => !demo.task_ids.includes(id)).length,
      own_agents: board ? store.agents.all({ board_id: board.id }).filter((agent) => !own.has(agent.id)).length : 0,
    }
  }

  return {
    state,
    begin() {
      if (deps.demo) throw new AppError('conflict', 'This control center is the demo already.')
      const job = running('demo_in')
      if (job) return job
      if (running('demo_out')) throw new AppError('conflict', 'The demo is being thrown away. Wait until that is done.')
      if (state().board_id !== null) throw new AppError('conflict', 'The demo is here already. Throw it away to begin again.')
      return run(
        store.write(() => store.jobs.get(store.jobs.create({ kind: 'demo_in', title: 'Set up the demo', total: 4, input: {} })) as JobRow),
      )
    },
    remove() {
      if (deps.demo) throw new AppError('conflict', 'This whole folder is the demo. Leave it instead.')
      const job = running('demo_out')
      if (job) return job
      if (running('demo_in')) throw new AppError('conflict', 'The demo is being set up. Wait until that is done.')
      if (state().state === 'none') throw new AppError('conflict', 'There is no demo here.')
      const { board_id: boardId, agent_ids: agents } = read() ?? nothing
      return run(
        store.write(() => {
          // From now on nobody is given work that is about to vanish; a backup of an earlier try is too old.
          if (boardId !== null && store.boards.get(boardId)) store.boards.update(boardId, { paused: true })
          change({ backup_id: null })
          return store.jobs.get(
            store.jobs.create({ kind: 'demo_out', title: 'Throw the demo away', total: agents.length + 3, input: {} }),
          ) as JobRow
        }),
      )
    },
    async leave() {
      const { folder, command, data_dir } = state()
      if (!folder) throw new AppError('conflict', 'This control center was not started with --demo. Throw the demo away instead.')
      const answer = await live.command({ action: 'leave-demo' }).catch(() => null)
      const stops = answer?.ok ?? false
      return { stops, restarts: stops && (answer?.data as { restarts?: boolean } | undefined)?.restarts === true, command, data_dir }
    },
    resume() {
      for (const job of store.jobs.running()) if (job.kind === 'demo_in' || job.kind === 'demo_out') run(job)
    },
    async stop() {
      stopped = true
      looks.forEach((look) => look())
      for (const each of unwatch) each()
      await working
    },
  }
}
