/** The files that reach an agent's prompt: which there are, and one of them in the editor. */
import './agent-files.css'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { agentFileNames } from '../../../../native-services/contract/agent-files.ts'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { bytes } from '../../lib/numbers.ts'
import { LoadError, Note } from '../../ui/parts.tsx'
import { FileEditor } from './file-editor.tsx'
import { strings } from './strings.ts'
import { TemplateDialog } from './template-dialog.tsx'
import { useDrafts, useFileList } from './use-agent-files.ts'

export function FilesTab({ agent }: { agent: Agent }) {
  const { list, error, reload } = useFileList(agent.id)
  const drafts = useDrafts((state) => state.drafts)
  const [query, setQuery] = useQuery()
  const [template, setTemplate] = useState(false)
  if (error) return <LoadError message={error} retry={reload} />
  if (!list) return <div className="skeleton" style={{ height: 320 }} />
  const chosen = agentFileNames.find((name) => name === query['file']) ?? 'AGENTS.md'
  return (
    <section className="card files" aria-label={strings.tab}>
      <nav className="files-list" aria-label={strings.tab}>
        {list.items.map((item) => (
          <button
            key={item.name}
            type="button"
            className="files-item"
            aria-current={item.name === chosen ? 'true' : undefined}
            onClick={() => setQuery({ file: item.name })}
          >
            <span className="row" style={{ justifyContent: 'space-between' }}>
              <span className="mono">{item.name}</span>
              {drafts[`${agent.id}/${item.name}`] ? (
                <span className="unsaved-dot" title={strings.unsaved}>
                  <span className="visually-hidden">{strings.unsaved}</span>
                </span>
              ) : null}
            </span>
            <span className="faint files-about">
              <span className="truncate">{strings.about[item.name]}</span>
              <span className="num nowrap">{item.missing ? strings.missing : bytes(item.size)}</span>
            </span>
          </button>
        ))}
        <div className="files-pad">
          <Button variant="default" fullWidth onClick={() => setTemplate(true)}>
            {strings.template.open}
          </Button>
        </div>
      </nav>
      <div className="files-main">
        {list.source === 'workspace' ? (
          <div className="files-pad">
            <Note tone="idle">{strings.fromFolder}</Note>
          </div>
        ) : null}
        <FileEditor key={chosen} agentId={agent.id} name={chosen} />
      </div>
      {template ? <TemplateDialog agent={agent} onClose={() => setTemplate(false)} onApplied={reload} /> : null}
    </section>
  )
}
