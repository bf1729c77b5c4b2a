/** Facts about what may stand still, at most a few of each kind: the rules over them are in `domain/stuck-rules.ts`. */
import type { StuckFact, StuckLimits, StuckTask } from '../domain/stuck-rules.ts'
import type { RepositoryContext } from './store.ts'

const most = 20
type Of<Kind extends StuckFact['kind']> = Extract<StuckFact, { kind: Kind }>

export function stuckRepository({ db, clock }: Pick<RepositoryContext, 'db' | 'clock'>) {
  const quiet = db.prepare(`
    SELECT t.id, t.board_id, t.number, t.title, t.updated_at,
      (SELECT max(updated_at) FROM notifications n WHERE n.task_id = t.id) AS sent_at,
      EXISTS (SELECT 1 FROM notifications n WHERE n.task_id = t.id AND n.state = 'leased') AS running,
      (SELECT group_concat(a.name, ', ') FROM assignments s JOIN agents a ON a.id = s.agent_id WHERE s.task_id = t.id) AS names,
      (SELECT s.agent_id FROM assignments s WHERE s.task_id = t.id ORDER BY s.position LIMIT 1) AS agent_id
    FROM tasks t INDEXED BY tasks_standing JOIN boards b ON b.id = t.board_id
    WHERE t.status = 'in_progress' AND t.updated_at <= ? AND ifnull(b.paused, 0) = 0 ORDER BY t.updated_at LIMIT ?`)
  const away = db.prepare(`
    SELECT a.id, a.name, a.status, a.status_reason, a.token_status, a.gateway_id, a.status_since_at, t.id AS task_id, t.board_id, t.number, t.title
    FROM agents a CROSS JOIN assignments s ON s.agent_id = a.id JOIN tasks t ON t.id = s.task_id
    WHERE (a.status IN ('offline', 'paused', 'failed') OR (a.token_status = 'drifted' AND a.status <> 'deleting'))
      AND t.status IN ('assigned', 'in_progress') ORDER BY a.id, t.number LIMIT 2000`)
  const withoutLead = `NOT EXISTS (SELECT 1 FROM agents a WHERE a.board_id = b.id AND a.role = 'lead' AND a.status <> 'deleting')`
  const queued = (status: string, and: string) =>
    db.prepare(`
    SELECT b.id AS board_id, b.name AS board_name, count(*) AS count, min(t.updated_at) AS since_at, min(t.id) AS task_id
    FROM boards b JOIN tasks t ON t.board_id = b.id AND t.status = '${status}' WHERE ${withoutLead} ${and} GROUP BY b.id ORDER BY since_at LIMIT ?`)
  const unassigned = queued('inbox', 'AND NOT EXISTS (SELECT 1 FROM assignments s WHERE s.task_id = t.id)')
  const reviews = queued('review', '')
  const blocked = db.prepare(`
    SELECT t.id, t.board_id, t.number, t.title, t.blocked_reason AS reason, t.updated_at AS since_at,
      (SELECT count(*) FROM task_dependencies d WHERE d.task_id = t.id) AS total,
      (SELECT count(*) FROM task_dependencies d JOIN tasks o ON o.id = d.depends_on_task_id WHERE d.task_id = t.id AND o.status NOT IN ('done', 'archived')) AS open
    FROM tasks t INDEXED BY tasks_standing WHERE t.status = 'blocked' ORDER BY t.updated_at DESC LIMIT ?`)
  const retrying = db.prepare(`
    SELECT n.id AS notification_id, n.title, a.name AS agent_name, n.board_id, n.task_id, n.last_error AS error, n.attempts, n.next_attempt_at, n.created_at AS since_at
    FROM notifications n INDEXED BY notifications_heads JOIN agents a ON a.id = n.agent_id
    WHERE n.head = 1 AND n.state = 'queued' AND n.attempts >= 2 AND n.last_error IS NOT NULL AND n.last_error_code NOT IN ('unavailable', 'unauthorized')
      AND n.type <> 'heartbeat' ORDER BY n.seq LIMIT ?`)
  const expired = db.prepare(`
    SELECT q.id, a.name AS agent_name, q.content, q.board_id, q.task_id, q.resolved_at AS since_at FROM questions q JOIN agents a ON a.id = q.agent_id
    WHERE q.status = 'expired' AND q.resolved_at >= ? ORDER BY q.resolved_at DESC LIMIT ?`)
  const approvals = db.prepare(
    `SELECT id, requested_by, action_type, reason, created_at AS since_at FROM approvals WHERE status = 'pending' ORDER BY id LIMIT ?`,
  )

  const task = (row: StuckTask): StuckTask => ({ id: row.id, board_id: row.board_id, number: row.number, title: row.title })
  const kindOf = <Kind extends StuckFact['kind']>(kind: Kind, rows: unknown[]): Of<Kind>[] =>
    rows.map((row) => ({ ...(row as object), kind }) as Of<Kind>)

  function agentsAway(): Of<'away'>[] {
    const rows = away.all() as (StuckTask & {
      status: string
      name: string
      status_reason: string | null
      token_status: string
      gateway_id: string
      status_since_at: number
      task_id: string
    })[]
    return [...Map.groupBy(rows, (row) => row.id).values()].slice(0, most).flatMap((list) => {
      const [row] = list
      if (!row) return []
      return {
        kind: 'away',
        agent: {
          id: row.id,
          name: row.name,
          status: row.status,
          reason: row.status_reason,
          token_drifted: row.token_status === 'drifted',
          gateway_id: row.gateway_id,
          since_at: row.status_since_at,
        },
        tasks: list.map((each) => task({ ...each, id: each.task_id })),
        total: list.length,
      }
    })
  }

  return {
    /** @param expiredSince Questions that ran out after it (ms epoch). */
    facts(limits: StuckLimits, expiredSince: number): StuckFact[] {
      const silent = quiet.all(clock.now() - limits.stuck_idle_ms, most) as (StuckTask & {
        updated_at: number
        sent_at: number | null
        running: 0 | 1
        names: string | null
        agent_id: string | null
      })[]
      return [
        ...agentsAway(),
        ...silent.map((row): StuckFact => ({
          kind: 'quiet',
          task: task(row),
          agent_names: row.names === null ? [] : row.names.split(', '),
          agent_id: row.agent_id,
          quiet_since_at: Math.max(row.updated_at, row.sent_at ?? 0),
          run_under_way: row.running === 1,
        })),
        ...kindOf('nobody_assigns', unassigned.all(most)),
        ...kindOf('nobody_reviews', reviews.all(most)),
        ...(blocked.all(most) as (StuckTask & { reason: string | null; since_at: number; total: number; open: number })[]).map(
          (row): StuckFact => ({
            kind: 'blocked',
            task: task(row),
            reason: row.reason,
            since_at: row.since_at,
            depends_on_open: row.open,
            depends_on_total: row.total,
          }),
        ),
        ...kindOf('retrying', retrying.all(most)),
        ...kindOf('expired_question', expired.all(expiredSince, most)),
        ...kindOf('approval', approvals.all(most)),
      ]
    },
  }
}
