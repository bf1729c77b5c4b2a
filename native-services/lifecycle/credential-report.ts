/**
 * Every copy of a credential, compared with ours. Reads files only: no agent is asked, no model is called, and what leaves here is
 * a fingerprint, never a token.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Credential } from '../contract/gateway-security.ts'
import type { AgentRow } from '../store/agents.ts'
import { blockBegin, blockEnd, renderBlock } from './agents-block.ts'
import type { LifecycleContext } from './lifecycle-context.ts'
import { readCredentials, readWorkspaceText } from './workspace-files.ts'

export type Finding = Pick<Credential, 'subject' | 'subject_name' | 'source' | 'fingerprint' | 'status' | 'message'>

/** The gateway's shared token as it is known here, and where else it stands. */
export interface GatewayCredential {
  token(): string | null
  port(): number
  configPath: string
  /** It is being changed right now. */
  busy?(): boolean
  /** Where service managers keep definitions; default: this user's. */
  serviceFolders?: readonly string[]
}

function tryRead<Value>(read: () => Value): Value | Error {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

export function agentFindings(context: LifecycleContext, agent: AgentRow): Finding[] {
  const { tokens } = context
  const base = { subject: agent.id, subject_name: agent.name }
  const ours: Finding = { ...base, source: 'ours', fingerprint: agent.token_hash?.slice(0, 8) ?? null, status: 'in_sync', message: null }
  if (agent.token_hash === null) return [{ ...ours, status: 'missing', message: 'It has no token yet. Provision it.' }]

  const file: Finding = { ...base, source: 'workspace_file', fingerprint: null, status: 'in_sync', message: null }
  const credentials = tryRead(() => readCredentials(agent.workspace_path))
  if (credentials instanceof Error) Object.assign(file, { status: 'unknown', message: `It cannot be read: ${credentials.message}` })
  else if (!credentials?.auth_token) Object.assign(file, { status: 'missing', message: 'There is no token in its workspace.' })
  else {
    file.fingerprint = tokens.fingerprint(credentials.auth_token)
    const match = tokens.match(agent, credentials.auth_token)
    if (match === null) Object.assign(file, { status: 'drifted', message: 'The token in its workspace is not the one we know.' })
    else if (match === 'previous') file.message = 'The token before the present one; it counts until the new one is used.'
  }

  const block: Finding = { ...base, source: 'agents_block', fingerprint: null, status: 'in_sync', message: null }
  const text = tryRead(() => readWorkspaceText(agent.workspace_path, 'AGENTS.md'))
  if (text instanceof Error) Object.assign(block, { status: 'unknown', message: `AGENTS.md cannot be read: ${text.message}` })
  else {
    const begin = text?.indexOf(blockBegin) ?? -1
    const end = begin < 0 ? -1 : (text ?? '').indexOf(blockEnd, begin)
    if (begin < 0 || end < 0) Object.assign(block, { status: 'missing', message: 'Our block is not in its AGENTS.md.' })
    else {
      const found = (text ?? '').slice(begin, end + blockEnd.length)
      block.fingerprint = tokens.fingerprint(found)
      const board = agent.board_id === null ? null : (context.store.boards.get(agent.board_id) ?? null)
      if (found !== renderBlock({ agent, board, resourcesDir: context.resourcesDir }))
        Object.assign(block, { status: 'drifted', message: 'Our block in its AGENTS.md is not the present one.' })
    }
  }
  return [ours, file, block]
}

/** What stands in `openclaw.json`: a token, a reference that only OpenClaw resolves, or nothing. */
function configuredToken(file: string): string | { state: 'missing' | 'unknown'; message: string } {
  let config: unknown
  try {
    config = JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? { state: 'missing', message: 'There is no configuration file yet.' }
      : { state: 'unknown', message: 'The configuration file cannot be read as JSON.' }
  }
  const token = (config as { gateway?: { auth?: { token?: unknown } } } | null)?.gateway?.auth?.token
  if (token === undefined || token === null || token === '')
    return { state: 'missing', message: 'There is no token in the configuration file.' }
  if (typeof token !== 'string' || token.startsWith('${'))
    return { state: 'unknown', message: 'The configuration refers to a token that is kept elsewhere.' }
  return token
}

interface ServiceDefinition {
  file: string
  token: string
}

/** Definitions of this user's service manager that carry a token for our gateway: they name our configuration file or our port. */
function serviceDefinitions(folders: readonly string[], ours: { configPath: string; port: number }): ServiceDefinition[] {
  const found: ServiceDefinition[] = []
  for (const folder of folders) {
    const names = tryRead(() => readdirSync(folder))
    if (names instanceof Error) continue
    for (const name of names.filter((each) => /openclaw/i.test(each) && /\.(service|plist)$/.test(each))) {
      const file = path.join(folder, name)
      const text = tryRead(() => readFileSync(file, 'utf8'))
      if (text instanceof Error) continue
      const token =
        /^\s*Environment\s*=\s*"?OPENCLAW_GATEWAY_TOKEN=([^"\s]+)"?/m.exec(text)?.[1] ??
        /<key>OPENCLAW_GATEWAY_TOKEN<\/key>\s*<string>([^<]+)<\/string>/.exec(text)?.[1]
      const mentionsPort = new RegExp(
        `(?:--port[= "]+|<string>--port</string>\\s*<string>|OPENCLAW_GATEWAY_PORT(?:=|</key>\\s*<string>))${ours.port}\\b`,
      ).test(text)
      if (token !== undefined && (text.includes(ours.configPath) || mentionsPort)) found.push({ file, token })
    }
  }
  return found
}

export function gatewayFindings(credential: GatewayCredential, fingerprint: (secret: string) => string, home: string): Finding[] {
  const base = { subject: 'gateway', subject_name: 'Gateway' }
  const token = credential.token()
  const compare = (source: Finding['source'], other: string, what: string): Finding => ({
    ...base,
    source,
    fingerprint: fingerprint(other),
    status: token === null ? 'unknown' : other === token ? 'in_sync' : 'drifted',
    message: token === null || other === token ? null : `The token in ${what} is not the one we use.`,
  })
  const configured = configuredToken(credential.configPath)
  const folders = credential.serviceFolders ?? [path.join(home, '.config', 'systemd', 'user'), path.join(home, 'Library', 'LaunchAgents')]
  return [
    {
      ...base,
      source: 'ours',
      fingerprint: token === null ? null : fingerprint(token),
      status: token === null ? 'missing' : 'in_sync',
      message: token === null ? 'There is no gateway configuration yet.' : null,
    },
    typeof configured === 'string'
      ? compare('gateway_config', configured, 'the configuration file')
      : { ...base, source: 'gateway_config', fingerprint: null, status: configured.state, message: configured.message },
    ...serviceDefinitions(folders, { configPath: credential.configPath, port: credential.port() }).map((found) =>
      compare('service_definition', found.token, found.file),
    ),
  ]
}
