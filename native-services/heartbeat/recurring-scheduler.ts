/**
 * Recurring tasks: each has its next moment as a row in the timers, and one timer in memory waits for the earliest.
 * One transaction makes the task, notes the run and moves the timer; so a process that is killed at any instant has done all of it or nothing,
 * and the key of the run (schedule and moment) keeps what is repeated from happening twice.
 */
import { AppError } from '../contract/errors.ts'
import { type RunDecision, decideRun, fillPlaceholders, nextOccurrence, parseRecurrence } from '../domain/recurrence.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { BoardRow } from '../store/boards.ts'
import { type RecurringRow, recurringTimer } from '../store/recurring-tasks.ts'
import type { Store } from '../store/store.ts'
import { storeTrouble } from '../store/trouble.ts'
import type { TaskRow } from '../store/tasks.ts'

/** What the task of a run is made of, placeholders filled in and what is gone since left out. */
export interface RecurringInput {
  title: string
  description: string
  priority: TaskRow['priority']
  assigned_agent_ids: string[]
  tag_ids: string[]
  custom_field_values: Record<string, unknown>
}

export interface RecurringScheduler {
  start(): void
  stop(): void
  /** Schedules changed, or the machine woke up: look again. */
  poke(): void
  /** Sets the timer of a schedule anew, in the transaction under way: after it was created, changed, paused or resumed. */
  plan(id: string): void
  /** Makes its task now, whatever its rhythm and policies say. Throws what the creation of a task throws. */
  runNow(row: RecurringRow): TaskRow
}

const batch = 50
const retryMs = 5000

export function createRecurringScheduler(options: {
  store: Store
  clock: Clock
  log: Log
  /** In the transaction under way. */
  createTask: (schedule: { id: string; name: string }, board: BoardRow, input: RecurringInput) => TaskRow
}): RecurringScheduler {
  const { store, clock } = options
  const log = options.log.scope('recurring')
  let running = false
  let looking = false
  let timer: TimerHandle | null = null

  function poke(): void {
    if (!running || looking) return
    looking = true
    setImmediate(() => {
      looking = false
      look()
    })
  }

  function look(): void {
    timer?.cancel()
    timer = null
    if (!running) return
    try {
      const due = store.recurringTasks.due(clock.now(), batch)
      // One transaction each: a schedule that cannot run keeps none of the others.
      for (const each of due) fire(each.id, each.due_at)
      if (due.length === batch) return poke()
      const next = store.recurringTasks.nextDueAt()
      if (next !== null) timer = clock.setTimer(Math.max(0, next - clock.now()), look)
    } catch (error) {
      log.error('recurring.look_failed', { error: errorText(error) })
      timer = clock.setTimer(retryMs, look)
    }
  }

  /** The next moment after `after`, as a timer; none for one that is paused or never comes again. */
  function planAfter(row: RecurringRow, after: number): void {
    const next = row.paused ? null : nextOccurrence(recurrenceOf(row), after)
    if (next === null) store.timers.clear(recurringTimer, row.id)
    else store.timers.set({ kind: recurringTimer, subject_id: row.id, due_at: next })
  }

  const recurrenceOf = (row: RecurringRow) => parseRecurrence({ schedule: row.schedule, timezone: row.timezone, anchorAt: row.anchor_at })

  function fire(id: string, dueAt: number): void {
    store.write(() => {
      const row = store.recurringTasks.get(id)
      const board = row && store.boards.get(row.board_id)
      if (!row || !board || row.paused) return store.timers.clear(recurringTimer, id)
      const now = clock.now()
      planAfter(row, Math.max(now, dueAt))
      if (store.recurringTasks.hasRun(id, dueAt)) return
      const last = row.last_task_id === null ? undefined : store.tasks.get(row.last_task_id)
      const decision = decideRun({
        due_at: dueAt,
        now,
        missed_policy: row.missed_policy,
        overlap_policy: row.overlap_policy,
        last_task_open: last !== undefined && last.status !== 'done' && last.status !== 'archived',
        board_paused: board.paused,
      })
      note(row, dueAt, attempt(row, board, decision))
    })
  }

  function attempt(
    row: RecurringRow,
    board: BoardRow,
    decision: RunDecision,
  ): { task: TaskRow | null; reason: string | null; failed: boolean } {
    if (!decision.run) return { task: null, reason: decision.reason, failed: false }
    try {
      return { task: store.write(() => make(row, board)), reason: decision.reason, failed: false }
    } catch (error) {
      // Nothing is used up while nothing can be written.
      if (storeTrouble(error)) throw error
      // The moment is used up all the same: tried for ever, it would keep the rhythm from going on.
      if (!(error instanceof AppError)) log.error('recurring.run_failed', { recurring_task_id: row.id, error: errorText(error) })
      return { task: null, reason: errorText(error), failed: true }
    }
  }

  function note(row: RecurringRow, dueAt: number, run: { task: TaskRow | null; reason: string | null; failed: boolean }): void {
    store.recurringTasks.noteRun(row.id, {
      due_at: dueAt,
      ran_at: clock.now(),
      outcome: run.task ? 'created' : run.failed ? 'failed' : 'skipped',
      reason: run.reason,
      task_id: run.task?.id ?? null,
      asked_for: false,
    })
    if (run.task) return
    log.info('recurring.not_run', { recurring_task_id: row.id, reason: run.reason })
    if (!run.failed && run.reason !== 'missed') return
    store.activity.record({
      event_type: run.failed ? 'recurring_task.failed' : 'recurring_task.missed',
      message: run.failed
        ? `${row.name} made no task: ${run.reason ?? ''}`
        : `${row.name} was left out: the program was not running at its time`,
      level: 'warning',
      board_id: row.board_id,
      data: { recurring_task_id: row.id },
    })
  }

  function make(row: RecurringRow, board: BoardRow): TaskRow {
    const facts = { at: clock.now(), timezone: row.timezone, n: row.run_count + 1 }
    const keys = new Set(store.customFields.list(board.id).map((field) => field.field_key))
    return options.createTask({ id: row.id, name: row.name }, board, {
      title: fillPlaceholders(row.title, facts),
      description: fillPlaceholders(row.description, facts),
      priority: row.priority,
      // An agent, a tag or a field that is gone since is no reason not to do the work.
      assigned_agent_ids: row.assigned_agent_ids.filter((agentId) => {
        const agent = store.agents.get(agentId)
        return agent?.board_id === board.id && agent.status !== 'deleting'
      }),
      tag_ids: row.tag_ids.filter((tagId) => store.tags.get(tagId) !== undefined),
      custom_field_values: Object.fromEntries(Object.entries(row.custom_field_values).filter(([key]) => keys.has(key))),
    })
  }

  return {
    start() {
      running = true
      store.write(() => store.recurringTasks.forgetOrphans())
      poke()
    },
    stop() {
      running = false
      timer?.cancel()
      timer = null
    },
    poke,
    plan(id) {
      const row = store.recurringTasks.get(id)
      if (row) planAfter(row, clock.now())
    },
    runNow: (row) =>
      store.write(() => {
        const board = store.boards.get(row.board_id)
        if (!board) throw new AppError('not_found', 'The board is gone.')
        const task = make(row, board)
        const now = clock.now()
        let moment = now
        while (store.recurringTasks.hasRun(row.id, moment)) moment += 1
        store.recurringTasks.noteRun(row.id, {
          due_at: moment,
          ran_at: now,
          outcome: 'created',
          reason: null,
          task_id: task.id,
          asked_for: true,
        })
        return task
      }),
  }
}
