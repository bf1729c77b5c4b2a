/** Which boards an agent may see and write to. */
import { AppError } from '../contract/errors.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Entities } from './entities.ts'

export function createBoardAccess(entities: Pick<Entities, 'mustBoard'>) {
  /** The board, when this agent may see it: its own, or for the main agent one of its gateway. */
  function seen(agent: AgentRow, boardId: string): BoardRow {
    const board = entities.mustBoard(boardId)
    const allowed = agent.role === 'main' ? board.gateway_id === agent.gateway_id : board.id === agent.board_id
    if (!allowed) throw new AppError('task_board_mismatch', 'This is not your board. GET /api/v1/agent/boards lists the ones you may see.')
    return board
  }

  return {
    seen,
    /** Main agents look on; leads and workers write. */
    writable(agent: AgentRow, boardId: string): BoardRow {
      const board = seen(agent, boardId)
      if (agent.role === 'main')
        throw new AppError('forbidden', "The gateway's main agent may read boards, not change them. Ask the board's lead.")
      return board
    },
  }
}
