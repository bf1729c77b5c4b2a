/** Tasks that are fetched when somebody looks at them. */
import { useEffect } from 'react'
import type { Task } from '../../../native-services/contract/entities.ts'
import { api } from './api.ts'
import { remember } from './actions.ts'
import { live, rememberBoard } from './connection.ts'
import { type BoardLoad, useLive, useTask, useTasks } from './store.ts'

/** All tasks of a board, and whether they are here yet. */
export function useBoardTasks(boardId: string): { tasks: Task[]; load: BoardLoad } {
  const load = useLive((state) => state.boards[boardId])
  const tasks = useTasks(boardId)
  const exists = useLive((state) => state.maps.board[boardId] !== undefined)
  useEffect(() => {
    if (!exists) return
    rememberBoard(boardId)
    if (!load) void live.wantBoard(boardId)
  }, [boardId, exists, load])
  return { tasks, load: load ?? { state: 'loading' } }
}

/** The tasks of all boards; for the few places that really need them. */
export function useAllBoards(wanted = true): void {
  const ids = useLive((state) => Object.keys(state.maps.board).join(' '))
  useEffect(() => {
    if (wanted) for (const id of ids.split(' ')) if (id) void live.wantBoard(id)
  }, [ids, wanted])
}

const asked = new Set<string>()

/** One task, fetched when its board has not been looked at. */
export function useTaskOf(boardId: string | null | undefined, taskId: string | null | undefined): Task | undefined {
  const task = useTask(taskId)
  const missing = !task && boardId && taskId
  useEffect(() => {
    if (!missing || asked.has(taskId)) return
    asked.add(taskId)
    api
      .call('getTask', { params: { board_id: boardId, task_id: taskId } })
      .then((found) => remember('task', found))
      // It may be gone; whoever shows it says so.
      .catch(() => undefined)
      .finally(() => asked.delete(taskId))
  }, [missing, boardId, taskId])
  return task
}
