import { Group, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useOverlays } from '../../app/palette-state.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useBoards } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { NoBoardDialog } from '../boards/no-board-dialog.tsx'
import { strings } from './strings.ts'

const intervals = ['30s', '1m', '5m', '10m', '30m', '1h', 'disabled']

export function NewAgentDialog() {
  const words = strings.create
  const boards = useBoards()
  const [name, setName] = useState('')
  const [boardId, setBoardId] = useState(boards[0]?.id ?? '')
  const [role, setRole] = useState<'worker' | 'lead'>('worker')
  const [every, setEvery] = useState('10m')
  const [emoji, setEmoji] = useState('')
  const [purpose, setPurpose] = useState('')
  const close = () => useOverlays.setState({ newAgent: false })

  const save = async () => {
    const agent = await attempt(
      () =>
        api.call('createAgent', {
          body: {
            name,
            board_id: boardId,
            role,
            ...(role === 'lead' ? { is_board_lead: true } : {}),
            heartbeat_config: { every, target: 'none' },
            identity_profile: {
              ...(emoji.trim() === '' ? {} : { emoji: emoji.trim() }),
              ...(purpose.trim() === '' ? {} : { purpose: purpose.trim() }),
            },
          },
        }),
      { failed: 'The agent was not created' },
    )
    if (!agent) return false
    remember('agent', agent)
    if (!window.location.hash.startsWith('#/welcome')) navigate(`/agents/${agent.id}`)
    return true
  }

  if (boards.length === 0)
    return (
      <NoBoardDialog title={words.title} onClose={close}>
        {words.noBoards}
      </NoBoardDialog>
    )
  return (
    <FormDialog title={words.title} size={480} submit={words.submit} ready={name.trim() !== ''} save={save} onClose={close}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput
          label={words.emoji}
          value={emoji}
          onChange={(event) => setEmoji(event.currentTarget.value)}
          w={64}
          maxLength={8}
          placeholder="🛠️"
        />
        <TextInput
          label={words.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          data-autofocus
          style={{ flex: 1 }}
        />
      </Group>
      <Group gap={8} grow align="flex-start">
        <Select
          label={words.board}
          allowDeselect={false}
          value={boardId}
          onChange={(value) => value && setBoardId(value)}
          data={boards.map((board) => ({ value: board.id, label: board.name }))}
        />
        <Select
          label={words.role}
          description={words.roleHints[role]}
          inputWrapperOrder={['label', 'input', 'description']}
          allowDeselect={false}
          value={role}
          onChange={(value) => setRole(value === 'lead' ? 'lead' : 'worker')}
          data={[
            { value: 'worker', label: strings.roles.worker },
            { value: 'lead', label: strings.roles.lead },
          ]}
        />
        <Select
          label={words.heartbeat}
          allowDeselect={false}
          value={every}
          onChange={(value) => value && setEvery(value)}
          data={intervals.map((value) => ({ value, label: value === 'disabled' ? 'Never' : value }))}
        />
      </Group>
      <Textarea
        label={words.purpose}
        description={words.purposeHint}
        value={purpose}
        onChange={(event) => setPurpose(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={2000}
      />
    </FormDialog>
  )
}
