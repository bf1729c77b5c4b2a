/**
 * What happens to tasks and their threads, for people and agents alike. Each method is one transaction: the rows, the activity, the messages
 * to agents; or nothing.
 */
import type { BodyOf } from '../contract/operations.ts'
import { AppError } from '../contract/errors.ts'
import { firstWords } from '../contract/plain-text.ts'
import { taskStates } from '../contract/states.ts'
import type { Actor, Notifier } from '../delivery/types.ts'
import { tellUnassigned } from '../delivery/unassigned-work.ts'
import { checkBlocked, checkDependencies, holdsUp } from '../domain/dependency-rules.ts'
import { planFieldValues } from '../domain/field-rules.ts'
import { checkAgentFields, initialStatus, planTaskChange, type TaskActor, type TaskPlan } from '../domain/task-rules.ts'
import type { Clock } from '../platform/clock.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import type { CommentRow } from '../store/messages.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'

/** A person, the agent that calls, or a recurring task whose time has come. */
export type TaskCaller =
  | { readonly kind: 'operator' }
  | { readonly kind: 'agent'; readonly agent: AgentRow }
  | { readonly kind: 'schedule'; readonly id: string; readonly name: string }

export interface TaskService {
  create(caller: TaskCaller, board: BoardRow, input: BodyOf<'createTask'>): TaskRow
  update(caller: TaskCaller, board: BoardRow, task: TaskRow, input: BodyOf<'updateTask'>): TaskRow
  remove(caller: TaskCaller, task: TaskRow): void
  /** Throws `not_found` for a file that is not there, `conflict` for one that came with another comment or from somebody else. */
  comment(caller: TaskCaller, task: TaskRow, input: BodyOf<'createComment'>): CommentRow
}

/** How far back a comment counts for `comment_required_for_review`. */
const commentsLookedAt = 100

function actorOf(caller: TaskCaller): Actor {
  switch (caller.kind) {
    case 'operator':
      return { type: 'user', name: 'Operator', agent_id: null }
    case 'agent':
      return { type: 'agent', name: caller.agent.name, agent_id: caller.agent.id }
    case 'schedule':
      return { type: 'system', name: `Schedule ${caller.name}`, agent_id: null }
  }
}

function ruleActor(caller: TaskCaller): TaskActor {
  if (caller.kind === 'operator') return { kind: 'operator' }
  if (caller.kind === 'schedule') return { kind: 'system' }
  return caller.agent.role === 'lead' ? { kind: 'lead', agent_id: caller.agent.id } : { kind: 'worker', agent_id: caller.agent.id }
}

const milliseconds = (iso: string | null | undefined): number | null => (iso == null ? null : Date.parse(iso))

/** The seed's single field and our list say the same thing; both together must agree. */
function askedAssignees(input: {
  assigned_agent_id?: string | null | undefined
  assigned_agent_ids?: string[] | undefined
}): string[] | undefined {
  const { assigned_agent_id: one, assigned_agent_ids: many } = input
  if (one === undefined) return many
  if (many === undefined) return one === null ? [] : [one]
  if ((one === null && many.length > 0) || (one !== null && !many.includes(one))) {
    throw new AppError('invalid_request', 'assigned_agent_id and assigned_agent_ids contradict each other. Send one of them.', {
      field: 'body.assigned_agent_id',
    })
  }
  return one === null ? many : [one, ...many.filter((id) => id !== one)]
}

export function createTaskService({ store, clock, notifier }: { store: Store; clock: Clock; notifier: Notifier }): TaskService {
  function checkAssignees(board: BoardRow, ids: readonly string[]): void {
    for (const id of ids) {
      const agent = store.agents.get(id)
      if (!agent)
        throw new AppError('not_found', 'One of the agents to assign does not exist (any more).', { field: 'body.assigned_agent_ids' })
      if (agent.board_id !== board.id)
        throw new AppError('task_board_mismatch', `${agent.name} does not belong to this board. Assign an agent of the board.`, {
          field: 'body.assigned_agent_ids',
        })
      if (agent.status === 'deleting')
        throw new AppError('conflict', `${agent.name} is being removed.`, { field: 'body.assigned_agent_ids' })
    }
  }

  function record(caller: TaskCaller, task: TaskRow, event: string, message: string, data: Record<string, unknown> = {}): void {
    const actor = actorOf(caller)
    store.activity.record({
      event_type: event,
      message,
      actor_type: actor.type,
      actor_name: actor.name,
      agent_id: actor.agent_id,
      task_id: task.id,
      board_id: task.board_id,
      data,
    })
  }

  function checkTags(ids: readonly string[]): void {
    for (const id of ids)
      if (!store.tags.get(id)) throw new AppError('not_found', 'One of the tags does not exist (any more).', { field: 'body.tag_ids' })
  }

  /** Field id → new value. @param task Null for one that is being created. */
  function planFields(
    board: BoardRow,
    task: TaskRow | null,
    asked: Readonly<Record<string, unknown>> | undefined,
    moment: 'creation' | 'change' | 'leaves_inbox',
  ): Map<string, unknown> {
    if (asked === undefined && moment === 'change') return new Map()
    const fields = store.customFields.list(board.id)
    const changes = planFieldValues({ fields, current: task?.custom_field_values ?? {}, asked, moment })
    return new Map(fields.flatMap((field) => (changes.has(field.field_key) ? [[field.id, changes.get(field.field_key)]] : [])))
  }

  /** @param status Of the task as it is; null for one that is being created. */
  function setDependencies(board: BoardRow, taskId: string, status: TaskRow['status'] | null, ids: readonly string[]): void {
    const wanted = [...new Set(ids)]
    checkDependencies({
      task_id: taskId,
      task_status: status,
      depends_on: wanted,
      known: (id) => store.tasks.get(id)?.board_id === board.id,
      edges: store.dependencies.edges(board.id),
    })
    store.dependencies.set(taskId, wanted)
  }

  /** Those of `waiting` that nothing holds up any more: their assignees are told, and it is recorded. Call after the change. */
  function tellUnblocked(waiting: readonly string[], cause: string): void {
    for (const id of waiting) {
      const task = store.tasks.get(id)
      if (!task || task.is_blocked || task.status === 'done' || task.status === 'archived') continue
      store.activity.record({
        event_type: 'task.unblocked',
        message: `#${task.number} ${task.title} can begin: ${cause}`,
        task_id: task.id,
        board_id: task.board_id,
        data: { assigned_agent_ids: task.assigned_agent_ids },
      })
      notifier.unblocked({ task })
    }
  }
  /** Tasks that this one holds up at present. */
  const heldUpBy = (task: TaskRow): string[] =>
    store.dependencies.dependents(task.id).filter((id) => store.tasks.get(id)?.blocked_by_task_ids.includes(task.id))

  function writeComment(caller: TaskCaller, task: TaskRow, { message, attachment_ids: fileIds = [] }: BodyOf<'createComment'>): CommentRow {
    const actor = actorOf(caller)
    const { comment } = store.messages.add({
      board_id: task.board_id,
      task_id: task.id,
      author_type: actor.type,
      agent_id: actor.agent_id,
      author_name: actor.name,
      message,
      mentions: notifier.resolveMentions(task.board_id, message),
      source_notification_id: null,
    })
    for (const id of new Set(fileIds)) {
      const file = store.attachments.get(id)
      if (file?.task_id !== task.id)
        throw new AppError('not_found', 'One of the files is not there (any more). Attach it again.', { field: 'body.attachment_ids' })
      if (file.comment_id !== null || file.agent_id !== actor.agent_id)
        throw new AppError('conflict', `${file.file_name} belongs to another comment or to somebody else. Attach your own.`, {
          field: 'body.attachment_ids',
        })
      store.attachments.giveToComment(id, comment.id)
    }
    if (actor.agent_id !== null) store.tasks.subscribe(task.id, actor.agent_id)
    record(caller, task, 'task.comment', `${actor.name} commented on #${task.number}: ${firstWords(message)}`, { comment_id: comment.id })
    notifier.commented({ task: fresh(task.id), comment, actor })
    return comment
  }

  function fresh(id: string): TaskRow {
    const task = store.tasks.get(id)
    if (!task) throw new AppError('not_found', 'The task is gone.')
    return task
  }

  function commentedSinceStart(task: TaskRow): boolean {
    const since = task.in_progress_at ?? task.created_at
    return store.messages.tail(task.id, commentsLookedAt).some((comment) => comment.author_type !== 'system' && comment.created_at >= since)
  }

  /** Keeps `current_task_id` true: set by the agent who starts, cleared for all once the task is out of their hands. */
  function followCurrentTask(caller: TaskCaller, task: TaskRow, plan: TaskPlan): void {
    if (plan.path.length === 0) return
    if (plan.status === 'in_progress') {
      if (caller.kind === 'agent' && caller.agent.current_task_id !== task.id)
        store.agents.update(caller.agent.id, { current_task_id: task.id })
      return
    }
    for (const agent of store.agents.all({ board_id: task.board_id }))
      if (agent.current_task_id === task.id) store.agents.update(agent.id, { current_task_id: null })
  }

  return {
    create: (caller, board, input) =>
      store.write(() => {
        const assignees = [...new Set(askedAssignees(input) ?? [])]
        checkAssignees(board, assignees)
        const actor = actorOf(caller)
        const values = planFields(board, null, input.custom_field_values, 'creation')
        const id = store.tasks.create({
          board_id: board.id,
          number: store.boards.takeTaskNumber(board.id),
          title: input.title,
          description: input.description,
          status: initialStatus(input.status, assignees),
          priority: input.priority,
          due_at: milliseconds(input.due_at),
          created_by: actor.name,
          auto_created: caller.kind !== 'operator',
          auto_reason:
            caller.kind === 'agent' ? `lead_agent:${caller.agent.id}` : caller.kind === 'schedule' ? `recurring_task:${caller.id}` : null,
        })
        if (assignees.length > 0) store.tasks.setAssignees(id, assignees)
        if (input.depends_on_task_ids?.length) setDependencies(board, id, null, input.depends_on_task_ids)
        if (input.tag_ids?.length) {
          checkTags(input.tag_ids)
          store.tags.setForTask(id, [...new Set(input.tag_ids)])
        }
        store.customFields.setForTask(id, values)
        if (caller.kind === 'operator') store.threads.follow(id)
        const task = fresh(id)
        checkBlocked(
          task.status,
          store.dependencies.of(id).filter((each) => task.blocked_by_task_ids.includes(each.id)),
        )
        record(caller, task, 'task.created', `${actor.name} created #${task.number} ${task.title}`, { status: task.status })
        // A task that waits for others is announced to its agents when it can begin.
        if (assignees.length > 0 && !task.is_blocked)
          notifier.assigned({ task, agent_ids: assignees.filter((agentId) => agentId !== actor.agent_id), actor })
        if (assignees.length === 0 && task.status === 'inbox') tellUnassigned(store, clock, board.id, actor.agent_id)
        return fresh(id)
      }),

    update: (caller, board, before, input) =>
      store.write(() => {
        const actor = actorOf(caller)
        const who = ruleActor(caller)
        if (who.kind === 'worker' || who.kind === 'lead')
          checkAgentFields(
            who.kind,
            Object.entries(input).flatMap(([field, value]) => (value === undefined ? [] : [field])),
          )
        if (input.tag_ids) checkTags(input.tag_ids)
        const heldUp = heldUpBy(before)
        const dependenciesChanged =
          input.depends_on_task_ids !== undefined &&
          [...input.depends_on_task_ids].toSorted().join() !== [...before.depends_on_task_ids].toSorted().join()
        if (dependenciesChanged) setDependencies(board, before.id, before.status, input.depends_on_task_ids ?? [])
        const comment = input.comment?.trim() ?? ''
        const asked = askedAssignees(input)
        if (asked) checkAssignees(board, asked)
        const plan = planTaskChange({
          task: before,
          board,
          actor: who,
          change: {
            status: input.status,
            expected_status: input.expected_status,
            assigned_agent_ids: asked,
            blocked_reason: input.blocked_reason,
            approvals: {
              pending: store.approvals.pendingOfTask(before.id) !== undefined,
              last_decision: store.approvals.lastDecision(before.id),
            },
            has_comment: comment !== '' || (board.comment_required_for_review && commentedSinceStart(before)),
          },
        })

        const moved = plan.path.length > 0
        const leavesInbox = moved && before.status === 'inbox' && plan.status !== 'archived'
        const values = planFields(board, before, input.custom_field_values, leavesInbox ? 'leaves_inbox' : 'change')
        const blockers = store.dependencies.of(before.id).filter((each) => holdsUp(each.status))
        if (moved) checkBlocked(plan.status, blockers)
        const added = plan.assigned_agent_ids.filter((id) => !before.assigned_agent_ids.includes(id))
        const reassigned = added.length > 0 || plan.assigned_agent_ids.join() !== before.assigned_agent_ids.join()
        const fields = {
          title: input.title,
          description: input.description,
          priority: input.priority,
          position: input.position,
          due_at: input.due_at === undefined ? undefined : milliseconds(input.due_at),
        }
        const edited = Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field]))
        const reasonChanged = plan.blocked_reason !== before.blocked_reason
        if (moved || reasonChanged || edited.length > 0) {
          store.tasks.update(before.id, {
            ...fields,
            status: moved ? plan.status : undefined,
            blocked_reason: reasonChanged ? plan.blocked_reason : undefined,
            in_progress_at: plan.progress === 'kept' ? undefined : plan.progress === 'started' ? clock.now() : null,
          })
        }
        if (reassigned) store.tasks.setAssignees(before.id, plan.assigned_agent_ids)
        if (input.tag_ids) store.tags.setForTask(before.id, [...new Set(input.tag_ids)])
        store.customFields.setForTask(before.id, values)
        followCurrentTask(caller, before, plan)

        const task = fresh(before.id)
        // Dragging a card within its column is nothing that anybody wants to read about.
        const worthTelling = edited.filter((field) => field !== 'position')
        if (moved) {
          const why = plan.blocked_reason === null ? '' : `: ${plan.blocked_reason}`
          record(
            caller,
            task,
            'task.status_changed',
            `${actor.name} moved #${task.number} from ${taskStates[before.status].label} to ${taskStates[task.status].label}${why}`,
            {
              from: before.status,
              to: task.status,
              path: plan.path,
              claimed: plan.claimed,
            },
          )
        }
        if (dependenciesChanged) worthTelling.push('dependencies')
        if (input.tag_ids) worthTelling.push('tags')
        if (values.size > 0) worthTelling.push('custom fields')
        if (worthTelling.length > 0 || reassigned || (reasonChanged && !moved)) {
          const what = [...worthTelling, ...(reassigned ? ['assignees'] : []), ...(reasonChanged && !moved ? ['blocked_reason'] : [])]
          record(caller, task, 'task.updated', `${actor.name} changed ${what.join(', ')} of #${task.number}`, {
            fields: what,
            assigned_agent_ids: task.assigned_agent_ids,
          })
        }
        const told = added.filter((id) => id !== actor.agent_id)
        if (told.length > 0 && !task.is_blocked) notifier.assigned({ task, agent_ids: told, actor })
        if (task.status === 'inbox' && task.assigned_agent_ids.length === 0 && (moved || reassigned))
          tellUnassigned(store, clock, board.id, actor.agent_id)
        if (moved) notifier.statusChanged({ task, from: before.status, actor })
        if (before.is_blocked) tellUnblocked([before.id], 'it waits for nothing any more')
        if (moved && !holdsUp(task.status)) tellUnblocked(heldUp, `#${task.number} is ${taskStates[task.status].label.toLowerCase()}`)
        if (comment !== '') writeComment(caller, task, { message: comment })
        return fresh(before.id)
      }),

    remove: (caller, task) =>
      store.write(() => {
        for (const agent of store.agents.all({ board_id: task.board_id }))
          if (agent.current_task_id === task.id) store.agents.update(agent.id, { current_task_id: null })
        const heldUp = heldUpBy(task)
        store.tasks.remove(task.id)
        tellUnblocked(heldUp, `#${task.number} was deleted`)
        const actor = actorOf(caller)
        store.activity.record({
          event_type: 'task.deleted',
          message: `${actor.name} deleted #${task.number} ${task.title}`,
          actor_type: actor.type,
          actor_name: actor.name,
          board_id: task.board_id,
          data: { task_id: task.id },
        })
      }),

    comment: (caller, task, input) => store.write(() => writeComment(caller, task, input)),
  }
}
