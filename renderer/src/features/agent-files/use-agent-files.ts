/** Files of one agent: what is there, what is being edited, and what is written elsewhere meanwhile. Drafts survive leaving the page. */
import { useCallback, useEffect, useState } from 'react'
import { create } from 'zustand'
import type { AgentFile, AgentFileInfo, AgentFileName } from '../../../../native-services/contract/agent-files.ts'
import { ApiError } from '../../../../native-services/contract/client.ts'
import { api, explain } from '../../lib/api.ts'
import { useActivity } from '../../lib/store.ts'
import { toast, toastError } from '../../lib/toast.ts'
import { editable, withLineEnds } from './file-text.ts'
import { strings } from './strings.ts'

export interface Draft {
  /** What the editing began with. */
  readonly base: AgentFile
  readonly text: string
}

const key = (agentId: string, name: string): string => `${agentId}/${name}`
export const useDrafts = create<{ drafts: Readonly<Record<string, Draft>> }>(() => ({ drafts: {} }))

function setDraft(agentId: string, name: string, draft: Draft | null): void {
  useDrafts.setState(({ drafts }) => {
    const { [key(agentId, name)]: _before, ...rest } = drafts
    return { drafts: draft ? { ...rest, [key(agentId, name)]: draft } : rest }
  })
}

/** Changes whenever somebody writes a file of this agent through Mission Control. */
function useWrites(agentId: string): string {
  return useActivity({ agent_id: agentId }).find((row) => row.event_type.startsWith('agent.file.'))?.id ?? ''
}

export function useFileList(agentId: string) {
  const [list, setList] = useState<{ items: AgentFileInfo[]; source: AgentFile['source'] } | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const writes = useWrites(agentId)
  useEffect(() => {
    let current = true
    api.call('listAgentFiles', { params: { agent_id: agentId } }).then(
      (answer) => {
        if (!current) return
        setList(answer)
        setError(null)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [agentId, writes, round])
  return { list, error, reload: useCallback(() => setRound((count) => count + 1), []) }
}

export function useAgentFile(agentId: string, name: AgentFileName) {
  const [file, setFile] = useState<AgentFile | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  /** What stands in the file, when saving was refused because of it. */
  const [theirs, setTheirs] = useState<AgentFile | null>(null)
  const [round, setRound] = useState(0)
  const writes = useWrites(agentId)
  const draft = useDrafts((state) => state.drafts[key(agentId, name)])
  const params = { agent_id: agentId, file_name: name }

  useEffect(() => {
    let current = true
    api.call('getAgentFile', { params: { agent_id: agentId, file_name: name } }).then(
      (answer) => {
        if (!current) return
        setFile(answer)
        setError(null)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [agentId, name, writes, round])
  // Files are edited by agents and by other programs too; coming back to the page is when one looks.
  useEffect(() => {
    const again = () => setRound((count) => count + 1)
    window.addEventListener('focus', again)
    return () => window.removeEventListener('focus', again)
  }, [])

  const shown = file?.name === name ? file : null
  const base = draft?.base ?? shown
  const text = draft?.text ?? editable(base?.content ?? '')

  function edit(next: string): void {
    if (!base) return
    setDraft(agentId, name, next === editable(base.content) ? null : { base, text: next })
  }

  async function save(over: AgentFile | null = null): Promise<void> {
    if (!base || saving || (!draft && !over)) return
    setSaving(true)
    try {
      const saved = await api.call('putAgentFile', {
        params,
        body: { content: withLineEnds(text, base.content), expected_hash: (over ?? base).hash },
      })
      setFile(saved)
      setTheirs(null)
      setDraft(agentId, name, null)
      toast(saved.warnings.length > 0 ? saved.warnings.join(' ') : strings.saved(name))
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 409 && reason.body?.data && 'current_hash' in reason.body.data) {
        try {
          setTheirs(await api.call('getAgentFile', { params }))
        } catch (second) {
          toastError(strings.saveFailed, second)
        }
      } else toastError(strings.saveFailed, reason)
    } finally {
      setSaving(false)
    }
  }

  return {
    file: base,
    text,
    error,
    saving,
    theirs,
    dirty: draft !== undefined,
    /** Somebody else wrote it since the editing began. */
    changedMeanwhile: draft !== undefined && shown !== null && shown.hash !== draft.base.hash ? shown : null,
    edit,
    save: () => save(),
    saveOver: (current: AgentFile) => save(current),
    discard: () => {
      setDraft(agentId, name, null)
      setTheirs(null)
    },
    showConflict: setTheirs,
    take(current: AgentFile) {
      setDraft(agentId, name, null)
      setFile(current)
      setTheirs(null)
    },
    replaceFile: setFile,
    reload: () => setRound((count) => count + 1),
  }
}
