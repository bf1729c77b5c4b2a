/**
 * What was typed and not saved. It lies in this browser, so that it survives leaving the page, loading it again and a restart of the services;
 * where that is not possible (no room, no storage) it lives as long as the page.
 */
import { create } from 'zustand'
import type { DocumentType } from '../../../../native-services/contract/documents.ts'

export interface DocumentDraft {
  readonly title: string
  readonly type: DocumentType
  readonly content: string
  /** The version that it was made from; 0 for a new document. */
  readonly base_version: number
}

const prefix = 'mission-control-document:'

/** Key of a document that does not exist yet: one per task, one per board. */
export const newKey = (boardId: string, taskId: string | null): string => `new:${boardId}:${taskId ?? ''}`

function read(key: string): DocumentDraft | null {
  try {
    const value = JSON.parse(localStorage.getItem(prefix + key) ?? 'null') as Partial<DocumentDraft> | null
    if (typeof value?.content !== 'string' || typeof value.title !== 'string' || typeof value.base_version !== 'number' || !value.type)
      return null
    return { title: value.title, type: value.type, content: value.content, base_version: value.base_version }
  } catch {
    return null
  }
}

const fromBefore = new Map<string, DocumentDraft | null>()
const useDrafts = create<{ drafts: Readonly<Record<string, DocumentDraft | null>> }>(() => ({ drafts: {} }))

export function setDraft(key: string, draft: DocumentDraft | null): void {
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: draft } }))
  try {
    if (draft) localStorage.setItem(prefix + key, JSON.stringify(draft))
    else localStorage.removeItem(prefix + key)
  } catch {
    // No room: an older text must not come back in place of this one.
    localStorage.removeItem(prefix + key)
  }
}

/** Null when nothing is unsaved. */
export function useDraft(key: string): DocumentDraft | null {
  const known = useDrafts((state) => state.drafts[key])
  if (known !== undefined) return known
  // Once per key: reading a long text back at every draw would be felt.
  const stored = fromBefore.has(key) ? (fromBefore.get(key) ?? null) : read(key)
  fromBefore.set(key, stored)
  return stored
}
