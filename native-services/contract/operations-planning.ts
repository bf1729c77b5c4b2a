/** Operations of custom fields, recurring tasks, templates, import and export. */
import { z } from 'zod'
import * as entity from './entities.ts'
import type { Operation } from './operations.ts'
import * as plan from './planning.ts'
import { tag } from './board-work.ts'
import { ok, page, timestamp } from './primitives.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const

// oxfmt-ignore
export const planningOperations = {
  listCustomFields: { method: 'GET', path: '/custom-fields', auth: 'operator', tags: ['custom-fields'], summary: 'Custom fields, by label; those of one board when it is given', query: plan.customFieldsQuery, response: z.object({ items: z.array(plan.customField) }) },
  createCustomField: { method: 'POST', path: '/custom-fields', auth: 'operator', tags: ['custom-fields'], summary: 'Define a field and say which boards use it', body: plan.customFieldCreate, status: 201, response: plan.customField },
  updateCustomField: { method: 'PATCH', path: '/custom-fields/{custom_field_id}', auth: 'operator', tags: ['custom-fields'], summary: 'Change a field; its key and type stay', body: plan.customFieldUpdate, response: plan.customField },
  deleteCustomField: { method: 'DELETE', path: '/custom-fields/{custom_field_id}', auth: 'operator', tags: ['custom-fields'], summary: 'Delete a field; one that has values only with force=true', query: plan.customFieldDelete, response: ok },
  agentCustomFields: { method: 'GET', path: '/agent/boards/{board_id}/custom-fields', auth: 'agent', tags: anyAgent, summary: 'Custom fields of your board', response: z.object({ items: z.array(plan.customField) }) },

  listRecurringTasks: { method: 'GET', path: '/recurring-tasks', auth: 'operator', tags: ['recurring-tasks'], summary: 'Recurring tasks of all boards, or of one', query: plan.recurringQuery, response: page(plan.recurringTask) },
  previewSchedule: { method: 'POST', path: '/recurring-tasks/preview', auth: 'operator', tags: ['recurring-tasks'], summary: 'When a schedule would run next', body: plan.schedulePreview, response: z.object({ runs: z.array(z.object({ at: timestamp })) }) },
  createRecurringTask: { method: 'POST', path: '/boards/{board_id}/recurring-tasks', auth: 'operator', tags: ['recurring-tasks'], summary: 'A task that comes again: cron or an interval', body: plan.recurringCreate, status: 201, response: plan.recurringTask },
  getRecurringTask: { method: 'GET', path: '/boards/{board_id}/recurring-tasks/{recurring_task_id}', auth: 'operator', tags: ['recurring-tasks'], summary: 'One recurring task', response: plan.recurringTask },
  updateRecurringTask: { method: 'PATCH', path: '/boards/{board_id}/recurring-tasks/{recurring_task_id}', auth: 'operator', tags: ['recurring-tasks'], summary: 'Change, pause or resume it', body: plan.recurringUpdate, response: plan.recurringTask },
  deleteRecurringTask: { method: 'DELETE', path: '/boards/{board_id}/recurring-tasks/{recurring_task_id}', auth: 'operator', tags: ['recurring-tasks'], summary: 'Delete it; the tasks that it made stay', response: ok },
  runRecurringTask: { method: 'POST', path: '/boards/{board_id}/recurring-tasks/{recurring_task_id}/run', auth: 'operator', tags: ['recurring-tasks'], summary: 'Make its task now; its rhythm stays', status: 201, response: entity.task },
  listRecurringRuns: { method: 'GET', path: '/boards/{board_id}/recurring-tasks/{recurring_task_id}/runs', auth: 'operator', tags: ['recurring-tasks'], summary: 'What came of its runs, newest first', query: plan.runsQuery, response: z.object({ items: z.array(plan.recurringRun) }) },

  listTaskTemplates: { method: 'GET', path: '/task-templates', auth: 'operator', tags: ['templates'], summary: 'Templates of tasks, by name', query: plan.taskTemplatesQuery, response: z.object({ items: z.array(plan.taskTemplate) }) },
  createTaskTemplate: { method: 'POST', path: '/task-templates', auth: 'operator', tags: ['templates'], summary: 'Create a template of a task, for one board or for all', body: plan.taskTemplateCreate, status: 201, response: plan.taskTemplate },
  updateTaskTemplate: { method: 'PATCH', path: '/task-templates/{task_template_id}', auth: 'operator', tags: ['templates'], summary: 'Change a template of a task', body: plan.taskTemplateUpdate, response: plan.taskTemplate },
  deleteTaskTemplate: { method: 'DELETE', path: '/task-templates/{task_template_id}', auth: 'operator', tags: ['templates'], summary: 'Delete a template of a task', response: ok },
  listBoardTemplates: { method: 'GET', path: '/board-templates', auth: 'operator', tags: ['templates'], summary: 'Templates of boards, by name', response: z.object({ items: z.array(plan.boardTemplate) }) },
  createBoardTemplate: { method: 'POST', path: '/board-templates', auth: 'operator', tags: ['templates'], summary: 'Keep a board as a template', body: plan.boardTemplateCreate, status: 201, response: plan.boardTemplate },
  updateBoardTemplate: { method: 'PATCH', path: '/board-templates/{board_template_id}', auth: 'operator', tags: ['templates'], summary: 'Rename or describe a template of a board', body: plan.boardTemplateUpdate, response: plan.boardTemplate },
  deleteBoardTemplate: { method: 'DELETE', path: '/board-templates/{board_template_id}', auth: 'operator', tags: ['templates'], summary: 'Delete a template of a board', response: ok },
  createBoardFromTemplate: { method: 'POST', path: '/board-templates/{board_template_id}/boards', auth: 'operator', tags: ['templates'], summary: 'A new board from a template', body: plan.boardFromTemplate, status: 201, response: entity.board },

  exportBoard: { method: 'GET', path: '/boards/{board_id}/export', auth: 'operator', tags: ['import-export'], summary: 'A whole board as one JSON document', response: plan.boardFile },
  exportTasks: { method: 'GET', path: '/boards/{board_id}/tasks.csv', auth: 'operator', tags: ['import-export'], summary: 'The tasks of a board as CSV (RFC 4180); cells that a spreadsheet would take for a formula begin with an apostrophe', response: z.string(), media: 'text/csv' },
  importBoard: { method: 'POST', path: '/boards/import', auth: 'operator', tags: ['import-export'], summary: 'A new board from an exported document (JSON body, at most 16 MiB and 10,000 tasks), as a job; dry_run=true writes nothing', query: plan.boardImportQuery, raw: true, status: 202, response: entity.job },
  importTasks: { method: 'POST', path: '/boards/{board_id}/tasks/import', auth: 'operator', tags: ['import-export'], summary: 'New tasks from CSV (text body, at most 16 MiB and 10,000 rows), as a job; dry_run=true writes nothing and says what each row would become', query: plan.taskImportQuery, raw: true, status: 202, response: entity.job },

  mergeTag: { method: 'POST', path: '/tags/{tag_id}/merge', auth: 'operator', tags: ['tags'], summary: 'Give its tasks another tag instead, and delete it', body: plan.tagMerge, response: tag },
} as const satisfies Record<string, Operation>
