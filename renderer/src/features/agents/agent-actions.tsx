/** What can be done with an agent, as buttons and as a menu. */
import { Button, Menu, Tooltip } from '@mantine/core'
import { AlarmClock, Ellipsis, Hammer, KeyRound, Pause, Pencil, Play, Trash2 } from 'lucide-react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { openEditAgent } from '../../app/palette-state.ts'
import { deleteAgent, pauseAgent, provisionAgent, resumeAgent, syncTokens, wakeAgent } from '../../lib/actions.ts'
import { navigate } from '../../lib/hash-location.ts'
import { live } from '../../lib/connection.ts'
import { useLive } from '../../lib/store.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { strings } from './strings.ts'

function syncFor(agent: Agent): void {
  const scope = agent.board_id ? { board_id: agent.board_id } : { include_main: 'true' }
  void syncTokens({ rotate_tokens: 'true', ...scope }).then((job) => job && navigate(`/gateway?job=${job.id}`))
}

async function askDelete(agent: Agent): Promise<void> {
  if (agent.board_id) await live.wantBoard(agent.board_id)
  const tasks = Object.values(useLive.getState().maps.task).filter(
    (task) => task.assigned_agent_ids.includes(agent.id) && task.status !== 'done' && task.status !== 'archived',
  ).length
  askOnce({
    title: strings.removeTitle(agent.name),
    body: (agent.imported ? strings.removeImported : strings.removeBody)(agent.name, tasks),
    confirmLabel: strings.remove,
    onConfirm: () => {
      void deleteAgent(agent).then((done) => {
        if (done && window.location.hash.startsWith(`#/agents/${agent.id}`)) navigate('/agents')
      })
    },
  })
}

function AgentMenuItems({ agent, withMain }: { agent: Agent; withMain: boolean }) {
  return (
    <Menu.Dropdown>
      {withMain ? (
        <>
          <Menu.Item
            leftSection={<AlarmClock size={13} aria-hidden />}
            disabled={agent.status === 'paused'}
            onClick={() => void wakeAgent(agent.id)}
          >
            {strings.wake}
          </Menu.Item>
          <Menu.Item leftSection={<KeyRound size={13} aria-hidden />} onClick={() => syncFor(agent)}>
            {strings.sync}
          </Menu.Item>
        </>
      ) : null}
      <Menu.Item leftSection={<Pencil size={13} aria-hidden />} onClick={() => openEditAgent(agent.id)}>
        {strings.edit.open}
      </Menu.Item>
      <Menu.Item leftSection={<Hammer size={13} aria-hidden />} onClick={() => void provisionAgent(agent.id)}>
        {strings.provision}
      </Menu.Item>
      {agent.status === 'paused' ? (
        <Menu.Item leftSection={<Play size={13} aria-hidden />} onClick={() => void resumeAgent(agent.id)}>
          {strings.resume}
        </Menu.Item>
      ) : (
        <Menu.Item leftSection={<Pause size={13} aria-hidden />} onClick={() => void pauseAgent(agent.id)}>
          {strings.pause}
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item color="red" leftSection={<Trash2 size={13} aria-hidden />} onClick={() => void askDelete(agent)}>
        {strings.remove}…
      </Menu.Item>
    </Menu.Dropdown>
  )
}

export function AgentRowActions({ agent }: { agent: Agent }) {
  return (
    <div className="row-actions">
      {agent.status === 'offline' || agent.status === 'late' ? (
        <Tooltip label={strings.wake}>
          <button type="button" className="iconbtn" aria-label={`${strings.wake} ${agent.name}`} onClick={() => void wakeAgent(agent.id)}>
            <AlarmClock size={14} aria-hidden />
          </button>
        </Tooltip>
      ) : null}
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <button type="button" className="iconbtn" aria-label={`${strings.columns.actions}: ${agent.name}`}>
            <Ellipsis size={14} aria-hidden />
          </button>
        </Menu.Target>
        <AgentMenuItems agent={agent} withMain />
      </Menu>
    </div>
  )
}

export function AgentButtons({ agent }: { agent: Agent }) {
  return (
    <div className="row row-wrap">
      {agent.status === 'paused' ? (
        <Button leftSection={<Play size={13} aria-hidden />} onClick={() => void resumeAgent(agent.id)}>
          {strings.resume}
        </Button>
      ) : (
        <Button
          variant={agent.status === 'offline' || agent.status === 'late' ? 'filled' : 'default'}
          leftSection={<AlarmClock size={13} aria-hidden />}
          onClick={() => void wakeAgent(agent.id)}
        >
          {strings.wake}
        </Button>
      )}
      <Tooltip label={strings.syncNote}>
        <Button
          variant={agent.token_status === 'drifted' ? 'filled' : 'default'}
          leftSection={<KeyRound size={13} aria-hidden />}
          onClick={() => syncFor(agent)}
        >
          {strings.sync}
        </Button>
      </Tooltip>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <Button variant="default" px={8} aria-label={strings.more}>
            <Ellipsis size={14} aria-hidden />
          </Button>
        </Menu.Target>
        <AgentMenuItems agent={agent} withMain={false} />
      </Menu>
    </div>
  )
}
