/** What a person can do, once: pages, the command palette and Needs attention call the same functions. */
import type { Agent, Attention, Comment, Job, Settings, Task } from '../../../native-services/contract/entities.ts'
import type { BodyInputOf, QueryInputOf } from '../../../native-services/contract/operations.ts'
import type { BulkResult } from '../../../native-services/contract/board-work.ts'
import { api, undoTokenOf } from './api.ts'
import { plural } from './numbers.ts'
import { mergeEntities, type MappedName } from './entities.ts'
import type { EntityOf } from '../../../native-services/contract/events.ts'
import { navigate, openLink } from './hash-location.ts'
import { useLive } from './store.ts'
import { attempt, toast, toastDone, toastError } from './toast.ts'

/** The answer of a call is as good as a change frame, and sooner. */
export function remember<Name extends MappedName>(name: Name, item: EntityOf<Name>): void {
  useLive.setState((state) => ({ maps: mergeEntities(state.maps, name, [item]) }))
}

export function forget(name: MappedName, id: string): void {
  useLive.setState((state) => {
    const { [id]: _gone, ...rest } = state.maps[name]
    return { maps: { ...state.maps, [name]: rest } }
  })
}

// — tasks —

/**
 * Changes many tasks alike; says how many refused and why the first one did.
 * @param positions Where each of them goes; those are shown there at once, and where they were when it is refused.
 */
export async function changeTasks(
  boardId: string,
  tasks: readonly Task[],
  patch: BodyInputOf<'bulkUpdateTasks'>['patch'],
  done: (n: number) => string,
  positions?: readonly number[],
): Promise<void> {
  const shown = tasks.flatMap((task, nth): Task[] => {
    const position = positions?.[nth]
    return position === undefined ? [] : [{ ...task, position, status: patch.status ?? task.status }]
  })
  for (const task of shown) remember('task', task)
  const changed = await bulk(done, () =>
    api.call('bulkUpdateTasks', {
      params: { board_id: boardId },
      body: { task_ids: tasks.map((task) => task.id), patch, ...(positions && { positions: [...positions] }) },
    }),
  )
  for (const [nth, task] of shown.entries()) {
    const before = tasks[nth]
    if (before && !changed.has(task.id) && useLive.getState().maps.task[task.id] === task) remember('task', before)
  }
}

export async function archiveDone(boardId: string): Promise<void> {
  await bulk(
    (n) => (n === 0 ? 'Nothing is done' : `Archived ${plural(n, 'task', 'tasks')}`),
    () => api.call('archiveDoneTasks', { params: { board_id: boardId } }),
  )
}

async function bulk(words: (n: number) => string, call: () => Promise<BulkResult>): Promise<ReadonlySet<string>> {
  const answer = await attempt(call, { failed: 'The tasks were not changed' })
  if (!answer) return new Set()
  for (const { task } of answer.results) if (task) remember('task', task)
  if (answer.changed > 0 || answer.failed === 0) toastDone(words(answer.changed), answer)
  const refused = answer.results.find((each) => !each.ok)
  if (refused) toastError(`${plural(answer.failed, 'task was', 'tasks were')} not changed`, new Error(refused.detail ?? ''))
  return new Set(answer.results.flatMap((each) => (each.ok ? [each.task_id] : [])))
}

/**
 * Shows the change at once, then asks. When it is refused the task goes back to what it was and the reason is said;
 * when somebody else changed it in between, theirs stays.
 */
export async function changeTask(
  task: Task,
  body: BodyInputOf<'updateTask'>,
  failed = 'The task was not changed',
  /** What the offer to take it back says; without it only what is done or archived can be. Null offers nothing. */
  undo?: string | null,
): Promise<boolean> {
  const { comment: _comment, expected_status: _expected, ...fields } = body
  const shown: Task = { ...task, ...(fields as Partial<Task>) }
  if (body.assigned_agent_id !== undefined && body.assigned_agent_ids === undefined)
    shown.assigned_agent_ids = body.assigned_agent_id === null ? [] : [body.assigned_agent_id]
  if (body.status === 'inbox') shown.assigned_agent_ids = []
  if (body.status !== undefined && body.status !== 'blocked') shown.blocked_reason = null
  if (body.assigned_agent_ids !== undefined) shown.assigned_agent_id = body.assigned_agent_ids[0] ?? null
  remember('task', shown)
  try {
    const saved = await api.call('updateTask', { params: { board_id: task.board_id, task_id: task.id }, body })
    if (useLive.getState().maps.task[task.id] === shown) remember('task', saved)
    const undoable = undoTokenOf(saved) !== undefined
    if (undoable && undo) toastDone(undo, saved, 'move')
    else if (undoable && undo === undefined && saved.status !== task.status && (saved.status === 'done' || saved.status === 'archived'))
      toastDone(saved.status === 'done' ? `#${task.number} is done` : `Archived #${task.number}`, saved)
    return true
  } catch (error) {
    if (useLive.getState().maps.task[task.id] === shown) remember('task', task)
    toastError(failed, error)
    return false
  }
}

export async function createTask(boardId: string, body: BodyInputOf<'createTask'>): Promise<Task | null> {
  const task = await attempt(() => api.call('createTask', { params: { board_id: boardId }, body }), { failed: 'The task was not created' })
  if (task) remember('task', task)
  return task
}

export async function deleteTask(task: Task): Promise<boolean> {
  const done = await attempt(() => api.call('deleteTask', { params: { board_id: task.board_id, task_id: task.id } }), {
    failed: 'The task was not deleted',
    done: `Deleted #${task.number}`,
  })
  if (done) forget('task', task.id)
  return done !== null
}

export async function postComment(task: Task, message: string, fileIds: readonly string[] = []): Promise<Comment | null> {
  const comment = await attempt(
    () =>
      api.call('createComment', {
        params: { board_id: task.board_id, task_id: task.id },
        body: { message, ...(fileIds.length > 0 && { attachment_ids: [...fileIds] }) },
      }),
    { failed: 'The comment was not sent' },
  )
  if (comment) remember('comment', comment)
  return comment
}

export const replayNotification = (id: string) =>
  attempt(() => api.call('replayNotification', { params: { notification_id: id } }), {
    failed: 'It was not sent again',
    done: 'Queued again',
  }).then((row) => row && remember('notification', row))

export const discardNotification = (id: string) =>
  attempt(() => api.call('discardNotification', { params: { notification_id: id } }), { failed: 'It was not discarded' }).then(
    (row) => row && remember('notification', row),
  )

// — agents —

async function agentAction(work: () => Promise<Agent>, words: { failed: string; done: string }): Promise<void> {
  const agent = await attempt(work, words)
  if (agent) remember('agent', agent)
}

export const wakeAgent = (id: string) =>
  agentAction(() => api.call('wakeAgent', { params: { agent_id: id } }), { failed: 'It was not woken', done: 'Waking it' })
export const provisionAgent = (id: string) =>
  agentAction(() => api.call('provisionAgent', { params: { agent_id: id } }), {
    failed: 'It was not provisioned',
    done: 'Writing its workspace again',
  })
export const pauseAgent = (id: string) =>
  agentAction(() => api.call('pauseAgent', { params: { agent_id: id } }), { failed: 'It was not paused', done: 'Paused' })
export const resumeAgent = (id: string) =>
  agentAction(() => api.call('resumeAgent', { params: { agent_id: id } }), { failed: 'It was not resumed', done: 'Resumed' })

export async function deleteAgent(agent: Agent): Promise<boolean> {
  const done = await attempt(() => api.call('deleteAgent', { params: { agent_id: agent.id } }), {
    failed: `${agent.name} was not deleted`,
    done: `Deleting ${agent.name}`,
  })
  return done !== null
}

// — gateway, runtime —

function localGatewayId(): string | null {
  const list = Object.values(useLive.getState().maps.gateway)
  return (list.find((gateway) => gateway.is_local) ?? list[0])?.id ?? null
}

export async function gatewayAction(action: 'startGateway' | 'stopGateway' | 'restartGateway'): Promise<void> {
  const id = localGatewayId()
  if (!id) return toastError('There is no gateway yet', new Error('Install OpenClaw first.'))
  const verb = { startGateway: 'started', stopGateway: 'stopped', restartGateway: 'restarted' }[action]
  const answer = await attempt(() => api.call(action, { params: { gateway_id: id } }), { failed: `The gateway was not ${verb}` })
  if (answer) toast(answer.message)
}

export async function moveToPort(port: number): Promise<void> {
  const id = localGatewayId()
  if (!id) return
  const answer = await attempt(() => api.call('useGatewayPort', { params: { gateway_id: id }, body: { port } }), {
    failed: 'The port was not changed',
  })
  if (answer) toast(answer.message)
}

export type SyncOptions = QueryInputOf<'syncTemplates'>

/** Starts a re-sync as a job and answers it; progress arrives as changes of the job. */
export async function syncTokens(query: SyncOptions): Promise<Job | null> {
  const id = localGatewayId()
  if (!id) {
    toastError('Nothing to re-sync', new Error('There is no gateway yet.'))
    return null
  }
  const answer = await attempt(() => api.call('syncTemplates', { params: { gateway_id: id }, query: { ...query, wait: 'false' } }), {
    failed: 'The re-sync did not start',
  })
  if (!answer || !('kind' in answer)) return null
  remember('job', answer)
  return answer
}

export async function installRuntime(): Promise<void> {
  const job = await attempt(() => api.call('installRuntime'), { failed: 'The installation did not start' })
  if (job) remember('job', job)
}

export async function setModelProvider(body: BodyInputOf<'setModelProvider'>): Promise<boolean> {
  const provider = await attempt(() => api.call('setModelProvider', { body }), {
    failed: 'The model provider was not changed',
    done: 'Model provider saved',
  })
  if (provider) useLive.setState({ modelProvider: provider })
  return provider !== null
}

// — settings —

export async function changeSettings(body: Partial<Settings>): Promise<void> {
  const before = useLive.getState().settings
  if (before) useLive.setState({ settings: { ...before, ...body } })
  const saved = await attempt(() => api.call('updateSettings', { body }), { failed: 'The setting was not saved' })
  useLive.setState({ settings: saved ?? before })
}

/** Ends this browser's session; the login page says how to come back. */
export async function signOut(): Promise<void> {
  const done = await attempt(() => api.call('deleteSession'), { failed: 'You were not signed out' })
  if (done) useLive.setState({ session: 'out' })
}

// — needs attention —

export async function applyFix(row: Pick<Attention, 'fix' | 'link'>): Promise<void> {
  const fix = row.fix
  if (!fix) return openLink(row.link)
  const target = fix.target_id ?? ''
  switch (fix.action) {
    case 'wake_agent':
      return wakeAgent(target)
    case 'provision_agent':
      return provisionAgent(target)
    case 'sync_tokens': {
      const job = await syncTokens({ rotate_tokens: 'true' })
      if (job) navigate(`/gateway?job=${job.id}`)
      return
    }
    case 'start_gateway':
      return gatewayAction('startGateway')
    case 'restart_gateway':
      return gatewayAction('restartGateway')
    case 'restart_gateway_when_idle':
      await attempt(() => api.call('restartGatewayWhenIdle', { params: { gateway_id: target } }), {
        failed: 'The gateway is not restarted',
        done: 'It is restarted as soon as nothing runs',
      })
      return
    case 'mend_credential': {
      const agent = useLive.getState().maps.agent[target]
      const gateway = agent?.gateway_id ?? Object.values(useLive.getState().maps.gateway).find((each) => each.is_local)?.id ?? ''
      const mended = await attempt(() => api.call('mendDrift', { params: { gateway_id: gateway, subject: target } }), {
        failed: 'It was not brought together',
      })
      if (mended) toast(mended.message)
      return
    }
    case 'tighten_files':
      await attempt(() => api.call('tightenSecretFiles'), {
        failed: 'The files were not changed',
        done: 'The files are for their owner only now',
      })
      return
    case 'use_port': {
      const port = Number(fix.target_id) || useLive.getState().gatewayRuntime?.suggested_port
      return port ? moveToPort(port) : openLink('/gateway')
    }
    case 'install_runtime':
      await installRuntime()
      return openLink('/gateway')
    case 'waive_cap':
      await attempt(() => api.call('waiveUsageCap', { params: { scope: target } }), {
        failed: 'It was not let through',
        done: 'Everything goes through today',
      })
      return
    case 'replay_notification':
      await replayNotification(target)
      return
    case 'resume_agent':
      return resumeAgent(target)
    case 'replay_webhook':
      await attempt(() => api.call('replayDeadOutgoing', { params: { webhook_id: target } }), {
        failed: 'It was not sent again',
        done: 'On its way again',
      })
      return
    case 'open':
      return openLink(row.link)
  }
}
