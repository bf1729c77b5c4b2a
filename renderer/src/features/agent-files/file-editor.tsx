/** One file: edit it, see what changed, go back to what it was. The part of Mission Control is shown and cannot be typed into. */
import { Button, SegmentedControl } from '@mantine/core'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import type { AgentFileName } from '../../../../native-services/contract/agent-files.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { Note } from '../../ui/parts.tsx'
import { CodeArea } from './code-area.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { DiffView } from './diff-view.tsx'
import { editable, joinManaged, splitManaged } from './file-text.ts'
import { FileHistory } from './history.tsx'
import { strings } from './strings.ts'
import { useAgentFile } from './use-agent-files.ts'

function ManagedBand({ text }: { text: string }) {
  const [open, setOpen] = useState(false)
  return (
    <section className="managed" aria-label={strings.managed}>
      <div className="managed-head">
        <Lock size={13} aria-hidden />
        <span className="grow">
          <strong>{strings.managed}</strong> <span className="muted">{strings.managedHint}</span>
        </span>
        <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? strings.hideManaged : strings.showManaged(text.split('\n').length)}
        </Button>
      </div>
      {open ? (
        <pre className="managed-text" tabIndex={0} aria-label={strings.managed}>
          {text}
        </pre>
      ) : null}
    </section>
  )
}

export function FileEditor({ agentId, name }: { agentId: string; name: AgentFileName }) {
  const state = useAgentFile(agentId, name)
  const [view, setView] = useState('edit')
  const { file, text, dirty } = state
  if (state.error && !file) return <p className="muted files-pad">{state.error}</p>
  if (!file) return <div className="skeleton" style={{ height: 260, margin: 14 }} />

  const save = () => void state.save()
  const parts = splitManaged(editable(file.content), file.managed)
  // The part itself never changes while one types, so its place follows from the text around it.
  const at = parts ? text.indexOf(parts.managed) : -1
  const now = parts && at >= 0 ? { above: text.slice(0, at), managed: parts.managed, below: text.slice(at + parts.managed.length) } : null
  const warnings = dirty ? [] : file.warnings

  return (
    <div className="file-editor">
      <div className="file-bar">
        <SegmentedControl
          value={view}
          onChange={setView}
          data={[
            { value: 'edit', label: strings.edit },
            { value: 'changes', label: strings.changes },
            { value: 'history', label: strings.history },
          ]}
        />
        <span className="grow" />
        {dirty ? (
          <>
            <span className="unsaved" title={strings.unsavedHint}>
              {strings.unsaved}
            </span>
            <Button
              variant="subtle"
              onClick={() =>
                askOnce({
                  title: strings.discardTitle(name),
                  body: strings.discardBody,
                  confirmLabel: strings.discard,
                  onConfirm: state.discard,
                })
              }
            >
              {strings.discard}
            </Button>
          </>
        ) : null}
        <Button onClick={save} disabled={!dirty} loading={state.saving}>
          {strings.save}
        </Button>
      </div>
      {state.changedMeanwhile ? (
        <div className="files-pad">
          <Note tone="warning">
            {strings.meanwhile}{' '}
            <button type="button" className="link linklike" onClick={() => state.showConflict(state.changedMeanwhile)}>
              {strings.compare}
            </button>
          </Note>
        </div>
      ) : null}
      {warnings.length > 0 ? (
        <div className="files-pad">
          <Note tone="warning">{warnings.join(' ')}</Note>
        </div>
      ) : null}

      {view === 'edit' ? (
        <div className="file-text">
          {now ? (
            <>
              {/* Most files begin with the part: an empty field above it would only be in the way. */}
              {now.above !== '' ? (
                <CodeArea
                  label={strings.above}
                  placeholder={strings.abovePlaceholder}
                  value={now.above}
                  minRows={2}
                  onChange={(above) => state.edit(joinManaged({ ...now, above }))}
                  onSave={save}
                />
              ) : null}
              <ManagedBand text={now.managed} />
              <CodeArea
                label={strings.below}
                placeholder={strings.belowPlaceholder}
                value={now.below.replace(/^\n/, '')}
                minRows={8}
                onChange={(below) => state.edit(joinManaged({ ...now, below: `\n${below}` }))}
                onSave={save}
              />
            </>
          ) : (
            <CodeArea
              label={strings.content(name)}
              placeholder={file.missing ? strings.emptyPlaceholder : ''}
              value={text}
              minRows={16}
              onChange={state.edit}
              onSave={save}
            />
          )}
          <p className="faint file-hint">{strings.keyHint}</p>
        </div>
      ) : null}
      {view === 'changes' ? (
        <DiffView before={editable(file.content)} after={text} label={strings.changes} same={strings.noChanges} />
      ) : null}
      {view === 'history' ? (
        <FileHistory
          agentId={agentId}
          file={file}
          dirty={dirty}
          onRestored={(restored) => {
            state.take(restored)
            setView('edit')
          }}
        />
      ) : null}

      {state.theirs ? (
        <ConflictDialog
          name={name}
          theirs={editable(state.theirs.content)}
          mine={text}
          onTakeTheirs={() => state.theirs && state.take(state.theirs)}
          onSaveMine={() => state.theirs && void state.saveOver(state.theirs)}
          onClose={() => state.showConflict(null)}
        />
      ) : null}
    </div>
  )
}
