/** What stood in a file before, against what stands there now, and the way back. */
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { AgentFile, AgentFileVersion, AgentFileVersionInfo } from '../../../../native-services/contract/agent-files.ts'
import { api, explain } from '../../lib/api.ts'
import { authorName } from '../../lib/author.ts'
import { attempt } from '../../lib/toast.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { DiffView } from './diff-view.tsx'
import { editable } from './file-text.ts'
import { strings } from './strings.ts'

const words = strings.versions

export function FileHistory({
  agentId,
  file,
  dirty,
  onRestored,
}: {
  agentId: string
  file: AgentFile
  /** There are changes that restoring would drop. */
  dirty: boolean
  onRestored: (file: AgentFile) => void
}) {
  const [versions, setVersions] = useState<readonly AgentFileVersionInfo[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [chosen, setChosen] = useState<AgentFileVersion | null>(null)
  const [busy, setBusy] = useState(false)
  const { name, hash } = file

  useEffect(() => {
    let current = true
    setChosen(null)
    api.call('listAgentFileVersions', { params: { agent_id: agentId, file_name: name }, query: { limit: 100 } }).then(
      (page) => current && setVersions(page.items),
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [agentId, name, hash])

  const choose = async (version: AgentFileVersionInfo) => {
    const params = { agent_id: agentId, file_name: name, version_id: version.id }
    const whole = await attempt(() => api.call('getAgentFileVersion', { params }), { failed: words.failed })
    if (whole) setChosen(whole)
  }
  const restore = async () => {
    if (!chosen || busy) return
    setBusy(true)
    const restored = await attempt(
      () =>
        api.call('restoreAgentFile', {
          params: { agent_id: agentId, file_name: name },
          body: { version_id: chosen.id, expected_hash: hash },
        }),
      { failed: words.failed, done: words.restored },
    )
    setBusy(false)
    if (restored) onRestored(restored)
  }

  if (error) return <p className="muted files-pad">{error}</p>
  if (!versions) return <div className="skeleton" style={{ height: 120, margin: 14 }} />
  if (versions.length === 0) return <p className="muted files-pad">{words.none}</p>
  return (
    <div className="history">
      <ol className="history-list" aria-label={strings.history}>
        {versions.map((version, index) => (
          <li key={version.id}>
            <button type="button" className="history-item" aria-pressed={chosen?.id === version.id} onClick={() => void choose(version)}>
              <span className="row" style={{ justifyContent: 'space-between' }}>
                <span className="truncate">{authorName(version.author_name)}</span>
                <span className="faint">
                  <RelativeTime at={version.created_at} />
                </span>
              </span>
              <span className="faint history-reason">
                {index === 0 && version.hash === hash ? words.current : (version.reason ?? '\u00a0')}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className="history-diff">
        {chosen ? (
          <>
            <div className="history-bar">
              <span className="muted grow">{dirty ? words.draftFirst : words.against}</span>
              <Button size="compact-xs" loading={busy} disabled={dirty || chosen.hash === hash} onClick={() => void restore()}>
                {words.restore}
              </Button>
            </div>
            <DiffView before={editable(file.content)} after={editable(chosen.content)} label={words.against} same={strings.sameContent} />
          </>
        ) : null}
      </div>
    </div>
  )
}
