/** The commands that talk to a running control center, through its HTTP API and the typed client. */
import { existsSync, readFileSync } from 'node:fs'
import { ApiError, type ApiClient, createApiClient, UnreachableError } from '../contract/client.ts'
import type { Agent } from '../contract/entities.ts'
import { AppError, errorBody } from '../contract/errors.ts'
import { agentStates, supervisorStates } from '../contract/states.ts'
import { agentStory, nextOf } from './agent-story.ts'
import { apiPort } from '../platform/config.ts'
import { readJsonFile } from '../platform/atomic-file.ts'
import { dataPaths, defaultDataDir } from '../platform/paths.ts'

/** Of what happened to an agent, this many rows are shown. */
const timelineRows = 30

export interface ClientFlags {
  json?: boolean
  demo?: boolean
  url?: string
  'data-dir'?: string
}

export function pathsOf(flags: ClientFlags): ReturnType<typeof dataPaths> {
  return dataPaths(flags['data-dir'] ?? process.env['MISSION_CONTROL_DATA_DIR'] ?? defaultDataDir({ demo: flags.demo ?? false }))
}

/** `--url`, else what the instance on this data folder wrote in its lock; null when there is neither. */
function knownUrl(flags: ClientFlags): string | null {
  if (flags.url) return flags.url.replace(/\/$/, '')
  let lock: unknown = null
  try {
    lock = readJsonFile(pathsOf(flags).lock)
  } catch {
    // Being replaced at this very moment.
  }
  const url = (lock as { url?: unknown } | null)?.url
  return typeof url === 'string' ? url : null
}

/** Where it runs: what is known, else the default port. */
function urlOf(flags: ClientFlags): string {
  return knownUrl(flags) ?? `http://127.0.0.1:${flags.demo ? apiPort.demo : apiPort.normal}`
}

/** A file that the control center makes. Throws `ApiError` and `UnreachableError` as the typed client does. */
export async function fetchFile(flags: ClientFlags, path: string): Promise<{ name: string; body: ReadableStream<Uint8Array> }> {
  let response: Response
  try {
    response = await fetch(`${urlOf(flags)}/api/v1${path}`, { headers: authorization(flags) })
  } catch (cause) {
    throw new UnreachableError(cause)
  }
  if (!response.ok || !response.body)
    throw new ApiError(response.status, errorBody.safeParse(await response.json().catch(() => null)).data ?? null)
  const name = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'download'
  return { name, body: response.body }
}

/** The control center of this data folder; null when none has said where it runs, or there is no token to call it with. */
export function connectToRunning(flags: ClientFlags): ApiClient | null {
  if (knownUrl(flags) === null || !existsSync(pathsOf(flags).operatorToken)) return null
  return connect(flags)
}

export function connect(flags: ClientFlags): ApiClient {
  return createApiClient({ baseUrl: urlOf(flags), headers: () => authorization(flags) })
}

function authorization(flags: ClientFlags): Record<string, string> {
  const file = pathsOf(flags).operatorToken
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch {
    throw new AppError(
      'unauthorized',
      `There is no operator token at ${file}. Start the control center once, or name its folder with --data-dir.`,
    )
  }
  return { authorization: `Bearer ${token}` }
}

export function print(flags: ClientFlags, value: unknown, lines: () => string[]): void {
  console.log(flags.json ? JSON.stringify(value, null, 2) : lines().join('\n'))
}

/** What signs a browser in: a code that works once and for a few minutes; the token itself never stands in an address. */
export async function oneTimeLink(client: ApiClient, url: string): Promise<string> {
  const { code } = await client.call('createSessionCode')
  return `${url}/#/login/${code}`
}

export async function linkCommand(flags: ClientFlags): Promise<number> {
  const link = await oneTimeLink(connect(flags), urlOf(flags))
  print(flags, { link }, () => [link])
  return 0
}

/** Exit code 1 when something needs a person. */
export async function statusCommand(flags: ClientFlags): Promise<number> {
  const client = connect(flags)
  const [overview, gateways, agents] = await Promise.all([
    client.call('getOverview'),
    client.call('listGateways'),
    client.call('listAgents'),
  ])
  print(flags, { overview, gateways: gateways.items, agents: agents.items }, () => [
    ...gateways.items.map((gateway) => {
      const runtime = gateway.runtime
      if (!runtime) return `Gateway  ${gateway.name}: not known`
      const why = runtime.reason ? `: ${runtime.reason}` : ''
      return `Gateway  ${gateway.name} on port ${runtime.port}: ${supervisorStates[runtime.state].label}${why}`
    }),
    `Agents   ${agents.items.filter((agent) => agent.status === 'online').length} of ${agents.total} online`,
    ...(overview.attention.length === 0
      ? ['Nothing needs you.']
      : ['Needs attention:', ...overview.attention.map((item) => `  ${item.title}`)]),
  ])
  return overview.attention.some((item) => item.tone === 'bad') ? 1 : 0
}

export async function agentCommand(args: string[], flags: ClientFlags): Promise<number> {
  const [action, name] = args
  const client = connect(flags)
  const agents = await client.call('listAgents')
  if (action === 'list') {
    print(flags, agents.items, () => (agents.items.length === 0 ? ['There are no agents.'] : agents.items.map(agentLine)))
    return 0
  }
  if ((action !== 'show' && action !== 'wake') || name === undefined)
    throw new AppError('invalid_request', 'Use: mission-control agent list | show NAME | wake NAME')
  const found = agents.items.find((agent) => agent.name.toLowerCase() === name.toLowerCase() || agent.id === name)
  if (!found) throw new AppError('not_found', `There is no agent "${name}". See: mission-control agent list`)
  if (action === 'wake') {
    const agent = await client.call('wakeAgent', { params: { agent_id: found.id } })
    print(flags, agent, () => [`${agent.name} is being woken.`])
    return 0
  }
  const [settings, { items: newestFirst }] = await Promise.all([
    client.call('getSettings'),
    client.call('listActivity', { query: { agent_id: found.id, limit: String(timelineRows) } }),
  ])
  const timeline = newestFirst.toReversed()
  print(flags, { agent: found, next: nextOf(found, settings), timeline }, () => agentStory(found, settings, timeline))
  return 0
}

function agentLine(agent: Agent): string {
  return `${agent.name.padEnd(20)} ${agent.role.padEnd(8)} ${agentStates[agent.status].label}`
}

export async function gatewayCommand(args: string[], flags: ClientFlags): Promise<number> {
  const operations = { start: 'startGateway', stop: 'stopGateway', restart: 'restartGateway' } as const
  const action = args[0]
  if (action !== 'start' && action !== 'stop' && action !== 'restart')
    throw new AppError('invalid_request', 'Use: mission-control gateway start | stop | restart')
  const client = connect(flags)
  const { items } = await client.call('listGateways')
  const local = items.find((gateway) => gateway.is_local) ?? items[0]
  if (!local) throw new AppError('not_found', 'There is no gateway yet.')
  const answer = await client.call(operations[action], { params: { gateway_id: local.id } })
  print(flags, answer, () => [answer.message])
  return 0
}

export interface SyncFlags extends ClientFlags {
  'gateway-id'?: string
  'board-id'?: string
  'rotate-tokens'?: boolean
  'include-main'?: boolean
  'lead-only'?: boolean
  'reset-sessions'?: boolean
  'force-bootstrap'?: boolean
  overwrite?: boolean
}

/** Exit code 1 when any agent could not be synced. */
export async function syncCommand(flags: SyncFlags): Promise<number> {
  const gatewayId = flags['gateway-id']
  if (!gatewayId) throw new AppError('invalid_request', 'Name the gateway: mission-control sync --gateway-id ID')
  const flag = (value: boolean | undefined): 'true' | 'false' | undefined => (value === undefined ? undefined : value ? 'true' : 'false')
  const result = await connect(flags).call('syncTemplates', {
    params: { gateway_id: gatewayId },
    query: {
      include_main: flag(flags['include-main']),
      lead_only: flag(flags['lead-only']),
      reset_sessions: flag(flags['reset-sessions']),
      rotate_tokens: flag(flags['rotate-tokens']),
      force_bootstrap: flag(flags['force-bootstrap']),
      overwrite: flag(flags.overwrite),
      board_id: flags['board-id'],
    },
  })
  if (!('agents_updated' in result)) {
    print(flags, result, () => [`Started as job ${result.id}.`])
    return 0
  }
  print(flags, result, () => [
    `gateway_id=${result.gateway_id}`,
    `include_main=${result.include_main} reset_sessions=${result.reset_sessions}`,
    `agents_updated=${result.agents_updated} agents_skipped=${result.agents_skipped} main_updated=${result.main_updated}`,
    ...result.errors.map((error) => `error: ${error.agent_name ?? error.agent_id ?? 'gateway'}: ${error.message}`),
  ])
  return result.errors.length > 0 ? 1 : 0
}

/** The place, not the token: what is printed ends up in scroll-back and logs. */
export function tokenCommand(flags: ClientFlags): number {
  console.log(pathsOf(flags).operatorToken)
  return 0
}
