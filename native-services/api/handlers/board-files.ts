/** Boards and tasks as files: export and import. */
import { z } from 'zod'
import { boardFile, importMaximumBytes } from '../../contract/planning.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import { buildBoardFile } from '../board-file.ts'
import { createBoardImport } from '../board-import.ts'
import type { Entities } from '../entities.ts'
import { createImportJobs } from '../import-jobs.ts'
import { printTasks } from '../task-table.ts'
import { createWebhookOutService } from '../webhook-out-service.ts'
import { createWebhookService } from '../webhook-service.ts'
import { check, parseJson, readText } from '../validate.ts'

type Ids = 'exportBoard' | 'exportTasks' | 'importBoard' | 'importTasks'

const everything = 1_000_000
const mappingSchema = z.record(z.string(), z.string().nullable())

export function boardFileHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, clock } = deps
  const boardImport = createBoardImport({
    store,
    webhooks: createWebhookService(deps),
    outgoing: createWebhookOutService(deps),
    plan: (id) => deps.recurring.plan(id),
  })
  const jobs = createImportJobs({
    store,
    clock,
    log: deps.log,
    notifier: deps.notifier,
    boardImport,
    poke: () => (deps.delivery.poke(), deps.recurring.poke()),
  })
  const attachment = (name: string): string => `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`

  return {
    exportBoard({ params, setHeader }) {
      const board = entities.mustBoard(params.board_id)
      setHeader('content-disposition', attachment(`${board.slug}.board.json`))
      return buildBoardFile(store, board, { now: clock.now(), tasks: 'all' })
    },
    exportTasks({ params, setHeader }) {
      const board = entities.mustBoard(params.board_id)
      setHeader('content-disposition', attachment(`${board.slug}.tasks.csv`))
      const tasks = store.tasks.list({ board_id: board.id, include_archived: true, limit: everything, offset: 0 }).items
      return printTasks(
        tasks.toSorted((a, b) => a.number - b.number),
        {
          fields: store.customFields.list(board.id),
          agentNames: new Map(store.agents.all({ board_id: board.id }).map((agent) => [agent.id, agent.name])),
          tagNames: new Map(store.tags.list().map((tag) => [tag.id, tag.name])),
        },
      )
    },
    async importBoard({ query, raw }) {
      const value = parseJson(await readText(raw, importMaximumBytes), 'body')
      const gateway = entities.must(store.gateways.local(), 'gateway')
      return jobs.boards(check(boardFile, value, 'body'), { name: query.name, dry_run: query.dry_run === true, gateway_id: gateway.id })
    },
    async importTasks({ params, query, raw }) {
      const board = entities.mustBoard(params.board_id)
      const text = await readText(raw, importMaximumBytes)
      const mapping = query.mapping === undefined ? {} : check(mappingSchema, parseJson(query.mapping, 'query.mapping'), 'query.mapping')
      return jobs.tasks(text, entities.mustBoard(board.id), { dry_run: query.dry_run === true, mapping })
    },
  }
}
