/** Entities as the API shows them: a row and what only the running program knows. Used by the handlers and by the event stream alike. */
import type { Agent, Gateway, Settings } from '../contract/entities.ts'
import { type EntityName, entitySchemas } from '../contract/events.ts'
import { AppError } from '../contract/errors.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import type { GatewayRow } from '../store/gateways.ts'
import type { Stored } from '../store/rows.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { Webhook } from '../contract/webhooks.ts'
import type { WebhookRow } from '../store/webhooks.ts'
import type { BackupService } from './backup-service.ts'
import type { ApiDeps } from './deps.ts'
import { type Internal, toWire } from './wire.ts'

export function createEntities({
  store,
  live,
  settings,
  host,
  port,
  backups,
}: Pick<ApiDeps, 'store' | 'live' | 'settings' | 'host' | 'port'> & { backups: Pick<BackupService, 'get'> }) {
  const showAgent = (row: AgentRow): Stored<Agent> => ({ ...row, max_wake_attempts: settings().max_wake_attempts })
  const showGateway = (row: GatewayRow): Internal<Gateway> => ({ ...row, runtime: row.is_local ? live.gateway() : null })

  function showWebhook(row: WebhookRow): Stored<Webhook> {
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    return { ...row, endpoint_url: `http://${name.includes(':') ? `[${name}]` : name}:${port()}${row.endpoint_path}` }
  }

  function must<Row>(row: Row | undefined, what: string): Row {
    if (row === undefined) throw new AppError('not_found', `There is no such ${what}. It may have been deleted; list them again.`)
    return row
  }

  const read: { readonly [Name in EntityName]: (id: string) => unknown } = {
    gateway: (id) => {
      const row = store.gateways.get(id)
      return row && showGateway(row)
    },
    board: (id) => store.boards.get(id),
    agent: (id) => {
      const row = store.agents.get(id)
      return row && showAgent(row)
    },
    task: (id) => store.tasks.get(id),
    comment: (id) => store.messages.get(id),
    notification: (id) => store.notifications.get(id),
    activity: (id) => store.activity.get(id),
    job: (id) => store.jobs.get(id),
    settings: (): Settings => store.settings.get(),
    approval: (id) => store.approvals.get(id),
    question: (id) => store.questions.get(id),
    board_memory: (id) => store.boardMemory.get(id),
    webhook: (id) => {
      const row = store.webhooks.get(id)
      return row && showWebhook(row)
    },
    outgoing_webhook: (id) => store.webhooksOut.get(id),
    tag: (id) => store.tags.get(id),
    custom_field: (id) => store.customFields.get(id),
    recurring_task: (id) => store.recurringTasks.get(id),
    task_template: (id) => store.templates.task(id),
    board_template: (id) => store.templates.board(id),
    operator_notice: (id) => store.notices.get(id),
    board_group: (id) => store.boardGroups.get(id),
    group_memory: (id) => store.groupMemory.get(id),
    document: (id) => store.documents.get(id),
    attachment: (id) => store.attachments.get(id),
    board_onboarding: (id) => store.onboardings.get(id),
    api_token: (id) => store.apiTokens.get(id),
    backup: (id) => backups.get(id),
  }

  return {
    showAgent,
    showGateway,
    showWebhook,
    mustGateway: (id: string): GatewayRow => must(store.gateways.get(id), 'gateway'),
    mustBoard: (id: string): BoardRow => must(store.boards.get(id), 'board'),
    mustAgent: (id: string): AgentRow => must(store.agents.get(id), 'agent'),
    /** A task of this board; one of another board is not found. */
    mustTask(boardId: string, taskId: string): TaskRow {
      const task = must(store.tasks.get(taskId), 'task')
      if (task.board_id !== boardId) throw new AppError('not_found', 'There is no such task on this board.')
      return task
    },
    must,
    /** An entity as the event stream sends it; null when it is gone. */
    wire(entity: EntityName, id: string): unknown {
      const row = read[entity](id)
      return row === undefined ? null : entitySchemas[entity].parse(toWire(row))
    },
  }
}

export type Entities = ReturnType<typeof createEntities>
