/** Imports as jobs: a new board from a file, new tasks from a table. */
import { AppError } from '../contract/errors.ts'
import { type BoardFile, importMaximumTasks, type ImportResult } from '../contract/planning.ts'
import type { Notifier } from '../delivery/types.ts'
import { checkDependencies } from '../domain/dependency-rules.ts'
import type { Clock } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { BoardRow } from '../store/boards.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import type { BoardImport } from './board-import.ts'
import { breathe, createNotes, importChunk, type ImportNotes } from './import-notes.ts'
import { tagSlug } from './tag-slug.ts'
import { readTasks, type TableTask } from './task-table.ts'

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
const newTagColor = '868e96'

export function createImportJobs(deps: {
  store: Store
  clock: Clock
  log: Log
  notifier: Notifier
  boardImport: BoardImport
  poke: () => void
}) {
  const { store, clock, notifier, boardImport } = deps
  const log = deps.log.scope('import')

  function jobOf(id: string): JobRow {
    const job = store.jobs.get(id)
    if (!job) throw new AppError('not_found', 'The job is gone.')
    return job
  }

  function end(id: string, result: ImportResult, error: string | null): void {
    store.jobs.update(id, { state: error === null ? 'succeeded' : 'failed', step: null, result, error })
  }

  /** Runs the rest of a job; what goes wrong ends it, and `undo` takes back what it began. */
  function goOn(id: string, work: () => Promise<void>, undo: () => void): void {
    work().catch((error: unknown) => {
      log.error('import.failed', { job_id: id, error: errorText(error) })
      store.write(() => {
        undo()
        store.jobs.update(id, { state: 'failed', step: null, error: errorText(error) })
      })
    })
  }

  const summary = (notes: ImportNotes): string =>
    notes.shown().notes.find((note) => note.level === 'error')?.message ?? 'The file was not taken.'

  function boards(file: BoardFile, options: { name: string | undefined; dry_run: boolean; gateway_id: string }): JobRow {
    const name = options.name ?? file.board.name
    const notes = boardImport.inspect(file)
    const refused = notes.errors() > 0
    const result = (boardId: string | null): ImportResult => ({
      dry_run: options.dry_run,
      board_id: boardId,
      imported: refused ? 0 : file.tasks.length,
      refused: refused ? file.tasks.length : 0,
      mapping: null,
      ...notes.shown(),
    })
    const title = `${options.dry_run ? 'Check the board file' : 'Import the board'} ${name}`
    const create = (boardId: string | null): string =>
      store.jobs.create({ kind: 'board_import', title, total: file.tasks.length, input: { board_id: boardId, dry_run: options.dry_run } })
    if (refused || options.dry_run) {
      const id = store.write(() => {
        const created = create(null)
        end(created, result(null), refused ? summary(notes) : null)
        return created
      })
      return jobOf(id)
    }
    const { id, board } = store.write(() => {
      const begun = boardImport.begin(file, { gateway_id: options.gateway_id, name })
      return { board: begun, id: create(begun.id) }
    })
    goOn(
      id,
      async () => {
        await breathe()
        await boardImport.writeTasks(file, board, notes, (done) =>
          store.jobs.update(id, { done, step: `${done} of ${file.tasks.length} tasks` }),
        )
        store.write(() => {
          boardImport.finish(file, board, notes, clock.now())
          store.activity.record({
            event_type: 'board.imported',
            message: `Operator imported the board ${board.name} with ${file.tasks.length} ${file.tasks.length === 1 ? 'task' : 'tasks'}`,
            ...byOperator,
            board_id: board.id,
            gateway_id: board.gateway_id,
          })
          end(id, result(board.id), null)
        })
        deps.poke()
      },
      () => store.boards.remove(board.id),
    )
    return jobOf(id)
  }

  /** In the transaction under way. Answers with the id of the new task. */
  function writeTask(board: BoardRow, task: TableTask, positions: Map<string, number>): string {
    const now = clock.now()
    const position = (positions.get(task.status) ?? 0) + 1024
    positions.set(task.status, position)
    const tagIds = task.tags.map((name) => {
      const slug = tagSlug(name)
      return (store.tags.bySlug(slug) ?? store.tags.create({ name, slug, color: newTagColor })).id
    })
    const id = store.boardFiles.addTask(
      {
        board_id: board.id,
        number: store.boards.takeTaskNumber(board.id),
        title: task.title,
        description: task.description,
        status: task.status,
        priority: task.priority,
        position,
        blocked_reason: task.blocked_reason,
        due_at: task.due_at,
        in_progress_at: task.status === 'in_progress' ? now : null,
        created_by: 'Operator',
        auto_created: false,
        created_at: now,
        updated_at: now,
      },
      { tag_ids: tagIds, values: task.values, comments: [] },
    )
    if (task.assigned_agent_ids.length > 0) store.tasks.setAssignees(id, task.assigned_agent_ids)
    store.boardFiles.touchUsed(tagIds, task.values.keys())
    return id
  }

  /** Dependencies of the rows just written, each refused by itself; then those who have work now hear of it. */
  function connect(board: BoardRow, written: readonly { id: string; task: TableTask }[], notes: ImportNotes): void {
    const own = new Map(written.flatMap(({ id, task }) => (task.number === null ? [] : [[task.number, id]])))
    const present = store.boardFiles.numbers(board.id)
    const edges = store.dependencies.edges(board.id)
    for (const { id, task } of written) {
      for (const number of task.depends_on) {
        const on = own.get(number) ?? present.get(number)
        if (on === undefined) {
          notes.warn(task.line, 'depends_on', `There is no task #${number}.`)
          continue
        }
        try {
          checkDependencies({ task_id: id, task_status: null, depends_on: [on], known: () => true, edges })
          store.boardFiles.addDependency(id, on)
          edges.push({ task_id: id, depends_on_task_id: on })
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          notes.warn(task.line, 'depends_on', error.message)
        }
      }
    }
    for (const { id } of written) {
      const task = store.tasks.get(id)
      if (!task) continue
      store.activity.record({
        event_type: 'task.created',
        message: `Operator imported #${task.number} ${task.title}`,
        ...byOperator,
        task_id: id,
        board_id: board.id,
        data: { status: task.status },
      })
      if ((task.status === 'assigned' || task.status === 'in_progress') && !task.is_blocked)
        notifier.assigned({ task, agent_ids: task.assigned_agent_ids, actor: { type: 'user', name: 'Operator', agent_id: null } })
    }
  }

  function tasks(text: string, board: BoardRow, options: { dry_run: boolean; mapping: Record<string, string | null> }): JobRow {
    const notes = createNotes()
    const table = readTasks(text, {
      fields: store.customFields.list(board.id),
      agents: store.agents.all({ board_id: board.id }),
      mapping: options.mapping,
      notes,
      maximum: importMaximumTasks,
    })
    const result = (): ImportResult => ({
      dry_run: options.dry_run,
      board_id: board.id,
      imported: table.tasks.length,
      refused: table.refused,
      mapping: table.mapping,
      ...notes.shown(),
    })
    const id = store.write(() => {
      const created = store.jobs.create({
        kind: 'task_import',
        title: `${options.dry_run ? 'Check tasks for' : 'Import tasks into'} ${board.name}`,
        total: table.tasks.length,
        input: { board_id: board.id, dry_run: options.dry_run },
      })
      if (options.dry_run) end(created, result(), null)
      return created
    })
    if (options.dry_run) return jobOf(id)
    goOn(
      id,
      async () => {
        await breathe()
        const positions = store.boardFiles.lastPositions(board.id)
        // A row may wait for one of a later chunk, so that rows that name others are written together at the end of their chunk.
        const written: { id: string; task: TableTask }[] = []
        const needsAll = table.tasks.some((task) => task.depends_on.length > 0)
        const size = needsAll ? table.tasks.length : importChunk
        for (let from = 0; from < table.tasks.length; from += size) {
          const chunk = table.tasks.slice(from, from + size)
          store.write(() => {
            if (!store.boards.get(board.id)) throw new AppError('conflict', 'The board was deleted meanwhile.')
            written.length = 0
            for (const task of chunk) written.push({ id: writeTask(board, task, positions), task })
            connect(board, written, notes)
            const done = from + chunk.length
            store.jobs.update(id, { done, step: `${done} of ${table.tasks.length} tasks` })
          })
          await breathe()
        }
        store.write(() => end(id, result(), null))
        deps.poke()
      },
      () => undefined,
    )
    return jobOf(id)
  }

  return { boards, tasks }
}

/** What a process that is gone left half done: a board that is half there goes, rows of a table stay, and the job says so. */
export function recoverImports(store: Store, jobs: readonly JobRow[]): void {
  for (const job of jobs) {
    if (job.kind === 'board_import') {
      const { board_id: boardId } = store.jobs.input(job.id) as { board_id: string | null }
      if (boardId !== null && store.boards.get(boardId)) store.boards.remove(boardId)
      store.jobs.update(job.id, {
        state: 'failed',
        step: null,
        error: 'The services were restarted while it ran. The half of the board was removed; import it again.',
      })
    }
    if (job.kind === 'task_import')
      store.jobs.update(job.id, {
        state: 'failed',
        step: null,
        error: `The services were restarted while it ran: ${job.done} of ${job.total} tasks are there. Leave those rows out when you import the rest.`,
      })
  }
}
