/** Small facts of an agent that its row and its card both show. */
import { useMemo } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { UsageItem } from '../../../../native-services/contract/usage.ts'
import { api } from '../../lib/api.ts'
import { useTaskOf } from '../../lib/board-tasks.ts'
import { useBoard } from '../../lib/store.ts'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { useFetched } from '../gateway-security/use-fetched.ts'
import { dayBack, exactly, money, tokens } from '../usage/format.ts'
import { strings } from './strings.ts'

/** What each agent used today, by its id; null until the first answer. */
export function useTodayByAgent(): ReadonlyMap<string, UsageItem> | null {
  const today = dayBack(0)
  const { value } = useFetched(
    `agents ${today}`,
    (signal) => api.call('getUsage', { query: { from: today, to: today, group_by: 'agent' }, signal }),
    30_000,
  )
  return useMemo(() => (value ? new Map(value.items.map((item) => [item.key, item])) : null), [value])
}

export function CostToday({ used, known }: { used: UsageItem | undefined; known: boolean }) {
  if (!known) return <span className="faint">–</span>
  return (
    <Link href="/usage?days=1" title={strings.tokensToday(exactly(used?.total_tokens ?? 0))}>
      {used && used.cost_micros === null ? strings.tokensShort(tokens(used.total_tokens)) : money(used?.cost_micros ?? 0)}
    </Link>
  )
}

export function CurrentTask({ agent }: { agent: Agent }) {
  const task = useTaskOf(agent.board_id, agent.current_task_id)
  if (!task) return <span className="faint">—</span>
  return (
    <Link href={`/boards/${task.board_id}/tasks/${task.id}`} title={task.title}>
      <span className="faint num">#{task.number}</span> {task.title}
    </Link>
  )
}

export function BoardOf({ agent }: { agent: Agent }) {
  const board = useBoard(agent.board_id ?? undefined)
  if (agent.board_id === null) return strings.noBoard
  return <Link href={`/boards/${agent.board_id}`}>{board?.name ?? '—'}</Link>
}

/** The deadline while it is being woken, else its next heartbeat. */
export function NextCheckIn({ agent }: { agent: Agent }) {
  if (agent.checkin_deadline_at)
    return (
      <>
        <Countdown to={agent.checkin_deadline_at} />{' '}
        <span className="faint nowrap">{strings.wakeOf(agent.wake_attempts, agent.max_wake_attempts)}</span>
      </>
    )
  return <RelativeTime at={agent.next_heartbeat_at} none={agent.heartbeat_config.every === 'disabled' ? strings.off : '—'} />
}
