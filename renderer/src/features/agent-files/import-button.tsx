/** Takes agents in that the gateway had before Mission Control knew of them. */
import './agent-files.css'
import { Button, Group, Radio, Select, TextInput } from '@mantine/core'
import { Download } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import type { ImportableAgent } from '../../../../native-services/contract/agent-files.ts'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useBoards, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Note } from '../../ui/parts.tsx'
import { strings } from './strings.ts'
import { words as common } from '../../ui/strings.ts'

const words = strings.import
const noBoard = 'none'

function ImportDialog({ gatewayId, onClose }: { gatewayId: string; onClose: () => void }) {
  const boards = useBoards()
  const [agents, setAgents] = useState<readonly ImportableAgent[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [chosen, setChosen] = useState<ImportableAgent | null>(null)
  const [name, setName] = useState('')
  const [boardId, setBoardId] = useState(boards[0]?.id ?? noBoard)
  const [role, setRole] = useState<Agent['role']>('worker')
  const [busy, setBusy] = useState(false)

  useEffect(() => {
    let current = true
    api.call('listImportableAgents', { params: { gateway_id: gatewayId } }).then(
      ({ items }) => current && setAgents(items),
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [gatewayId])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!chosen || busy) return
    setBusy(true)
    const agent = await attempt(
      () =>
        api.call('importAgent', {
          params: { gateway_id: gatewayId },
          body: {
            gateway_agent_id: chosen.gateway_agent_id,
            ...(name.trim() === '' ? {} : { name: name.trim() }),
            ...(boardId === noBoard ? { role: 'main' as const } : { board_id: boardId, role }),
          },
        }),
      { failed: words.failed },
    )
    setBusy(false)
    if (!agent) return
    remember('agent', agent)
    onClose()
    navigate(`/agents/${agent.id}`)
  }

  return (
    <Dialog opened onClose={onClose} title={words.title} size={560}>
      <form onSubmit={(event) => void submit(event)}>
        <p className="muted">{words.body}</p>
        {error ? (
          <div style={{ marginTop: 12 }}>
            <Note tone="bad">{error}</Note>
          </div>
        ) : null}
        {!agents && !error ? <div className="skeleton" style={{ height: 80, marginTop: 12 }} /> : null}
        {agents?.length === 0 ? (
          <div style={{ marginTop: 12 }}>
            <Note tone="idle">{words.none}</Note>
          </div>
        ) : null}
        {agents && agents.length > 0 ? (
          <>
            <Radio.Group
              mt={12}
              aria-label={words.title}
              value={chosen?.gateway_agent_id ?? null}
              onChange={(value) => {
                const next = agents.find((agent) => agent.gateway_agent_id === value) ?? null
                setChosen(next)
                setName(next?.name ?? '')
              }}
            >
              <div className="import-list">
                {agents.map((agent) => (
                  <Radio
                    key={agent.gateway_agent_id}
                    value={agent.gateway_agent_id}
                    label={
                      <span>
                        {agent.name} {agent.is_default ? <span className="chip">{words.default}</span> : null}
                      </span>
                    }
                    description={
                      <span className="import-about">
                        <span className="mono">{agent.workspace_path}</span>
                        {agent.model ? <span>{agent.model}</span> : null}
                        {agent.note ? <span className="import-note">{agent.note}</span> : null}
                      </span>
                    }
                  />
                ))}
              </div>
            </Radio.Group>
            <Group gap={8} grow mt={14} align="flex-start">
              <TextInput label={words.name} value={name} maxLength={120} onChange={(event) => setName(event.currentTarget.value)} />
              <Select
                label={words.board}
                allowDeselect={false}
                value={boardId}
                onChange={(value) => value && setBoardId(value)}
                data={[...boards.map((board) => ({ value: board.id, label: board.name })), { value: noBoard, label: words.noBoard }]}
              />
              <Select
                label={words.role}
                allowDeselect={false}
                disabled={boardId === noBoard}
                value={boardId === noBoard ? 'main' : role}
                onChange={(value) => setRole(value === 'lead' ? 'lead' : 'worker')}
                data={
                  boardId === noBoard
                    ? [{ value: 'main', label: 'Main' }]
                    : [
                        { value: 'worker', label: 'Worker' },
                        { value: 'lead', label: 'Lead' },
                      ]
                }
              />
            </Group>
          </>
        ) : null}
        <Group justify="flex-end" gap={8} mt={16}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!chosen}>
            {words.submit}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

export function ImportButton() {
  const [open, setOpen] = useState(false)
  const gatewayId = useLive((state) => Object.values(state.maps.gateway).find((gateway) => gateway.is_local)?.id)
  if (!gatewayId) return null
  return (
    <>
      <Button variant="default" leftSection={<Download size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {words.open}
      </Button>
      {open ? <ImportDialog gatewayId={gatewayId} onClose={() => setOpen(false)} /> : null}
    </>
  )
}
