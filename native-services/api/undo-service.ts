/**
 * Taking back what an operator did. What an operation does to the rows is written down while it does it (`store/recorder.ts`), kept under the
 * hash of a random token, so that a restart in between loses nothing, and is gone after a minute.
 */
import { createHash, randomBytes } from 'node:crypto'
import { undoForMs } from '../contract/board-work.ts'
import { AppError } from '../contract/errors.ts'
import { ChangedSince, type RowChange } from '../store/recorder.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { ApiDeps } from './deps.ts'

/** Beyond so much an operation cannot be taken back: a board with tens of thousands of comments. */
const mostChars = 64_000_000

/** What an operation acts on, read before it does. */
export interface Subject {
  /** As activity rows name it: `task`, `tag`, … */
  readonly kind: string
  /** In a sentence: `the tag Red`. */
  readonly words: string
  readonly board_id?: string | null
  /** Tasks that are the subject themselves; each is told of on its own. */
  readonly task_ids?: readonly string[]
  /** The task that it belongs to. */
  readonly task_id?: string | null
  readonly data?: Readonly<Record<string, unknown>>
}

interface Step {
  readonly subject: Subject
  readonly changes: readonly RowChange[]
}

export interface UndoService {
  /** Runs `work` in one transaction and answers with the token that takes it back; null when it changed nothing, or too much to be kept. */
  record<Result>(subject: Subject, work: () => Result): { result: Result; token: string | null }
  /** Throws `not_found` for a token that is unknown, used or too old, `conflict` when something was changed or deleted since. */
  undo(token: string): { restored: number; tasks: TaskRow[] }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
const upperFirst = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

function refusal(cause: unknown, { subject }: Step, store: ApiDeps['store']): unknown {
  if (cause instanceof ChangedSince) {
    const task = cause.table === 'tasks' ? store.tasks.get(String(cause.row['id'])) : undefined
    const what = task ? `#${task.number}` : upperFirst(subject.words)
    return new AppError('conflict', `${what} was changed since. Nothing was taken back.`, {
      cause,
      ...(task && { data: { task_id: task.id } }),
    })
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY')
    return new AppError('conflict', `${upperFirst(subject.words)} cannot come back: something that it belonged to is gone as well.`, {
      cause,
    })
  if (code.startsWith('SQLITE_CONSTRAINT'))
    return new AppError('conflict', `${upperFirst(subject.words)} cannot come back: another one has its name or its place by now.`, {
      cause,
    })
  return cause
}

export function createUndoService(deps: Pick<ApiDeps, 'store' | 'recurring' | 'delivery'>): UndoService {
  const { store, recurring, delivery } = deps
  const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const

  /** What follows from rows being back, beyond the rows. */
  function follow({ changes }: Step): void {
    const deleted = (table: string) => changes.filter((change) => change.table === table && !change.new).map((change) => change.old ?? {})
    const tasksBack = new Set(deleted('tasks').map((row) => row['id']))
    const threads = new Set(deleted('messages').map((row) => String(row['task_id'])))
    for (const taskId of threads) if (!tasksBack.has(taskId)) store.messages.recount(taskId)
    // Whoever was not told because the comment was gone is told after all.
    const commentsBack = new Set(deleted('messages').map((row) => row['id']))
    for (const taskId of threads)
      for (const row of store.notifications.withoutComment(taskId)) if (commentsBack.has(row.comment_id)) store.notifications.replay(row.id)
    for (const id of new Set(
      changes.filter((change) => change.table === 'recurring_tasks').map(({ old, new: now }) => String((old ?? now)?.['id'])),
    ))
      recurring.plan(id)
    if (changes.some((change) => change.table === 'usage_caps')) store.notifications.releaseHeld('all')
  }

  function tell({ subject, changes }: Step, tasks: readonly TaskRow[]): void {
    const cameBack = (table: string, id: string) =>
      changes.some((change) => change.table === table && !change.new && change.old?.['id'] === id)
    for (const task of tasks) {
      const restored = cameBack('tasks', task.id)
      store.activity.record({
        event_type: restored ? 'task.restored' : 'task.undone',
        message: restored ? `Operator restored #${task.number} ${task.title}` : `Operator took a change of #${task.number} back`,
        ...byOperator,
        task_id: task.id,
        board_id: task.board_id,
        data: { status: task.status },
      })
    }
    if (subject.task_ids) return
    const restored = changes.some((change) => !change.new)
    store.activity.record({
      event_type: `${subject.kind}.${restored ? 'restored' : 'undone'}`,
      message: restored ? `Operator restored ${subject.words}` : `Operator took a change of ${subject.words} back`,
      ...byOperator,
      board_id: subject.board_id ?? null,
      task_id: subject.task_id ?? null,
      ...(subject.data && { data: subject.data }),
    })
  }

  return {
    record: (subject, work) =>
      store.write(() => {
        const { result, changes } = store.undo.record(work)
        if (changes.length === 0) return { result, token: null }
        const token = randomBytes(24).toString('base64url')
        const step: Step = { subject, changes }
        const kept = store.undo.keep(hashOf(token), step, { forMs: undoForMs, mostChars })
        return { result, token: kept ? token : null }
      }),

    undo(token) {
      const done = store.write(() => {
        const step = store.undo.take(hashOf(token)) as Step | undefined
        if (!step) throw new AppError('not_found', 'This can no longer be taken back: the time is over, or it was taken back already.')
        try {
          store.undo.takeBack(step.changes)
        } catch (cause) {
          throw refusal(cause, step, store)
        }
        follow(step)
        const touched = new Set(
          step.changes.flatMap(({ table, old, new: now }) => (old ?? now)?.[table === 'tasks' ? 'id' : 'task_id'] ?? []),
        )
        const tasks = (step.subject.task_ids ?? []).filter((id) => touched.has(id)).flatMap((id) => store.tasks.get(id) ?? [])
        tell(step, tasks)
        return { restored: step.subject.task_ids ? tasks.length : 1, tasks }
      })
      recurring.poke()
      delivery.poke()
      return done
    },
  }
}
