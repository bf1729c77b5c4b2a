/** What stood in a file before, against what stands there now, and the way back. */
import { useCallback } from 'react'
import type { AgentFile } from '../../../../native-services/contract/agent-files.ts'
import { api } from '../../lib/api.ts'
import { authorName } from '../../lib/author.ts'
import { attempt } from '../../lib/toast.ts'
import { editable } from './file-text.ts'
import { strings } from './strings.ts'
import { VersionHistory } from './version-history.tsx'

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
  const { name, hash } = file
  const list = useCallback(
    async () =>
      (await api.call('listAgentFileVersions', { params: { agent_id: agentId, file_name: name }, query: { limit: 100 } })).items.map(
        (version, index) => ({ ...version, current: index === 0 && version.hash === hash }),
      ),
    [agentId, name, hash],
  )
  return (
    <VersionHistory
      list={list}
      whole={({ id }) => {
        const params = { agent_id: agentId, file_name: name, version_id: id }
        return attempt(() => api.call('getAgentFileVersion', { params }), { failed: words.failed })
      }}
      restore={async ({ id }) => {
        const params = { agent_id: agentId, file_name: name }
        const restored = await attempt(() => api.call('restoreAgentFile', { params, body: { version_id: id, expected_hash: hash } }), {
          failed: words.failed,
          done: words.restored,
        })
        if (restored) onRestored(restored)
      }}
      row={({ author_name, current, reason }) => ({
        head: authorName(author_name),
        below: current ? words.current : (reason ?? '\u00a0'),
      })}
      dirty={dirty}
      now={editable(file.content)}
      textOf={(version) => editable(version.content)}
      isNow={(version) => version.hash === hash}
      words={{ ...words, list: strings.history, same: strings.sameContent }}
    />
  )
}
