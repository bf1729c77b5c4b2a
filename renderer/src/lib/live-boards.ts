/** The tasks of boards, fetched when somebody looks at one, and kept true: what changed while they were on their way is applied on top. */
import type { ApiClient } from '../../../native-services/contract/client.ts'
import type { Task } from '../../../native-services/contract/entities.ts'
import type { ChangeFrame } from '../../../native-services/contract/events.ts'
import { explain } from './api.ts'
import { applyChanges } from './entities.ts'
import type { LiveStore } from './store.ts'

export interface BoardLoads {
  /** Never rejects: what went wrong stands in the store. */
  load(id: string): Promise<void>
  /** A change came in. */
  note(frame: ChangeFrame): void
  /** The stream carries what came after this; anything read earlier has to be read again. */
  begin(rev: number): void
  /** What was read is of another database: with the next snapshot it is read again. */
  forget(): void
  /** Of these boards only those remain that were read late enough. Returns the ones to be loaded again, once the snapshot is in the store. */
  renew(existing: readonly { readonly id: string }[]): string[]
  isLoaded(id: string): boolean
}

export function createBoardLoads({ api, store }: { api: ApiClient; store: LiveStore }): BoardLoads {
  /** Boards whose tasks are here or on their way. */
  const loads = new Map<string, Promise<void>>()
  /** The revision that a board was read at. */
  const readAt = new Map<string, number>()
  /** Boards to be fetched again with the next snapshot, whatever was read. */
  let reopen: string[] = []
  let leastRev = 0
  /** Fetches under way, each with the frames that came meanwhile. */
  const missedBy = new Set<ChangeFrame[]>()

  async function fetchBoard(id: string, isCurrent: () => boolean, again = false): Promise<void> {
    store.setState((state) => ({ boards: { ...state.boards, [id]: { state: 'loading' } } }))
    const missed: ChangeFrame[] = []
    missedBy.add(missed)
    try {
      const { tasks, rev: read } = await api.call('getBoardSnapshot', { params: { board_id: id }, query: { include_archived: 'true' } })
      if (!isCurrent()) return
      // Asked for before the stream began: what changed in between would never come.
      if (read < leastRev && !again) return await fetchBoard(id, isCurrent, true)
      readAt.set(id, read)
      store.setState((state) => {
        const task: Record<string, Task> = {}
        for (const other of Object.values(state.maps.task)) if (other.board_id !== id) task[other.id] = other
        for (const own of tasks) task[own.id] = own
        // What came in meanwhile, and is newer than what was read.
        const newer = missed.filter((frame) => frame.entity === 'task' && frame.rev > read)
        return { maps: applyChanges({ ...state.maps, task }, newer), boards: { ...state.boards, [id]: { state: 'loaded' } } }
      })
    } finally {
      missedBy.delete(missed)
    }
  }

  return {
    load(id) {
      const known = loads.get(id)
      if (known) return known
      // Everything is fetched anew after a gap: what was asked for before it must not come in late.
      const isCurrent = (): boolean => loads.get(id) === load
      const load: Promise<void> = fetchBoard(id, isCurrent).catch((error: unknown) => {
        if (!isCurrent()) return
        loads.delete(id)
        store.setState((state) => ({ boards: { ...state.boards, [id]: { state: 'failed', message: explain(error) } } }))
      })
      loads.set(id, load)
      return load
    },
    note(frame) {
      for (const missed of missedBy) missed.push(frame)
    },
    begin(rev) {
      leastRev = rev
    },
    forget() {
      reopen = [...loads.keys()]
      loads.clear()
      readAt.clear()
    },
    renew(existing) {
      const wanted = [...loads.keys(), ...reopen].filter((id) => existing.some((board) => board.id === id))
      for (const id of loads.keys()) if ((readAt.get(id) ?? Infinity) < leastRev || !wanted.includes(id)) loads.delete(id)
      reopen = []
      return wanted
    },
    isLoaded: (id) => loads.has(id),
  }
}
