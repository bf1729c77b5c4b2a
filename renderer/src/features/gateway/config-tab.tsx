/** OpenClaw's configuration: edited as text, checked before anything is written, with its restore points beside it. */
import '../agent-files/agent-files.css'
import { Button, Group, SegmentedControl } from '@mantine/core'
import { FileQuestion } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { ApiError } from '../../../../native-services/contract/client.ts'
import type { ConfigCheck, ConfigIssue, ConfigSaved, GatewayConfig, OwnedKey } from '../../../../native-services/contract/gateway-config.ts'
import { api } from '../../lib/api.ts'
import { attempt, toast, toastError } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { CodeArea } from '../agent-files/code-area.tsx'
import { DiffView } from '../agent-files/diff-view.tsx'
import { RestorePoints } from './config-restore.tsx'
import { configStrings as words } from './config-strings.ts'
import { useGatewayRead } from './use-gateway-read.ts'

const readConfig = (gatewayId: string) => api.call('getGatewayConfig', { params: { gateway_id: gatewayId } })

function Issues({ issues }: { issues: readonly ConfigIssue[] }) {
  return (
    <ul className="config-issues">
      {issues.map((each, index) => (
        <li key={`${each.path}-${index}`}>
          <span className="chip" data-tone="bad">
            {words.issueKinds[each.kind]}
          </span>{' '}
          {each.path ? <code className="mono">{each.path}</code> : null}{' '}
          {each.line !== null && each.column !== null ? <span className="faint">{words.place(each.line, each.column)}</span> : null}{' '}
          {each.message}{' '}
          {each.link ? (
            <Link className="link" href={each.link}>
              {words.open}
            </Link>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function Changes({ changes }: { changes: ConfigSaved['changes'] }) {
  return (
    <ul className="config-changes">
      {changes.slice(0, 40).map((each) => (
        <li key={each.path}>
          <span className="faint">{words.kinds[each.kind]}</span> <code className="mono">{each.path}</code>{' '}
          {each.reload ? <span className="faint">{words.reloads[each.reload]}</span> : null}
        </li>
      ))}
    </ul>
  )
}

/** What a check said, and the step to writing it. */
function ReviewDialog({
  check,
  saving,
  onSave,
  onClose,
}: {
  check: ConfigCheck
  saving: boolean
  onSave: () => void
  onClose: () => void
}) {
  const different = check.changes.length > 0
  return (
    <Dialog opened onClose={onClose} title={check.ok ? words.reviewTitle : words.reviewFailed} size={860}>
      <div className="stack" style={{ gap: 12 }}>
        {check.ok ? <Note tone="good">{words.allGood(check.checked_by_openclaw)}</Note> : <Issues issues={check.issues} />}
        {different ? <Changes changes={check.changes} /> : null}
        <div className="conflict-body">
          <DiffView before={check.before} after={check.after} label={words.changes} same={words.nothing} />
        </div>
      </div>
      <Group justify="flex-end" gap={8} mt={12}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {words.keepEditing}
        </Button>
        {check.ok ? (
          <Button onClick={onSave} loading={saving} disabled={!different}>
            {words.saveNow}
          </Button>
        ) : null}
      </Group>
    </Dialog>
  )
}

interface Conflict {
  text: string
  hash: string | null
}

function ConflictDialog({
  conflict,
  mine,
  onTake,
  onSave,
  onClose,
}: {
  conflict: Conflict
  mine: string
  onTake: () => void
  onSave: () => void
  onClose: () => void
}) {
  return (
    <Dialog opened onClose={onClose} title={words.conflictTitle} size={860}>
      <p className="muted" style={{ marginBottom: 12 }}>
        {words.conflictBody}
      </p>
      <div className="conflict-body">
        <DiffView before={conflict.text} after={mine} label={words.conflictTitle} same={words.nothing} />
      </div>
      <Group justify="flex-end" gap={8} mt={12}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {words.keepEditing}
        </Button>
        <Button variant="default" onClick={onTake}>
          {words.takeTheirs}
        </Button>
        <Button onClick={onSave}>{words.saveMine}</Button>
      </Group>
    </Dialog>
  )
}

function Editor({ gatewayId, config, again }: { gatewayId: string; config: GatewayConfig; again: () => void }) {
  /** What the editor began with; it stays while somebody types, whatever is read meanwhile. */
  const [base, setBase] = useState({ text: config.text, hash: config.hash })
  const [text, setText] = useState(config.text)
  const [view, setView] = useState('edit')
  const [review, setReview] = useState<ConfigCheck | null>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const [busy, setBusy] = useState<'check' | 'save' | null>(null)
  const dirty = text !== base.text
  useEffect(() => {
    if (dirty) return
    setBase({ text: config.text, hash: config.hash })
    setText(config.text)
    // Only what is read anew counts here.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [config.text, config.hash])
  const params = { gateway_id: gatewayId }

  const check = async () => {
    if (busy || config.locked !== null) return
    setBusy('check')
    const answer = await attempt(() => api.call('checkGatewayConfig', { params, body: { text } }), { failed: words.checkFailed })
    setBusy(null)
    if (answer) setReview(answer)
  }
  const save = async (hash: string | null) => {
    setBusy('save')
    try {
      const saved = await api.call('updateGatewayConfig', { params, body: { text, expected_hash: hash } })
      toast(saved.message)
      setBase({ text, hash: saved.hash })
      setReview(null)
      setConflict(null)
      again()
    } catch (error) {
      const data = error instanceof ApiError && error.status === 409 ? error.body?.data : undefined
      if (data && typeof data['current_text'] === 'string') {
        setReview(null)
        setConflict({ text: data['current_text'], hash: typeof data['current_hash'] === 'string' ? data['current_hash'] : null })
      } else toastError(words.saveFailed, error)
    } finally {
      setBusy(null)
    }
  }

  return (
    <section className="card" aria-labelledby="config-title">
      <div className="card-head">
        <h2 id="config-title">{words.title}</h2>
        <span className="aside">
          {dirty ? <span className="unsaved">{words.unsaved}</span> : null}
          {dirty ? (
            <Button variant="subtle" size="compact-sm" onClick={() => setText(base.text)}>
              {words.discard}
            </Button>
          ) : null}
          <Button size="compact-sm" onClick={() => void check()} loading={busy === 'check'} disabled={!dirty || config.locked !== null}>
            {words.save}
          </Button>
        </span>
      </div>
      <div className="card-body stack" style={{ gap: 12 }}>
        <p className="muted">
          {words.sources[config.source]} <span className="mono">{config.path}</span>
        </p>
        {config.locked ? <Note tone="idle">{config.locked}</Note> : <p className="faint">{words.intro}</p>}
        {config.restart_pending ? <Note tone="warning">{words.restartPending}</Note> : null}
        {config.valid ? null : (
          <Note tone="bad">
            {words.broken}
            <Issues issues={config.issues} />
          </Note>
        )}
        <div>
          <SegmentedControl
            aria-label={words.title}
            value={view}
            onChange={setView}
            data={[
              { value: 'edit', label: words.edit },
              { value: 'changes', label: words.changes },
            ]}
          />
        </div>
        {view === 'edit' ? (
          <div className="config-editor">
            <CodeArea
              label={words.editor}
              value={text}
              onChange={setText}
              onSave={() => void check()}
              minRows={16}
              readOnly={config.locked !== null}
            />
          </div>
        ) : (
          <DiffView before={base.text} after={text} label={words.changes} same={words.nothing} />
        )}
      </div>
      {review ? (
        <ReviewDialog check={review} saving={busy === 'save'} onSave={() => void save(base.hash)} onClose={() => setReview(null)} />
      ) : null}
      {conflict ? (
        <ConflictDialog
          conflict={conflict}
          mine={text}
          onTake={() => {
            setBase(conflict)
            setText(conflict.text)
            setConflict(null)
            again()
          }}
          onSave={() => void save(conflict.hash)}
          onClose={() => setConflict(null)}
        />
      ) : null}
    </section>
  )
}

/** One row for all agents: fifty of them say the same. */
function foldAgents(owned: readonly OwnedKey[]): OwnedKey[] {
  const agents = owned.filter((each) => each.path.startsWith('agents.entries.'))
  const [first] = agents
  return [
    ...owned.filter((each) => !each.path.startsWith('agents.entries.')),
    ...(first ? [{ ...first, path: words.ownedAgents(agents.length), why: 'The credentials of each lie there.' }] : []),
  ]
}

export function ConfigTab() {
  const { gatewayId, value, failure, again } = useGatewayRead(readConfig, { everyMs: 15_000 })
  if (failure && !value) return <LoadError message={failure.message} retry={again} />
  if (!value || gatewayId === null) return <div className="skeleton" style={{ height: 420 }} />
  return (
    <div className="config-grid">
      {value.text === '' && value.source === 'none' ? (
        <section className="card" aria-label={words.title}>
          <Empty icon={<FileQuestion size={20} aria-hidden />} title={words.sources.none}>
            {words.noneBody}
          </Empty>
        </section>
      ) : (
        <Editor gatewayId={gatewayId} config={value} again={again} />
      )}
      <div className="stack" style={{ gap: 16 }}>
        <RestorePoints gatewayId={gatewayId} config={value} again={again} />
        {value.owned.length > 0 ? (
          <section className="card" aria-labelledby="owned-title">
            <div className="card-head">
              <h2 id="owned-title">{words.owned}</h2>
            </div>
            <div className="card-body stack" style={{ gap: 10 }}>
              <p className="muted">{words.ownedBody}</p>
              <ul className="config-owned">
                {foldAgents(value.owned).map((each) => (
                  <li key={each.path}>
                    <code className="mono">{each.path}</code>
                    <span className="muted">
                      {each.why}{' '}
                      {each.where && each.link ? (
                        <Link className="link" href={each.link}>
                          {each.where}
                        </Link>
                      ) : (
                        each.where
                      )}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          </section>
        ) : null}
      </div>
    </div>
  )
}
