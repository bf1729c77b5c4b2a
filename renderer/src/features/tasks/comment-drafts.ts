/**
 * Comments that were begun and not sent: their words and the files that shall come with them. They lie in this browser, so that leaving the
 * task, a reload and a restart of the services take nothing away; where there is no room they live as long as the page.
 */
export interface CommentDraft {
  readonly text: string
  /** Files that lie with the task already and wait for their comment. */
  readonly fileIds: readonly string[]
  /** Names of files that were on their way. A page that finds some here was loaded again in between. */
  readonly sending: readonly string[]
}

const prefix = 'mission-control-comment:'
const known = new Map<string, CommentDraft>()
const none: CommentDraft = { text: '', fileIds: [], sending: [] }

const words = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])

export function readDraft(key: string): CommentDraft {
  const draft = known.get(key)
  if (draft) return draft
  try {
    const value = JSON.parse(localStorage.getItem(prefix + key) ?? '{}') as Record<string, unknown>
    return {
      text: typeof value['text'] === 'string' ? value['text'] : '',
      fileIds: words(value['fileIds']),
      sending: words(value['sending']),
    }
  } catch {
    return none
  }
}

export function changeDraft(key: string, change: Partial<CommentDraft>): CommentDraft {
  const draft = { ...readDraft(key), ...change }
  const empty = draft.text === '' && draft.fileIds.length === 0 && draft.sending.length === 0
  known.set(key, draft)
  try {
    if (empty) localStorage.removeItem(prefix + key)
    else localStorage.setItem(prefix + key, JSON.stringify(draft))
  } catch {
    // No room: an older text must not come back in place of this one.
    localStorage.removeItem(prefix + key)
  }
  return draft
}

export const dropDraft = (key: string): void => void changeDraft(key, none)
