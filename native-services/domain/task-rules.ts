/**
 * The rules of the board, as pure functions: which move a task may make, who may make it, and what the move brings with it.
 *
 * People may make any move that the requirements allow. Agents follow the table below and may take the shortest way: `assigned` → `review`
 * in one request passes `in_progress`, when each step is allowed.
 */
import type { Board, Task } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import { type TaskStatus, taskStates } from '../contract/states.ts'
import { type ApprovalFacts, checkApprovalGates, noApprovals } from './approval-rules.ts'

export type TaskActor =
  | { readonly kind: 'operator' }
  /** The program itself, e.g. the delivery that starts a task. */
  | { readonly kind: 'system' }
  | { readonly kind: 'lead'; readonly agent_id: string }
  | { readonly kind: 'worker'; readonly agent_id: string }

export type TaskFacts = Pick<Task, 'board_id' | 'status' | 'assigned_agent_ids' | 'blocked_reason'>
export type BoardRules = Pick<
  Board,
  | 'require_approval_for_done'
  | 'require_review_before_done'
  | 'comment_required_for_review'
  | 'block_status_changes_with_pending_approval'
  | 'only_lead_can_change_status'
>

/** What is asked for. `undefined` means: as it is. */
export interface TaskChange {
  readonly status?: TaskStatus | undefined
  readonly expected_status?: TaskStatus | undefined
  readonly assigned_agent_ids?: readonly string[] | undefined
  readonly blocked_reason?: string | null | undefined
  /** The change brings a comment, or one was written since the work began. */
  readonly has_comment: boolean
  /** Of the task; none when absent. */
  readonly approvals?: ApprovalFacts | undefined
}

/** What the task will be. */
export interface TaskPlan {
  readonly status: TaskStatus
  /** The statuses it passes, the last one included; empty when the status stays. */
  readonly path: readonly TaskStatus[]
  readonly assigned_agent_ids: readonly string[]
  readonly blocked_reason: string | null
  /** `started` sets `in_progress_at` to now, `cleared` forgets it. */
  readonly progress: 'kept' | 'started' | 'cleared'
  /** An agent took a task that nobody had. */
  readonly claimed: boolean
}

type Who = 'worker' | 'lead' | 'operator'
const rank: Readonly<Record<Who, number>> = { worker: 0, lead: 1, operator: 2 }

/** From → to → the least of those who may make this step. Every pair of different statuses is in it. */
export const taskTransitions: { readonly [From in TaskStatus]: { readonly [To in Exclude<TaskStatus, From>]: Who } } = {
  inbox: { assigned: 'lead', in_progress: 'worker', review: 'operator', blocked: 'operator', done: 'operator', archived: 'operator' },
  assigned: { inbox: 'worker', in_progress: 'worker', review: 'operator', blocked: 'worker', done: 'operator', archived: 'operator' },
  in_progress: { inbox: 'worker', assigned: 'lead', review: 'worker', blocked: 'worker', done: 'worker', archived: 'operator' },
  review: { inbox: 'lead', assigned: 'lead', in_progress: 'worker', blocked: 'worker', done: 'worker', archived: 'operator' },
  blocked: { inbox: 'worker', assigned: 'lead', in_progress: 'worker', review: 'operator', done: 'operator', archived: 'operator' },
  done: { inbox: 'lead', assigned: 'lead', in_progress: 'lead', review: 'lead', blocked: 'operator', archived: 'operator' },
  archived: { inbox: 'operator', assigned: 'operator', in_progress: 'operator', review: 'operator', blocked: 'operator', done: 'operator' },
}

const whoIs = (actor: TaskActor): Who => (actor.kind === 'lead' || actor.kind === 'worker' ? actor.kind : 'operator')

function stepAllowed(from: TaskStatus, to: TaskStatus, who: Who): boolean {
  const least = (taskTransitions[from] as Partial<Record<TaskStatus, Who>>)[to]
  return least !== undefined && rank[who] >= rank[least]
}

/** Work passes `in_progress` on its way forward; backwards there are no detours, they would lead around the table. */
const forward: ReadonlySet<TaskStatus> = new Set(['review', 'blocked', 'done'])

/** The shortest allowed way, at most one stop at `in_progress`; null when there is none. */
function findPath(from: TaskStatus, to: TaskStatus, who: Who): TaskStatus[] | null {
  if (from === to) return []
  if (stepAllowed(from, to, who)) return [to]
  if (forward.has(to) && stepAllowed(from, 'in_progress', who) && stepAllowed('in_progress', to, who)) return ['in_progress', to]
  return null
}

/** The statuses that this actor may ask for from here; gates may still refuse. For menus and for the agents' own help. */
export function reachableStatuses(from: TaskStatus, actor: TaskActor): TaskStatus[] {
  return (Object.keys(taskTransitions) as TaskStatus[]).filter((to) => to !== from && findPath(from, to, whoIs(actor)) !== null)
}

const label = (status: TaskStatus): string => taskStates[status].label

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index])
}

/** Works out what an agent's claim or return does to the assignees. Throws when the task is somebody else's. */
function ownAssignees(task: TaskFacts, target: TaskStatus | undefined, agentId: string): readonly string[] {
  const current = task.assigned_agent_ids
  if (current.length > 0 && !current.includes(agentId)) {
    throw new AppError('task_assignee_mismatch', 'This task is assigned to another agent. Take one that is yours or that nobody has.')
  }
  if (target === 'inbox') return current.filter((id) => id !== agentId)
  if (current.length === 0 && target !== undefined) return [agentId]
  return current
}

/**
 * Decides a change. Throws `AppError`: `conflict` (expected another status), `task_assignee_mismatch`, `only_lead_can_change_status`,
 * `task_transition_invalid`, `task_gate_failed`, `comment_required`, `blocked_reason_required`, `invalid_request`.
 */
export function planTaskChange(input: { task: TaskFacts; board: BoardRules; actor: TaskActor; change: TaskChange }): TaskPlan {
  const { task, board, actor, change } = input
  const who = whoIs(actor)
  if (change.expected_status !== undefined && change.expected_status !== task.status) {
    throw new AppError(
      'conflict',
      `The task is in ${label(task.status)} by now, not in ${label(change.expected_status)}. Read it again before you change it.`,
      { field: 'body.expected_status' },
    )
  }

  const asked = change.status
  let assignees: readonly string[] = [...new Set(change.assigned_agent_ids ?? task.assigned_agent_ids)]
  let target: TaskStatus = asked ?? task.status
  if (actor.kind === 'worker') {
    if (board.only_lead_can_change_status && target !== task.status) {
      throw new AppError(
        'only_lead_can_change_status',
        'On this board only the lead changes the status of tasks. Write a comment and ask the lead.',
      )
    }
    assignees = ownAssignees(task, asked, actor.agent_id)
  }
  // A lead who starts work that nobody has takes it, unless it names somebody.
  if (actor.kind === 'lead' && asked === 'in_progress' && assignees.length === 0 && change.assigned_agent_ids === undefined)
    assignees = [actor.agent_id]

  const reassigned = !same(assignees, task.assigned_agent_ids)
  if (asked === 'inbox') {
    // A worker that gives back a shared task leaves it to the others.
    if (actor.kind === 'worker' && assignees.length > 0) target = 'assigned'
    else if (change.assigned_agent_ids === undefined) assignees = []
    else if (assignees.length > 0)
      throw new AppError('task_gate_failed', 'The inbox holds tasks that nobody has. Leave the status out, or assign nobody.', {
        field: 'body.status',
      })
  } else if (asked === undefined && reassigned) {
    if (assignees.length > 0 && task.status === 'inbox') target = 'assigned'
    if (assignees.length === 0 && (task.status === 'assigned' || task.status === 'in_progress')) target = 'inbox'
  }
  if ((target === 'assigned' || target === 'in_progress') && assignees.length === 0) {
    throw new AppError('task_gate_failed', `A task in ${label(target)} needs somebody who has it. Assign an agent first.`, {
      field: 'body.status',
    })
  }

  // What was asked for is asked of the table; where the assignees then lead is not.
  const asks = asked ?? task.status
  const allowed = findPath(task.status, asks, who)
  const path = allowed === null || target === asks ? allowed : target === task.status ? [] : [target]
  if (path === null) {
    const options = reachableStatuses(task.status, actor)
    const hint = options.length > 0 ? `From here you may choose ${options.join(', ')}.` : 'Ask a person to move it.'
    throw new AppError('task_transition_invalid', `A task cannot move from ${label(task.status)} to ${label(asks)} this way. ${hint}`, {
      field: 'body.status',
    })
  }
  if (path.length > 0) checkApprovalGates(board, target, change.approvals ?? noApprovals)
  if (path.length > 0) checkGates({ task, board, actor, target, hasComment: change.has_comment })

  const progress = target === 'inbox' && path.length > 0 ? 'cleared' : path.includes('in_progress') ? 'started' : 'kept'
  const claimed =
    (actor.kind === 'worker' || actor.kind === 'lead') && task.assigned_agent_ids.length === 0 && assignees.includes(actor.agent_id)
  return { status: target, path, assigned_agent_ids: assignees, blocked_reason: blockedReason(task, target, change), progress, claimed }
}

function checkGates(move: { task: TaskFacts; board: BoardRules; actor: TaskActor; target: TaskStatus; hasComment: boolean }): void {
  const { task, board, actor, target } = move
  if (target === 'done' && board.require_review_before_done) {
    if (task.status !== 'review')
      throw new AppError('task_gate_failed', 'On this board a task is done only after a review. Move it to review first.', {
        field: 'body.status',
      })
    // Otherwise two requests in a row would pass a gate that is there so that somebody else looks.
    if (actor.kind === 'worker')
      throw new AppError('task_gate_failed', 'On this board somebody else finishes a task in review: the lead or a person.', {
        field: 'body.status',
      })
  }
  if (target === 'review' && board.comment_required_for_review && !move.hasComment) {
    throw new AppError('comment_required', 'Comment is required. Say in the thread what was done, then move the task to review.', {
      field: 'body.comment',
    })
  }
}

function blockedReason(task: TaskFacts, target: TaskStatus, change: TaskChange): string | null {
  const given = change.blocked_reason?.trim() ?? ''
  if (target !== 'blocked') {
    if (given !== '')
      throw new AppError('invalid_request', 'A reason belongs to a blocked task. Set the status to blocked, or leave the reason out.', {
        field: 'body.blocked_reason',
      })
    return null
  }
  const reason = change.blocked_reason === undefined && task.status === 'blocked' ? task.blocked_reason : given
  if (!reason)
    throw new AppError('blocked_reason_required', 'Say why the task is blocked, so that somebody can help.', {
      field: 'body.blocked_reason',
    })
  return reason
}

/** Fields of a change that each kind of agent may send; people may send all of them. */
export const agentTaskFields: { readonly worker: readonly string[]; readonly lead: readonly string[] } = {
  worker: ['status', 'expected_status', 'blocked_reason', 'comment', 'custom_field_values'],
  lead: [
    'status',
    'expected_status',
    'blocked_reason',
    'comment',
    'assigned_agent_id',
    'assigned_agent_ids',
    'priority',
    'due_at',
    'depends_on_task_ids',
    'tag_ids',
    'custom_field_values',
  ],
}

/** Refuses fields that are not the agent's to change. */
export function checkAgentFields(role: 'worker' | 'lead', sent: readonly string[]): void {
  const foreign = sent.find((field) => !agentTaskFields[role].includes(field))
  if (foreign !== undefined) {
    throw new AppError(
      'task_update_field_forbidden',
      `A ${role} may change ${agentTaskFields[role].join(', ')}; ${foreign} is not among them.`,
      { field: `body.${foreign}` },
    )
  }
}

/** The status a new task begins with. Throws when it asks for work to begin with nobody assigned. */
export function initialStatus(asked: 'inbox' | 'assigned' | 'in_progress' | undefined, assignees: readonly string[]): TaskStatus {
  const status = asked ?? (assignees.length > 0 ? 'assigned' : 'inbox')
  if (status !== 'inbox' && assignees.length === 0)
    throw new AppError('task_gate_failed', `A task in ${label(status)} needs somebody who has it. Name an agent in assigned_agent_ids.`, {
      field: 'body.status',
    })
  if (status === 'inbox' && assignees.length > 0)
    throw new AppError('task_gate_failed', 'The inbox holds tasks that nobody has. Leave the status out, or assign nobody.', {
      field: 'body.status',
    })
  return status
}
