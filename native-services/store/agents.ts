import type { Agent, AgentRole, HeartbeatConfig, IdentityProfile } from '../contract/entities.ts'
import type { AgentStatus, TokenStatus } from '../contract/states.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

/** An agent as stored: what the API shows, and the hashes that it never shows. */
export interface AgentRow extends Omit<Stored<Agent>, 'max_wake_attempts'> {
  heartbeat_every_ms: number
  token_prefix: string | null
  token_hash: string | null
  previous_token_prefix: string | null
  previous_token_hash: string | null
}

export interface NewAgent {
  /** Given when paths and ids inside the gateway are derived from it. */
  id?: string
  gateway_id: string
  board_id: string | null
  name: string
  role: AgentRole
  gateway_agent_id: string
  openclaw_session_id: string
  workspace_path: string
  status: AgentStatus
  status_reason: string | null
  heartbeat_config: HeartbeatConfig
  heartbeat_every_ms: number
  identity_profile: IdentityProfile
  /** It existed in the gateway already. */
  imported?: boolean
}

export type AgentPatch = Partial<{
  name: string
  status: AgentStatus
  status_reason: string | null
  status_since_at: number
  heartbeat_config: HeartbeatConfig
  heartbeat_every_ms: number
  identity_profile: IdentityProfile
  last_seen_at: number | null
  wake_attempts: number
  last_wake_sent_at: number | null
  checkin_deadline_at: number | null
  next_heartbeat_at: number | null
  last_provision_error: string | null
  lifecycle_generation: number
  provision_step: string | null
  current_task_id: string | null
  workspace_path: string
  token_prefix: string | null
  token_hash: string | null
  token_hint: string | null
  token_status: TokenStatus
  token_verified_at: number | null
  token_rotated_at: number | null
  previous_token_prefix: string | null
  previous_token_hash: string | null
}>

export function agentsRepository({ db, clock, touch, announce, version }: RepositoryContext) {
  const oldestFirst = db.prepare('SELECT * FROM agents ORDER BY id')
  let everyone: { readonly version: string; readonly agents: AgentRow[] } | null = null
  const byId = db.prepare('SELECT * FROM agents WHERE id = ?')
  const byToken = db.prepare('SELECT * FROM agents WHERE token_prefix = ? OR previous_token_prefix = ?')
  const nextHeartbeat = db.prepare('SELECT min(next_heartbeat_at) AS at FROM agents WHERE next_heartbeat_at IS NOT NULL')

  function shape(row: Record<string, unknown>): AgentRow {
    const { heartbeat_config_json: heartbeat, identity_profile_json: identity, ...fields } = row
    return {
      ...(fields as unknown as AgentRow),
      is_board_lead: row['role'] === 'lead',
      is_gateway_main: row['role'] === 'main',
      imported: row['imported'] === 1,
      heartbeat_config: JSON.parse(heartbeat as string) as HeartbeatConfig,
      identity_profile: JSON.parse(identity as string) as IdentityProfile,
    }
  }
  // They say what they wait for.
  const openTasks = db.prepare(`SELECT s.task_id FROM assignments s JOIN tasks t ON t.id = s.task_id
    WHERE s.agent_id = ? AND t.status IN ('assigned', 'in_progress', 'review') LIMIT 500`)
  const canWork = (status: unknown): boolean =>
    status !== 'offline' && status !== 'failed' && status !== 'paused' && status !== 'provisioning'

  /** Others hear when an agent goes offline and when it comes online: not of each step in between. */
  function tellPresence(before: Record<string, unknown>, id: string): void {
    const agent = shape(byId.get(id) as Record<string, unknown>)
    const event = agent.status === 'offline' ? 'agent.offline' : agent.status === 'online' ? 'agent.online' : null
    // Late is a doubt that nobody was told of.
    if (event === null || (event === 'agent.online' && before['status'] === 'late')) return
    const why = agent.status_reason === null ? '' : `: ${agent.status_reason}`
    announce({
      type: event,
      message: `${agent.name} is ${agent.status}${why}`,
      board_id: agent.board_id,
      agent_id: id,
      data: { from: before['status'], to: agent.status, reason: agent.status_reason },
    })
  }
  const shapeAll = (rows: unknown[]): AgentRow[] => rows.map((row) => shape(row as Record<string, unknown>))

  return {
    get(id: string): AgentRow | undefined {
      const row = byId.get(id) as Record<string, unknown> | undefined
      return row && shape(row)
    },

    list(
      filter: { board_id?: string | undefined; gateway_id?: string | undefined; status?: AgentStatus | undefined } & Paging,
    ): Listed<AgentRow> {
      const condition = where([
        filter.board_id !== undefined && ['board_id = ?', filter.board_id],
        filter.gateway_id !== undefined && ['gateway_id = ?', filter.gateway_id],
        filter.status !== undefined && ['status = ?', filter.status],
      ])
      const rows = db
        .prepare(`SELECT * FROM agents ${condition.sql} ORDER BY id LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM agents ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: shapeAll(rows), total: n }
    },

    /**
     * Everyone, or everyone on one board or gateway, oldest first. Everyone is asked for every second or two by what watches over them:
     * while nothing changes it is the very same array, which callers must not change.
     */
    all: (filter: { board_id?: string; gateway_id?: string } = {}): AgentRow[] => {
      if (filter.board_id === undefined && filter.gateway_id === undefined) {
        const now = version()
        if (everyone?.version !== now) everyone = { version: now, agents: shapeAll(oldestFirst.all()) }
        return everyone.agents
      }
      const condition = where([
        filter.board_id !== undefined && ['board_id = ?', filter.board_id],
        filter.gateway_id !== undefined && ['gateway_id = ?', filter.gateway_id],
      ])
      return shapeAll(db.prepare(`SELECT * FROM agents ${condition.sql} ORDER BY id`).all(...condition.values))
    },

    /** Candidates for a token: at most a few rows share a prefix. One indexed lookup. */
    byTokenPrefix: (prefix: string): AgentRow[] => shapeAll(byToken.all(prefix, prefix)),

    byGatewayAgentId(gatewayId: string, gatewayAgentId: string): AgentRow | undefined {
      const row = db.prepare('SELECT * FROM agents WHERE gateway_id = ? AND gateway_agent_id = ?').get(gatewayId, gatewayAgentId) as
        | Record<string, unknown>
        | undefined
      return row && shape(row)
    },

    nameTaken: (filter: { gateway_id: string; board_id: string | null; name: string; except?: string }): boolean =>
      db
        .prepare(
          `SELECT 1 FROM agents WHERE gateway_id = ? AND ifnull(board_id, '') = ifnull(?, '') AND name = ? COLLATE NOCASE AND id <> ?`,
        )
        .get(filter.gateway_id, filter.board_id, filter.name, filter.except ?? '') !== undefined,

    lead(boardId: string): AgentRow | undefined {
      const row = db.prepare(`SELECT * FROM agents WHERE board_id = ? AND role = 'lead'`).get(boardId) as
        | Record<string, unknown>
        | undefined
      return row && shape(row)
    },

    main(gatewayId: string): AgentRow | undefined {
      const row = db.prepare(`SELECT * FROM agents WHERE gateway_id = ? AND role = 'main'`).get(gatewayId) as
        | Record<string, unknown>
        | undefined
      return row && shape(row)
    },

    countByStatus(): Partial<Record<AgentStatus, number>> {
      const rows = db.prepare('SELECT status, count(*) AS n FROM agents GROUP BY status').all() as { status: AgentStatus; n: number }[]
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]))
    },

    dueHeartbeats: (now: number, limit: number): AgentRow[] =>
      shapeAll(db.prepare('SELECT * FROM agents WHERE next_heartbeat_at <= ? ORDER BY next_heartbeat_at LIMIT ?').all(now, limit)),
    nextHeartbeatAt: (): number | null => (nextHeartbeat.get() as { at: number | null }).at,

    create(agent: NewAgent): AgentRow {
      const now = clock.now()
      const { id = createId(now), heartbeat_config, identity_profile, imported = false, ...fields } = agent
      const all = {
        id,
        ...fields,
        imported: Number(imported),
        heartbeat_config_json: JSON.stringify(heartbeat_config),
        identity_profile_json: JSON.stringify(identity_profile),
        status_since_at: now,
        created_at: now,
        updated_at: now,
      }
      const columns = Object.keys(all)
      db.prepare(`INSERT INTO agents (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(...Object.values(all))
      touch('agent', id)
      if (agent.board_id) touch('board', agent.board_id)
      return shape(byId.get(id) as Record<string, unknown>)
    },

    /** Changes some fields. A new `status` sets `status_since_at` unless it is given. */
    update(id: string, patch: AgentPatch): void {
      const { heartbeat_config, identity_profile, ...fields } = patch
      const now = clock.now()
      const before =
        fields.status === undefined && fields.token_status === undefined ? undefined : (byId.get(id) as Record<string, unknown> | undefined)
      const { sql, values } = assignments({
        ...fields,
        heartbeat_config_json: heartbeat_config && JSON.stringify(heartbeat_config),
        identity_profile_json: identity_profile && JSON.stringify(identity_profile),
        status_since_at: fields.status_since_at ?? (fields.status !== undefined && before?.['status'] !== fields.status ? now : undefined),
        updated_at: now,
      })
      db.prepare(`UPDATE agents SET ${sql} WHERE id = ?`).run(...values, id)
      touch('agent', id)
      if (before && fields.status !== undefined && before['status'] !== fields.status) tellPresence(before, id)
      const drifts = fields.token_status !== undefined && before?.['token_status'] !== fields.token_status
      if (before && (drifts || canWork(before['status']) !== canWork(fields.status ?? before['status']) || !canWork(before['status'])))
        for (const { task_id: taskId } of openTasks.all(id) as { task_id: string }[]) touch('task', taskId)
    },

    remove(id: string): void {
      const row = byId.get(id) as { board_id: string | null } | undefined
      db.prepare('DELETE FROM timers WHERE subject_id = ?').run(id)
      for (const asked of db.prepare('SELECT id FROM questions WHERE agent_id = ?').all(id) as { id: string }[])
        touch('question', asked.id, true)
      db.prepare('DELETE FROM agents WHERE id = ?').run(id)
      touch('agent', id, true)
      if (row?.board_id) touch('board', row.board_id)
    },
  }
}
