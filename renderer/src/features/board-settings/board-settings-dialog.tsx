/** What a board is and by which rules it is worked on. */
import { Button, Group, NumberInput, Stack, Switch, Tabs, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Board } from '../../../../native-services/contract/entities.ts'
import type { BodyInputOf } from '../../../../native-services/contract/operations.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { WebhooksPanel } from '../webhooks/webhooks-panel.tsx'
import { OutgoingPanel } from '../webhooks-out/outgoing-panel.tsx'
import { strings as outgoingStrings } from '../webhooks-out/strings.ts'
import { GroupSelect } from '../board-groups/group-select.tsx'
import { GoalPanel } from '../goals/goal-panel.tsx'
import { strings as goalStrings } from '../goals/strings.ts'
import { strings } from './strings.ts'

async function save(board: Board, body: BodyInputOf<'updateBoard'>, done?: string): Promise<boolean> {
  const saved = await attempt(() => api.call('updateBoard', { params: { board_id: board.id }, body }), {
    failed: strings.notSaved,
    ...(done === undefined ? {} : { done }),
  })
  if (saved) remember('board', saved)
  return saved !== null
}

function General({ board }: { board: Board }) {
  const [name, setName] = useState(board.name)
  const [description, setDescription] = useState(board.description)
  const [groupId, setGroupId] = useState(board.board_group_id)
  const [most, setMost] = useState(board.max_agents)
  const [busy, setBusy] = useState(false)
  const changed = name !== board.name || description !== board.description || groupId !== board.board_group_id || most !== board.max_agents
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || busy) return
    setBusy(true)
    await save(board, { name, description, board_group_id: groupId, max_agents: most }, strings.saved)
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap={12}>
        <TextInput
          label={strings.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          data-autofocus
        />
        <Textarea
          label={strings.description}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={8}
        />
        <GroupSelect value={groupId} onChange={setGroupId} />
        <NumberInput
          label={strings.maxAgents}
          description={strings.maxAgentsHint}
          value={most}
          min={0}
          max={1000}
          clampBehavior="strict"
          allowDecimal={false}
          onChange={(value) => setMost(Number(value) || 0)}
          w={220}
        />
        <Switch
          label={strings.paused}
          description={strings.pausedHint}
          checked={board.paused}
          onChange={(event) => void save(board, { paused: event.currentTarget.checked })}
        />
        <Group justify="flex-end" gap={8}>
          <Button type="submit" loading={busy} disabled={!changed || name.trim() === ''}>
            {strings.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type Rule = keyof typeof strings.rule

function Rules({ board }: { board: Board }) {
  return (
    <Stack gap={14}>
      <p className="muted" style={{ margin: 0 }}>
        {strings.rulesLead}
      </p>
      {(Object.keys(strings.rule) as Rule[]).map((rule) => (
        <Switch
          key={rule}
          label={strings.rule[rule][0]}
          description={strings.rule[rule][1]}
          checked={board[rule]}
          onChange={(event) => void save(board, { [rule]: event.currentTarget.checked })}
        />
      ))}
    </Stack>
  )
}

/** @param tab `general`, `goal`, `rules` or `webhooks`, as it stands in the address. */
export function BoardSettingsDialog({
  board,
  tab,
  onTab,
  onClose,
}: {
  board: Board
  tab: string
  onTab: (tab: string) => void
  onClose: () => void
}) {
  return (
    <Dialog opened onClose={onClose} title={strings.title(board.name)} size={620}>
      <Tabs value={tab} onChange={(value) => value && onTab(value)} keepMounted={false}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="general">{strings.general}</Tabs.Tab>
          <Tabs.Tab value="goal">{goalStrings.tab}</Tabs.Tab>
          <Tabs.Tab value="rules">{strings.rules}</Tabs.Tab>
          <Tabs.Tab value="webhooks">{strings.webhooks}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="general">
          <General board={board} />
        </Tabs.Panel>
        <Tabs.Panel value="goal">
          <GoalPanel board={board} />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <Rules board={board} />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <WebhooksPanel boardId={board.id} />
          <h3 className="section-title">{outgoingStrings.title}</h3>
          <OutgoingPanel boardId={board.id} />
        </Tabs.Panel>
      </Tabs>
    </Dialog>
  )
}
