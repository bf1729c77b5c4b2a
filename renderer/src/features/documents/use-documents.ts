/** Documents and files from the server, kept up to date by the event stream. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiError } from '../../../../native-services/contract/client.ts'
import type { Attachment, DocumentInfo, DocumentWhole } from '../../../../native-services/contract/documents.ts'
import { forget } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

interface Loaded {
  readonly error: string | null
  readonly loading: boolean
  readonly retry: () => void
}

/** Fetches when the connection is live, also after it was lost. */
function useFetched(fetchThem: () => Promise<void>): Loaded {
  const connection = useLive((state) => state.connection)
  const [state, setState] = useState<{ error: string | null; loading: boolean }>({ error: null, loading: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    fetchThem().then(
      () => current && setState({ error: null, loading: false }),
      (reason: unknown) => current && setState({ error: explain(reason), loading: false }),
    )
    return () => {
      current = false
    }
  }, [fetchThem, connection, round])
  return { ...state, retry: useCallback(() => setRound((value) => value + 1), []) }
}

/** What was fetched replaces what was known of this task or board. */
function replacePart<Name extends 'document' | 'attachment'>(
  name: Name,
  items: readonly (Name extends 'document' ? DocumentInfo : Attachment)[],
  inPart: (item: { board_id: string; task_id: string | null }) => boolean,
): void {
  useLive.setState(({ maps }) => {
    const others = Object.entries(maps[name]).filter(([, item]) => !inPart(item))
    return { maps: { ...maps, [name]: Object.fromEntries([...others, ...items.map((item) => [item.id, item] as const)]) } }
  })
}

const lastChangedFirst = (a: DocumentInfo, b: DocumentInfo) => b.updated_at.localeCompare(a.updated_at) || b.id.localeCompare(a.id)

/** Documents of a board, or of one of its tasks; last changed first. */
export function useDocuments(boardId: string, taskId?: string): { documents: DocumentInfo[] } & Loaded {
  const load = useCallback(async () => {
    const params = { board_id: boardId }
    const items = await fetchAll((query) =>
      api.call('listDocuments', { params, query: { ...query, ...(taskId !== undefined && { task_id: taskId }) } }),
    )
    replacePart('document', items, (item) => item.board_id === boardId && (taskId === undefined || item.task_id === taskId))
  }, [boardId, taskId])
  const loaded = useFetched(load)
  const map = useLive((state) => state.maps.document)
  const documents = useMemo(
    () =>
      Object.values(map)
        .filter((item) => item.board_id === boardId && (taskId === undefined || item.task_id === taskId))
        .toSorted(lastChangedFirst),
    [map, boardId, taskId],
  )
  return { documents, ...loaded }
}

/** Files of a task, oldest first. */
export function useAttachments(boardId: string, taskId: string): { attachments: Attachment[] } & Loaded {
  const load = useCallback(async () => {
    const params = { board_id: boardId, task_id: taskId }
    const items = await fetchAll((query) => api.call('listAttachments', { params, query }))
    replacePart('attachment', items, (item) => item.task_id === taskId)
  }, [boardId, taskId])
  const loaded = useFetched(load)
  const map = useLive((state) => state.maps.attachment)
  const attachments = useMemo(
    () =>
      Object.values(map)
        .filter((item) => item.task_id === taskId)
        .toSorted((a, b) => a.id.localeCompare(b.id)),
    [map, taskId],
  )
  return { attachments, ...loaded }
}

/** One document with its content; fetched again when somebody changes it. Null while it is on its way. */
export function useDocument(id: string | null) {
  const [whole, setWhole] = useState<DocumentWhole | null>(null)
  const [problem, setProblem] = useState<{ gone: boolean; message: string } | null>(null)
  const [round, setRound] = useState(0)
  const connection = useLive((state) => state.connection)
  const seen = useLive((state) => (id === null ? undefined : state.maps.document[id]?.updated_at))
  const known = useRef<string | null>(null)
  useEffect(() => {
    if (id === null || connection !== 'live') return
    if (seen !== undefined) known.current = id
    else if (known.current === id) {
      // Its deletion was announced: nothing to ask for.
      setWhole(null)
      setProblem({ gone: true, message: strings.goneBody })
      return
    }
    let current = true
    api.call('getDocument', { params: { document_id: id } }).then(
      (document) => {
        if (!current) return
        setWhole(document)
        setProblem(null)
      },
      (reason: unknown) => {
        if (current) setProblem({ gone: reason instanceof ApiError && reason.status === 404, message: explain(reason) })
      },
    )
    return () => {
      current = false
    }
  }, [id, connection, seen, round])
  return { document: whole?.id === id ? whole : null, problem, take: setWhole, retry: () => setRound((value) => value + 1) }
}

export async function deleteDocument(document: DocumentInfo): Promise<boolean> {
  const done = await attempt(() => api.call('deleteDocument', { params: { document_id: document.id } }), {
    failed: strings.deleteFailed,
    done: strings.deleted(document.title),
  })
  if (done) forget('document', document.id)
  return done !== null
}

export async function deleteAttachment(file: Attachment): Promise<void> {
  const done = await attempt(() => api.call('deleteAttachment', { params: { attachment_id: file.id } }), {
    failed: strings.deleteFailed,
    done: strings.fileDeleted(file.file_name),
  })
  if (done) forget('attachment', file.id)
}
