/** An agent's AGENTS.md tells about its board; when those facts change, the block is written again. Tasks that move are no such change. */
import type { BoardRow } from '../store/boards.ts'
import { goalLines } from './agents-block.ts'
import { type LifecycleContext, timerKinds } from './lifecycle-context.ts'

function facts(board: BoardRow): string {
  return JSON.stringify([
    board.name,
    board.description,
    board.objective,
    goalLines(board),
    board.board_group_id !== null,
    board.only_lead_can_change_status,
    board.comment_required_for_review,
    board.require_review_before_done,
    board.require_approval_for_done,
  ])
}

/** Returns how to stop. */
export function watchBoards(context: LifecycleContext): () => void {
  const { store, clock } = context
  const known = new Map<string, string>()
  for (const gateway of store.gateways.list())
    for (const board of store.boards.list({ gateway_id: gateway.id, limit: 10_000, offset: 0 }).items) known.set(board.id, facts(board))

  return store.onCommit((changes) => {
    for (const change of changes) {
      if (change.entity !== 'board') continue
      const board = store.boards.get(change.entity_id)
      if (!board) {
        known.delete(change.entity_id)
        continue
      }
      const now = facts(board)
      const before = known.get(board.id)
      known.set(board.id, now)
      if (before === undefined || before === now) continue
      store.write(() => {
        for (const agent of store.agents.all({ board_id: board.id }))
          if (agent.token_hash !== null) store.timers.set({ kind: timerKinds.refresh, subject_id: agent.id, due_at: clock.now() })
      })
      context.loop().poke()
    }
  })
}
