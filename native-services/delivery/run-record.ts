/** The row of a run that a message caused. Called inside the `store.write` that ends the message. */
import type { RunKind } from '../contract/usage.ts'
import type { GatewayError, RunUsage, SeenRun } from '../gateway/types.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import type { Tokens } from '../domain/usage-price.ts'

/** What is read from a cache has its own price, so it is not counted twice. */
export function tokensOf(used: RunUsage): Tokens {
  const cache_read_tokens = used.cache_read_tokens ?? 0
  const cache_write_tokens = used.cache_write_tokens ?? 0
  return {
    input_tokens: Math.max(0, used.input_tokens - cache_read_tokens - cache_write_tokens),
    output_tokens: used.output_tokens,
    cache_read_tokens,
    cache_write_tokens,
  }
}

function kindOf(row: NotificationRow): RunKind {
  switch (row.type) {
    case 'heartbeat':
    case 'wake':
      return row.type
    case 'webhook_event':
      return 'webhook'
    case 'board_chat':
    case 'group_chat':
    case 'direct_message':
      return 'chat'
    default:
      return 'delivery'
  }
}

export function recordRun(
  store: Store,
  run: {
    row: NotificationRow
    run_id: string | null
    usage: RunUsage | null
    /** What the gateway's events said of the same run. */
    seen: SeenRun | null
    error: GatewayError | null
    started_at: number
    ended_at: number
  },
): void {
  const agent = store.agents.get(run.row.agent_id)
  const configured = agent ? store.usage.configuredModel(agent.gateway_agent_id) : { provider: '', model: '' }
  store.usage.record({
    run_id: run.run_id,
    kind: kindOf(run.row),
    agent_id: run.row.agent_id,
    board_id: run.row.board_id,
    task_id: run.row.task_id,
    notification_id: run.row.id,
    session_key: run.row.session_key,
    provider: run.seen?.provider ?? configured.provider,
    model: run.seen?.model ?? configured.model,
    tokens: run.usage ? tokensOf(run.usage) : (run.seen?.tokens ?? null),
    reported_micros: run.seen?.cost_micros ?? null,
    outcome: run.error === null ? 'ok' : run.error.failure === 'aborted' ? 'aborted' : 'failed',
    started_at: run.started_at,
    ended_at: run.ended_at,
  })
}
