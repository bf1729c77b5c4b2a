/** Who an agent is: name and profile. Neither its token nor its session is touched; its AGENTS.md follows by itself. */
import { Group, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Agent, IdentityProfile } from '../../../../native-services/contract/entities.ts'
import { useOverlays } from '../../app/palette-state.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { strings } from './strings.ts'

/** What is left empty is left out. */
function profileOf(fields: Record<keyof IdentityProfile, string>): IdentityProfile {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([key, value]) => [key, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  )
}

export function EditAgentDialog({ agent }: { agent: Agent }) {
  const words = strings.edit
  const { identity_profile: profile } = agent
  const [name, setName] = useState(agent.name)
  const [fields, setFields] = useState({
    emoji: profile.emoji ?? '',
    role: profile.role ?? '',
    communication_style: profile.communication_style ?? '',
    purpose: profile.purpose ?? '',
    custom_instructions: profile.custom_instructions ?? '',
  })
  const close = () => useOverlays.setState({ editAgent: null })
  const field = (key: keyof typeof fields) => ({
    value: fields[key],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setFields((before) => ({ ...before, [key]: value }))
    },
  })

  const save = async () => {
    const saved = await attempt(
      () => api.call('updateAgent', { params: { agent_id: agent.id }, body: { name, identity_profile: profileOf(fields) } }),
      { failed: words.failed, done: words.done },
    )
    if (!saved) return false
    remember('agent', saved)
    return true
  }

  return (
    <FormDialog title={words.title(agent.name)} size={520} submit={words.submit} ready={name.trim() !== ''} save={save} onClose={close}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput label={strings.create.emoji} w={64} maxLength={8} {...field('emoji')} />
        <TextInput
          label={strings.create.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          data-autofocus
          style={{ flex: 1 }}
        />
      </Group>
      <TextInput label={words.role} maxLength={200} {...field('role')} />
      <TextInput label={words.style} maxLength={500} {...field('communication_style')} />
      <Textarea
        label={strings.create.purpose}
        description={strings.create.purposeHint}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        {...field('purpose')}
      />
      <Textarea label={words.instructions} autosize minRows={2} maxRows={12} maxLength={20_000} {...field('custom_instructions')} />
    </FormDialog>
  )
}
