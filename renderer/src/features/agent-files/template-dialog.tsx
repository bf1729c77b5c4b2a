/** A role's starting points: each file shows what would change, and only the chosen ones are written. */
import { Button, Checkbox, Group, Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { AgentFileName, AgentTemplate, AppliedTemplate } from '../../../../native-services/contract/agent-files.ts'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { api, explain } from '../../lib/api.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from './diff-view.tsx'
import { editable } from './file-text.ts'
import { strings } from './strings.ts'
import { words as common } from '../../ui/strings.ts'

const words = strings.template

export function TemplateDialog({ agent, onClose, onApplied }: { agent: Agent; onClose: () => void; onApplied: () => void }) {
  const [templates, setTemplates] = useState<readonly AgentTemplate[]>([])
  const [role, setRole] = useState<Agent['role']>(agent.role)
  const [preview, setPreview] = useState<AppliedTemplate['items'] | null>(null)
  const [chosen, setChosen] = useState<readonly AgentFileName[]>([])
  const [shown, setShown] = useState<AgentFileName | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const { id } = agent

  useEffect(() => {
    let current = true
    const load = async () => {
      const { items } = await api.call('listAgentTemplates')
      const names = items.find((item) => item.template === role)?.files.map((file) => file.name) ?? []
      const answer = await api.call('applyAgentTemplate', { params: { agent_id: id }, body: { template: role, names, dry_run: true } })
      if (!current) return
      setTemplates(items)
      setPreview(answer.items)
      setChosen(answer.items.filter((item) => item.outcome === 'would_write').map((item) => item.name))
    }
    load().catch((reason: unknown) => current && setError(explain(reason)))
    return () => {
      current = false
    }
  }, [id, role])

  const apply = async () => {
    if (chosen.length === 0 || busy) return
    setBusy(true)
    const overwrite = preview?.some((item) => item.outcome === 'kept' && chosen.includes(item.name)) ?? false
    const applied = await attempt(
      () =>
        api.call('applyAgentTemplate', {
          params: { agent_id: id },
          body: { template: role, names: [...chosen], dry_run: false, overwrite },
        }),
      { failed: words.failed },
    )
    setBusy(false)
    if (!applied) return
    const left = applied.items.filter((item) => item.outcome === 'changed_meanwhile').map((item) => item.name)
    toast(
      [
        words.applied(applied.items.filter((item) => item.outcome === 'written').length),
        left.length > 0 ? words.meanwhile(left.join(', ')) : '',
      ]
        .filter(Boolean)
        .join('. '),
    )
    onApplied()
    onClose()
  }
  const note = { would_write: words.empty, kept: words.replaces, unchanged: words.unchanged } as const

  return (
    <Dialog opened onClose={onClose} title={words.title} size={760}>
      <p className="muted">{words.body}</p>
      <Select
        mt={12}
        label={words.role}
        allowDeselect={false}
        value={role}
        onChange={(value) => {
          const next = templates.find((item) => item.template === value)?.template
          if (next) setRole(next)
        }}
        data={templates.map((item) => ({ value: item.template, label: item.title }))}
        description={templates.find((item) => item.template === role)?.summary}
        inputWrapperOrder={['label', 'input', 'description']}
        w={330}
      />
      {error ? <p className="muted">{error}</p> : null}
      <ul className="template-list">
        {preview?.map((item) => (
          <li key={item.name}>
            <div className="row">
              <Checkbox
                label={<span className="mono">{item.name}</span>}
                checked={chosen.includes(item.name)}
                disabled={item.outcome === 'unchanged'}
                onChange={(event) =>
                  setChosen(event.currentTarget.checked ? [...chosen, item.name] : chosen.filter((name) => name !== item.name))
                }
              />
              <span className={item.outcome === 'kept' ? 'template-replaces' : 'faint'}>{note[item.outcome as keyof typeof note]}</span>
              <span className="grow" />
              <Button
                size="compact-xs"
                variant="subtle"
                aria-expanded={shown === item.name}
                aria-label={`${shown === item.name ? words.hide : words.show}: ${item.name}`}
                onClick={() => setShown(shown === item.name ? null : item.name)}
              >
                {shown === item.name ? words.hide : words.show}
              </Button>
            </div>
            {shown === item.name ? (
              <DiffView before={editable(item.before)} after={item.after} label={item.name} same={strings.sameContent} />
            ) : null}
          </li>
        ))}
      </ul>
      <Group justify="space-between" gap={8} mt={14}>
        <span className="faint" style={{ fontSize: 12 }}>
          {words.overwriteNote}
        </span>
        <Group gap={8}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button loading={busy} disabled={chosen.length === 0} onClick={() => void apply()}>
            {words.apply(chosen.length)}
          </Button>
        </Group>
      </Group>
    </Dialog>
  )
}
