/** A board as a file: everything that it is, without ids. */
import { type BoardFile, boardFileFormat, boardFileVersion } from '../contract/planning.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { Internal } from './wire.ts'

export type BoardFileRow = Internal<BoardFile>

const everything = 1_000_000

/** @param tasks `all` with their threads; `open` as a template has them: not done, not archived, without threads, begun anew; `none`. */
export function buildBoardFile(store: Store, board: BoardRow, options: { now: number; tasks: 'all' | 'open' | 'none' }): BoardFileRow {
  const agentNames = new Map(store.agents.all({ gateway_id: board.gateway_id }).map((agent) => [agent.id, agent.name]))
  const tagNames = new Map(store.tags.list().map((tag) => [tag.id, tag.name]))
  const fields = store.customFields.list(board.id)
  const keys = new Set(fields.map((field) => field.field_key))
  const asTemplate = options.tasks !== 'all'
  const tasks = (
    options.tasks === 'none' ? [] : store.tasks.list({ board_id: board.id, include_archived: true, limit: everything, offset: 0 }).items
  )
    .filter((task) => !asTemplate || (task.status !== 'done' && task.status !== 'archived'))
    .toSorted((a, b) => a.number - b.number)
  const numbers = new Map(tasks.map((task, index) => [task.id, asTemplate ? index + 1 : task.number]))
  const recurring = store.recurringTasks.list({ board_id: board.id, limit: everything, offset: 0 }).items
  const templates = store.templates.tasks(board.id).filter((template) => template.board_id === board.id)
  const names = (known: ReadonlyMap<string, string>, ids: readonly string[]): string[] =>
    ids.flatMap((id) => known.get(id) ?? []).toSorted()
  const ownValues = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key)))
  const usedTags = new Set([...tasks, ...recurring, ...templates].flatMap((each) => each.tag_ids))

  function taskOf(task: TaskRow): BoardFileRow['tasks'][number] {
    const fresh = { status: 'inbox' as const, blocked_reason: null, in_progress_at: null, due_at: null, watching: null }
    return {
      number: numbers.get(task.id) ?? task.number,
      title: task.title,
      description: task.description,
      status: task.status,
      priority: task.priority,
      position: task.position,
      blocked_reason: task.blocked_reason,
      due_at: task.due_at,
      in_progress_at: task.in_progress_at,
      created_by: task.created_by,
      auto_created: task.auto_created,
      created_at: task.created_at,
      updated_at: task.updated_at,
      assigned_to: asTemplate ? [] : task.assigned_agent_ids.flatMap((id) => agentNames.get(id) ?? []),
      tags: names(tagNames, task.tag_ids),
      depends_on: task.depends_on_task_ids.flatMap((id) => numbers.get(id) ?? []).toSorted((a, b) => a - b),
      custom_field_values: task.custom_field_values,
      watching: task.watching,
      files: asTemplate
        ? []
        : store.attachments.list({ task_id: task.id, limit: everything, offset: 0 }).items.map((file) => file.file_name),
      comments: asTemplate
        ? []
        : store.messages.list(task.id, { limit: everything, offset: 0 }).items.map((comment) => ({
            author_type: comment.author_type,
            author_name: comment.author_name,
            message: comment.message,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            versions:
              comment.edited_at === null
                ? []
                : store.messages
                    .versions(comment.id)
                    .filter((version) => !version.current)
                    .map(({ message, created_at }) => ({ message, created_at })),
          })),
      ...(asTemplate && fresh),
    }
  }

  /** What a template leaves where it is. */
  function besideTasks(): Pick<BoardFileRow, 'documents' | 'memory' | 'webhooks' | 'outgoing_webhooks'> {
    const page = { board_id: board.id, limit: everything, offset: 0 }
    const documents = store.documents.list(page).items.toSorted((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1))
    return {
      documents: documents.map((document) => ({
        title: document.title,
        type: document.type,
        content: store.documents.whole(document.id)?.content ?? '',
        task: document.task_id === null ? null : (numbers.get(document.task_id) ?? null),
        author_type: document.author_type,
        author_name: document.author_name,
        created_at: document.created_at,
        updated_at: document.updated_at,
      })),
      memory: store.boardMemory
        .list(page)
        .items.toReversed()
        .map(({ content, tags, is_chat, source, author_type, author_name, created_at }) => ({
          content,
          tags,
          is_chat,
          source,
          author_type,
          author_name,
          created_at,
        })),
      webhooks: store.webhooks.list(page).items.map((webhook) => ({
        description: webhook.description,
        enabled: webhook.enabled,
        signed: webhook.secret_sealed !== null,
        signature_header: webhook.signature_header,
        agent: webhook.agent_id === null ? null : (agentNames.get(webhook.agent_id) ?? null),
      })),
      outgoing_webhooks: store.webhooksOut
        .list(page)
        .items.filter((webhook) => webhook.board_id === board.id)
        .map(({ name, url, events, enabled, allow_private }) => ({ name, url, events, enabled, allow_private })),
    }
  }

  return {
    format: boardFileFormat,
    version: boardFileVersion,
    exported_at: options.now,
    board: {
      name: board.name,
      description: board.description,
      board_type: board.board_type,
      objective: board.objective,
      success_metrics: board.success_metrics,
      target_date: board.target_date,
      goal_confirmed: board.goal_confirmed,
      require_approval_for_done: board.require_approval_for_done,
      require_review_before_done: board.require_review_before_done,
      comment_required_for_review: board.comment_required_for_review,
      block_status_changes_with_pending_approval: board.block_status_changes_with_pending_approval,
      only_lead_can_change_status: board.only_lead_can_change_status,
      max_agents: board.max_agents,
      paused: asTemplate ? false : board.paused,
      group: asTemplate || board.board_group_id === null ? null : (store.boardGroups.get(board.board_group_id)?.name ?? null),
      next_task_number: asTemplate ? 1 : store.boards.nextTaskNumber(board.id),
    },
    tags: store.tags
      .list()
      .filter((tag) => usedTags.has(tag.id))
      .map(({ name, color }) => ({ name, color })),
    custom_fields: fields.map((field) => ({
      field_key: field.field_key,
      label: field.label,
      field_type: field.field_type,
      description: field.description,
      options: field.options,
      required: field.required,
      default_value: field.default_value,
      ui_visibility: field.ui_visibility,
    })),
    tasks: tasks.map(taskOf),
    recurring_tasks: recurring.map((row) => ({
      name: row.name,
      schedule: row.schedule,
      timezone: row.timezone,
      title: row.title,
      description: row.description,
      priority: row.priority,
      assigned_to: row.assigned_agent_ids.flatMap((id) => agentNames.get(id) ?? []),
      tags: names(tagNames, row.tag_ids),
      custom_field_values: ownValues(row.custom_field_values),
      missed_policy: row.missed_policy,
      overlap_policy: row.overlap_policy,
      paused: row.paused,
      run_count: asTemplate ? 0 : row.run_count,
    })),
    task_templates: templates.map((template) => ({
      name: template.name,
      title: template.title,
      description: template.description,
      priority: template.priority,
      tags: names(tagNames, template.tag_ids),
      custom_field_values: ownValues(template.custom_field_values),
    })),
    ...(asTemplate ? { documents: [], memory: [], webhooks: [], outgoing_webhooks: [] } : besideTasks()),
  }
}
