/** Sends files of a task, a few at once; ends what is under way when its place is left. */
import { useEffect, useRef, useState } from 'react'
import type { Attachment } from '../../../../native-services/contract/documents.ts'
import { remember } from '../../lib/actions.ts'
import { nameOf, startUpload, type Upload } from './upload.ts'

/** One after the other beyond this many, so that the last does not wait for its first byte. */
const atOnce = 3

export interface Sending {
  readonly key: string
  readonly name: string
  /** From 0 to 1. */
  readonly share: number
}

interface Ends {
  done?: (saved: Attachment, name: string) => void
  failed: (name: string, reason: unknown, file: File) => void
}

export function useUploads(boardId: string, taskId: string, ends: Ends) {
  const [sending, setSending] = useState<readonly Sending[]>([])
  const running = useRef(new Map<string, Upload>())
  const waiting = useRef<{ key: string; file: File; name: string }[]>([])
  const count = useRef(0)
  const latest = useRef(ends)
  latest.current = ends
  useEffect(() => {
    const uploads = running.current
    return () => {
      waiting.current = []
      for (const upload of uploads.values()) upload.cancel()
    }
  }, [boardId, taskId])

  function next(): void {
    while (running.current.size < atOnce) {
      const item = waiting.current.shift()
      if (!item) return
      const { key, file, name } = item
      const upload = startUpload({
        boardId,
        taskId,
        file,
        name,
        onProgress: (share) => setSending((list) => list.map((each) => (each.key === key ? { ...each, share } : each))),
      })
      running.current.set(key, upload)
      upload.done
        .then(
          (saved) => {
            remember('attachment', saved)
            latest.current.done?.(saved, name)
          },
          (reason: unknown) => {
            if (!(reason instanceof DOMException && reason.name === 'AbortError')) latest.current.failed(name, reason, file)
          },
        )
        .finally(() => {
          running.current.delete(key)
          setSending((list) => list.filter((each) => each.key !== key))
          next()
        })
    }
  }
  return {
    sending,
    /** Answers with the names that they go by. */
    add(files: Iterable<File>): string[] {
      const items = [...files].map((file) => ({ key: `upload-${(count.current += 1)}`, file, name: nameOf(file, new Date()) }))
      waiting.current.push(...items)
      setSending((list) => [...list, ...items.map(({ key, name }) => ({ key, name, share: 0 }))])
      next()
      return items.map((item) => item.name)
    },
    cancel(key: string) {
      waiting.current = waiting.current.filter((each) => each.key !== key)
      running.current.get(key)?.cancel()
      setSending((list) => list.filter((each) => each.key !== key))
    },
  }
}
