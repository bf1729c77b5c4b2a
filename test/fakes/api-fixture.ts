/**
 * An API in memory with believable data, for working on the pages without the services host. It answers from the
 * operations table's paths and keeps the promises the page relies on: revisions, changes, replies, jobs.
 * Run it: `node test/fakes/api-fixture.ts 5170` after `vite build -c renderer/vite.config.ts`.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { securityHeaders } from '../../native-services/contract/csp.ts'
import type {
  Activity,
  Agent,
  Attention,
  Board,
  Comment,
  Gateway,
  GatewayRuntime,
  Job,
  LogLine,
  ModelProvider,
  Notification,
  Overview,
  RuntimeInfo,
  Settings,
  Task,
} from '../../native-services/contract/entities.ts'
import type { Approval, Question } from '../../native-services/contract/approvals.ts'
import { defaultSettings } from '../../native-services/contract/entities.ts'
import { type AgentStatus, agentStatuses, type TaskStatus, taskStatuses } from '../../native-services/contract/states.ts'

let counter = 0
const newId = () => {
  counter += 1
  return `019a0000-0000-7000-8000-${counter.toString(16).padStart(12, '0')}`
}
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const minute = 60_000
const hour = 60 * minute
export const fixtureToken = 'fixture-operator-token'
export const fixtureCode = 'fixture-code-0123456789'
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

export interface ApiFixture {
  readonly url: string
  readonly boardId: string
  readonly agentIds: readonly string[]
  /** Sends one frame to every page. */
  emit(event: string, data: unknown): void
  /** Ends every open stream, as a restart of the services host would. */
  dropStreams(): void
  stop(): Promise<void>
}

export async function startApiFixture(options: { port?: number; staticDir?: string; empty?: boolean } = {}): Promise<ApiFixture> {
  const gatewayId = newId()
  const boardId = newId()
  let rev = 100
  const streams = new Set<{ logs: boolean; send: (text: string) => void; end: () => void }>()
  const history: string[] = []

  const runtime: GatewayRuntime = {
    state: 'running',
    reason: null,
    remedy: null,
    pid: 41_282,
    port: 18_789,
    owned: true,
    version: '2026.9.6',
    since_at: ago(5 * hour + 12 * minute),
    retry_at: null,
    restarts: 0,
    port_owner: null,
    suggested_port: null,
    last_lines: ['[gateway] listening on ws://127.0.0.1:18789', '[gateway] responses endpoint enabled', '[agents] 4 agents loaded'],
    connected: true,
    latency_ms: 3.4,
  }
  const gateways: Record<string, Gateway> = {
    [gatewayId]: {
      id: gatewayId,
      name: 'Local gateway',
      url: 'ws://127.0.0.1:18789',
      workspace_root: '~/.mission-control/workspaces',
      is_local: true,
      token_hint: '9f3c',
      runtime,
      created_at: ago(80 * hour),
      updated_at: ago(5 * hour),
    },
  }
  const runtimeInfo: RuntimeInfo = {
    installed: true,
    source: 'managed',
    version: '2026.9.6',
    path: '~/.mission-control/runtime/2026.9.6',
    node_path: '~/.mission-control/node/bin/node',
    node_version: '24.21.0',
    problem: null,
    managed_version: '2026.9.6',
  }
  let provider: ModelProvider = { kind: 'demo', base_url: null, model: 'scripted', key_hint: null }
  let settings: Settings = { ...defaultSettings, onboarding_done: !options.empty }

  const agents: Record<string, Agent> = {}
  const addAgent = (name: string, emoji: string, purpose: string, patch: Partial<Agent>): Agent => {
    const id = newId()
    const agent: Agent = {
      id,
      gateway_id: gatewayId,
      board_id: boardId,
      name,
      role: 'worker',
      is_board_lead: false,
      is_gateway_main: false,
      gateway_agent_id: `mc-${name.toLowerCase()}`,
      openclaw_session_id: `agent:mc-${name.toLowerCase()}:main`,
      workspace_path: `~/.mission-control/workspaces/mc-${name.toLowerCase()}`,
      status: 'online',
      status_reason: null,
      status_since_at: ago(4 * hour),
      heartbeat_config: { every: '10m', target: 'none' },
      identity_profile: { emoji, purpose },
      last_seen_at: ago(2 * minute),
      wake_attempts: 0,
      max_wake_attempts: 3,
      imported: false,
      last_wake_sent_at: ago(4 * hour),
      checkin_deadline_at: null,
      next_heartbeat_at: new Date(Date.now() + 7 * minute).toISOString(),
      last_provision_error: null,
      lifecycle_generation: 2,
      provision_step: null,
      token_status: 'in_sync',
      token_hint: '1a2b',
      token_verified_at: ago(12 * minute),
      token_rotated_at: ago(26 * hour),
      current_task_id: null,
      created_at: ago(70 * hour),
      updated_at: ago(2 * minute),
      ...patch,
    }
    agents[id] = agent
    return agent
  }
  const boards: Record<string, Board> = {}
  const tasks: Record<string, Task> = {}
  const comments: Record<string, Comment> = {}
  const notifications: Record<string, Notification> = {}
  const activity: Record<string, Activity> = {}
  const jobs: Record<string, Job> = {}
  const logs: LogLine[] = []
  let attention: Attention[] = []
  const approvals: Approval[] = []
  const questions: Question[] = []
  const agentList: Agent[] = []

  const log = (
    level: LogLine['level'],
    source: LogLine['source'],
    scope: string,
    message: string,
    at = Date.now(),
    agentId: string | null = null,
  ) => {
    const line: LogLine = {
      seq: logs.length + 1,
      at: new Date(at).toISOString(),
      level,
      source,
      scope,
      message,
      length: message.length,
      agent_id: agentId,
      request_id: null,
      run_id: null,
      repeat_count: 1,
      last_at: new Date(at).toISOString(),
    }
    logs.push(line)
    for (const stream of streams)
      if (stream.logs) stream.send(`event: log\ndata: ${JSON.stringify({ lines: [line], repeats: [], skipped: 0 })}\n\n`)
  }
  const note = (event_type: string, message: string, patch: Partial<Activity> = {}) => {
    const row: Activity = {
      id: newId(),
      event_type,
      message,
      level: 'info',
      actor_type: 'system',
      actor_name: 'Mission Control',
      agent_id: null,
      task_id: null,
      board_id: null,
      gateway_id: gatewayId,
      data: {},
      created_at: new Date().toISOString(),
      ...patch,
    }
    activity[row.id] = row
    return row
  }

  if (!options.empty) {
    boards[boardId] = {
      id: boardId,
      gateway_id: gatewayId,
      name: 'Website relaunch',
      slug: 'website-relaunch',
      description: 'Everything that stands between us and the new site.',
      board_type: 'goal',
      objective: 'New site live by the end of the month',
      require_approval_for_done: false,
      require_review_before_done: false,
      comment_required_for_review: false,
      block_status_changes_with_pending_approval: false,
      only_lead_can_change_status: false,
      success_metrics: [],
      target_date: null,
      goal_confirmed: false,
      goal_source: null,
      board_group_id: null,
      max_agents: 10,
      paused: false,
      task_counts: { inbox: 0, assigned: 0, in_progress: 0, review: 0, blocked: 0, done: 0, archived: 0 },
      agent_count: 4,
      created_at: ago(75 * hour),
      updated_at: ago(hour),
    }
    const lead = addAgent('Ada', '🧭', 'Leads the board: splits work, reviews, answers questions.', { role: 'lead', is_board_lead: true })
    const bo = addAgent('Bo', '🛠️', 'Builds front-end components.', { last_seen_at: ago(40_000) })
    const cleo = addAgent('Cleo', '✍️', 'Writes and edits copy.', {
      status: 'waking',
      status_reason: 'Wake 2 of 3 was sent; it has not checked in yet.',
      wake_attempts: 2,
      checkin_deadline_at: new Date(Date.now() + 24_000).toISOString(),
      status_since_at: ago(36_000),
      last_seen_at: ago(48 * minute),
      next_heartbeat_at: null,
    })
    const dov = addAgent('Dov', '', 'Checks links, speed and accessibility.', {
      status: 'offline',
      status_reason: 'Three wakes went unanswered. Its last check-in was refused: the token in its workspace is not the one we know.',
      wake_attempts: 3,
      token_status: 'drifted',
      token_hint: '77e0',
      last_seen_at: ago(3 * hour),
      status_since_at: ago(22 * minute),
      next_heartbeat_at: null,
      last_provision_error: 'HTTP 401 agent_token_invalid: POST /api/v1/agent/heartbeat\nthe token ending in 03ff is not known here',
    })
    delete dov.identity_profile.emoji
    agentList.push(lead, bo, cleo, dov)
    const words: [string, TaskStatus, Agent[], Partial<Task>][] = [
      ['Collect the questions support gets about pricing', 'inbox', [], {}],
      ['Decide what happens to the old blog addresses', 'inbox', [], { priority: 'high' }],
      ['Measure the start page on a slow phone', 'assigned', [dov], { waiting_for: 'delivery retrying: agent offline', priority: 'high' }],
      ['Write alt texts for the product pictures', 'assigned', [cleo], { waiting_for: 'Cleo is waking' }],
      ['Draft the announcement mail', 'assigned', [cleo, lead], {}],
      ['Build the pricing table', 'in_progress', [bo], { comment_count: 4, in_progress_at: ago(50 * minute) }],
      [
        'Rewrite the landing page headline and the three paragraphs below it so that they say what the product does',
        'in_progress',
        [cleo],
        { comment_count: 2, priority: 'urgent', in_progress_at: ago(3 * hour) },
      ],
      ['Dark mode for the docs', 'review', [bo], { comment_count: 6 }],
      [
        'Redirects for moved pages',
        'blocked',
        [bo],
        { blocked_reason: 'Needs access to the DNS zone. Who has the login?', comment_count: 3, priority: 'high' },
      ],
      ['Compress the hero pictures', 'done', [bo], { comment_count: 2 }],
      ['List every broken link', 'done', [dov], { comment_count: 5 }],
      ['Set up the staging site', 'done', [lead, bo], { comment_count: 8 }],
      ['Try the old theme once more', 'archived', [], {}],
    ]
    for (const [index, [title, status, assigned, patch]] of words.entries()) {
      const id = newId()
      tasks[id] = {
        id,
        board_id: boardId,
        number: index + 1,
        title,
        description: '',
        status,
        priority: 'medium',
        position: (index + 1) * 1000,
        assigned_agent_id: assigned[0]?.id ?? null,
        assigned_agent_ids: assigned.map((agent) => agent.id),
        blocked_reason: null,
        due_at: null,
        in_progress_at: null,
        created_by: 'Operator',
        auto_created: false,
        comment_count: 0,
        depends_on_task_ids: [],
        blocked_by_task_ids: [],
        is_blocked: false,
        tag_ids: [],
        custom_field_values: {},
        last_message_at: ago((index + 1) * 17 * minute),
        watching: false,
        last_read_at: null,
        unread_count: 0,
        waiting_for: null,
        waiting_until_at: null,
        created_at: ago(60 * hour - index * hour),
        updated_at: ago((index + 1) * 13 * minute),
        ...patch,
      }
    }
    const pricing = Object.values(tasks).find((task) => task.number === 6)
    if (pricing) {
      pricing.description =
        'Three plans side by side, the middle one emphasised.\n\n- prices come from `plans.json`\n- works down to **320 px**\n- no layout shift while the font loads\n\nSee the [sketch](https://example.com/sketch) for the order of rows.'
      const say = (minutes: number, author: Agent | null, message: string, mentions: string[] = []) => {
        const comment: Comment = {
          id: newId(),
          board_id: boardId,
          task_id: pricing.id,
          author_type: author ? 'agent' : 'user',
          agent_id: author?.id ?? null,
          author_name: author?.name ?? 'Operator',
          message,
          mentions,
          source_notification_id: null,
          created_at: ago(minutes * minute),
          edited_at: null,
        }
        comments[comment.id] = comment
        return comment
      }
      const deliver = (
        agent: Agent,
        type: Notification['type'],
        title: string,
        comment: Comment | null,
        state: Notification['state'],
        patch: Partial<Notification> = {},
      ) => {
        const row: Notification = {
          id: newId(),
          type,
          agent_id: agent.id,
          board_id: boardId,
          task_id: pricing.id,
          comment_id: comment?.id ?? null,
          title,
          session_key: agent.openclaw_session_id,
          state,
          attempts: 1,
          next_attempt_at: null,
          last_error_code: null,
          last_error: null,
          run_id: null,
          delivered_at: state === 'delivered' ? ago(minute) : null,
          created_at: comment?.created_at ?? ago(50 * minute),
          ...patch,
        }
        notifications[row.id] = row
        return row
      }
      deliver(bo, 'assignment', 'Assigned: Build the pricing table', null, 'delivered')
      say(48, bo, 'I took this. Plan:\n\n1. read `plans.json`\n2. build the grid\n3. check at 320, 768 and 1280 px')
      deliver(
        cleo,
        'mention',
        'Mentioned by Operator',
        say(31, null, '@Bo looks right. @Cleo please write the three plan descriptions, two lines each.', [bo.id, cleo.id]),
        'queued',
        {
          attempts: 2,
          next_attempt_at: new Date(Date.now() + 90_000).toISOString(),
          last_error_code: 'agent_offline',
          last_error: 'Cleo has not checked in yet.',
        },
      )
      say(
        18,
        bo,
        'The grid stands:\n\n```css\n.plans { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); }\n```\n\nThe emphasised plan keeps its place when the columns wrap.',
      )
      const last = say(2, null, 'Good. What does it look like with a fourth plan?')
      const running = deliver(bo, 'thread_update', 'New comment in Build the pricing table', last, 'leased')
      bo.current_task_id = pricing.id
      const replyText =
        'With four plans the grid wraps to two rows below 900 px. I would rather shrink the gaps first:\n\n- 24 px down to 16 px\n- then two rows'
      let at = 0
      const replyTimer = setInterval(() => {
        at = at >= replyText.length + 40 ? 0 : at + 4
        emit('reply', {
          notification_id: running.id,
          task_id: pricing.id,
          agent_id: bo.id,
          text: replyText.slice(0, Math.max(4, at)),
          done: false,
        })
      }, 120)
      replyTimer.unref()
    }
    note('gateway.started', 'The gateway is running on port 18789.', { created_at: ago(5 * hour), level: 'info' })
    const story: [number, string, string, Agent | null, Activity['level']][] = [
      [70 * 60, 'agent.provisioned', 'Workspace and credentials written.', dov, 'info'],
      [69 * 60, 'agent.wake', 'Wake 1 of 3 sent.', dov, 'info'],
      [68 * 60, 'agent.online', 'Checked in with its own token.', dov, 'info'],
      [180, 'agent.heartbeat', 'Checked in.', dov, 'info'],
      [24, 'lifecycle.reconcile.retriggered', 'Wake 2 of 3 sent: no check-in within 30 s.', dov, 'warning'],
      [23, 'lifecycle.reconcile.retriggered', 'Wake 3 of 3 sent: no check-in within 30 s.', dov, 'warning'],
      [22, 'lifecycle.reconcile.max_attempts_reached', 'Offline: three wakes went unanswered.', dov, 'error'],
      [50, 'task.status_changed', 'moved #6 Build the pricing table to In progress', bo, 'info'],
      [48, 'task.commented', 'commented on #6 Build the pricing table', bo, 'info'],
      [40, 'task.status_changed', 'moved #8 Dark mode for the docs to Review', bo, 'info'],
      [33, 'task.blocked', 'blocked #9 Redirects for moved pages: needs access to the DNS zone', bo, 'warning'],
      [12, 'token.verified', 'Token verified in the workspace.', lead, 'info'],
      [1, 'agent.wake', 'Wake 2 of 3 sent.', cleo, 'info'],
    ]
    const ordered = story.toSorted((a, b) => b[0] - a[0])
    for (const [minutes, type, message, agent, level] of ordered) {
      const task = /#(\d+)/.exec(message)
      const taskId = task ? (Object.values(tasks).find((each) => each.number === Number(task[1]))?.id ?? null) : null
      note(type, message, {
        agent_id: agent?.id ?? null,
        actor_name: agent?.name ?? 'Mission Control',
        actor_type: type.startsWith('task.') ? 'agent' : 'system',
        created_at: ago(minutes * minute),
        level,
        task_id: taskId,
        board_id: taskId ? boardId : null,
      })
    }
    attention = [
      {
        key: `agent:${dov.id}`,
        tone: 'bad',
        title: 'Dov is offline',
        reason: dov.status_reason ?? '',
        since_at: dov.status_since_at,
        link: `/agents/${dov.id}`,
        fix: { label: 'Re-sync tokens', action: 'sync_tokens', target_id: gatewayId },
      },
      {
        key: 'task:9',
        tone: 'bad',
        title: '#9 Redirects for moved pages is blocked',
        reason: 'Needs access to the DNS zone. Who has the login?',
        since_at: ago(33 * minute),
        link: `/boards/${boardId}/tasks/${Object.values(tasks).find((task) => task.number === 9)?.id ?? ''}`,
        fix: { label: 'Open', action: 'open', target_id: null },
      },
      {
        key: 'wake',
        tone: 'warning',
        title: 'Cleo was woken twice',
        reason: 'Wake 2 of 3 was sent; it has not checked in yet.',
        since_at: ago(36_000),
        link: `/agents/${cleo.id}`,
        fix: { label: 'Wake now', action: 'wake_agent', target_id: cleo.id },
      },
    ]
    const approval = (status: Approval['status'], minutes: number, more: Partial<Approval>): Approval => ({
      id: newId(),
      board_id: boardId,
      task_id: pricing?.id ?? null,
      agent_id: bo.id,
      requested_by: bo.name,
      action_type: 'publish_page',
      reason: 'The table is checked against the price list of May. Publishing replaces the page that is live.',
      payload: { url: 'https://example.org/pricing', rows: 14 },
      confidence: 82,
      rubric_scores: { correctness: 90, risk: 35 },
      status,
      resolution_comment: null,
      resolved_at: status === 'pending' ? null : ago(minutes * minute - 60_000),
      created_at: ago(minutes * minute),
      updated_at: ago(minutes * minute),
      ...more,
    })
    approvals.push(
      approval('approved', 300, { action_type: 'send_newsletter', resolution_comment: 'To the test list first.' }),
      approval('pending', 9, {}),
    )
    questions.push({
      id: newId(),
      board_id: boardId,
      task_id: null,
      agent_id: lead.id,
      agent_name: lead.name,
      content: 'Which of the two launch dates should I plan for: **3 June** or **10 June**?',
      correlation_id: 'launch-date',
      status: 'open',
      answer: null,
      expires_at: ago(-20 * hour),
      resolved_at: null,
      created_at: ago(14 * minute),
      updated_at: ago(14 * minute),
    })
    jobs[newId()] = {
      id: `019a0000-0000-7000-8000-${counter.toString(16).padStart(12, '0')}`,
      kind: 'template_sync',
      state: 'succeeded',
      title: 'Re-sync tokens',
      done: 4,
      total: 4,
      step: null,
      result: syncResult(),
      error: null,
      created_at: ago(26 * hour),
      updated_at: ago(26 * hour - 9000),
    }
    const scopes = [
      ['info', 'services', 'delivery', 'delivered thread_update to Bo in 2.4 s'],
      ['debug', 'gateway', 'ws', 'res ✓ sessions.list 4ms'],
      ['info', 'services', 'http', 'POST /api/v1/agent/heartbeat 200 3 ms'],
      ['warn', 'services', 'lifecycle', 'no check-in from Cleo within 30 s, wake 2 of 3'],
      ['info', 'gateway', 'agents', 'run started agent=mc-bo'],
      ['error', 'services', 'lifecycle', 'Dov refused: agent_token_invalid'],
      ['info', 'host', 'supervisor', 'gateway running, pid 41282'],
    ] as const
    for (let index = 0; index < 3000; index += 1) {
      const [level, source, scope, message] = scopes[(index * 7 + (index % 5)) % scopes.length] ?? scopes[0]
      log(level, source, scope, message, Date.now() - (3000 - index) * 4000, message.includes('Dov') ? dov.id : null)
    }
    const live = setInterval(() => log('info', 'services', 'http', 'POST /api/v1/agent/heartbeat 200 3 ms'), 2500)
    live.unref()
  }

  function syncResult() {
    return {
      gateway_id: gatewayId,
      include_main: false,
      reset_sessions: false,
      agents_updated: 3,
      agents_skipped: 0,
      main_updated: false,
      errors: [
        {
          agent_id: agentList[3]?.id ?? null,
          agent_name: 'Dov',
          board_id: boardId,
          message: 'The workspace could not be written: permission denied.',
        },
      ],
      agents: agentList.map((agent, index) => ({
        agent_id: agent.id,
        agent_name: agent.name,
        step: index === 3 ? 'write' : 'done',
        outcome: index === 3 ? 'failed' : 'updated',
        reason_code: index === 3 ? 'workspace_unwritable' : null,
        message: index === 3 ? 'The workspace could not be written: permission denied.' : null,
        token_verified: index !== 3,
      })),
    }
  }
  function counts(): Board['task_counts'] {
    return Object.fromEntries(
      taskStatuses.map((status) => [status, Object.values(tasks).filter((task) => task.status === status).length]),
    ) as Board['task_counts']
  }
  for (const board of Object.values(boards)) board.task_counts = counts()

  function emit(event: string, data: unknown, id?: number): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    if (event === 'change') history.push(text)
    for (const stream of streams) stream.send(text)
  }
  function changed(entity: string, id: string, data: unknown): void {
    rev += 1
    emit('change', { rev, entity, id, data }, rev)
  }
  function record(row: Activity): void {
    changed('activity', row.id, row)
  }

  const app = new Hono()
  const page = (items: unknown[], url: string) => {
    const query = new URL(url).searchParams
    const limit = Number(query.get('limit') ?? 200)
    const offset = Number(query.get('offset') ?? 0)
    return { items: items.slice(offset, offset + limit), total: items.length, limit, offset }
  }
  const wrong = (status: 401 | 404 | 409 | 422, code: string, detail: string) =>
    Response.json({ detail, code, request_id: 'fixture' }, { status })
  app.use('/api/*', async (context, next) => {
    if (
      context.req.path === '/api/v1/session' ||
      context.req.header('authorization') === `Bearer ${fixtureToken}` ||
      context.req.header('cookie')?.includes('mc_session=') === true
    )
      return next()
    return wrong(401, 'unauthorized', 'Sign in with a one-time link.')
  })
  const v1 = new Hono()
  v1.post('/session', async (context) => {
    const body = (await context.req.json()) as { code?: string }
    if (body.code !== fixtureCode) return wrong(401, 'unauthorized', 'This code is not valid.')
    return new Response(JSON.stringify({ ok: true }), {
      headers: { 'content-type': 'application/json', 'set-cookie': 'mc_session=fixture; HttpOnly; SameSite=Strict; Path=/' },
    })
  })
  v1.post('/session/codes', (context) => context.json({ code: fixtureCode, expires_at: ago(-10 * minute) }, 201))
  v1.delete('/session', () =>
    Response.json({ ok: true }, { headers: { 'set-cookie': 'mc_session=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/' } }),
  )
  // — usage: nothing has run yet —
  const nothingUsed = {
    runs: 0,
    failed_runs: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    total_tokens: 0,
    cost_micros: 0,
    unpriced_runs: 0,
    unpriced_tokens: 0,
  }
  v1.get('/usage/summary', (context) =>
    context.json({
      today: nothingUsed,
      yesterday: nothingUsed,
      last_7_days: nothingUsed,
      last_30_days: nothingUsed,
      burn: { hours: 6, tokens_per_hour: 0, cost_micros_per_hour: 0 },
      projection: { tokens: 0, cost_micros: 0 },
      day_ends_at: new Date(Date.now() + 3_600_000).toISOString(),
      gateway: null,
      models: [],
      caps: [],
    }),
  )
  v1.get('/usage/prices', (context) => context.json({ items: [], catalogue: [], catalogue_read_at: null, unknown: [], repriced_runs: 0 }))
  v1.get('/api-tokens', (context) => context.json({ items: [], total: 0, limit: 200, offset: 0 }))
  v1.get('/backups', (context) =>
    context.json({
      items: [],
      total: 0,
      limit: 200,
      offset: 0,
      state: { folder: '/data/backups', total_bytes: 0, free_bytes: 80_000_000_000, next_at: null, failed_at: null, failed_reason: null },
    }),
  )
  v1.get('/data-folder', (context) => context.json({ path: '/data', parts: [], free_bytes: 80_000_000_000 }))
  v1.get('/usage/caps', (context) => context.json({ items: [] }))
  v1.get('/usage', (context) =>
    context.json({
      from: context.req.query('from'),
      to: context.req.query('to'),
      group_by: context.req.query('group_by') ?? 'agent',
      totals: nothingUsed,
      items: [],
      days: [],
    }),
  )

  v1.get('/overview', (context) => {
    const overview: Overview = {
      gateway_health: null,
      gateway: runtime,
      agents_by_status: Object.fromEntries(
        agentStatuses.map((status) => [status, Object.values(agents).filter((agent) => agent.status === status).length]),
      ) as Overview['agents_by_status'],
      tasks_by_status: counts(),
      deliveries: {
        queued: 1,
        leased: 1,
        dead: 0,
        per_minute: Array.from({ length: 60 }, (_, index) => ({
          at: ago((59 - index) * minute),
          delivered: options.empty ? 0 : Math.max(0, Math.round(4 + 4 * Math.sin(index / 6) + 2 * Math.sin(index * 2.3))),
          failed: !options.empty && index % 23 === 11 ? 2 : 0,
        })),
      },
      attention,
      uptime_ms: 5 * hour,
      version: '0.1.0',
      demo: true,
    }
    return context.json(overview)
  })
  v1.get('/settings', (context) => context.json(settings))
  v1.patch('/settings', async (context) => {
    settings = { ...settings, ...((await context.req.json()) as Partial<Settings>) }
    changed('settings', 'settings', settings)
    return context.json(settings)
  })
  v1.get('/runtime', (context) => context.json(runtimeInfo))
  v1.get('/model-provider', (context) => context.json(provider))
  v1.put('/model-provider', async (context) => {
    const body = (await context.req.json()) as { kind: ModelProvider['kind']; base_url?: string; model?: string; api_key?: string }
    provider = { kind: body.kind, base_url: body.base_url ?? null, model: body.model ?? null, key_hint: body.api_key?.slice(-4) ?? null }
    return context.json(provider)
  })
  const runJob = (kind: Job['kind'], title: string, steps: string[], result: unknown) => {
    const job: Job = {
      id: newId(),
      kind,
      state: 'running',
      title,
      done: 0,
      total: steps.length,
      step: steps[0] ?? null,
      result: null,
      error: null,
      created_at: ago(0),
      updated_at: ago(0),
    }
    jobs[job.id] = job
    changed('job', job.id, job)
    const timer = setInterval(() => {
      const now = jobs[job.id] ?? job
      const done = now.done + 1
      jobs[job.id] = {
        ...now,
        done,
        step: steps[done] ?? null,
        updated_at: ago(0),
        ...(done >= steps.length ? { state: 'succeeded', result } : {}),
      }
      changed('job', job.id, jobs[job.id])
      if (done >= steps.length) clearInterval(timer)
    }, 900)
    timer.unref()
    return job
  }
  v1.post('/runtime/install', (context) =>
    context.json(
      runJob(
        'runtime_install',
        'Install OpenClaw 2026.9.6',
        ['Fetching Node 24', 'Checking integrity', 'Installing openclaw', 'Trying it', 'Switching over'],
        null,
      ),
      202,
    ),
  )
  v1.get('/approvals', (context) => context.json(page(approvals, context.req.url)))
  v1.get('/questions', (context) => context.json(page(questions, context.req.url)))
  v1.get('/exec-approvals', (context) => context.json({ items: [] }))
  v1.get('/jobs', (context) => context.json(page(Object.values(jobs).toReversed(), context.req.url)))
  v1.get('/jobs/:id', (context) => context.json(jobs[context.req.param('id')] ?? null))
  v1.get('/logs', (context) => {
    const query = context.req.query()
    const before = query['before'] === undefined ? Number.POSITIVE_INFINITY : Number(query['before'])
    const rows = logs.filter(
      (line) =>
        line.seq < before &&
        (!query['source'] || line.source === query['source']) &&
        (!query['agent_id'] || line.agent_id === query['agent_id']),
    )
    const items = rows.slice(-Number(query['limit'] ?? 1000))
    return context.json({ items, next_before: items.length > 0 && items.length < rows.length ? items[0]?.seq : null })
  })
  v1.get('/gateways', (context) => context.json(page(Object.values(gateways), context.req.url)))
  for (const action of ['start', 'stop', 'restart']) {
    v1.post(`/gateways/:id/${action}`, (context) => {
      const later = (state: GatewayRuntime['state'], ms: number) =>
        setTimeout(() => {
          Object.assign(runtime, {
            state,
            since_at: ago(0),
            pid: state === 'stopped' ? null : 41_300,
            connected: state === 'running',
            latency_ms: state === 'running' ? 3 : null,
          })
          emit('gateway', { ...runtime })
        }, ms).unref()
      if (action === 'start') later('starting', 10)
      else later('stopping', 10)
      later(action === 'stop' ? 'stopped' : 'running', 1800)
      return context.json(
        {
          accepted: true,
          message: { start: 'Starting the gateway.', stop: 'Stopping the gateway.', restart: 'Restarting the gateway.' }[action],
        },
        202,
      )
    })
  }
  v1.post('/gateways/:id/use-port', async (context) => {
    runtime.port = ((await context.req.json()) as { port: number }).port
    emit('gateway', { ...runtime, port_owner: null, state: 'starting' })
    return context.json({ accepted: true, message: `The gateway will run on port ${runtime.port}.` }, 202)
  })
  // Credentials of the gateway: gatewaySecurity.
  v1.get('/gateways/:id/drift', (context) => {
    const at = new Date().toISOString()
    const copy = (subject: string, name: string, source: string, fingerprint: string, drifted = false) => ({
      subject,
      subject_name: name,
      source,
      fingerprint,
      status: drifted ? 'drifted' : 'in_sync',
      message: drifted ? 'The token in its workspace is not the one we know.' : null,
      since_at: at,
      checked_at: at,
    })
    const rows = Object.values(agents).flatMap((agent) => [
      copy(agent.id, agent.name, 'ours', '1a2b3c4d'),
      copy(
        agent.id,
        agent.name,
        'workspace_file',
        agent.token_status === 'drifted' ? '9f8e7d6c' : '1a2b3c4d',
        agent.token_status === 'drifted',
      ),
    ])
    return context.json({
      items: [copy('gateway', 'Gateway', 'ours', '5e6f7a8b'), copy('gateway', 'Gateway', 'gateway_config', '5e6f7a8b'), ...rows],
    })
  })
  v1.post('/gateways/:id/drift/:subject/mend', (context) =>
    context.json({ subject: context.req.param('subject'), mended: true, message: 'It has a new token, and it works.' }),
  )
  v1.get('/gateways/:id/devices', (context) => context.json({ items: [], pending: 0, token_rotated_at: null }))
  v1.get('/gateways/:id/capabilities', (context) =>
    context.json({
      version: '2026.9.6',
      protocol: 4,
      minimum_version: '2026.5.12',
      supported: true,
      reason: null,
      remedy: null,
      allowed_files: ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md'],
      config_shape: 'entries',
      responses_tools: 'flat',
      methods_count: 466,
      scopes: ['operator.admin'],
    }),
  )
  v1.post('/gateways/:id/token/rotate', (context) => {
    const at = new Date().toISOString()
    return context.json({
      gateway_id: context.req.param('id'),
      rotated: true,
      applied: 'live',
      token_hint: '••••c0de',
      message: 'The gateway has a new token; everything that used the old one was signed out.',
      steps: ['mint', 'remember', 'apply', 'close', 'reconnect', 'commit'].map((step) => ({ step, outcome: 'done', message: null, at })),
    })
  })
  v1.post('/gateways/:id/templates/sync', (context) =>
    context.json(
      runJob(
        'template_sync',
        'Re-sync tokens',
        agentList.map((agent) => `${agent.name}: write`),
        syncResult(),
      ),
    ),
  )
  v1.get('/boards', (context) => context.json(page(Object.values(boards), context.req.url)))
  v1.post('/boards', async (context) => {
    const body = (await context.req.json()) as Partial<Board>
    const board: Board = {
      id: newId(),
      gateway_id: gatewayId,
      slug: 'new',
      description: '',
      board_type: 'general',
      objective: null,
      require_approval_for_done: false,
      require_review_before_done: false,
      comment_required_for_review: false,
      block_status_changes_with_pending_approval: false,
      only_lead_can_change_status: false,
      success_metrics: [],
      target_date: null,
      goal_confirmed: false,
      goal_source: null,
      board_group_id: null,
      max_agents: 10,
      paused: false,
      task_counts: { inbox: 0, assigned: 0, in_progress: 0, review: 0, blocked: 0, done: 0, archived: 0 },
      agent_count: 0,
      created_at: ago(0),
      updated_at: ago(0),
      name: 'Board',
      ...body,
    }
    boards[board.id] = board
    changed('board', board.id, board)
    return context.json(board, 201)
  })
  v1.get('/boards/:id', (context) => context.json(boards[context.req.param('id')]))
  v1.patch('/boards/:id', async (context) => {
    const id = context.req.param('id')
    const board = boards[id]
    if (!board) return wrong(404, 'not_found', 'No such board.')
    boards[id] = { ...board, ...((await context.req.json()) as Partial<Board>) }
    changed('board', id, boards[id])
    return context.json(boards[id])
  })
  v1.get('/boards/:id/tasks', (context) =>
    context.json(
      page(
        Object.values(tasks).filter((task) => task.board_id === context.req.param('id')),
        context.req.url,
      ),
    ),
  )
  v1.post('/boards/:id/tasks', async (context) => {
    const body = (await context.req.json()) as Partial<Task>
    const assigned = body.assigned_agent_ids ?? (body.assigned_agent_id ? [body.assigned_agent_id] : [])
    const task: Task = {
      id: newId(),
      board_id: context.req.param('id'),
      number: Object.keys(tasks).length + 1,
      title: '',
      description: '',
      status: body.status ?? (assigned.length > 0 ? 'assigned' : 'inbox'),
      priority: 'medium',
      position: (Object.keys(tasks).length + 1) * 1000,
      blocked_reason: null,
      due_at: null,
      in_progress_at: null,
      created_by: 'Operator',
      auto_created: false,
      comment_count: 0,
      depends_on_task_ids: [],
      blocked_by_task_ids: [],
      is_blocked: false,
      tag_ids: [],
      custom_field_values: {},
      last_message_at: null,
      watching: false,
      last_read_at: null,
      unread_count: 0,
      waiting_for: null,
      waiting_until_at: null,
      created_at: ago(0),
      updated_at: ago(0),
      ...body,
      assigned_agent_id: assigned[0] ?? null,
      assigned_agent_ids: assigned,
    }
    tasks[task.id] = task
    changed('task', task.id, task)
    record(
      note('task.created', `created #${task.number} ${task.title}`, {
        actor_type: 'user',
        actor_name: 'Operator',
        task_id: task.id,
        board_id: task.board_id,
      }),
    )
    return context.json(task, 201)
  })
  v1.get('/boards/:id/tasks/:task', (context) => {
    const task = tasks[context.req.param('task')]
    return task ? context.json(task) : wrong(404, 'not_found', 'No such task.')
  })
  v1.patch('/boards/:id/tasks/:task', async (context) => {
    const id = context.req.param('task')
    const task = tasks[id]
    if (!task) return wrong(404, 'not_found', 'No such task.')
    const {
      comment: _comment,
      expected_status,
      ...body
    } = (await context.req.json()) as Partial<Task> & { comment?: string; expected_status?: TaskStatus }
    if (expected_status && expected_status !== task.status) return wrong(409, 'conflict', `It is ${task.status} by now.`)
    if (body.status === 'blocked' && !body.blocked_reason && !task.blocked_reason)
      return wrong(422, 'blocked_reason_required', 'Say what blocks it.')
    const has =
      body.assigned_agent_ids ??
      (body.assigned_agent_id === undefined ? task.assigned_agent_ids : body.assigned_agent_id ? [body.assigned_agent_id] : [])
    if ((body.status === 'assigned' || body.status === 'in_progress') && has.length === 0)
      return wrong(409, 'task_gate_failed', 'A task here needs somebody who has it. Assign an agent first.')
    const next = { ...task, ...body, updated_at: ago(0) }
    if (body.assigned_agent_id !== undefined && !body.assigned_agent_ids)
      next.assigned_agent_ids = body.assigned_agent_id ? [body.assigned_agent_id] : []
    if (body.assigned_agent_ids) next.assigned_agent_id = body.assigned_agent_ids[0] ?? null
    tasks[id] = next
    changed('task', id, next)
    if (body.status && body.status !== task.status)
      record(
        note('task.status_changed', `moved #${task.number} ${task.title} to ${body.status}`, {
          actor_type: 'user',
          actor_name: 'Operator',
          task_id: id,
          board_id: task.board_id,
        }),
      )
    return context.json(next)
  })
  v1.delete('/boards/:id/tasks/:task', (context) => {
    delete tasks[context.req.param('task')]
    changed('task', context.req.param('task'), null)
    return context.json({ ok: true })
  })
  v1.get('/boards/:id/tasks/:task/comments', (context) =>
    context.json(
      page(
        Object.values(comments).filter((comment) => comment.task_id === context.req.param('task')),
        context.req.url,
      ),
    ),
  )
  v1.get('/notices', (context) => context.json({ items: [], total: 0, limit: 200, offset: 0, unread: 0 }))
  v1.post('/boards/:id/tasks/:task/read', (context) => context.json(tasks[context.req.param('task')] ?? {}))
  v1.post('/boards/:id/tasks/:task/comments', async (context) => {
    const { message } = (await context.req.json()) as { message: string }
    const comment: Comment = {
      id: newId(),
      board_id: context.req.param('id'),
      task_id: context.req.param('task'),
      author_type: 'user',
      agent_id: null,
      author_name: 'Operator',
      message,
      mentions: [],
      source_notification_id: null,
      created_at: ago(0),
      edited_at: null,
    }
    comments[comment.id] = comment
    changed('comment', comment.id, comment)
    return context.json(comment, 201)
  })
  v1.get('/tags', (context) => context.json({ items: [] }))
  for (const list of ['custom-fields', 'task-templates', 'board-templates', 'recurring-tasks'])
    v1.get(`/${list}`, (context) => context.json({ items: [], total: 0, limit: 200, offset: 0 }))
  v1.get('/boards/:id/onboarding', (context) => context.json({ onboarding: null }))
  v1.get('/board-groups', (context) => context.json({ items: [], total: 0, limit: 200, offset: 0 }))
  v1.get('/search', (context) => context.json({ items: [] }))
  v1.get('/agents', (context) => context.json(page(Object.values(agents), context.req.url)))
  v1.post('/agents', async (context) => {
    const body = (await context.req.json()) as Partial<Agent>
    const agent = addAgent(body.name ?? 'Agent', '', '', {
      ...body,
      status: 'provisioning',
      provision_step: 'write_credentials',
      token_status: 'unverified',
    })
    changed('agent', agent.id, agent)
    return context.json(agent, 201)
  })
  const agentPatches: Record<string, Partial<Agent>> = {
    wake: { status: 'waking', wake_attempts: 1 },
    provision: { status: 'provisioning', provision_step: 'write_credentials' },
    pause: { status: 'paused' },
    resume: { status: 'online' },
  }
  for (const [action, patch] of Object.entries(agentPatches)) {
    v1.post(`/agents/:id/${action}`, (context) => {
      const id = context.req.param('id')
      const agent = agents[id]
      if (!agent) return wrong(404, 'not_found', 'No such agent.')
      agents[id] = {
        ...agent,
        ...patch,
        status_reason: null,
        checkin_deadline_at: action === 'wake' ? new Date(Date.now() + 30_000).toISOString() : null,
      }
      changed('agent', id, agents[id])
      return context.json(agents[id])
    })
  }
  v1.delete('/agents/:id', (context) => {
    delete agents[context.req.param('id')]
    changed('agent', context.req.param('id'), null)
    return context.json({ ok: true })
  })
  v1.get('/activity', (context) => {
    const { agent_id, task_id, board_id, level, event_type } = context.req.query()
    const rows = Object.values(activity).filter(
      (row) =>
        (!agent_id || row.agent_id === agent_id) &&
        (!task_id || row.task_id === task_id) &&
        (!board_id || row.board_id === board_id) &&
        (!level || row.level === level) &&
        (!event_type || row.event_type.startsWith(event_type)),
    )
    return context.json(
      page(
        rows.toSorted((a, b) => b.created_at.localeCompare(a.created_at)),
        context.req.url,
      ),
    )
  })
  v1.get('/notifications', (context) => {
    const { agent_id, task_id } = context.req.query()
    return context.json(
      page(
        Object.values(notifications)
          .filter((row) => (!agent_id || row.agent_id === agent_id) && (!task_id || row.task_id === task_id))
          .toReversed(),
        context.req.url,
      ),
    )
  })
  v1.get('/events', (context) => {
    const wantsLogs = context.req.query('logs') === 'true'
    const since = context.req.query('since')
    const encoder = new TextEncoder()
    let stream: { logs: boolean; send: (text: string) => void; end: () => void } | undefined
    let ping: ReturnType<typeof setInterval> | undefined
    const gone = () => {
      clearInterval(ping)
      if (stream) streams.delete(stream)
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        stream = {
          logs: wantsLogs,
          send: (text) => controller.enqueue(encoder.encode(text)),
          end: () => {
            gone()
            controller.close()
          },
        }
        streams.add(stream)
        stream.send(`event: hello\ndata: ${JSON.stringify({ rev, version: '0.1.0' })}\n\n`)
        if (since) for (const text of history) if (Number(/^id: (\d+)/.exec(text)?.[1]) > Number(since)) stream.send(text)
        ping = setInterval(() => stream?.send(`event: ping\ndata: ${JSON.stringify({ at: ago(0) })}\n\n`), 15_000)
        ping.unref()
      },
      cancel: gone,
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
  })
  app.route('/api/v1', v1)
  app.get('*', (context) => {
    const path = normalize(decodeURIComponent(context.req.path)).replace(/^\/+/, '') || 'index.html'
    const file = join(options.staticDir ?? 'dist/renderer', path)
    if (!existsSync(file) || !statSync(file).isFile()) return new Response('not found', { status: 404 })
    return new Response(Readable.toWeb(createReadStream(file)) as never, {
      headers: { 'content-type': types[extname(file)] ?? 'application/octet-stream', ...securityHeaders() },
    })
  })

  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, port: options.port ?? 0, hostname: '127.0.0.1' }, () => resolve(started))
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    boardId,
    agentIds: agentList.map((agent) => agent.id),
    emit,
    dropStreams: () => {
      for (const stream of streams) stream.end()
    },
    stop: () =>
      new Promise((resolve) => {
        for (const stream of streams) stream.end()
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export type { AgentStatus }

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const fixture = await startApiFixture({ port: Number(process.argv[2] ?? 5170), empty: process.argv.includes('--empty') })
  console.log(`${fixture.url}/#/login/${fixtureCode}`)
}
