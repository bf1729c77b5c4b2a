/**
 * Taking back what an operator did to tasks. A change keeps what the fields were and what they became; a deletion keeps the rows. They lie in
 * the database under the hash of a random token, so that a restart in between loses nothing, and are gone after a minute.
 */
import { createHash, randomBytes } from 'node:crypto'
import { undoForMs } from '../contract/board-work.ts'
import { AppError } from '../contract/errors.ts'
import type { Store } from '../store/store.ts'
import type { TaskPatch, TaskRow } from '../store/tasks.ts'
import type { KeptRows } from '../store/undo.ts'
import { isPaperStep, type PaperStep, restorePaper } from './paper-undo.ts'

const fieldNames = ['title', 'description', 'status', 'priority', 'position', 'blocked_reason', 'due_at', 'in_progress_at'] as const
/** A card that was dragged since is still the same task. */
const compared = fieldNames.filter((name) => name !== 'position' && name !== 'in_progress_at')

interface Fields extends Pick<
  TaskRow,
  (typeof fieldNames)[number] | 'assigned_agent_ids' | 'depends_on_task_ids' | 'tag_ids' | 'custom_field_values'
> {}
type Step =
  | { kind: 'comment_deleted'; task_id: string; comment_id: string; rows: KeptRows[] }
  | { kind: 'changed'; task_id: string; before: Fields; after: Fields }
  | { kind: 'deleted'; task_id: string; number: number; rows: KeptRows[] }

export interface UndoService {
  /** Runs `work`, which changes these tasks (or deletes them, which must be said, because then all their rows are kept), and answers with the token that takes the change back; null when nothing changed. */
  record<Result>(taskIds: readonly string[], work: () => Result, options?: { deletes?: boolean }): { result: Result; token: string | null }
  /** Runs `work`, which deletes this comment, and answers with the token that brings it back. */
  recordComment(comment: { id: string; task_id: string }, work: () => void): string
  /** Throws `not_found` for a token that is unknown, used or too old, `conflict` when a task was changed since. */
  undo(token: string): { restored: number; tasks: TaskRow[] }
  /** Keeps what takes the deletion of a document or a file back; answers with the token. Call it in the transaction of the deletion. */
  keep(step: PaperStep): string
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

function fieldsOf(task: TaskRow): Fields {
  const fields = Object.fromEntries(fieldNames.map((name) => [name, task[name]])) as unknown as Fields
  const { assigned_agent_ids, depends_on_task_ids, tag_ids, custom_field_values } = task
  return { ...fields, assigned_agent_ids, depends_on_task_ids, tag_ids, custom_field_values }
}
function essence(fields: Fields): string {
  return JSON.stringify([
    compared.map((name) => fields[name]),
    fields.assigned_agent_ids,
    fields.depends_on_task_ids.toSorted(),
    fields.tag_ids.toSorted(),
    Object.entries(fields.custom_field_values).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ])
}

export function createUndoService({ store }: { store: Store }): UndoService {
  function restoreComment(step: Extract<Step, { kind: 'comment_deleted' }>): void {
    if (!store.tasks.get(step.task_id)) throw new AppError('conflict', 'The comment cannot come back: its task was deleted since.')
    try {
      store.undo.restoreRows(step.rows)
    } catch (cause) {
      throw new AppError('conflict', 'The comment cannot come back: something that it belonged to is gone as well.', { cause })
    }
    store.messages.restored(step.comment_id)
    // Whoever was not told because the comment was gone is told after all.
    for (const row of store.notifications.ofComment(step.comment_id))
      if (row.state === 'skipped' && row.last_error_code === 'comment_gone') store.notifications.replay(row.id)
  }

  function apply(step: Step): void {
    if (step.kind === 'comment_deleted') return restoreComment(step)
    if (step.kind === 'deleted') {
      const rows = step.rows.map(({ table, rows: kept }) => ({
        table,
        // What was being sent when the task went is sent again.
        rows:
          table === 'notifications'
            ? kept.map((row) => (row['state'] === 'leased' ? { ...row, state: 'queued', lease_until: null } : row))
            : table === 'delivery_attempts'
              ? kept.map((row) =>
                  row['ended_at'] === null ? { ...row, ended_at: row['started_at'] ?? null, outcome: 'interrupted' } : row,
                )
              : kept,
      }))
      try {
        store.undo.restoreRows(rows)
      } catch (cause) {
        throw new AppError('conflict', `#${step.number} cannot come back: something that it belonged to is gone as well.`, { cause })
      }
      store.tasks.restored(step.task_id)
      return
    }
    const now = store.tasks.get(step.task_id)
    if (!now) throw new AppError('conflict', 'The task was deleted since.')
    if (essence(fieldsOf(now)) !== essence(step.after))
      throw new AppError('conflict', `#${now.number} was changed since. Nothing was taken back.`, { data: { task_id: now.id } })
    const { assigned_agent_ids, depends_on_task_ids, tag_ids, custom_field_values, ...fields } = step.before
    const patch: TaskPatch = fields
    store.tasks.update(now.id, patch)
    try {
      if (assigned_agent_ids.join() !== now.assigned_agent_ids.join()) store.tasks.setAssignees(now.id, assigned_agent_ids)
      if (depends_on_task_ids.join() !== now.depends_on_task_ids.join()) store.dependencies.set(now.id, depends_on_task_ids)
      if (tag_ids.join() !== now.tag_ids.join()) store.tags.setForTask(now.id, tag_ids)
      restoreFieldValues(now, custom_field_values)
    } catch (cause) {
      throw new AppError('conflict', `#${now.number} cannot become what it was: an agent, a task or a tag of it is gone.`, { cause })
    }
  }

  /** A field that is gone, or that the board no longer uses, keeps nobody from taking the rest back. */
  function restoreFieldValues(now: TaskRow, before: TaskRow['custom_field_values']): void {
    const changed = new Map<string, unknown>()
    for (const field of store.customFields.list(now.board_id)) {
      const value = before[field.field_key] ?? null
      if (JSON.stringify(value) !== JSON.stringify(now.custom_field_values[field.field_key] ?? null)) changed.set(field.id, value)
    }
    store.customFields.setForTask(now.id, changed)
  }

  return {
    record: (taskIds, work, options = {}) =>
      store.write(() => {
        const before = taskIds
          .flatMap((id) => store.tasks.get(id) ?? [])
          .map((task) => ({ task, rows: options.deletes ? store.undo.rowsOfTask(task.id) : [] }))
        const result = work()
        const steps = before.flatMap(({ task, rows }): Step[] => {
          const now = store.tasks.get(task.id)
          if (!now) return [{ kind: 'deleted', task_id: task.id, number: task.number, rows }]
          const fields = { before: fieldsOf(task), after: fieldsOf(now) }
          const same = JSON.stringify(fields.before) === JSON.stringify(fields.after)
          return same ? [] : [{ kind: 'changed', task_id: task.id, ...fields }]
        })
        if (steps.length === 0) return { result, token: null }
        const token = randomBytes(24).toString('base64url')
        store.undo.keep(hashOf(token), steps, undoForMs)
        return { result, token }
      }),

    recordComment(comment, work) {
      return store.write(() => {
        const rows = store.undo.rowsOf('messages', comment.id)
        work()
        const token = randomBytes(24).toString('base64url')
        store.undo.keep(hashOf(token), [{ kind: 'comment_deleted', task_id: comment.task_id, comment_id: comment.id, rows }], undoForMs)
        return token
      })
    },

    keep(step) {
      const token = randomBytes(24).toString('base64url')
      store.undo.keep(hashOf(token), [step], undoForMs)
      return token
    },

    undo: (token) =>
      store.write(() => {
        const kept = store.undo.take(hashOf(token)) as (Step | PaperStep)[] | undefined
        const papers = kept?.filter(isPaperStep) ?? []
        for (const paper of papers) restorePaper(store, paper)
        const steps = kept?.filter((step) => !isPaperStep(step))
        if (!steps) throw new AppError('not_found', 'This can no longer be taken back: the time is over, or it was taken back already.')
        for (const step of steps) apply(step)
        const tasks = steps.flatMap((step) => store.tasks.get(step.task_id) ?? [])
        for (const [index, step] of steps.entries()) {
          const task = tasks[index]
          if (!task) continue
          const deleted = step.kind === 'deleted'
          const comment = step.kind === 'comment_deleted'
          store.activity.record({
            event_type: deleted ? 'task.restored' : comment ? 'task.comment_restored' : 'task.undone',
            message: comment
              ? `Operator restored a comment on #${task.number}`
              : deleted
                ? `Operator restored #${task.number} ${task.title}`
                : `Operator took a change of #${task.number} back`,
            actor_type: 'user',
            actor_name: 'Operator',
            task_id: task.id,
            board_id: task.board_id,
            data: { status: task.status },
          })
        }
        return { restored: tasks.length + papers.length, tasks }
      }),
  }
}
