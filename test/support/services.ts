/** A whole services host in this process: real SQLite in a temporary folder, real HTTP on a free port, a host that answers commands. No gateway. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { createServices, type Services } from '../../native-services/compose.ts'
import { type ErrorBody, errorBody } from '../../native-services/contract/errors.ts'
import { type ChangeFrame, type EventName, entitySchemas } from '../../native-services/contract/events.ts'
import type { GatewayState, HostCommand, InitMessage, LinkPort, ServicesToHost } from '../../native-services/contract/host-link.ts'
import { type CallInput, createApiClient } from '../../native-services/contract/client.ts'
import { type OperationId, type Operation, operations, type ResponseOf } from '../../native-services/contract/operations.ts'
import { createAgentTokens } from '../../native-services/lifecycle/agent-token.ts'
import { applyStagedRestore } from '../../native-services/platform/staged-restore.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'

export const resourcesDir = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'resources')

export interface TestServices {
  readonly url: string
  readonly dataDir: string
  readonly operatorToken: string
  readonly services: Services
  /** What the services host said to its host. */
  readonly sent: ServicesToHost[]
  /** Calls as the operator; every answer is checked against its schema, unknown fields refused. */
  call<Id extends OperationId>(id: Id, ...input: object extends CallInput<Id> ? [CallInput<Id>?] : [CallInput<Id>]): Promise<ResponseOf<Id>>
  /** The same as an agent. */
  callAs<Id extends OperationId>(
    token: string,
    id: Id,
    ...input: object extends CallInput<Id> ? [CallInput<Id>?] : [CallInput<Id>]
  ): Promise<ResponseOf<Id>>
  /** A request without any help; the answer's body is read. */
  send(request: {
    method?: string
    path: string
    headers?: Record<string, string>
    body?: string
  }): Promise<{ status: number; headers: Headers; body: unknown }>
  /** Gives an agent a token, as provisioning would. */
  grantToken(agentId: string): string
  /** Rows of every table that requests can write to. */
  rowCounts(): Record<string, number>
  query<Row>(sql: string, ...values: (string | number)[]): Row[]
  setGateway(patch: Partial<GatewayState>): void
  /** Stops and starts again on the same folder and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const gatewayStopped: GatewayState = {
  state: 'stopped',
  reason: null,
  remedy: null,
  pid: null,
  port: 1,
  owned: false,
  version: null,
  since_at: 0,
  retry_at: null,
  restarts: 0,
  port_owner: null,
  suggested_port: null,
  last_lines: [],
}

const counted = [
  'boards',
  'agents',
  'tasks',
  'assignments',
  'messages',
  'subscriptions',
  'notifications',
  'activity',
  'changes',
  'jobs',
  'gateways',
  'timers',
]

/** Strict all the way down: an answer with a field that the contract does not know fails. */
function unknownFields(answer: unknown, parsed: unknown, at = ''): string[] {
  if (typeof answer !== 'object' || answer === null || typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(answer).flatMap(([key, value]) =>
    key in parsed ? unknownFields(value, (parsed as Record<string, unknown>)[key], `${at}.${key}`) : [`${at}.${key}`],
  )
}

export async function startServices(
  options: {
    onCommand?: (command: HostCommand) => { ok: boolean; message: string | null }
    staticDir?: string
    demo?: boolean
    dataDir?: string
    port?: number
  } = {},
): Promise<TestServices> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'mc-services-'))
  const operatorToken = randomBytes(32).toString('hex')
  const installKey = randomBytes(32).toString('base64url')
  const sent: ServicesToHost[] = []
  let port = options.port ?? 0
  let services: Services
  const link: LinkPort = {
    post(message) {
      const one = message as ServicesToHost
      sent.push(one)
      if (one.type !== 'gateway-command') return
      const result = options.onCommand?.(one.command) ?? { ok: true, message: null }
      setImmediate(() => services.handleHostMessage({ type: 'command-result', command_id: one.command_id, ...result }))
    },
    onMessage: () => undefined,
    onClose: () => undefined,
    close: () => undefined,
  }

  async function boot(): Promise<void> {
    // As the host does.
    applyStagedRestore(dataPaths(dataDir))
    const init: InitMessage = {
      type: 'init',
      version: '0.0.0-test',
      data_dir: dataDir,
      static_dir: options.staticDir ?? null,
      resources_dir: resourcesDir,
      host: '127.0.0.1',
      port,
      demo: options.demo ?? false,
      operator_token: operatorToken,
      install_key: installKey,
      gateway: { port: 1, token: null, workspace_root: path.join(dataDir, 'workspaces'), config_path: path.join(dataDir, 'openclaw.json') },
    }
    services = createServices({ init, link })
    port = (await services.start()).port
  }
  await boot()

  const direct = <Result>(work: (db: Database.Database) => Result): Result => {
    const db = new Database(dataPaths(dataDir).database)
    try {
      return work(db)
    } finally {
      db.close()
    }
  }

  const checked = (headers: Record<string, string>): TestServices['call'] => {
    const client = createApiClient({ baseUrl: `http://127.0.0.1:${port}`, headers: () => headers })
    return async (id, ...input) => {
      const answer = await client.call(id, ...input)
      const parsed = (operations[id] as Operation).response.parse(answer)
      const extra = unknownFields(answer, parsed)
      if (extra.length > 0) throw new Error(`${id} answers with unknown fields: ${extra.join(', ')}`)
      return answer
    }
  }

  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    dataDir,
    operatorToken,
    get services() {
      return services
    },
    sent,
    call: (id, ...input) => checked({ authorization: `Bearer ${operatorToken}` })(id, ...input),
    callAs: (token, id, ...input) => checked({ 'x-agent-token': token })(id, ...input),
    async send({ method = 'GET', path: at, headers = {}, body }) {
      const response = await fetch(`http://127.0.0.1:${port}${at}`, { method, headers, ...(body !== undefined && { body }) })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text }
    },
    grantToken(agentId) {
      const { token, ...hashes } = createAgentTokens(installKey).mint()
      direct((db) =>
        db
          .prepare(
            "UPDATE agents SET status = 'waking', status_reason = NULL, token_prefix = ?, token_hash = ?, token_hint = ? WHERE id = ?",
          )
          .run(hashes.token_prefix, hashes.token_hash, hashes.token_hint, agentId),
      )
      return token
    },
    rowCounts: () =>
      direct((db) =>
        Object.fromEntries(
          counted.map((table) => {
            // What the loops note by themselves meanwhile (an agent that is late) is nobody's call.
            const rows = table === 'activity' ? `activity WHERE actor_type <> 'system'` : table
            return [table, (db.prepare(`SELECT count(*) AS n FROM ${rows}`).get() as { n: number }).n]
          }),
        ),
      ),
    query: (sql, ...values) => direct((db) => db.prepare(sql).all(...values)) as never,
    setGateway: (patch) =>
      services.handleHostMessage({ type: 'gateway-state', state: { ...gatewayStopped, since_at: Date.now(), ...patch } }),
    async restart() {
      await services.stop(Date.now() + 3000)
      await boot()
      // Connections that fetch kept from before are dead; it notices at the first use of each.
      for (let tries = 0; tries < 10; tries += 1)
        if (
          await fetch(`http://127.0.0.1:${port}/healthz`).then(
            (answer) => answer.text(),
            () => null,
          )
        )
          return
    },
    async stop() {
      await services.stop(Date.now() + 3000)
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A board with a lead and two workers, none of them provisioned, each with a token. */
export async function seedBoard(services: TestServices) {
  const board = await services.call('createBoard', { body: { name: 'Launch' } })
  const add = async (name: string, lead = false) => {
    const agent = await services.call('createAgent', {
      body: { name, board_id: board.id, role: lead ? 'lead' : 'worker', provision: false },
    })
    return { ...agent, token: services.grantToken(agent.id) }
  }
  return { board, lead: await add('Ada', true), max: await add('Max'), ivy: await add('Ivy') }
}

export interface Frame {
  event: EventName
  id: string | null
  data: unknown
}

export interface EventReader {
  readonly frames: Frame[]
  readonly changes: ChangeFrame[]
  /** Resolves when a frame fits; rejects after ten seconds. */
  until(fits: (frames: readonly Frame[]) => boolean): Promise<void>
  readonly ended: Promise<void>
  close(): void
}

/** Reads the event stream; every change is checked against its entity's schema. */
export async function readEvents(
  services: Pick<TestServices, 'url' | 'operatorToken'>,
  options: { since?: number; lastEventId?: string; logs?: boolean; session?: string } = {},
): Promise<EventReader> {
  const controller = new AbortController()
  const query = new URLSearchParams()
  if (options.since !== undefined) query.set('since', String(options.since))
  if (options.logs) query.set('logs', 'true')
  if (options.session !== undefined) query.set('session', options.session)
  const response = await fetch(`${services.url}/api/v1/events?${query}`, {
    headers: {
      authorization: `Bearer ${services.operatorToken}`,
      ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
    },
    signal: controller.signal,
  })
  if (response.status !== 200 || !response.body) throw new Error(`events: ${response.status} ${await response.text()}`)
  const frames: Frame[] = []
  const changes: ChangeFrame[] = []
  const waiting = new Set<() => void>()
  const wake = (): void => waiting.forEach((check) => check())

  async function pump(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = ''
    for await (const chunk of body.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>) {
      text += chunk
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const fields = Object.fromEntries(
          part.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
        )
        const data = JSON.parse(fields['data'] ?? 'null') as unknown
        frames.push({ event: fields['event'] as EventName, id: fields['id'] ?? null, data })
        if (fields['event'] === 'change') {
          const change = data as ChangeFrame
          if (change.data !== null) entitySchemas[change.entity].parse(change.data)
          changes.push(change)
        }
      }
      wake()
    }
  }
  const ended = pump(response.body).then(
    () => undefined,
    () => undefined,
  )
  return {
    frames,
    changes,
    ended,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(
            new Error(
              `no fitting frame; seen: ${frames.map((frame) => `${frame.event}${frame.id === null ? '' : `#${frame.id}`}`).join(' ')}`,
            ),
          )
        }, 10_000)
        const check = (): void => {
          if (!fits(frames)) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    close: () => controller.abort(),
  }
}

export const refusal = (body: unknown): ErrorBody => errorBody.parse(body)
